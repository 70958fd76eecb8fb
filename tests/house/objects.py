"""What fills an address: for each value in a path, how to build the thing it names.

A new address whose path takes a value not listed here fails `test_access`. Add one line: the value's name, or the full
name of the address where the same word means something else there. Builders get a `World`: the cast, and whatever is
built once and shared (an episode with its program, a session). All of it belongs to Northbridge.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from medexpro.practice import links
from tests import scenario
from tests.conftest import MORNING


@dataclass
class World:
    """Northbridge with Janet's record in it, each part built when it is first asked for."""

    cast: Any

    @cached_property
    def episode(self) -> Any:
        return scenario.programmed(self.cast)

    @cached_property
    def session(self) -> Any:
        from medexpro.sessions import operations

        return operations.open_session(self.episode, by=self.cast.ana, at=MORNING)

    @cached_property
    def invitation(self) -> Any:
        made, _ = links.invite(
            email="lena@example.org", full_name="L", roles=["mentor"], by=self.cast.olga, at=MORNING
        )
        return made

    @cached_property
    def upload(self) -> Any:
        from medexpro.fhir.models import Upload

        # Nobody's among those who may bring records in: each finds only their own.
        return Upload.objects.create(
            practice=self.cast.northbridge, member=self.cast.olga, contents=b"", uploaded_at=MORNING
        )


Build = Callable[[World], Any]

# By the name of the value, or by "namespace:name" of one address (then a dict of all its values).
VALUES: dict[str, Build] = {
    "client_id": lambda world: world.cast.janet.pk,
    "member_id": lambda world: world.cast.asa.pk,
    "invitation_id": lambda world: world.invitation.pk,
    "factor_id": lambda world: 1,
    "token": lambda world: "no-such-token",
    "episode_id": lambda world: world.episode.pk,
    "session_id": lambda world: world.session.pk,
    "provider_id": lambda world: world.cast.dr_raman.pk,
    "referral_id": lambda world: world.episode.referral_id,
    "upload_id": lambda world: world.upload.pk,
}
ADDRESSES: dict[str, Callable[[World], dict[str, Any]]] = {
    "knowledge:kind": lambda world: {"kind": "measures"},
    "knowledge:show": lambda world: {"kind": "measure", "key": "grip_strength"},
}
# Values that name nothing of a practice: reference data is everyone's, one-time links are their holder's.
NOBODYS = {"token", "kind", "key", "code"}
# Addresses whose thing belongs to one person, so that even colleagues find nothing.
PERSONAL = {"practice:remove_factor", "fhir:look"}

NOWHERE = UUID(int=0)


def values_of(world: World, name: str, kwargs: tuple[str, ...]) -> dict[str, Any]:
    """Return what fills an address. Raises LookupError with what to add where."""
    if name in ADDRESSES:
        return ADDRESSES[name](world)
    missing = [value for value in kwargs if value not in VALUES]
    if missing:
        raise LookupError(
            f"{name} takes {', '.join(missing)}. Say in tests/house/objects.py how to build it: "
            "a line in VALUES for the value, or in ADDRESSES for this address."
        )
    return {value: VALUES[value](world) for value in kwargs}
