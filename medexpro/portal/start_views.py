"""The lead form, four steps of one question each, and what its e-mail leads to. No cookie, no account, no script needed.

A form's signed key is its visitor: what was typed so far lies here under the key's id, and nowhere in an address.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from medexpro.kernel import clock
from medexpro.marketing import catalogue, first_visits, public_texts
from medexpro.marketing.models import Lead, LeadDraft
from medexpro.marketing.operations import asking
from medexpro.marketing.operations.asking import AskingRefused, CameFrom
from medexpro.marketing.rules import asking as rules
from medexpro.marketing.rules import first_visits as times
from medexpro.portal.public_pages import gone, practice_or_404, public_page
from medexpro.portal.public_views import came_from
from medexpro.positioning import voice
from medexpro.positioning.voice import Voice
from medexpro.practice import outside
from medexpro.practice.access import public
from medexpro.practice.models import Practice
from medexpro.web.pages import page

# Forms of one address, and of all together, in a minute: four steps of a few people behind one router, never a flood.
FROM_ONE, FROM_ALL = 24, 240
SLOWLY = "Many forms came from this address just now. Wait a minute and send it again; what you typed is still here."
KEPT_FOR = timedelta(days=asking.LINK_DAYS)
NO_WAIT = timedelta(0)
# A phone fills in name and address by itself; a person still needs a moment to press the button.
QUICKEST = timedelta(seconds=1)


# No forgery token, since a visitor has no session to forge; the form's signed key stands in its place.
@csrf_exempt
@require_http_methods(["GET", "POST"])
@public
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one step of the lead form, keep its answers, go on. Open to anyone: that is its purpose."""
    whose, said = practice_or_404(request, slug)
    if request.method == "GET":
        came = came_from(request, request.GET.get("page", "start"))
        return _Form(request, whose, said, came=came).show("why")
    return _Form(request, whose, said, came=CameFrom.of(request.POST)).answered()


class _Form:
    """The form as one visitor fills it in, in one request."""

    def __init__(self, request: HttpRequest, whose: Practice, said: Voice, *, came: CameFrom):
        self.request, self.whose, self.said, self.came = request, whose, said, came
        self.at = clock.now()
        self.purpose = f"lead:{whose.pk}"
        self.data: Mapping[str, str] = request.POST
        self.stamp = outside.read_stamp(self.data.get("stamp", "")[:400], self.purpose)
        self.draft = asking.find_draft(whose, self.stamp.id) if self.stamp else None
        step = self.data.get("step", "why")
        self.step = step if step in rules.STEPS else "why"
        self.answers = self._read()

    def _read(self) -> dict[str, str]:
        """Return all answers: those kept before, then what this page sent."""
        answers = dict(self.draft.answers) if self.draft else {}
        names = [*rules.FIELDS[self.step], "interest"]
        answers |= {name: rules.tidy(self.data[name])[:400] for name in names if name in self.data}
        if self.step == "send" and "consent" not in self.data:
            answers.pop("consent", None)
        if fix := rules.tidy(self.data.get("use_email", ""))[:400]:
            answers["email"] = fix
        answers["kept"] = rules.tidy(self.data.get("keep_email", ""))[:400] or answers.get("kept", "")
        return answers

    def answered(self) -> HttpResponse:
        """Take a step's answers and return what follows."""
        if self.draft is not None and self.draft.lead_id is not None:
            return self.thanks(self.draft.lead)
        too_many = outside.too_many(self.request, "lead", limit=FROM_ONE)
        if outside.too_many_here(self.whose.pk, "lead", limit=FROM_ALL) or too_many:
            return self.show(self.step, sentence=SLOWLY, status=429)
        if self.step == "why" and self.stamp is None:
            return self._first()
        if why := outside.why_refused(
            self.data, self.purpose, at=self.at, youngest=QUICKEST, oldest=KEPT_FOR
        ):
            return self.show(self.step, sentence=why, status=422 if self.stamp else 403)
        back = self.data.get("go", "")
        if back == "back" or back in rules.STEPS:
            self._keep()
            return self.show(rules.before(self.step) if back == "back" else back)
        if wrong := self._wrong(self.step):
            return self.show(self.step, wrong=wrong, status=422)
        draft = self._keep()
        if self.step != "send":
            return self.show(rules.after(self.step))
        for step in rules.STEPS:
            if wrong := self._wrong(step):
                sentence = f"Look at this step once more. What was not sent is deleted after {asking.LINK_DAYS} days."
                return self.show(step, wrong=wrong, sentence=sentence, status=422)
        return self.thanks(asking.ask(draft, at=self.at))

    def _first(self) -> HttpResponse:
        """Take the first step: it stands on the page that everybody reads, which holds no key of anybody."""
        if "interest" not in self.data:
            return self.show(
                "why",
                sentence="This form was not opened here. Choose what brings you here, and go on.",
                status=403,
            )
        if wrong := self._wrong("why"):
            return self.show("why", wrong=wrong, status=422)
        return self.show("who")

    def _wrong(self, step: str) -> dict[str, rules.Wrong]:
        return rules.wrong(step, self.answers, interests=public_texts.interests())

    def _keep(self) -> LeadDraft:
        if self.stamp is None:
            raise ValueError("a form without its key is refused before")
        return asking.keep(self.whose, self.stamp.id, self.answers, came=self.came, at=self.at)

    # ---- Pages

    def show(
        self,
        step: str,
        *,
        wrong: Mapping[str, rules.Wrong] | None = None,
        sentence: str = "",
        status: int = 200,
    ) -> HttpResponse:
        """Return the page of one step."""
        interests = public_texts.interests()
        # One key from the first answer to the last: it says when the form was opened, and whose draft this is.
        stamp = self.data.get("stamp", "") if self.stamp else ""
        context = {
            "step": step,
            "number": rules.STEPS.index(step) + 1,
            "percent": rules.percent(step),
            "answers": self.answers,
            "interest": interests.get(self.answers.get("interest", ""), ""),
            "interests": interests.items(),
            "times": rules.TIMES.items(),
            "time": rules.TIMES.get(self.answers.get("times", ""), ""),
            "wrong": dict(wrong or {}),
            "sentence": sentence,
            "came": self.came,
            "purpose": self.purpose,
            "stamp_kept": stamp,
            "consent": catalogue.agreement("visitor", self.whose.day(self.at)),
            "days": asking.LINK_DAYS,
        }
        return self._page("portal/public_start.html", context, status)

    def thanks(self, lead: Lead | None) -> HttpResponse:
        """Return the page after the last step: the same whoever asked, and whether or not a mail leaves."""
        return self._page("portal/public_asked.html", {"lead": lead, "days": asking.LINK_DAYS}, 200)

    def _page(self, template: str, context: dict[str, Any], status: int) -> HttpResponse:
        response = public_page(self.request, self.whose, self.said, template, context, status=status)
        # The browser's own Back shows the step before, as it was: kept by nobody else, and asked anew otherwise.
        if self.request.method == "POST" and not getattr(self.request, "member", None):
            response.headers["Cache-Control"] = "private, no-cache"
        return response


# ---- What the e-mail leads to


def _lead(
    request: HttpRequest, slug: str, token: str, *, lasts: bool
) -> tuple[Practice, Voice, Lead] | HttpResponse:
    """Return whose link it is. It opens although the page is closed by now, or has another address."""
    if outside.too_many(request, "portal"):
        return _gone(
            request, slug, "Too many tries from this address. Wait a minute and open the link again.", 429
        )
    try:
        lead = asking.find_lead(token, at=clock.now(), lasts=lasts)
    except asking.LinkUnknown as refusal:
        # A form posted to a link that was never ours holds no key of ours either.
        return _gone(request, slug, str(refusal), 403 if request.method == "POST" else 404)
    except asking.LinkOver as refusal:
        return _gone(request, slug, str(refusal), 410)
    return lead.practice, voice.voice_of(lead.practice), lead


def _gone(request: HttpRequest, slug: str, sentence: str, status: int) -> HttpResponse:
    whose = voice.practice_at(slug)
    if whose is None:
        return outside.closed(page(request, "portal/gone.html", {"sentence": sentence}, status=status))
    return gone(request, whose, voice.voice_of(whose), sentence, status=status)


@csrf_exempt
@require_http_methods(["GET", "POST"])
@public
def confirm(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Ask whether it was them, by one button, so that a program that opens links confirms nothing. Then offer times.

    Open to anyone who holds the link: that is its one purpose. It opens for a week and leads back to where they stopped.
    """
    found = _lead(request, slug, token, lasts=False)
    if isinstance(found, HttpResponse):
        return found
    whose, said, lead = found
    at, sentence, field = clock.now(), "", ""
    if request.method == "POST":
        if why := outside.why_refused(request.POST, f"confirm:{lead.pk}", at=at, youngest=NO_WAIT):
            return _confirm_page(request, whose, said, lead, sentence=why, status=403)
        try:
            _take(request.POST, lead, at)
            return outside.closed(redirect(request.path))
        except AskingRefused as refusal:
            sentence, field = str(refusal), refusal.field or ""
            lead.refresh_from_db()
    return _confirm_page(
        request, whose, said, lead, sentence=sentence, field=field, status=409 if sentence else 200
    )


def _take(data: Mapping[str, str], lead: Lead, at: datetime) -> None:
    asked = data.get("go", "")
    if asked == "time":
        start = _instant(data.get("start", ""))
        if start is None:
            raise AskingRefused("Pick one of the times.")
        asking.pick_time(lead, start, at=at)
    elif asked == "call":
        asking.ask_call(lead, data.get("phone", "")[:200], at=at)
    else:
        asking.confirm(lead, at=at)


def _instant(text: str) -> datetime | None:
    try:
        found = parse_datetime(text[:40])
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _confirm_page(
    request: HttpRequest,
    whose: Practice,
    said: Voice,
    lead: Lead,
    *,
    sentence: str,
    status: int,
    field: str = "",
) -> HttpResponse:
    offered: list[Any] = []
    may_pick = lead.confirmed_at is not None and lead.state in (Lead.State.NEW, Lead.State.CONTACTED)
    service = first_visits.service_of(whose) if may_pick else None
    if service is not None:
        free = first_visits.free(whose, service, at=clock.now(), besides=lead)
        offered = times.offered(free, lead.answers.get("times", ""))
    context = {
        "lead": lead,
        "may_pick": may_pick,
        "service": service,
        "offered": offered,
        "wanted_at": whose.local(lead.wanted_at) if lead.wanted_at else None,
        "sentence": sentence,
        "field": field,
        "typed": request.POST.get("phone", "")[:200],
        "purpose": f"confirm:{lead.pk}",
        "unsubscribe_url": reverse("public:unsubscribe", args=[said.slug, asking.token_of(lead)]),
    }
    return public_page(request, whose, said, "portal/public_confirm.html", context, status=status)


@csrf_exempt
@require_http_methods(["GET", "POST"])
@public
def unsubscribe(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Let a person hear no more from us: by one button, or by the one click of a mail program (RFC 8058).

    Open to anyone who holds the link: that is its one purpose. It never ends.
    """
    found = _lead(request, slug, token, lasts=True)
    if isinstance(found, HttpResponse):
        return found
    whose, said, lead = found
    at, done, why = clock.now(), lead.unsubscribed_at is not None, ""
    if request.method == "POST":
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        why = "" if one_click else outside.why_refused(
            request.POST, f"unsubscribe:{lead.pk}", at=at, youngest=NO_WAIT
        )  # fmt: skip
        if not why:
            asking.unsubscribe(lead, at=at)
            done = True
    context = {
        "done": done, "sentence": why, "purpose": f"unsubscribe:{lead.pk}",
        "forget_url": reverse("public:forget", args=[said.slug, token]),
    }  # fmt: skip
    return public_page(
        request, whose, said, "portal/public_unsubscribe.html", context, status=403 if why else 200
    )


@csrf_exempt
@require_http_methods(["GET", "POST"])
@public
def forget(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Delete everything of a person, after asking once. Open to anyone who holds the link: that is its one purpose."""
    found = _lead(request, slug, token, lasts=True)
    if isinstance(found, HttpResponse):
        return found
    whose, said, lead = found
    at, why, done, stays = clock.now(), "", False, False
    if request.method == "POST":
        why = outside.why_refused(request.POST, f"forget:{lead.pk}", at=at, youngest=NO_WAIT)
        if not why:
            stays, done = asking.forget(lead, at=at), True
    context = {"done": done, "stays": stays, "sentence": why, "purpose": f"forget:{lead.pk}"}
    return public_page(request, whose, said, "portal/public_forget.html", context, status=403 if why else 200)
