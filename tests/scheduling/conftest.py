import pytest

from tests import scenario
from tests.scheduling.booking import Desk, open_desk


@pytest.fixture
def desk(cast, clock) -> Desk:
    """The calendar is set up, Janet is in service, and it is Tuesday morning."""
    clock("2026-10-13 09:30")
    scenario.programmed(cast)
    return open_desk(cast)
