"""A provider answers by the link: what is safer holds at once, what loosens waits for a member, and nothing typed is lost."""

from decimal import Decimal

import pytest
from django.urls import reverse

from medexpro.audit.models import Event
from medexpro.clearance import operations as clearance
from medexpro.clearance import state
from medexpro.clearance.models import Decision, Precaution, ProviderLimit
from medexpro.kernel.ids import uuid7
from medexpro.practice.roles import Role
from medexpro.providers import operations as providers
from medexpro.reports import answering, asking, sending
from medexpro.reports.answer_models import Answer, Proposal, Question
from medexpro.reports.models import Delivery, Document
from tests.reports.reporting import LATER, limit_said, signed, speaker

WHO = {"name": "Nina Sol", "credential": "PA-C", "confirm": "on"}


@pytest.fixture
def sent(cast, clock):
    """Ana has made a link on the day of the report."""
    clock("2026-12-09 10:00")
    return sending.send(signed(cast), "link", by=cast.ana, at=LATER)


def post(client, sent, **typed):
    """Send the form of the page once."""
    data = WHO | {"new_id": str(uuid7())} | {key.replace("__", "-"): value for key, value in typed.items()}
    return client.post(reverse("portal:answer", args=[sent.token]), data)


def limit(value: str, measure: str = "bp_systolic", closes: str = "session") -> dict[str, str]:
    return {"l0__measure": measure, "l0__op": ">", "l0__value": value, "l0__closes": closes}


def findings(cast) -> list[str]:
    episode = Document.objects.filter(kind="progress_report").first().episode
    return [one.code for one in state.weigh_start(episode, cast.northbridge.day(LATER))]


def test_a_tighter_limit_holds_at_once_and_a_looser_one_waits_for_ana(sent, client, cast, sign_in):
    assert post(client, sent, **limit("140")).status_code == 302
    tight = ProviderLimit.objects.get(ended_at=None)
    assert (tight.value, tight.recorded_by, tight.provider) == (140, None, cast.dr_raman)
    post(client, sent, **limit("150"), words="150 is fine by now")
    assert ProviderLimit.objects.get(ended_at=None) == tight  # Her own tighter one is not loosened by a link.
    waiting = Proposal.objects.get(standing="waiting")
    ana = sign_in(cast.ana)
    today = ana.get(reverse("today:show")).content.decode()
    assert "Answers from providers" in today and "waits for a decision" in today
    assert ana.post(reverse("reports:accept", args=[waiting.pk])).status_code == 302
    loose = ProviderLimit.objects.get(ended_at=None)
    assert (loose.value, loose.recorded_by, loose.words) == (150, cast.ana, "150 is fine by now")
    assert ana.post(reverse("reports:accept", args=[waiting.pk])).status_code == 302  # A double tap.
    assert ProviderLimit.objects.count() == 2
    kinds = list(
        Event.objects.filter(kind__startswith="reports:answer:")
        .values_list("kind", flat=True)
        .order_by("at", "id")
    )
    assert kinds == ["reports:answer:give", "reports:answer:give", "reports:answer:accept"]
    assert Document.objects.get(pk=sent.delivery.document_id).state == "acknowledged"


def test_a_newer_answer_takes_the_place_of_one_that_waits(sent, client, cast):
    post(client, sent, **limit("175"))
    old = Proposal.objects.get()
    post(client, sent, **limit("140"))
    old.refresh_from_db()
    assert (old.standing, old.decided_by) == ("declined", None)
    with pytest.raises(answering.AnswerRefused, match="newer answer"):
        answering.accept(old, by=cast.ana, at=LATER)
    assert ProviderLimit.objects.get(ended_at=None).value == 140


def test_a_stop_closes_the_next_session_and_what_was_to_open_is_over(sent, client, cast):
    assert "clearance-refused" not in findings(cast)
    post(client, sent, cleared_until="2027-03-01")
    post(client, sent, stop="on", words="New atrial fibrillation")
    assert "clearance-refused" in findings(cast)
    stop = Decision.objects.order_by("-decided_at").first()
    assert (stop.outcome, stop.decided_by, stop.provider_words) == (
        "refused",
        None,
        "New atrial fibrillation",
    )
    assert Proposal.objects.get(kind="clearance").standing == "declined"


def test_a_release_and_a_limit_in_words(sent, client, cast, sign_in):
    episode = sent.delivery.episode
    kneeling = clearance.add_precaution(episode, text="No kneeling", by=cast.ana, at=LATER)
    assert "No kneeling" in client.get(reverse("portal:document", args=[sent.token])).content.decode()
    post(
        client, sent, release=str(kneeling.pk), restriction="No more than 20 lb", ticks="Continue as planned"
    )
    kept = Answer.objects.get()
    assert kept.ticks == ["Continue as planned"] and kept.meaning.startswith(
        "I am Priya Raman, MD or answer for them"
    )
    kneeling.refresh_from_db()
    assert kneeling.state == "confirmed"  # Nobody but a member lifts it.
    assert Precaution.objects.get(text="No more than 20 lb").state == "confirmed"
    answering.accept(Proposal.objects.get(kind="release"), by=cast.ana, at=LATER)
    kneeling.refresh_from_db()
    assert kneeling.state == "released"
    ben = sign_in(cast.ben)
    assert ben.get(reverse("reports:answer", args=[kept.pk])).status_code == 403


def test_whoever_may_not_clear_only_tightens(sent, client, cast):
    cast.dr_raman.type = "OT"
    cast.dr_raman.save()
    page = post(client, sent, **limit("175", closes="aerobic"), words="Typed for long").content.decode()
    assert "may not clear a client" in page and "Typed for long" in page and 'value="175"' in page
    page = post(client, sent, cleared_until="2027-03-01").content.decode()
    assert "comes from one of these providers" in page
    assert not Answer.objects.exists() and not ProviderLimit.objects.exists()
    assert post(client, sent, **limit("140")).status_code == 302


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Tick, write or set something first"),
        ({"words": "Fine", "name": ""}, "Write your name."),
        ({"words": "Fine", "confirm": ""}, "Tick that you are the provider"),
        ({"l0__measure": "bp_systolic"}, "Write the value."),
        ({"l0__measure": "bp_systolic", "l0__value": "9000"}, "lies between"),
        ({"stop": "on", "cleared_until": "2027-03-01"}, "Choose one."),
        ({"words": "x" * 2001}, "At most 2000 characters"),
    ],
)
def test_what_can_not_be_taken_is_said_and_stays_typed(sent, client, typed, sentence):
    answer = post(client, sent, **typed)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not Answer.objects.exists() and not Decision.objects.filter(decided_by=None).exists()


def test_a_form_sent_twice_answers_once_and_other_words_under_its_number_are_refused(sent, client):
    same = {"new_id": str(uuid7()), "words": "Go on, <b>=cmd()</b> 👍"}
    for _ in range(2):
        assert post(client, sent, **same).status_code == 302
    assert Answer.objects.count() == 1
    assert "&lt;b&gt;=cmd()" in client.get(reverse("portal:document", args=[sent.token])).content.decode()
    assert "sent before with other words" in post(client, sent, **same | {"words": "No"}).content.decode()


@pytest.mark.parametrize("how", ["expired", "ended", "forged"])
def test_what_was_typed_while_the_link_ended_is_read_back_and_changes_nothing(sent, client, cast, clock, how):
    if how == "expired":
        clock("2026-12-24 10:00")
    elif how == "ended":
        sending.revoke(sent.delivery, by=cast.ana, at=LATER)
    else:
        sent = sending.Sent(sent.delivery, "forged")
    answer = post(client, sent, words="She may not <kneel>", stop="on", **limit("140"))
    page = answer.content.decode()
    assert (
        answer.status_code in (404, 410)
        and "She may not &lt;kneel&gt;" in page
        and "bp_systolic &gt; 140" in page
    )
    assert not Answer.objects.exists() and not ProviderLimit.objects.exists()


def test_a_question_goes_out_by_mail_without_the_client_and_is_answered_by_its_link(
    cast, client, settings, smtp_server, clock, sign_in
):
    from medexpro.reports import tasks

    clock("2026-12-09 10:00")
    episode = signed(cast).episode
    back = clearance.refer_back(
        episode, trigger="other", observed="Swollen calf", provider=cast.dr_raman, by=cast.ana, at=LATER
    )
    cast.dr_raman.email = "raman@example.org"
    cast.dr_raman.save()
    ana = sign_in(cast.ana)
    typed = {
        "new_id": str(uuid7()),
        "provider": str(cast.dr_raman.pk),
        "text": "I think it is a torn meniscus: may she go on?",
        "channel": "email",
    }
    ask = f"{reverse('reports:ask', args=[episode.pk])}?back={back.pk}"
    # A cause of ours leaves in no question before somebody was asked about it; what was typed stays.
    asked = ana.post(ask, typed)
    assert asked.status_code == 422 and "torn meniscus" in asked.content.decode()
    assert not Question.objects.exists()
    typed["text"] = "May she go on?"
    for _ in range(2):
        ana.post(ask, typed)
    question = Question.objects.get()
    for _ in range(2):
        tasks.mail_question.func(str(question.pk), "https://northbridge.example")
    [letter] = smtp_server.letters
    assert "Ellery" not in letter.raw.decode() and "Janet" not in letter.raw.decode()
    address = next(word for word in letter.text.split() if word.startswith("https://")).removeprefix(
        "https://northbridge.example"
    )
    assert "Swollen calf" in client.get(address).content.decode()
    assert (
        client.post(
            address, WHO | {"new_id": str(uuid7()), "go_on": "yes", "words": "Ultrasound is clear"}
        ).status_code
        == 302
    )
    back.refresh_from_db()
    assert back.closed_at is None  # A “go on” by a link opens nothing by itself.
    answering.accept(Proposal.objects.get(), by=cast.ana, at=LATER)
    back.refresh_from_db()
    assert (back.go_on, back.answer, back.closed_by) == (True, "Ultrasound is clear", cast.ana)
    asking.close(question, by=cast.ana, at=LATER)
    assert client.post(address, WHO | {"words": "More"}).status_code == 410


def test_a_question_nobody_answers_stands_on_today_after_three_working_days(cast, sign_in, clock):
    clock("2026-12-09 10:00")  # A Wednesday.
    asked = asking.ask(
        signed(cast).episode, cast.dr_raman, "May she kneel?", "fax", by=cast.ana, at=LATER
    ).question
    ana = sign_in(cast.ana)
    assert ana.get(reverse("reports:question_pdf", args=[asked.pk])).content.startswith(b"%PDF")
    for day, stands in (("2026-12-14", False), ("2026-12-15", True)):
        clock(f"{day} 10:00")
        ana = sign_in(cast.ana)
        assert ("Questions unanswered" in ana.get(reverse("today:show")).content.decode()) is stands
    form = {"new_id": str(uuid7()), "words": "Yes, on a cushion", "name": "Nina Sol", "how": "phone"}
    assert ana.post(reverse("reports:answer_question", args=[asked.pk]), form).status_code == 302
    assert "Questions unanswered" not in ana.get(reverse("today:show")).content.decode()
    assert Answer.objects.get().recorded_by == cast.ana


def test_the_link_of_an_acknowledgement_shows_and_sets_nothing_of_the_record(cast, clock):
    clock("2026-12-09 10:00")
    episode = signed(cast).episode
    paper = Document(
        kind="acknowledgement", provider=cast.dr_raman, practice=cast.northbridge, episode=episode
    )
    assert not answering.takes_changes(Delivery(document=paper))


def test_ending_a_link_ends_all_it_could_do(sent, client, cast):
    post(client, sent, **limit("140"))
    post(client, sent, cleared_until="2027-03-01")
    sending.revoke(sent.delivery, by=cast.ana, at=LATER)
    assert Proposal.objects.get(kind="clearance").decided_why == "Its link was ended."
    assert (
        ProviderLimit.objects.get(ended_at=None).value == 140
    )  # What is safer stays until a member ends it.
    late = Delivery.objects.get()  # Found by its link before it was ended, sent after.
    with pytest.raises(answering.AnswerRefused, match="ended by the practice just now"):
        answering.answer(late, answering.Said(stop=True), speaker(late), id=uuid7(), at=LATER)


def test_the_link_of_a_provider_who_retired_shows_and_sets_nothing(sent, client, cast):
    providers.change(cast.dr_raman, is_active=False, by=cast.ben, at=LATER)
    assert client.get(reverse("portal:document", args=[sent.token])).status_code == 410
    answer = post(client, sent, **limit("140"), words="Be careful")
    assert answer.status_code == 410 and "no longer active" in answer.content.decode()
    assert "Be careful" in answer.content.decode() and not Answer.objects.exists()


def test_a_name_that_would_turn_the_writing_round_is_kept_as_it_is_read(sent, client):
    post(client, sent, **limit("140"), name="Nina \u202eloS\u202c", credential="\u2066PA-C\u2069")
    kept = Answer.objects.get()
    assert (kept.name, kept.credential) == ("Nina loS", "PA-C")


def test_only_who_decides_accepts(sent, cast):
    kept = answering.answer(
        sent.delivery,
        answering.Said(limits=[limit_said("175")]),
        speaker(sent.delivery),
        id=uuid7(),
        at=LATER,
    )
    proposal = kept.proposals.get()
    for member in (cast.asa, cast.ben, cast.rhea):
        assert Role.PROFESSIONAL not in member.roles
        with pytest.raises(Exception, match=r"role|clients"):
            answering.accept(proposal, by=member, at=LATER)
    with pytest.raises(answering.AnswerRefused, match="why"):
        answering.decline(proposal, why=" ", by=cast.ana, at=LATER)
    answering.decline(proposal, why="Called: a slip", by=cast.ana, at=LATER)
    assert not ProviderLimit.objects.exists() and Decimal(175) == Decimal(proposal.values["value"])
