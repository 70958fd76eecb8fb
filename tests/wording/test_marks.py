"""Marks as the word list makes them: what holds for every text, what excuses a word, how well it marks."""

import random
from itertools import pairwise

import pytest

from medexpro.kernel.reference import Verification, Wording, WordingEntry
from medexpro.kernel.wording import AUDIENCES, READERS, accepted, find_marks, spots
from medexpro.kernel.wording_patterns import Sentences, context, sentence_around
from medexpro.knowledge.library import library
from medexpro.wording.rules.evaluation import judge, weigh, worst
from medexpro.wording.rules.observed import Observed, observed_sentence
from tests.wording.sentences import sentences

WORDING = library().wording
TO = sorted(AUDIENCES)
# What was measured when the list was tuned last, rounded down: a change of the list may not fall below.
FLOORS = {"tuned": (0.99, 0.99), "held out": (0.99, 0.54)}


def texts():
    """Every labelled sentence, and texts of several in an order that is the same on every run."""
    all_texts = [one.text for one in sentences()]
    chance = random.Random(5)
    return all_texts + [
        " ".join(chance.sample(all_texts, 7)) + "\n“" + chance.choice(all_texts) + "”" for _ in range(60)
    ]


@pytest.mark.parametrize("to", TO)
def test_marks_stand_where_they_say_never_overlap_and_an_accepted_one_is_gone(to):
    for text in texts():
        marks = find_marks({"a": text}, WORDING, to=to)
        assert all(text[mark.start : mark.end] == mark.found for mark in marks)
        assert all(one.end <= other.start for one, other in pairwise(marks))
        assert sum(len(spot.marks) for spot in spots(marks)) == len(marks)
        offered = {mark.entry for mark in marks if mark.substitute}
        kept = {mark.entry for mark in marks if not mark.substitute}
        left = {mark.entry for mark in find_marks({"a": accepted(text, marks)}, WORDING, to=to)}
        assert not left & (offered - kept), text


def test_every_offer_of_the_list_is_itself_in_scope():
    for entry in WORDING.entries:
        for to in READERS[entry.where]:
            for word in entry.words:
                for said in (word.rstrip("*"), word.rstrip("*").capitalize()):
                    for mark in find_marks({"a": said}, WORDING, to=to):
                        assert not find_marks({"a": mark.substitute}, WORDING, to=to), mark
                        assert not mark.substitute or mark.substitute[0].isupper() == said[0].isupper()


@pytest.mark.parametrize(
    ("to", "text", "found"),
    [
        ("provider", "Her workout was short.", ["workout"]),  # Gym talk is for clients' ears, not for providers'.
        ("client", "Your workout was short.", []),
        ("provider", "“The patient may go on”, said the letter.", []),
        ("public", "“It cured me”, says Ann.", ["cured"]),  # Praise in quotation marks is still a promise.
        ("staff", "A patient arrived.", ["patient"]),
        ("title", "Physical therapist", ["Physical therapist"]),  # Another profession's name is no title of ours.
        ("provider", "Her physical therapist called.", []),
        ("provider", "We treated her, Dr. Raman.", ["treated"]),  # What we did is ours, whoever reads it.
        ("provider", "Dr. Raman treated her.", []),
        ("provider", "outpatient and patients", ["patients"]),
        ("provider", "", []),
    ],
)  # fmt: skip
def test_who_reads_it_and_what_stands_around_decide(to, text, found):
    assert [mark.found for mark in find_marks({"a": text}, WORDING, to=to)] == found


def entry(**more):
    plain = {
        "id": "x", "version": 1, "words": ("swim",), "suggestion": "water work", "where": "any", "level": "mark",
        "why": "Ours", "source": "Ours", "verification": Verification.HOUSE_RULE,
    }  # fmt: skip
    return WordingEntry(**(plain | more))


@pytest.mark.parametrize(
    ("pattern", "text", "holds"),
    [
        ("~ with [the] {them}", "We swim with the ducks.", True),
        ("~ with [the] {them}", "We swim with ducks.", True),
        ("~ with [the] {them}", "We swim. With ducks we fly.", False),  # Another sentence.
        ("{them} ... ~", "Ducks who live here swim.", True),
        ("{them} ... ~", "Ducks of all the many ponds here swim.", False),  # More than four words between.
        ("{them} ... ~", "With ducks we swim.", False),  # “We” did it.
        ("dr * ~", "Dr. Lou swim", True),
        ("^ ~", "Swim now.", True),
        ("^ ~", "Now swim.", False),
        ("fast|slow ~", "a slow swim", True),
        ("*ish ~", "a reddish swim", True),
        ("ducks", "Swim like ducks do.", True),
    ],
)
def test_the_language_of_contexts(pattern, text, holds):
    words = Wording(entries=(entry(unless=(pattern,)),), among={"them": ("duck*", "geese")})
    assert (not find_marks({"a": text}, words)) is holds
    words = Wording(entries=(entry(only_with=(pattern,)),), among={"them": ("duck*", "geese")})
    assert bool(find_marks({"a": text}, words)) is holds


def test_a_pattern_that_can_not_be_read_is_said_and_an_unknown_reader_too():
    for pattern in ("{nobody} ~", "~ and ~"):
        with pytest.raises(ValueError, match=r"nobody|more than one"):
            context(pattern, {})
    with pytest.raises(ValueError, match="nobody is called"):
        find_marks({"a": "x"}, WORDING, to="everyone")


def test_a_sentence_ends_at_its_stop_not_at_a_title_or_a_number():
    text = "Seen by Dr. Raman at 9.6 s. Then home.\nNext line"
    assert [text[slice(*sentence_around(text, at, at + 1))].strip() for at in (3, 20, 29, 42)] == [
        "Seen by Dr. Raman at 9.6 s", "Seen by Dr. Raman at 9.6 s", "Then home", "Next line",
    ]  # fmt: skip
    assert Sentences(text).around(0, 40).last == len(text)


@pytest.mark.parametrize(("part", "held_out"), [("tuned", False), ("held out", True)])
def test_the_list_marks_no_worse_than_when_it_was_measured(part, held_out):
    judged = judge([one for one in sentences() if one.held_out is held_out], WORDING)
    precision, recall = FLOORS[part]
    result = weigh(judged)
    said = [(one.sentence.id, one.missed, one.wrong) for one in worst(judged)]
    assert len(judged) >= 60 and result.in_scope * 10 >= 4 * len(judged)
    assert result.all.precision >= precision and result.all.recall >= recall, said


def test_weighing_counts_a_kind_of_slip_once_a_sentence():
    from medexpro.wording.rules.evaluation import Sentence

    some = [
        Sentence("a", "provider", "The patient and the patients.", frozenset({"profession"})),
        Sentence("b", "provider", "The patient.", frozenset()),
        Sentence("c", "provider", "A plain line.", frozenset({"promise"})),
    ]
    result = weigh(judge(some, WORDING))
    assert (result.all.right, result.all.wrong, result.all.missed) == (1, 1, 1)
    assert (result.in_scope, result.left_alone) == (1, 0)
    assert [one.sentence.id for one in worst(result.judged)] == ["c", "b"]


@pytest.mark.parametrize(
    ("seen", "done", "says"),
    [
        (Observed("Night pain", "Oct 13", "left knee", "new"), ["the session was stopped"],
         "Reported new night pain (“left knee”) on Oct 13; the session was stopped; no cause is assumed."),
        (Observed("One leg swollen.", "Oct 2"), [], "Reported one leg swollen on Oct 2; no cause is assumed."),
        (Observed("SpO2 86 %", "Oct 2", measured=True), [], "Measured SpO2 86 % on Oct 2; no cause is assumed."),
    ],
)  # fmt: skip
def test_a_finding_is_said_as_observed_and_without_a_cause(seen, done, says):
    assert observed_sentence(seen, done) == says
    assert not find_marks({"a": says}, WORDING)
