"""What the page of a provider's link shows beside the document or question: the answer form, and what was answered by it."""

from collections.abc import Mapping
from typing import Any

from medexpro.clearance import state
from medexpro.portal.provider_forms import AnswerForm
from medexpro.reports import answering, presenters
from medexpro.reports.answer_models import Answer, Question
from medexpro.reports.models import Delivery

# Of what somebody typed when their link had ended: as much as is read back to them, to copy.
READ_BACK = 4000


def form_of(source: Delivery | Question, data: Mapping[str, Any] | None = None) -> AnswerForm:
    """Return the form a link's holder fills in."""
    changes = answering.takes_changes(source)
    is_document = isinstance(source, Delivery)
    asks = presenters.asks_of(source.document) if is_document else []
    return AnswerForm(
        data, asks=asks, precautions=state.precautions_in_force(source.episode) if changes else [],
        meaning=answering.meaning_of(source), changes=changes,
        asks_to_go_on=not is_document and source.refer_back_id is not None,
    )  # fmt: skip


def context_of(source: Delivery | Question, token: str, form: AnswerForm | None = None) -> dict[str, Any]:
    """Return the form, bound or new, and what was answered by this very link. Two or three queries."""
    by = {"delivery": source} if isinstance(source, Delivery) else {"question": source}
    form = form or form_of(source)
    return {
        "token": token,
        "practice": source.practice,
        "form": form,
        "answers": list(Answer.objects.filter(**by).prefetch_related("proposals").order_by("answered_at")),
        "takes_changes": bool(form.limits),
    }


def read_back(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what somebody typed into a form whose link had ended meanwhile, as label and text, to copy."""
    labels = {
        "words": "Your answer",
        "restriction": "Another limit",
        "name": "Your name",
        "credential": "Your credential",
    }
    found = [(label, str(data.get(name, ""))[:READ_BACK].strip()) for name, label in labels.items()]
    limits = [
        " ".join(str(data.get(f"l{place}-{part}", ""))[:40] for part in ("measure", "op", "value"))
        for place in range(3)
    ]
    found += [
        ("A limit", said) for place, said in enumerate(limits) if str(data.get(f"l{place}-value", "")).strip()
    ]
    return [(label, text) for label, text in found if text]
