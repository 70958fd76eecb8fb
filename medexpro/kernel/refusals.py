"""Saying no. The text of a refusal is what a person reads; anything else that rises is a fault."""


class Refusal(Exception):
    """An operation says no. `str()` is the sentence for the person.

    field: the form field it is about, if one; pages show the sentence there.
    """

    def __init__(self, sentence: str, *, field: str | None = None):
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotAllowed(Refusal):
    """The person lacks the permission. Pages answer 403."""


class NotFound(Refusal):
    """There is no such record for this person, or it is another practice's. Pages answer 404."""


class Conflict(Refusal):
    """Someone else changed the record first. Carries what they wrote, so that nothing is lost."""

    def __init__(self, sentence: str, *, theirs: dict | None = None, version: int | None = None):
        super().__init__(sentence)
        self.theirs = theirs or {}
        self.version = version
