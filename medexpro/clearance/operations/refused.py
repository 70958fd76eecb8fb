"""Saying no, with the findings behind it."""

from collections.abc import Sequence

from medexpro.kernel.findings import Finding
from medexpro.kernel.refusals import Refusal


class ClearanceRefused(Refusal):
    """A decision can't be taken so; the findings say why."""

    def __init__(self, sentence: str, *, findings: Sequence[Finding] = (), field: str | None = None):
        super().__init__(sentence, field=field)
        self.findings = list(findings)
