"""The people of the practice: who is in, who is invited, what each may do."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.practice import factors, forms, links, operations, presenters, tasks
from medexpro.practice.access import member_of, requires
from medexpro.practice.models import Invitation, Member
from medexpro.practice.roles import Permission
from medexpro.web.pages import page, toast, whole_address


@requires(Permission.MEMBERS_MANAGE)
@require_GET
def members(request: HttpRequest) -> HttpResponse:
    """List the members and the open invitations."""
    me = member_of(request)
    rows = (
        Member.objects.visible_to(me)
        .select_related("user", "mentor__user")
        .order_by("-is_active", "user__full_name")
    )
    invitations = links.open_invitations(me).select_related("invited_by__user").order_by("-created_at")
    for one in invitations:
        one.words = presenters.roles_in_words(one.roles)
        one.is_old = one.expires_at <= clock.now()
    return page(
        request, "practice/members.html", {"members": rows, "invitations": invitations, "nav": "settings"}
    )


@requires(Permission.MEMBERS_MANAGE)
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite someone; the link is shown once, and mailed where the practice has a mail server."""
    form = forms.Invite(request.POST or None)
    if form.is_valid():
        try:
            invitation, token = links.invite(**form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            address = whole_address(request, reverse("practice:join", args=[token]))
            if forms.has_mail():
                tasks.mail_invitation.enqueue(str(invitation.pk), whole_address(request, "/"))
            return page(
                request,
                "practice/link.html",
                {
                    "title": f"{invitation.full_name} is invited",
                    "address": address,
                    "mailed": invitation.email if forms.has_mail() else "",
                    "lasts": "7 days",
                    "nav": "settings",
                },
            )
    status = 422 if form.is_bound else 200
    return page(
        request,
        "practice/invite.html",
        {"form": form, "has_mail": forms.has_mail(), "nav": "settings"},
        status=status,
    )


@requires(Permission.MEMBERS_MANAGE)
@require_POST
def revoke(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    me = member_of(request)
    invitation = get_object_or_404(Invitation.objects.visible_to(me), pk=invitation_id)
    try:
        links.revoke(invitation, by=me, at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
    else:
        toast(request, f"The invitation of {invitation.full_name} is taken back.")
    return redirect("practice:members")


def find(request: HttpRequest, member_id: UUID) -> Member:
    """Return a member of this practice, or 404."""
    rows = Member.objects.visible_to(member_of(request)).select_related("user", "practice", "mentor")
    return get_object_or_404(rows, pk=member_id)


@requires(Permission.MEMBERS_MANAGE)
@require_http_methods(["GET", "POST"])
def member(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Show one member and change roles, mentor, how they sign."""
    one = find(request, member_id)
    initial = {
        "roles": one.roles,
        "mentor": one.mentor_id,
        "credentials": one.credentials,
        "title": one.title,
        "version": one.version,
    }
    form = forms.MemberForm(request.POST or None, member=one, initial=initial)
    theirs: dict = {}
    if form.is_valid():
        values = form.values()
        expected = values.pop("version")
        try:
            operations.change_member(one, **values, expected=expected, by=member_of(request), at=clock.now())
        except Conflict as conflict:
            theirs = conflict.theirs | {"roles": presenters.roles_in_words(conflict.theirs.get("roles", []))}
            form.add_error(None, str(conflict))
            form.hold("version", conflict.version)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            form.keep_title(one, by=member_of(request), at=clock.now())
            toast(request, f"{one} is changed.")
            return redirect("practice:members")
    context = {
        "one": one,
        "form": form,
        "theirs": theirs,
        "has_factor": factors.has_second_factor(one.user),
        "is_me": one.pk == member_of(request).pk,
        "nav": "settings",
    }
    return page(request, "practice/member.html", context, status=422 if form.is_bound else 200)


@requires(Permission.MEMBERS_MANAGE)
@require_POST
def set_active(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """End a membership, or take the person back."""
    one = find(request, member_id)
    change = operations.deactivate if one.is_active else operations.reactivate
    try:
        change(one, by=member_of(request), at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
    else:
        toast(
            request,
            f"{one} is a member again."
            if one.is_active
            else f"{one} can’t open pages of this practice any more.",
        )
    return redirect("practice:members")


@requires(Permission.MEMBERS_MANAGE)
@require_POST
def password_link(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Make a one-time link for a new password, to hand over."""
    one = find(request, member_id)
    try:
        token = links.make_password_link(one, by=member_of(request), at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
        return redirect("practice:member", one.pk)
    context = {
        "title": f"A new password for {one}",
        "address": whole_address(request, reverse("practice:new_password", args=[token])),
        "mailed": "",
        "lasts": "24 hours",
        "nav": "settings",
    }
    return page(request, "practice/link.html", context)


@requires(Permission.MEMBERS_MANAGE)
@require_POST
def reset_factors(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Clear a member's second factors after a lost device."""
    one = find(request, member_id)
    try:
        factors.reset(one, by=member_of(request), at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
    else:
        toast(request, f"{one} adds a new second factor at the next sign-in.")
    return redirect("practice:member", one.pk)
