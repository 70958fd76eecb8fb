"""Every change of state of this area."""

from medexpro.marketing.operations.days import (
    DayRefused,
    change_day,
    clear_day,
    close_day,
    make_day,
    open_day,
)
from medexpro.marketing.operations.leads import (
    LeadRefused,
    change_lead,
    link_client,
    make_client,
    make_lead,
    move_lead,
)
from medexpro.marketing.operations.measuring import EntryRefused, StandsAgainst, Unusual, enter, strike
from medexpro.marketing.operations.pages import (
    PageRefused,
    end_link,
    note_printed,
    send_page,
    send_to_all,
    start_run,
)
from medexpro.marketing.operations.people import (
    ParticipantRefused,
    agree,
    change_participant,
    register,
    withdraw,
)

__all__ = [
    "DayRefused", "EntryRefused", "LeadRefused", "PageRefused", "ParticipantRefused", "StandsAgainst", "Unusual", "agree",
    "change_day", "change_lead", "change_participant", "clear_day", "close_day", "end_link", "enter", "link_client",
    "make_client", "make_day", "make_lead", "move_lead", "note_printed", "open_day", "register", "send_page",
    "send_to_all", "start_run", "strike", "withdraw",
]  # fmt: skip
