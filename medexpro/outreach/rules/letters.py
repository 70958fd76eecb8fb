"""Letters to referral sources: for whom each is worded, what it may say of a client, when one is owed."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

# Followed up 5 to 7 days after a letter, by phone or e-mail (docs/domain/letters.md); the middle of it.
FOLLOW_UP_DAYS = 6
# An improvement is worth a letter for so long; later a progress report has told it. A working rule of ours.
RESULT_DAYS = 45
# And the next result letter about the same client comes a quarter of a year later at the earliest; ours too.
RESULT_AGAIN_DAYS = 90
# Lines that name changes: the strongest ones; a page full of figures is a report.
MOST_CHANGES = 4
READERS = {
    "MD": "physician", "DO": "physician", "DPM": "physician", "NP": "physician", "PA": "physician",
    "PT": "pt", "OT": "pt", "DC": "chiropractor",
}  # fmt: skip
READERS_OF_KIND = {"pt": "pt", "chiropractor": "chiropractor"}
# A place in a text: {line}. Braces around anything else stay as they are.
PLACE = re.compile(r"\{(\w+)\}")


def reader_for(provider_type: str, source_kind: str = "") -> str:
    """Return for whom a letter is worded: by the person's license, else by what the source is.

    >>> reader_for("DC"), reader_for("", "pt"), reader_for("other", "clinic")
    ('chiropractor', 'pt', 'physician')
    """
    return READERS.get(provider_type) or READERS_OF_KIND.get(source_kind, "physician")


def fill(sentences: Sequence[str], values: Mapping[str, str]) -> str:
    """Return sentences with their places filled. One with a place that nothing fills is left out, never left open.

    sentences: each may give several ways to say it, with bars between; the first that can be filled stands.
    Raises KeyError for a place nobody knows: a slip in a text of ours.

    >>> fill(["Dear {name}, | Dear colleagues,", "call {phone}."], {"name": "", "phone": ""})
    'Dear colleagues,'
    """
    said = (_first_whole(one.split(" | "), values) for one in sentences)
    return " ".join(filter(None, said))


def _first_whole(ways: Sequence[str], values: Mapping[str, str]) -> str:
    whole = (one for one in ways if all(values[name] for name in PLACE.findall(one)))
    return PLACE.sub(lambda place: values[place[1]], next(whole, ""))


def follow_up_days(kind: str) -> int:
    """Return after how many days a letter is followed up; 0 for a thank-you, which asks for nothing.

    >>> follow_up_days("introduction"), follow_up_days("thank_you")
    (6, 0)
    """
    return 0 if kind == "thank_you" else FOLLOW_UP_DAYS


def result_is_due(found_on: date, last_letter_on: date | None, *, on: date) -> bool:
    """Return whether an improvement found on a day is still to be told.

    last_letter_on: the day the last result letter about the client was drafted; None without one.
    """
    if not timedelta(0) <= on - found_on <= timedelta(days=RESULT_DAYS):
        return False
    return last_letter_on is None or found_on - last_letter_on >= timedelta(days=RESULT_AGAIN_DAYS)


def why_not_named(*, is_referrer: bool, released: bool, who: str) -> str:
    """Return why a letter may not name a client; empty when it may.

    is_referrer: it goes to the provider who referred this client. released: the client's release of information to
    providers is on file and not withdrawn. who: the client as people say it.
    """
    if not is_referrer:
        return f"{who} may be named only to the provider who referred them."
    if not released:
        return f"There is no release of information to providers on file for {who}. Ask for it first."
    return ""


def email_obstacle(*, server_is_set_up: bool, address: str) -> str:
    """Return why a letter that names no client may not go by e-mail; empty when it may. It may go to any address."""
    if not address:
        return "There is no e-mail address here. Use a link, fax or print."
    return "" if server_is_set_up else "No mail server is set up. Use a link, fax or print."
