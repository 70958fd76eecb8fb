"""What tests of the public page share: Northbridge's page, open, and a visitor who fills in the form."""

import re
from datetime import datetime
from typing import Any

from django.test import Client as Browser

from medexpro.kernel.ids import uuid7
from medexpro.marketing.models import Lead, PublicPage
from medexpro.marketing.operations import asking
from medexpro.positioning import operations as positioning
from medexpro.practice import tokens
from medexpro.scheduling import operations as scheduling
from medexpro.scheduling.models import Kind, Service
from tests.conftest import MORNING

HOME = "/p/northbridge/"
START = f"{HOME}start/"
ANSWERS = {
    "who": {"name": "Margaret Ellison", "email": "margaret@example.org"},
    "when": {"times": "morning", "phone": "555-0188"},
    "send": {"consent": "yes"},
}


def opened(cast: Any) -> str:
    """Olga opens the page; visitors may pick a time for the first visit. Returns its slug."""
    scheduling.begin(by=cast.olga, at=MORNING)
    profile = positioning.open_page(cast.northbridge, "northbridge", by=cast.olga, at=MORNING)
    service = Service.objects.of(cast.northbridge).get(kind=Kind.TALK)
    PublicPage.objects.create(practice=cast.northbridge, first_visit=service, arrival="Step-free")
    return str(profile.slug)


def hidden(html: str) -> dict[str, str]:
    """Return what the form of a page sends by itself."""
    form = html[html.index("data-lead-form") if "data-lead-form" in html else 0 :]
    found = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        found[name[1]] = value[1] if value else ""
    return found


def confirmed_token(practice: Any, *, at: datetime) -> str:
    """Return the token of somebody who asked and confirmed a moment ago; the clock of the test may be anywhere."""
    draft = asking.keep(practice, uuid7(), _all(), came=asking.CameFrom("practice"), at=at)
    lead = asking.confirm(asking.ask(draft, at=at), at=at)
    return asking.token_of(lead)


def _all() -> dict[str, str]:
    return {"interest": "joint"} | ANSWERS["who"] | ANSWERS["when"] | ANSWERS["send"]


class Visitor:
    """Somebody with a browser and no account."""

    def __init__(self, clock: Any):
        self.browser, self.clock, self.minute = Browser(), clock, 0
        self.answer: Any = None

    def post(self, path: str = START, **typed: str) -> Any:
        """Send the form that is open, with what is typed now, half a minute after it was shown."""
        self.minute += 1
        self.clock(f"2026-10-13 11:{self.minute:02d}")
        data = hidden(self.answer.content.decode()) if self.answer is not None else {}
        self.answer = self.browser.post(path, data | typed)
        return self.answer

    def begin(self, interest: str = "joint", **came: str) -> Any:
        """Take the first step on the page itself."""
        self.answer = None
        return self.post(step="why", interest=interest, **({"page": "practice"} | came))

    def asked(self, **other: dict[str, str]) -> Lead:
        """Fill in the whole form and return the lead."""
        self.begin(**other.pop("came", {}))
        for step in ("who", "when", "send"):
            self.post(**(ANSWERS[step] | other.get(step, {})))
            assert self.answer.status_code == 200, self.answer.content.decode()
        return self.answer.context["lead"]


def link(lead: Lead, name: str = "confirm") -> str:
    """Return the address of a lead's own link."""
    return f"{HOME}{name}/{tokens.token_for(lead, to=lead.email)}/"
