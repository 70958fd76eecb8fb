"""What is added to a signed note has been read by somebody who may sign."""

import pytest

from medexpro.sessions import operations
from tests.conftest import MORNING
from tests.pages import text_of
from tests.sessions.floor import logged


def test_an_assistant_adds_until_a_professional_has_co_signed(cast, sign_in, clock):
    clock("2026-10-13 10:00")
    session = operations.sign(logged(cast, cast.asa), recently_signed_in=True, by=cast.asa, at=MORNING)
    address = f"/sessions/{session.pk}/"
    assert "Add addendum" in text_of(sign_in(cast.asa).get(address))
    operations.add_addendum(session, text="Her daughter called", by=cast.asa, at=MORNING)
    session = operations.cosign(session, recently_signed_in=True, by=cast.ana, at=MORNING)
    with pytest.raises(operations.SessionRefused, match="Ask them to add it"):
        operations.add_addendum(session, text="And once more", by=cast.asa, at=MORNING)
    assert "Add addendum" not in text_of(sign_in(cast.asa).get(address))
    operations.add_addendum(session, text="Dr. Raman knows", by=cast.ana, at=MORNING)
