"""What this area puts on the settings page: when a relationship asks for a word."""

from datetime import datetime

from medexpro.practice import settings_page
from medexpro.practice.models import Member
from medexpro.practice.settings_page import Line, Part
from medexpro.referrals.policy import relations_policy

WORDS = "relationships referral sources quiet follow-up thank-you touches"


def register() -> None:
    """Put the lines in place, when the app starts."""
    settings_page.add(Part("Relationships", relationships, order=45))


def relationships(member: Member, at: datetime) -> list[Line]:
    """Return when a source asks for a word: working rules of ours, the same for every practice."""
    rule = relations_policy()
    lines = (
        (
            "Follow-up of a letter",
            f"{rule.follow_up_first_days} to {rule.follow_up_last_days} days after it",
            "A day on which nobody works moves to the next working day.",
        ),
        (
            "Thank-you for a referral",
            f"Within {rule.thank_working_days} working days",
            "One thank-you answers every referral that came before it.",
        ),
        (
            "Gone quiet",
            f"{rule.quiet_factor} times their own rhythm; {rule.default_quiet_days} days without one",
            f"The median of the days between {rule.needs_referrals} referrals or more, {rule.shortest_quiet_days} days at "
            "least: a working rule, no study stands behind it.",
        ),
        (
            "Lapsed",
            f"{rule.lapsed_factor} times what makes them quiet, {rule.shortest_lapsed_days} days at least",
            "A lapsed source is on the board and no longer on Today.",
        ),
        ("Touches planned", f"{rule.touches_a_week} a week", "Drawn as a line over the weeks on the board."),
    )
    return [Line(name, value, effect, words=WORDS) for name, value, effect in lines]
