"""Providers in words."""

from medexpro.kernel.documents import DOCUMENT_NAMES, DocumentKind
from medexpro.providers.models import Provider
from medexpro.web.words import joined


def wishes(provider: Provider) -> str:
    """Return which documents a provider gets, and how often, in a sentence."""
    without = [DOCUMENT_NAMES[kind].lower() for kind in DocumentKind if kind in provider.unwanted_documents]
    gets = f"All documents but {joined(without)}" if without else "All documents"
    if DocumentKind.PROGRESS in provider.unwanted_documents:
        return gets
    return f"{gets}; a progress report every {provider.report_days} days"
