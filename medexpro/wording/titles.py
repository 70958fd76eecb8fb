"""The check of members' titles, for the forms of the practice."""

from collections.abc import Mapping
from datetime import datetime

from medexpro.practice.models import Member, Practice
from medexpro.wording.checking import marks_for
from medexpro.wording.operations import let_stand

READER = "title"


def asked(practice: Practice, text: str) -> str:
    """Return what to ask about a title; empty where it may be used."""
    marks = marks_for(practice, {"": text}, to=READER)
    if not marks:
        return ""
    better = marks[0].substitute or marks[0].suggestion
    return f"“{marks[0].found}”: {marks[0].why}. Better: {better}."


def stood(member: Member, texts: Mapping[str, str], *, by: Member, at: datetime) -> None:
    """Keep that a member's titles were let stand."""
    marks = [mark for mark in marks_for(member.practice, texts, to=READER) if not mark.refused]
    let_stand(member.practice, marks, about=member, to=READER, texts=texts, by=by, at=at)
