"""What the sheet makes, in the order of the page: each text with where it comes from and whether it is in step."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from medexpro.positioning import voice
from medexpro.positioning.models import Bio, Profile
from medexpro.positioning.rules import colours
from medexpro.positioning.rules.colours import Shades
from medexpro.positioning.rules.drafts import ANSWERS, Draft
from medexpro.positioning.rules.steps import Step, step
from medexpro.practice.models import Member, Practice

ANSWER_NAMES = {
    "whom": "Who you serve", "problem": "Which problem", "result": "Which result", "not_do": "What you don’t do",
    "proof": "Proof", "background": "Background", "training": "Training",
}  # fmt: skip
TEXT_NAMES = {
    "line": ("Positioning line", "On the public page, in letters, on every paper"),
    "overview": ("Service overview", "Enclosed with letters, one page"),
    "public": ("Public page", "Under the line, for visitors"),
    "scope": ("Scope statement", "On every document that goes out"),
}


@dataclass(frozen=True)
class Made:
    """One text the sheet makes. comes_from: names of answers; ours: those not given, where our own words stand."""

    key: str
    name: str
    used: str
    step: Step
    comes_from: Sequence[str]
    ours: Sequence[str]
    url: str

    @property
    def paragraphs(self) -> list[str]:
        """Return the text as it is read, by paragraph."""
        return [part for part in self.step.text.split("\n\n") if part.strip()]


def made_of(practice: Practice, profile: Profile) -> list[Made]:
    """Return every text of the sheet."""
    sheet = voice.sheet_of(practice, profile)
    return [made(key, voice.TEXTS[key](sheet), profile) for key in TEXT_NAMES]


def made(key: str, draft: Draft, profile: Profile) -> Made:
    """Return one text. draft: as the sheet makes it now."""
    own = profile.own_texts.get(key) or {}
    name, used = TEXT_NAMES[key]
    return Made(
        key, name, used, step(str(own.get("text") or ""), str(own.get("drafted") or ""), draft.text),
        [ANSWER_NAMES[field] for field in draft.made_of],
        [ANSWER_NAMES[field] for field in draft.made_of if not getattr(profile, field).strip()],
        reverse("positioning:text", args=[key]),
    )  # fmt: skip


def made_bio(member: Member, bio: Bio | None, profile: Profile) -> Made:
    """Return a member's bio as one of the texts."""
    draft = voice.bio_draft(member, bio, profile)
    given = {"background": bio.background if bio else "", "training": bio.training if bio else ""}
    given |= {field: getattr(profile, field) for field in ANSWERS}
    return Made(
        "bio", f"Bio of {member.user.full_name}", "On the public page and enclosed with letters",
        step(bio.text if bio else "", bio.drafted if bio else "", draft.text),
        [ANSWER_NAMES[field] for field in draft.made_of],
        [ANSWER_NAMES[field] for field in draft.made_of if not given[field].strip()],
        reverse("positioning:bio", args=[member.pk]),
    )  # fmt: skip


def answered(profile: Profile) -> int:
    """Return how many of the questions have an answer."""
    return sum(1 for field in ANSWERS if getattr(profile, field).strip())


@dataclass(frozen=True)
class Ground:
    """The brand on one ground. name: by day or by night."""

    name: str
    paper: str
    ink: str
    shades: Shades


def grounds_of(colour: str) -> list[Ground]:
    """Return the brand as pages show it, on both grounds."""
    return [
        Ground("By day", colours.PAPER, "#161e25", colours.by_day(colour)),
        Ground("By night", colours.NIGHT, "#eef1f4", colours.by_night(colour)),
    ]
