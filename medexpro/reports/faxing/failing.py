"""A fax that was not taken."""


class FaxFailed(Exception):
    """The gateway did not take it. reason: a sentence. for_good: trying again would not help.

    unsure: nobody knows whether it was taken, so only a person sends it again.
    """

    def __init__(self, reason: str, *, for_good: bool = False, unsure: bool = False):
        super().__init__(reason)
        self.reason, self.for_good, self.unsure = reason, for_good, unsure
