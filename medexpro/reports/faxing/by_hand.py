"""The fax machine in the office: a person prints, faxes, and records it."""

from typing import Any


class ByHand:
    """Nothing leaves by itself; what is recorded as faxed went out by somebody's hand."""

    name = ""

    def obstacle(self, number: str) -> str:
        """Return what is missing; a person dials whatever number they know."""
        digits = sum(character.isdigit() for character in number)
        return "" if digits >= 7 else "Write the fax number it goes to."

    def send(self, fax: Any) -> None:
        """Do nothing: the person did it."""
