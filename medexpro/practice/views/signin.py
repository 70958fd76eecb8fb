"""Getting in: forgotten and new passwords, invitations, changing over between practices."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView
from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from medexpro.audit import trail
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice import breakglass, events, factors, forms, links, tasks
from medexpro.practice.access import person_of, public, signed_in
from medexpro.practice.middleware import SESSION_KEY
from medexpro.practice.models import Member, User
from medexpro.practice.signals import count_practices
from medexpro.web.pages import page, toast, whole_address


class SignInView(LoginView):
    """The sign-in page. The demo shows its made-up people beside the form."""

    def get_context_data(self, **kwargs: Any) -> dict:
        """Return what the page shows."""
        context = super().get_context_data(**kwargs)
        if settings.MEDEXPRO_DEMO:
            people = Member.objects.active().filter(practice__is_demo=True).select_related("user", "practice")
            context |= {
                "people": people.order_by("practice__created_at", "created_at")[:20],
                "password": settings.DEMO_PASSWORD,
            }
        return context


def sign_in_fresh(request: HttpRequest, user: User) -> None:
    """Sign a person in who has just set their password here; counts as a fresh sign-in."""
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    record_authentication(request, user, method="password")


@public
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link to set a new password. Answers the same for every address, ours or not."""
    form = forms.Forgotten(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.values()["email"].strip().lower()
        if not ratelimit.consume(request, action="reset_password", key=email):
            return ratelimit.respond_429(request)
        if forms.has_mail():
            tasks.mail_password_link.enqueue(email, whole_address(request, "/"))
        return page(request, "practice/forgotten_done.html", {"has_mail": forms.has_mail()})
    status = 422 if form.is_bound else 200
    return page(
        request, "practice/forgotten.html", {"form": form, "has_mail": forms.has_mail()}, status=status
    )


@public
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest, token: str) -> HttpResponse:
    """Set a new password by a one-time link. Open to whoever holds the link; that is its purpose."""
    at = clock.now()
    try:
        link = links.find_password_link(token, at=at)
    except links.LinkInvalid as refusal:
        return page(request, "practice/link_invalid.html", {"sentence": str(refusal)}, status=404)
    form = forms.NewPassword(request.POST or None)
    if form.is_valid():
        try:
            links.set_password(token, password=form.values()["password"], at=at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "Your new password is set. Sign in with it.")
            return redirect("account_login")
    status = 422 if form.is_bound else 200
    return page(request, "practice/new_password.html", {"form": form, "person": link.user}, status=status)


@public
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation. Open to whoever holds the link; that is its purpose."""
    at = clock.now()
    try:
        invitation = links.find_invitation(token, at=at)
    except links.LinkInvalid as refusal:
        return page(request, "practice/link_invalid.html", {"sentence": str(refusal)}, status=404)
    known = User.objects.filter(email=invitation.email).exists()
    signed = request.user if request.user.is_authenticated else None
    form = forms.Join(request.POST or None, initial={"full_name": invitation.full_name})
    sentence = ""
    if request.method == "POST" and (signed or form.is_valid()):
        values = {} if signed else form.values()
        try:
            member = links.accept(token, **values, user=signed, at=at)
        except Refusal as refusal:
            if signed or refusal.field is None:
                sentence = str(refusal)
            else:
                form.refuse(refusal)
        else:
            if not signed:
                sign_in_fresh(request, member.user)
            enter(request, member)
            toast(request, f"Welcome to {member.practice.name}.")
            return redirect("/")
    context = {
        "form": form,
        "invitation": invitation,
        "known": known,
        "signed": signed,
        "is_theirs": bool(signed and signed.email == invitation.email),
        "sentence": sentence,
    }
    status = 422 if request.method == "POST" else 200
    return page(request, "practice/join.html", context, status=status)


def enter(request: HttpRequest, member: Member) -> None:
    """Let this session work as one of the person's memberships."""
    request.session[SESSION_KEY] = str(member.pk)
    request.session.pop(factors.SESSION_KEY, None)
    count_practices(request, member.user)
    breakglass.drop_from(request.session)


@signed_in
@require_http_methods(["GET", "POST"])
def switch(request: HttpRequest) -> HttpResponse:
    """Change over to another of one's own practices, in plain sight."""
    members = (
        Member.objects.active()
        .filter(user=person_of(request))
        .select_related("practice")
        .order_by("created_at")
    )
    if request.method == "POST":
        chosen = next((one for one in members if str(one.pk) == request.POST.get("member")), None)
        if chosen is None:
            toast(request, "Choose one of your practices.")
            return redirect("practice:switch")
        enter(request, chosen)
        chosen.user = person_of(request)
        trail.record(events.SWITCH, chosen, by=chosen, at=clock.now())
        toast(request, f"You work in {chosen.practice.name} now.")
        return redirect("/")
    return page(request, "practice/switch.html", {"members": members})
