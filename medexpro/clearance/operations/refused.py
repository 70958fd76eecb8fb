"""Saying no, with the findings behind it."""

from collections.abc import Sequence

from medexpro.clearance.questionnaire import clearing_policy
from medexpro.clearance.rules import clearing
from medexpro.clients.models import ClientDocument
from medexpro.episodes.models import Episode
from medexpro.kernel.findings import Finding
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.providers.models import Provider


def check_belongs(
    episode: Episode, *, provider: Provider | None = None, document: ClientDocument | None = None
) -> None:
    """Raise NotFound unless the provider is one of the practice's, and the paper lies on this client's file."""
    if provider is not None and provider.practice_id != episode.practice_id:
        raise NotFound("There is no such provider in this practice.")
    if document is not None and document.client_id != episode.client_id:
        raise NotFound("There is no such document among this client’s.")


def check_may_clear(provider: Provider, what: str = "A clearance", *, field: str = "provider") -> None:
    """Raise ClearanceRefused at the field unless the provider may clear: nobody else's word loosens a safety rule.

    what: begins the sentence, such as "A written plan".
    """
    if wrong := clearing.not_a_clearing_provider(provider.type, clearing_policy(), what):
        raise ClearanceRefused(wrong, field=field)


class ClearanceRefused(Refusal):
    """A decision can't be taken so; the findings say why."""

    def __init__(self, sentence: str, *, findings: Sequence[Finding] = (), field: str | None = None):
        super().__init__(sentence, field=field)
        self.findings = list(findings)
