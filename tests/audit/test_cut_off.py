"""A trail whose end was cut off, or that was written anew, is whole in itself. What was noted elsewhere shows it."""

import io

import pytest
from django.core.management import CommandError, call_command

from medexpro.audit import chain, heads, kinds, sealing, trail
from medexpro.audit.models import Event
from tests.conftest import MORNING

DONE = kinds.declare("tests:thing:done", "Did a thing")


@pytest.fixture
def sealed(cast, settings, tmp_path):
    """Five sealed events of Northbridge, their head noted in a home of its own."""
    settings.MEDEXPRO_HOME = tmp_path
    happen(cast, 5)
    return str(cast.northbridge.pk)


def happen(cast, count: int) -> None:
    for number in range(count):
        trail.record(DONE, cast.janet, by=cast.ana, at=MORNING, number=number)
    chain.seal_all(cast.northbridge.pk)


def verify(*arguments: str) -> str:
    """Return what the command says, and whether it was content."""
    said = io.StringIO()
    try:
        call_command("verify_trail", *arguments, stdout=said)
    except CommandError as error:
        return f"{said.getvalue()}{error}"
    return said.getvalue()


def cut(*, after: int) -> None:
    with sealing.lifted():
        Event.objects.filter(position__gt=after).delete()


def test_a_whole_trail_is_whole(sealed):
    assert f"{sealed}: whole. 5 sealed" in verify()


@pytest.mark.parametrize(("after", "reason"), [(3, "event 4 is missing"), (0, "event 1 is missing")])
def test_a_cut_end_is_seen_by_the_note_beside_the_database(sealed, after, reason):
    cut(after=after)
    assert chain.verify(sealed).whole  # It can't be seen in the database itself.
    assert f"BROKEN: {reason}: the trail reached event 5" in verify() and "1 trail(s) broken" in verify()


def test_a_break_is_not_sealed_over(cast, sealed):
    cut(after=3)
    trail.record(DONE, cast.janet, by=cast.ana, at=MORNING)
    assert "BROKEN" in verify("--seal") and heads.noted()[sealed]["position"] == 5
    assert Event.objects.unsealed().count() == 1


def test_working_on_does_not_wipe_the_note_away(cast, sealed, caplog):
    cut(after=3)
    happen(cast, 4)
    assert "lacks an event" in caplog.text
    assert "event 5 is not the one that was noted" in verify()


def test_a_trail_written_anew_differs_from_the_head_a_backup_named(cast, sealed):
    head = "{}:{}:{}".format(sealed, *chain.head(cast.northbridge.pk))
    happen(cast, 3)
    assert "whole" in verify("--head", head)
    cut(after=4)
    happen(cast, 4)
    heads.path().unlink()
    assert "whole" in verify()
    assert "event 5 is not the one that was noted" in verify("--head", head)


def test_what_is_no_head_is_a_sentence(sealed):
    assert "Write it as the backup named it" in verify("--head", "5:abc")


def test_a_note_that_can_not_be_read_is_none(sealed):
    heads.path().write_text("{")
    assert "whole" in verify()
