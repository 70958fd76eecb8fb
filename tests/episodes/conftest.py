"""Episodes, with a clearance that a test can give and take."""

from datetime import date

import pytest

from medexpro.episodes import operations, steps
from medexpro.episodes.steps import State, StepState
from medexpro.referrals import operations as referrals
from tests.conftest import MORNING
from tests.referrals.conftest import codes, take_in


class Clearance:
    """Answers for the clearance step, as the area above does."""

    given = False

    def __call__(self, episode, on):
        return (
            StepState(State.DONE)
            if self.given
            else StepState(State.TODO, missing=("No clearance is in force.",))
        )


@pytest.fixture
def clearance():
    """Register a clearance step of this test's own; the real one comes back afterwards."""
    kept = steps._CHECKERS.get("clearance")
    answering = Clearance()
    steps.register("clearance", answering)
    yield answering
    if kept:
        steps.register("clearance", kept)
    else:
        del steps._CHECKERS["clearance"]


@pytest.fixture
def opened(cast, take_in):
    """Return Janet's episode, opened by a whole referral, four months after her operation."""
    referral = take_in(confirmed=["written", "wording", "coded", "exited"])
    episode = referral.episodes.get()
    operations.change(episode, onset_on=date(2026, 6, 22), by=cast.ana, at=MORNING)
    return episode


@pytest.fixture
def active(cast, opened, clearance):
    """Return Janet's episode in service."""
    clearance.given = True
    operations.move(opened, "awaiting_clearance", by=cast.ana, at=MORNING)
    return operations.start(opened, by=cast.ana, at=MORNING)


__all__ = ["active", "clearance", "codes", "opened", "referrals", "take_in"]
