"""The first-run wizard: practice, owner, second factor, letterhead, rules approved by name."""

from allauth.core import ratelimit
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge import operations as knowledge
from medexpro.knowledge.details import HOUSE, sections_of
from medexpro.knowledge.library import Entry
from medexpro.knowledge.presenters import row_of
from medexpro.practice import factors, forms, operations, permissions, setup_code
from medexpro.practice.access import asking, member_of, person_of, practice_of, public, requires
from medexpro.practice.factors import before_second_factor
from medexpro.practice.middleware import before_setup
from medexpro.practice.models import Member, Practice
from medexpro.practice.roles import Permission
from medexpro.practice.views.own import app_context
from medexpro.practice.views.signin import enter, sign_in_fresh
from medexpro.web.pages import page, toast

STEPS = (
    ("practice", "Practice"),
    ("owner", "You"),
    ("second_factor", "Second factor"),
    ("letterhead", "Letterhead"),
    ("rules", "Rules"),
)
KNOWN = "setup_code_known"
SKIPPED = "setup_skipped"


def wizard(step: str) -> dict:
    """Return where the wizard stands, for its page."""
    keys = [key for key, _ in STEPS]
    return {"steps": STEPS, "step": step, "number": keys.index(step) + 1, "of": len(STEPS)}


def draft(request: HttpRequest) -> Practice | None:
    """Return the practice that is being set up."""
    if asking(request) is not None:
        return practice_of(request)
    return Practice.objects.filter(members=None).order_by("created_at").first()


def next_step(request: HttpRequest) -> str:
    """Return the first step that is not done, so that one can leave and come back."""
    practice, skipped = draft(request), request.session.get(SKIPPED, [])
    if practice is None:
        return "practice"
    if asking(request) is None:
        return "owner"
    if not factors.has_second_factor(person_of(request)):
        return "second_factor"
    if not practice.address and "letterhead" not in skipped:
        return "letterhead"
    return "rules"


def guard(request: HttpRequest) -> HttpResponse | None:
    """Return the answer for whoever may not set up: sign-in once there is an owner, the code before."""
    member = member_of(request)
    if member is not None:
        permissions.check(member, Permission.SETTINGS_MANAGE)
        return redirect("/") if member.practice.setup_done_at else None
    if Member.objects.exists():
        return redirect("account_login")
    return None if request.session.get(KNOWN) else redirect("practice:setup")


@public
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Ask for the code from the server's console, then lead to the first step that is not done.

    Open to all until there is an owner: nobody can sign in before.
    """
    if asking(request) is not None or request.session.get(KNOWN):
        return guard(request) or redirect(f"practice:setup_{next_step(request)}")
    if Member.objects.exists():
        return redirect("account_login")
    shown = request.GET.get("code", "")
    form = forms.SetupCode(request.POST or None, initial={"code": shown})
    if form.is_valid():
        if not ratelimit.consume(request, action="setup"):
            return ratelimit.respond_429(request)
        if setup_code.matches(form.values()["code"]):
            request.session[KNOWN] = True
            return redirect("practice:setup")
        form.add_error("code", "This is not the code. It stands in the window where the server was started.")
    setup_code.code()
    return page(request, "practice/setup_start.html", {"form": form}, status=422 if form.is_bound else 200)


@public
@require_http_methods(["GET", "POST"])
def practice(request: HttpRequest) -> HttpResponse:
    """Set up the practice itself. Open to whoever showed the code, until there is an owner."""
    if refused := guard(request):
        return refused
    known, at = draft(request), clock.now()
    names = ("name", "state", "time_zone", "units", "paper")
    initial = {name: getattr(known, name) for name in names} if known else {"time_zone": "America/New_York"}
    initial["reimbursement_on"] = "yes" if known and known.reimbursement_on else "no"
    form = forms.SetupPractice(request.POST or None, initial=initial, at=at)
    if form.is_valid():
        try:
            if asking(request) is None:
                operations.start_practice(form.values(), at=at)
            else:
                operations.change_settings(known, form.values(), expected=None, by=member_of(request), at=at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect(f"practice:setup_{next_step(request)}")
    context = wizard("practice") | {"form": form}
    return page(request, "practice/setup_practice.html", context, status=422 if form.is_bound else 200)


@public
@require_http_methods(["GET", "POST"])
def owner(request: HttpRequest) -> HttpResponse:
    """Make the first owner, and sign them in. Open to whoever showed the code, until there is an owner."""
    if refused := guard(request):
        return refused
    found = draft(request)
    if found is None or asking(request) is not None:
        return redirect("practice:setup")
    form = forms.SetupOwner(request.POST or None, practice=found)
    if form.is_valid():
        try:
            member = operations.make_owner(found, **form.values(), at=clock.now())
        except operations.AlreadySetUp:
            return redirect("account_login")
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            form.keep_title(member, by=member, at=clock.now())
            setup_code.forget()
            sign_in_fresh(request, member.user)
            enter(request, member)
            return redirect("practice:setup_second_factor")
    context = wizard("owner") | {"form": form}
    return page(request, "practice/setup_owner.html", context, status=422 if form.is_bound else 200)


@before_second_factor
@before_setup
@requires(Permission.SETTINGS_MANAGE)
@require_GET
def second_factor(request: HttpRequest) -> HttpResponse:
    """Add the owner's passkey or authenticator app."""
    if refused := guard(request):
        return refused
    context = (
        wizard("second_factor")
        | app_context(request)
        | {"has": factors.has_second_factor(person_of(request))}
    )
    return page(request, "practice/setup_second_factor.html", context)


@before_second_factor
@before_setup
@requires(Permission.SETTINGS_MANAGE)
@require_http_methods(["GET", "POST"])
def letterhead(request: HttpRequest) -> HttpResponse:
    """Set the head of documents and the owner's signature."""
    if refused := guard(request):
        return refused
    me, at = member_of(request), clock.now()
    initial = {name: getattr(me.practice, name) for name in ("address", "phone", "fax", "email", "website")}
    form = forms.Letterhead(
        request.POST or None, request.FILES or None, initial=initial, has_logo=bool(me.practice.logo)
    )
    drawn = forms.OwnSignature(request.POST or None, initial=forms.Profile.initial_of(me))
    if form.is_valid() and drawn.is_valid():
        try:
            operations.change_settings(me.practice, form.values(), expected=None, by=me, at=at)
            operations.change_profile(
                me,
                full_name=me.user.full_name,
                values={"signature": drawn.path()},
                expected=None,
                by=me,
                at=at,
            )
        except Refusal as refusal:
            (drawn if refusal.field == "signature" else form).refuse(refusal)
        else:
            request.session[SKIPPED] = [*request.session.get(SKIPPED, []), "letterhead"]
            return redirect("practice:setup_rules")
    context = wizard("letterhead") | {"form": form, "drawn": drawn, "logo": me.practice.logo}
    return page(request, "practice/setup_letterhead.html", context, status=422 if form.is_bound else 200)


@before_second_factor
@before_setup
@requires(Permission.SETTINGS_MANAGE)
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Approve the working rules by name, or name who will, and open the practice."""
    if refused := guard(request):
        return refused
    me, at = member_of(request), clock.now()
    waiting = knowledge.needing_approval(me.practice)
    sentence = ""
    form = forms.Reader(request.POST or None)
    ticked = set(request.POST.getlist("rule")) if request.method == "POST" else None
    if ticked is not None and form.is_valid():
        chosen = [(entry.kind, entry.key) for entry in waiting if f"{entry.kind}:{entry.key}" in ticked]
        if not me.practice.second_factor_required or factors.has_second_factor(person_of(request)):
            try:
                with transaction.atomic():
                    knowledge.approve(chosen, by=me, at=at)
                    operations.finish_setup(me.practice, **form.values(), by=me, at=at)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                toast(request, "Your practice is set up. Add the first client or invite your team.")
                return redirect("/")
        else:
            sentence = "Add your passkey or app first; then the practice opens."
    context = wizard("rules") | {
        "groups": by_kind(waiting, ticked),
        "count": len(waiting),
        "sentence": sentence,
        "form": form,
        "day": me.practice.day(at),
    }
    return page(request, "practice/setup_rules.html", context, status=422 if ticked is not None else 200)


# Safety first. What each kind's working rules are, for the person who approves them.
KINDS = (
    ("gate", "Safety gates", "When a session waits, stops or asks the provider"),
    ("limit_set", "Limits", "Which limits hold until a provider writes others"),
    ("protocol", "Protocols", "Weeks of each phase, and the marks for going on"),
    ("measure", "Measures", "The ranges an entry is checked against"),
    ("norm", "Norms", "The tables a value is compared with"),
    ("exercise", "Exercises", "Starting doses, and what each is kept from"),
    ("wording", "Wording", "Words that are marked before a letter leaves"),
)
READ_FIRST = ("gate", "limit_set")


def by_kind(entries: list[Entry], ticked: set[str] | None = None) -> list[dict]:
    """Return entries in groups, safety first, each with the figures that are the practice's own.

    ticked: what was ticked when the page was sent; None before, when all are.
    """
    named = {kind: (name, about) for kind, name, about in KINDS}
    kinds = [*named, *dict.fromkeys(entry.kind for entry in entries if entry.kind not in named)]
    groups = []
    for kind in kinds:
        rows = [_row(entry, ticked) for entry in entries if entry.kind == kind]
        name, about = named.get(kind, (kind.replace("_", " ").capitalize(), ""))
        if rows:
            groups.append({"name": name, "about": about, "rows": rows, "open": kind in READ_FIRST})
    return groups


def _row(entry: Entry, ticked: set[str] | None) -> dict:
    row = row_of(entry, waits=True)
    ours = [
        fact for section in sections_of(entry) for fact in section.facts if fact.mark == HOUSE and fact.name
    ]
    says = entry.title if entry.kind == "gate" else row.figure
    return {
        "value": f"{row.kind}:{row.key}",
        "ticked": ticked is None or f"{row.kind}:{row.key}" in ticked,
        "name": row.name,
        "says": says,
        "ours": ours,
        "many": len(ours) > 3,
    }
