"""Today names what waits of letters: results to tell, drafts to sign, signed ones to send."""

from medexpro.outreach import letter_sending, letters
from medexpro.today.obligations import Look, rule_named
from tests.outreach.lettering import release, signed, source
from tests.reports import reporting
from tests.reports.reporting import LATER


def said(member, name: str) -> list[tuple[str, str]]:
    rule = rule_named(name)
    assert rule is not None
    day = member.practice.day(LATER)
    return [(one.who, one.verb) for one in rule.of(Look(member, day)).rows]


def test_results_and_letters_wait_until_they_are_sent(cast):
    release(cast)
    episode = reporting.measured_twice(cast)
    assert said(cast.ana, "results-to-tell") == [("Janet Ellery", "Write")]
    assert said(cast.olga, "results-to-tell") == [] and said(cast.ben, "results-to-tell") == []
    letter = letters.draft(source(cast), "result", episode=episode, by=cast.ana, at=LATER)
    assert said(cast.ana, "results-to-tell") == []
    assert said(cast.ana, "letters-to-finish") == [("Priya Raman", "Go on")]
    assert said(cast.olga, "letters-to-finish") == []
    letter = signed(letter, cast, at=LATER)
    assert said(cast.ana, "letters-to-finish") == [("Priya Raman", "Send")]
    letter_sending.send(letter, "print", by=cast.ana, at=LATER)
    assert said(cast.ana, "letters-to-finish") == []
