"""What this area keeps: letters and what became of them."""

from medexpro.outreach.letter_models import Enclosure, Improvement, Letter, LetterDelivery

__all__ = ["Enclosure", "Improvement", "Letter", "LetterDelivery"]
