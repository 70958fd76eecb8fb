"""What the worker does for messages: tell by mail that one waits, and nothing of what or whom it is about."""

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Count
from django_tasks import task

from medexpro.practice.models import Member
from medexpro.record.models import Message, MessageTo
from medexpro.record.rules.notices import to_mail


@task()
def tell_of_message(message_id: str) -> None:
    """Mail those for whom this is the first message that waits. Names no client: mail is not private."""
    message = Message.objects.select_related("practice").filter(pk=message_id).first()
    if message is None or not settings.EMAIL_HOST:
        return
    unread = MessageTo.objects.filter(message=message, read_at=None).values("member")
    waiting = MessageTo.objects.filter(member__in=unread, read_at=None).values_list("member")
    counts = dict(waiting.annotate(count=Count("pk")).order_by())
    members = Member.objects.active().filter(pk__in=counts).select_related("user")
    for address in to_mail((member.user.email, counts[member.pk]) for member in members):
        send_mail(
            f"{message.practice.name}: a message waits for you",
            "A colleague wrote to you. Sign in to read it; it stands under Today.\n",
            None,
            [address],
        )


# Mail is not sent twice. A message stands under Today as well.
ONCE = [(tell_of_message, None)]
