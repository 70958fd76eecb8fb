"""The practice's own screening questions among its own versions: kind, editor, and how a record of one reads."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from django import forms as django_forms

from medexpro.clearance.questionnaire import QUESTION, questionnaire
from medexpro.clearance.rules import own_questions as rules
from medexpro.clearance.rules.own_questions import MOST_OPTIONS, OwnQuestion, as_written
from medexpro.clearance.rules.screening import Rule
from medexpro.knowledge import own_editors, own_kinds
from medexpro.knowledge.library import Library
from medexpro.knowledge.own_editors import AREA, Group, OwnForm

DOES = {
    Rule.NOTE: "Noted on the chart",
    Rule.DECIDE: "Ask the provider; a named member decides",
    Rule.SIGN: "Stops, until the provider has answered in writing",
    Rule.DISEASE: "Stops, until a clearance letter is on file",
    Rule.CARDIAC: "Stops, until a written cardiology plan is on file",
}
# Short enough for the width of a field.
SHORT = {
    Rule.NOTE: "Noted on the chart",
    Rule.DECIDE: "Asks the provider",
    Rule.SIGN: "Stops, and asks the provider",
}
CHOICES = [(rule.value, SHORT[rule]) for rule in rules.OWN_RULES]


def register() -> None:
    """Let practices have screening questions of their own, when the app starts."""
    own_kinds.register(
        own_kinds.OwnKind(
            QUESTION, "screening question", "Screening questions", OwnQuestion, _ours, rules.loosened, _unfit,
            in_library=False, shown=_shown,
        )
    )  # fmt: skip
    own_editors.add_editor(own_editors.Editor(QUESTION, QuestionForm))


@cache
def _ours() -> dict[str, OwnQuestion]:
    screen = questionnaire()
    return {one.id: as_written(one, screen.version) for one in screen.questions}


def _unfit(lib: Library, own: OwnQuestion) -> Iterator[tuple[str, str]]:
    in_force: Mapping[str, Any] = lib.further.get(QUESTION, {})
    return rules.unfit(own, is_ours=own.id in _ours(), all_own=in_force.values(), our_ids=_ours())


def _shown(own: OwnQuestion) -> Iterator[tuple[str, str]]:
    yield "The client is asked", own.ask
    yield "After a yes", own.detail
    if not own.options:
        yield "A yes", DOES[own.rule]
    for one in own.options:
        yield one.label, DOES[one.rule]


class QuestionForm(OwnForm):
    """A screening question: of ours its words alone, of the practice's own all of it."""

    needed = ("name", "ask", "detail")

    name = django_forms.CharField(
        label="Topic", max_length=rules.LONGEST_NAME, required=False, help_text="What findings begin with, such as Sleep"
    )  # fmt: skip
    ask = django_forms.CharField(
        label="What the client is asked", widget=AREA, max_length=rules.LONGEST_ASKED, required=False,
        help_text="To be answered yes, no or “I’m not sure”; not sure counts as yes until someone has asked",
    )  # fmt: skip
    detail = django_forms.CharField(
        label="What is asked after a yes", max_length=rules.LONGEST_DETAIL, required=False
    )
    rule = django_forms.ChoiceField(label="What a yes does", choices=CHOICES, required=False)

    def build(self) -> None:
        if self.ours is not None:
            for name in ("name", "rule"):
                del self.fields[name]
            return
        for place in range(self._rows()):
            self.add(
                f"option-{place}-label",
                django_forms.CharField(label="Answer", max_length=120, required=False),
            )
            self.add(
                f"option-{place}-rule",
                django_forms.ChoiceField(label="What it does", choices=CHOICES, required=False),
            )
            self.add(
                f"option-{place}-id", django_forms.CharField(widget=django_forms.HiddenInput, required=False)
            )

    def _kept(self) -> list[dict[str, Any]]:
        return [dict(one) for one in self.base.get("options") or () if isinstance(one, Mapping)]

    def _rows(self) -> int:
        if not self.is_bound:
            return min(len(self._kept()) + 2, MOST_OPTIONS)
        sent = [place for place in range(MOST_OPTIONS) if f"option-{place}-label" in self.data]
        return max(sent, default=-1) + 1

    def begin(self, content: Mapping[str, Any]) -> dict[str, Any]:
        found = {"rule": Rule.DECIDE.value} | {name: content[name] for name in self.fields if name in content}
        for place in range(self._rows() if self.ours is None else 0):
            kept = self._kept()[place : place + 1] or [{"rule": Rule.DECIDE.value}]
            found |= {f"option-{place}-{name}": kept[0].get(name, "") for name in ("label", "rule", "id")}
        return found

    def content(self) -> dict[str, Any]:
        words = {name: self.text(name) for name in ("ask", "detail")}
        if self.ours is not None:
            return self.base | words
        return self.base | words | {
            "name": self.text("name"), "rule": self.text("rule"), "options": self._options(),
        }  # fmt: skip

    def _filled(self) -> list[int]:
        return [place for place in range(self._rows()) if self.text(f"option-{place}-label")]

    def _options(self) -> list[dict[str, str]]:
        taken = {self.text(f"option-{place}-id") for place in range(self._rows())}
        found = []
        for place in self._filled():
            key = self.text(f"option-{place}-id")
            if not key:
                key = next(f"answer_{number}" for number in range(1, 99) if f"answer_{number}" not in taken)
                taken.add(key)
            found.append(
                {"id": key} | {name: self.text(f"option-{place}-{name}") for name in ("label", "rule")}
            )
        return found

    def place_of(self, path: str) -> str | None:
        head, _, rest = path.partition(".")
        if head != "options" or self.ours is not None:
            return super().place_of(path)
        number, _, field = rest.partition(".")
        typed = self._filled()
        place = typed[int(number)] if number.isdecimal() and int(number) < len(typed) else 0
        name = f"option-{place}-{field if field in ('label', 'rule') else 'label'}"
        return name if name in self.fields else None

    def groups(self) -> list[Group]:
        found = [Group("The question", self.bound("name", "ask", "detail", "rule"))]
        if self.ours is not None:
            kept = [f"A yes: {DOES[self.ours.rule].lower()}." if not self.ours.options else ""]
            kept += [f"{one.label}: {DOES[one.rule].lower()}." for one in self.ours.options]
            found[0] = Group(
                "The question", self.bound("ask", "detail"),
                " ".join(["You may say it in your own words; that it is asked, and what a yes does, stays.", *kept]).strip(),
            )  # fmt: skip
        hint = "Offered after a yes; none chosen counts as all. Clear the words to take one out; keep the draft for more."
        for place in range(self._rows() if self.ours is None else 0):
            names = (f"option-{place}-label", f"option-{place}-rule")
            found.append(Group(f"Answer {place + 1}", self.bound(*names), hint if place == 0 else ""))
        found.append(Group("What it rests on", self.bound("note")))
        return found
