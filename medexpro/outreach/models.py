"""What this area keeps: letters and what became of them; what shows that the practice is ready."""

from medexpro.outreach.letter_models import Enclosure, Improvement, Letter, LetterDelivery
from medexpro.outreach.readiness_models import ReadinessItem, ReadinessPlan, ReadinessSaid, ReadinessScore

__all__ = [
    "Enclosure", "Improvement", "Letter", "LetterDelivery", "ReadinessItem", "ReadinessPlan", "ReadinessSaid",
    "ReadinessScore",
]  # fmt: skip
