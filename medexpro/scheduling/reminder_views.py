"""Reminders that did not leave: sending one again."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from medexpro.kernel import clock
from medexpro.practice.access import member_of, requires
from medexpro.practice.permissions import Permission
from medexpro.scheduling.models import Reminder
from medexpro.scheduling.operations import reminders
from medexpro.web.pages import go_to, toast


@require_POST
@requires(Permission.BOOKINGS_MANAGE, Permission.BOOKINGS_OWN)
def remind_again(request: HttpRequest, reminder_id: UUID) -> HttpResponse:
    """Send a reminder that did not leave once more."""
    member = member_of(request)
    rows = Reminder.objects.visible_to(member).select_related("booking__member", "client", "practice")
    reminder = get_object_or_404(rows, pk=reminder_id)
    try:
        reminders.remind_again(reminder, by=member, at=clock.now())
    except reminders.ReminderRefused as refusal:
        toast(request, str(refusal))
    else:
        toast(request, "The reminder goes out again.")
    return go_to(request, "scheduling:show", reminder.booking_id)
