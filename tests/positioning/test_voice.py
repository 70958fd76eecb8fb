"""The practice's voice: plain and whole before anything is filled in, and the sheet's own words afterwards."""

from io import BytesIO

import pikepdf
import pytest

from medexpro.positioning import papers, voice
from medexpro.positioning.models import Profile, Service
from medexpro.wording.checking import marks_for
from tests.pdf.reading import text_of

pytestmark = pytest.mark.django_db


def test_a_practice_that_filled_in_nothing_speaks_in_plain_words(cast):
    said = voice.voice_of(cast.northbridge)

    assert said.scope_statement.startswith(f"{cast.northbridge.name} offers medical exercise")
    assert said.line and said.overview and said.public and said.not_do and said.proof
    assert (said.services, said.slug, said.published_at, said.colour) == ((), "", None, voice.COLOUR)
    assert cast.northbridge.name in voice.bio_of(cast.ana)
    assert not Profile.objects.exists()  # Asking writes nothing.


def test_the_sheet_is_heard_everywhere(cast):
    Profile.objects.create(
        practice=cast.northbridge, slug="northbridge", whom="We serve people after a knee replacement.", result="Climb stairs",
        not_do="Sell supplements\nwe don’t name the cause of pain",
    )  # fmt: skip
    Service.objects.create(practice=cast.northbridge, name="Knees again", price_cents=9550)
    said = voice.voice_of(cast.northbridge)

    assert said.line == "We help people after a knee replacement climb stairs."
    assert said.not_do == ("sell supplements", "name the cause of pain")
    assert "We also do not sell supplements or name the cause of pain." in said.scope_statement
    assert said.services[0].price_words == "$95.50"
    assert voice.practice_at("northbridge") == cast.northbridge
    assert (
        voice.practice_at("no-such") is None
        and voice.practice_at("a\x00b") is None
        and voice.practice_at("") is None
    )


def test_papers_are_one_page_with_our_own_words_and_say_no_price_to_who_refers(cast):
    def words_of(pdf):
        with pikepdf.open(BytesIO(pdf)) as read:
            assert len(read.pages) == 1
        return " ".join(text_of(pdf).split())

    Service.objects.create(
        practice=cast.northbridge, name="Knees again", condition="After knee replacement", price_cents=120000,
        whom="People back on their feet", referrer_gets="One page every 30 days", length="12 weeks",
    )  # fmt: skip
    for pdf in (papers.overview_pdf(cast.northbridge), papers.bio_pdf(cast.ana)):
        assert "offers medical exercise" in words_of(pdf)
    for_clients = words_of(papers.menu_pdf(cast.northbridge))
    for_referrers = words_of(papers.menu_pdf(cast.northbridge, to="referrer"))
    assert "$1,200" in for_clients and "One page every 30 days" not in for_clients
    assert "$1,200" not in for_referrers and "One page every 30 days" in for_referrers

    Profile.objects.create(practice=cast.northbridge, slug="n", referrers_see_prices=True)
    assert "$1,200" in words_of(papers.menu_pdf(cast.northbridge, to="referrer"))


def test_our_own_words_pass_our_own_check(cast):
    said = voice.voice_of(cast.northbridge)
    texts = {"line": said.line, "scope": said.scope_statement, "bio": voice.bio_of(cast.ana)}
    texts |= {
        f"{key} {n}": part for key in ("overview", "public") for n, part in enumerate(getattr(said, key))
    }
    for reader in ("public", "client", "provider"):
        assert [(mark.field, mark.found) for mark in marks_for(cast.northbridge, texts, to=reader)] == []
