"""Which changes a provider has not been told of yet, and how a notice begins."""

from datetime import UTC, date, datetime, timedelta

import pytest

from medexpro.reports.rules.changes import Change, ChangeKind, first_sentence, untold

TODAY = date(2026, 10, 13)
NOON = datetime(2026, 10, 13, 16, tzinfo=UTC)


def change(kind: str, days_ago: int = 0, words: str = "") -> Change:
    return Change(ChangeKind(kind), NOON - timedelta(days=days_ago), TODAY - timedelta(days=days_ago), words)


@pytest.mark.parametrize(
    ("told_days_ago", "left"),
    [
        (None, ["hold", "back"]),  # Nobody was told of anything.
        (6, ["hold", "back"]),
        (4, ["back"]),  # The notice came after the hold.
        (0, []),
    ],
)
def test_what_happened_after_the_last_notice_is_still_to_be_told(told_days_ago, left):
    told = None if told_days_ago is None else NOON - timedelta(days=told_days_ago)
    changes = [change("back", 1), change("hold", 5)]
    assert [one.kind for one in untold(changes, told, on=TODAY)] == left


def test_what_changed_a_quarter_ago_is_no_news_any_more():
    assert untold([change("surgery", 91)], None, on=TODAY) == []
    assert len(untold([change("surgery", 90)], None, on=TODAY)) == 1


@pytest.mark.parametrize(
    ("kinds", "begins"),
    [
        (["hold"], "**Service is on hold since Oct 13** for Mrs. Ellery."),
        (
            ["hold", "back"],
            "**No exercise since Oct 13.** Mrs. Ellery was referred back and waits for a provider’s answer.",
        ),
        (
            ["surgery", "withdrawn"],
            "**No exercise since Oct 13.** The clearance of Mrs. Ellery was withdrawn.",
        ),
        (["surgery"], "**Mrs. Ellery told us of surgery** on Oct 13."),
        ([], ""),
    ],
)
def test_a_notice_begins_with_the_strictest_change(kinds, begins):
    said = first_sentence([change(kind) for kind in kinds], client="Mrs. Ellery", days={TODAY: "Oct 13"})
    assert said == begins


@pytest.mark.parametrize("kind", ["back", "hold", "withdrawn"])
def test_a_notice_never_says_that_exercise_stands_still_when_it_goes_on(kind):
    days = {TODAY: "Oct 13"}
    said = first_sentence([change(kind)], client="Mrs. Ellery", days=days, going_on=True)
    assert "goes on again" in said and "since" not in said
