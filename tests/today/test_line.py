"""The day as a line and the running session: where each visit stands, and the one next step."""

import pytest
from django.urls import reverse

from medexpro.clearance import operations as clearance
from medexpro.sessions import operations as sessions
from medexpro.today.rules.stepping import Do, May, next_step
from tests.conftest import MORNING
from tests.pages import text_of
from tests.scheduling.booking import TUESDAY, at, may_start
from tests.sessions.floor import Tablet

ALL = May(log=True, cosign=True, decide=True, measure=True)
NOBODY = May()


@pytest.mark.parametrize(("asked", "step"), [
    ({"session": "open"}, Do.RESUME),
    ({"session": "held"}, Do.RESUME),
    ({"session": "ready"}, Do.SIGN),
    ({"session": "awaiting_cosign"}, Do.COSIGN),
    ({"session": "signed"}, Do.BOOKING),
    ({"waits": True, "exercise": True}, Do.OPEN),
    ({"waits": True, "exercise": True, "due": True}, Do.REASSESS),
    ({"waits": True, "exercise": True, "due": True, "stopped": True}, Do.REVIEW),  # Safe before everything.
    ({"waits": True}, Do.BOOKING),  # A talk has no log.
    ({"exercise": True}, Do.BOOKING),  # Came or not: it is settled.
])  # fmt: skip
def test_the_next_step_of_a_visit(asked, step):
    assert next_step(may=ALL, **asked) is step
    assert next_step(may=NOBODY, **asked) is Do.BOOKING


def test_who_may_not_start_is_never_offered_a_log():
    for session in ("", "signed"):
        for due in (True, False):
            asked = {"session": session, "waits": True, "exercise": True, "stopped": True, "due": due}
            assert next_step(may=ALL, **asked) is not Do.OPEN


def test_the_line_opens_resumes_and_reviews(desk, cast, sign_in):
    omar, ruth = may_start(cast, "Omar"), may_start(cast, "Ruth")
    desk.book(TUESDAY, "10:00")
    desk.book(TUESDAY, "11:00", omar)
    desk.book(TUESDAY, "13:00", ruth)
    clearance.refer_back(omar.episodes.get(), trigger="other", observed="Calf warm", by=cast.ana, at=MORNING)
    session = sessions.open_session(cast.janet.episodes.get(), by=cast.ana, at=at("2026-10-13 09:45"))
    answer = sign_in(cast.ana).get(reverse("scheduling:line"))
    page, said = answer.content.decode(), text_of(answer)
    assert "Right knee replacement, Session" in said
    assert f'href="{reverse("sessions:show", args=[session.pk])}">Resume' in page
    assert f'href="{reverse("clearance:decide", args=[omar.episodes.get().pk])}">Review' in page
    assert f'action="{reverse("sessions:open", args=[ruth.episodes.get().pk])}"' in page
    assert f'action="{reverse("sessions:open", args=[omar.episodes.get().pk])}"' not in page
    desk_sees = sign_in(cast.ben).get(reverse("scheduling:line"))
    assert "Resume" not in text_of(desk_sees) and "knee" not in text_of(desk_sees)


def test_a_group_leads_to_the_logs_of_those_who_came(desk, cast, sign_in):
    group = desk.book(TUESDAY, "15:00", service=desk.group)
    way = reverse("sessions:group", args=[group.pk])
    assert f'href="{way}">Open group' in sign_in(cast.ana).get(reverse("scheduling:line")).content.decode()
    assert sign_in(cast.ana).get(way).status_code == 200
    assert way not in sign_in(cast.ben).get(reverse("scheduling:line")).content.decode()


def test_a_note_that_waits_for_its_signature_says_so_on_the_line(desk, cast, sign_in):
    desk.book(TUESDAY, "10:00")
    session = sessions.open_session(cast.janet.episodes.get(), by=cast.ana, at=at("2026-10-13 09:45"))
    session.state = "ready"
    session.save()
    assert "note unsigned Sign note" in text_of(sign_in(cast.ana).get(reverse("scheduling:line")))


def test_the_running_session_shows_precautions_gate_and_how_far_it_is(desk, cast, sign_in):
    episode = cast.janet.episodes.get()
    clearance.add_precaution(episode, text="No kneeling on the right", by=cast.ana, at=MORNING)
    session = sessions.open_session(episode, by=cast.ana, at=at("2026-10-13 09:25"))
    count = session.entries.count()
    ana = sign_in(cast.ana)
    page = text_of(ana.get("/"))
    assert "Now Janet Ellery" in page and "Resume log" in page  # Without scripts too.
    said = text_of(ana.get(reverse("today:running")))
    assert "No kneeling on the right" in said
    assert f"Gate Not weighed yet Exercises 0 of {count} logged Timed 0 min Resume log" in said
    tablet = Tablet(session, cast.ana)
    tablet.takes_vitals()
    said = text_of(ana.get(reverse("today:running")))
    assert "Gate Go, 128/82" in said


def test_a_session_of_a_colleague_is_not_mine_to_resume_on_today(desk, cast, sign_in):
    sessions.open_session(cast.janet.episodes.get(), by=cast.ana, at=at("2026-10-13 09:25"))
    assert "Resume log" not in text_of(sign_in(cast.olga).get("/"))


def test_today_stays_inside_its_budget_with_a_session_running(
    desk, cast, sign_in, django_assert_max_num_queries
):
    desk.book(TUESDAY, "10:00")
    for name in ("Omar", "Ruth"):
        client = may_start(cast, name)
        desk.book(TUESDAY, "11:00" if name == "Omar" else "13:00", client)
        sessions.open_session(client.episodes.get(), by=cast.ana, at=at("2026-10-13 09:25"))
    ana = sign_in(cast.ana)
    for path in ("/", reverse("today:running"), reverse("scheduling:line")):
        ana.get(path)
        with django_assert_max_num_queries(15):
            ana.get(path)
