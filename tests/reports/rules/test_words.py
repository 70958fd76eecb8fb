"""How long a document is, in words, seconds and characters."""

import pytest

from medexpro.reports.rules import one_page, words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" \n ", 0),
        ("One.", 1),
        ("Walks 31% faster – now", 4),
        ("step-ups, −4.2 s", 3),
        ("Łódź 王", 2),
    ],
)
def test_counting_words(text, count):
    assert words.count_words(text) == count


def test_reading_time_follows_the_published_rate():
    assert words.reading_seconds(words.WORDS_PER_MINUTE) == 60
    with pytest.raises(ValueError, match="negative"):
        words.reading_seconds(-1)


def test_one_word_is_one_word():
    assert words.length_in_words("Stairs.") == "1 word, read in about 5 seconds"


def test_texts_at_their_limit_pass_and_one_more_is_said_at_its_field():
    limit = one_page.LIMITS["next"].characters
    assert one_page.check_texts({"next": "x" * limit, "precautions": ["a"] * 6}) == {}
    said = one_page.check_texts({"next": "x" * (limit + 1), "precautions": ["a"] * 7})
    assert said == {
        "next": f"Next is 1 character too long for the page ({limit} at most).",
        "precautions": "Up to 6 lines fit on the page; there are 7.",
    }


def test_emphasis_marks_are_not_counted():
    limit = one_page.LIMITS["lead"].characters
    assert one_page.check_length("lead", "**" + "x" * limit + "**") == ""


def test_an_unknown_field_is_a_fault():
    with pytest.raises(KeyError):
        one_page.check_length("poem", "x")
