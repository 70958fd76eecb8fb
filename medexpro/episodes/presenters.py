"""Episodes in words."""

from datetime import date

from medexpro.episodes import populations
from medexpro.episodes.models import Category, Episode, Status
from medexpro.episodes.rules import category as category_rule
from medexpro.web import words

KIND_OF_STATUS = {
    Status.ACTIVE: "ok",
    Status.ON_HOLD: "hold",
    Status.REFERRED_BACK: "stop",
    Status.REFERRED: "info",
    Status.SCREENING: "info",
    Status.AWAITING_CLEARANCE: "info",
}


def status_words(episode: Episode) -> tuple[str, str]:
    """Return an episode's status and the kind of its chip; a closed one is a plain fact."""
    status = Status(episode.status)
    return status.label, KIND_OF_STATUS.get(status, "plain")


def condition_words(episode: Episode) -> str:
    """Return what the episode is for, with the day of surgery."""
    surgery = episode.surgery
    if surgery and surgery.performed_on:
        return f"{episode.title}, {words.day(surgery.performed_on)}"
    return episode.title


def detail_words(episode: Episode, on: date) -> str:
    """Return weeks since surgery and the codes on file: 16 weeks · M17.11, Z96.651."""
    parts = []
    weeks = episode.surgery.weeks_on(on) if episode.surgery else None
    if weeks is not None:
        parts.append(f"{weeks} {'week' if weeks == 1 else 'weeks'}")
    codes = [episode.condition.icd10] if episode.condition and episode.condition.icd10 else []
    if episode.referral:
        codes += episode.referral.icd10
    if codes:
        parts.append(", ".join(dict.fromkeys(codes)))
    return " · ".join(parts)


def days_words(episode: Episode, on: date) -> str:
    """Return where an episode stands in time: Day 57, or when it opened or ended."""
    if episode.ended_on:
        return f"Ended {words.day(episode.ended_on)}"
    if episode.started_on:
        return f"Day {(on - episode.started_on).days + 1}"
    return f"Opened {words.day(episode.opened_on)}"


def category_words(episode: Episode, on: date) -> str:
    """Return the category, frozen or as it would be today, and a later crossing of the year."""
    if episode.category:
        label = Category(episode.category).label
        crossed = category_rule.crossed_on(episode.category, episode.counting_from(), on)
        if crossed and episode.is_open:
            return f"{label}, past its year since {words.day(crossed)}"
        return label
    day_0 = episode.counting_from()
    if day_0 is None or day_0 > on:
        return "Category open: no day of onset or surgery"
    derived = category_rule.derive(day_0, on)
    label = Category(derived.category).label
    if derived.category == category_rule.POST_REHAB:
        return f"{label} to {words.day(derived.last_post_rehab_day)}"
    return label


def population_words(episode: Episode) -> str:
    """Return the population tags in words."""
    return ", ".join(populations.names_of(episode.population))
