"""While a report is written: does it fit, which words to look at, which measures stand in the table."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from medexpro.clearance.operations import add_precaution
from medexpro.clients.operations import agreements
from medexpro.kernel.refusals import Conflict
from medexpro.kernel.wording import find_marks
from medexpro.knowledge.library import library
from medexpro.reports import contents, operations, sending, tasks
from medexpro.reports.rules.by_mail import email_obstacle
from tests.assessments.measuring import measured
from tests.pdf.reading import claims_of, open_pdf, text_of
from tests.reports.reporting import AGAIN, FIRST, KNEE, LATER, drafted, measured_twice, signed

WORSE = AGAIN | {"chair_stand_30s": "6"}


def shown(document) -> dict:
    """Return what a browser would send back of the form as it stands."""
    made = contents.contents_of(document, at=LATER)
    return {"version": document.version, "charts": "on", "rows": made.printed} | made.texts


def test_words_are_weighed_while_typed_and_nothing_is_kept(cast, sign_in, clock):
    clock("2026-12-09 10:00")
    document = drafted(cast)
    ana = sign_in(cast.ana)
    answer = ana.post(
        reverse("reports:weigh", args=[document.pk]),
        shown(document) | {"next": "The patient walks 🎉. " * 60},
    )
    said = answer.content.decode()
    assert "too long" in said and 'data-offer="client"' in said and "prints as a box: 🎉" in said
    document.refresh_from_db()
    assert document.words.get("next") is None and document.version == 1


def test_too_long_is_kept_but_not_signed(cast, sign_in):
    document = drafted(cast)
    address = reverse("reports:write", args=[document.pk])
    long = "One more line of plan for the weeks to come. " * 40
    assert (
        sign_in(cast.ana).post(address, shown(document) | {"next": long, "program": long}).status_code == 302
    )
    document.refresh_from_db()
    with pytest.raises(operations.engine.TooLong):
        operations.sign(document, recently_signed_in=True, by=cast.ana, at=LATER)
    assert operations.rows_of(cast.ana).get(pk=document.pk).state == "draft"


def test_the_form_as_shown_changes_nothing(cast, sign_in, clock):
    clock("2026-12-09 08:30")
    document = drafted(cast)
    assert (
        sign_in(cast.ana).post(reverse("reports:write", args=[document.pk]), shown(document)).status_code
        == 302
    )
    document.refresh_from_db()
    assert set(document.words) <= {
        "charts",
        "show_pain",
    }  # Words of the record are not copied into the draft.


def test_a_measure_left_out_is_named_and_one_that_got_worse_always_stands(cast):
    document = drafted(cast, again=WORSE)
    document = operations.write(document, {"rows": ["lefs:none"]}, by=cast.ana, at=LATER)
    made = contents.contents_of(document, at=LATER)
    assert set(made.printed) == {"lefs:none", "chair_stand_30s:none"}
    assert "Timed Up and Go" in made.snapshot.also
    assert "Worse by more than that: Chair stand" in made.own["lead"]


def test_pain_is_reported_by_choice_only(cast):
    document = drafted(cast)
    plain = " ".join(text_of(operations.proof(document, at=LATER).pdf).split())
    assert "Pain" not in plain
    document = operations.write(document, {"show_pain": True, "rows": None}, by=cast.ana, at=LATER)
    assert "pain_nrs:none" in [one.key for one in contents.contents_of(document, at=LATER).choices]


@pytest.mark.parametrize(("stands", "said"), [("10", "1 more time in"), ("12", "3 more times in")])
def test_one_more_time_is_said_as_people_say_it(cast, stands, said):
    again = AGAIN | {"chair_stand_30s": stands, "tug": "13.8", "lefs": "34"}
    made = contents.contents_of(drafted(cast, again=again), at=LATER)
    assert said in made.own["lead"]


def test_no_change_is_claimed_inside_the_band(cast):
    small = {"tug": "13.5", "chair_stand_30s": "9", KNEE: ["99"] * 3, "lefs": "36", "pain_nrs": "4"}
    made = contents.contents_of(drafted(cast, again=small), at=LATER)
    verdicts = {row.verdict for domain in made.snapshot.domains for row in domain.rows}
    assert not verdicts & {"better", "worse"}
    assert (
        "changed by more than the smallest change that counts" in made.own["lead"]
        and "None of" in made.own["lead"]
    )


def test_nobody_signs_what_they_did_not_see(cast):
    document = drafted(cast)
    operations.write(document, {"next": "Stairs."}, by=cast.ana, at=LATER)
    with pytest.raises(Conflict):
        operations.sign(document, recently_signed_in=True, version=1, by=cast.ana, at=LATER)


def test_nobody_signs_numbers_they_did_not_see(cast, sign_in, clock):
    """Measured again after the page was drawn: the page is drawn anew with a sentence, and signed then."""
    clock("2026-12-09 09:30")
    document = drafted(cast)
    ana, address = sign_in(cast.ana), reverse("reports:sign", args=[document.pk])
    seen = signing(ana, document)
    measured(document.episode, AGAIN | {"tug": "8.1"}, kind="reassessment", by=cast.ana, at=LATER)
    answer = ana.post(address, seen)
    said = answer.content.decode()
    assert answer.status_code == 409 and "The record changed since this page was drawn" in said
    assert "8.1" in said  # Drawn anew, beside the sentence.
    assert operations.rows_of(cast.ana).get(pk=document.pk).state == "draft"
    assert ana.post(address, {"version": str(document.version)}).status_code == 409  # Without what was seen.
    assert ana.post(address, signing(ana, document)).status_code == 302
    assert operations.rows_of(cast.ana).get(pk=document.pk).state == "signed"


def test_words_kept_while_writing_bring_what_is_signed_then(cast, sign_in, clock):
    clock("2026-12-09 09:30")
    document = drafted(cast)
    ana = sign_in(cast.ana)
    part = ana.post(
        reverse("reports:write", args=[document.pk]),
        shown(document) | {"next": "Stairs."},
        headers={"HX-Request": "true"},
    )
    seen = {name: value_of(part, name) for name in ("shown", "version")}
    assert f"picture/?v={seen['shown']}" in part.content.decode()  # No picture of before is shown again.
    assert ana.post(reverse("reports:sign", args=[document.pk]), seen | {"version": "2"}).status_code == 302


def signing(browser, document) -> dict:
    """Return what the card that signs would send from the page as it is drawn now."""
    page = browser.get(reverse("reports:show", args=[document.pk]))
    return {name: value_of(page, name) for name in ("shown", "version")}


def value_of(answer, name: str) -> str:
    """Return the value of a hidden field."""
    return re.search(rf'name="{name}"[^>]* value="([^"]*)"', answer.content.decode())[1]


def test_the_signed_pdf_is_archival_and_accessible(cast):
    claims = claims_of(bytes(signed(cast).pdf))
    assert (claims["pdfaid:part"], claims["pdfaid:conformance"], claims["pdfuaid:part"]) == ("2", "A", "1")


def test_numbers_follow_each_other_by_kind_and_year(cast):
    document = drafted(cast)
    letter = operations.draft(document.episode, "introductory_letter", by=cast.ana, at=LATER)
    assert (document.number, letter.number) == ("R-2026-0001", "L-2026-0001")
    assert operations.draft(document.episode, "progress_report", by=cast.ana, at=LATER).pk == document.pk
    operations.discard(document, by=cast.ana, at=LATER)
    assert (
        operations.draft(document.episode, "progress_report", by=cast.ana, at=LATER).number == "R-2026-0002"
    )


@pytest.mark.parametrize(
    ("server", "address", "secure", "released", "why"),
    [
        (True, "raman@example.org", True, True, ""),
        (False, "raman@example.org", True, True, "TLS"),
        (True, "", True, True, "no e-mail address"),
        (True, "raman@example.org", False, True, "not marked as secure"),
        (True, "raman@example.org", True, False, "no release"),
    ],
)
def test_health_data_leaves_by_e_mail_by_one_rule(server, address, secure, released, why):
    said = email_obstacle(server_is_safe=server, address=address, is_secure=secure, released=released)
    assert (why in said) if why else said == ""
    assert not said or "link, fax or print" in said


def test_an_e_mail_carries_the_pdf_and_names_no_client_outside_it(cast, settings):
    delivery = mailed(cast, settings)
    tasks.mail_document.func(str(delivery.pk))
    tasks.mail_document.func(str(delivery.pk))  # A second run of the worker sends nothing twice.
    (letter,) = mail.outbox
    assert "Ellery" not in letter.subject + letter.body and letter.to == ["raman@example.org"]
    assert letter.attachments[0][1].startswith(b"%PDF")
    delivery.document.refresh_from_db()
    assert delivery.document.state == "sent"


def test_a_failed_e_mail_says_so_and_the_document_is_not_sent(cast, settings):
    delivery = mailed(cast, settings)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # Nobody listens there.
    tasks.mail_document.func(str(delivery.pk))
    delivery.refresh_from_db()
    assert "did not take it" in delivery.failed_reason and delivery.document.state == "signed"


def mailed(cast, settings):
    """Ana has sent the report by e-mail; the worker has not run yet."""
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "localhost", True
    cast.dr_raman.email, cast.dr_raman.email_is_secure = "raman@example.org", True
    cast.dr_raman.save()
    agreements.sign_consent(
        cast.janet, kind="release_to_provider", version=1, signed_name="Janet Ellery", by=cast.ben, at=LATER
    )
    document = operations.rows_of(cast.ana).get(pk=signed(cast).pk)
    return sending.send(document, "email", by=cast.ana, at=LATER).delivery


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Gait therapy twice a week", ["Gait therapy"]),
        ("Gait therapy, then more therapy", ["Gait therapy", "therapy"]),
        ("After physical therapy ended", []),
        ("The Patient was treated", ["Patient", "treated"]),
        ("Physical therapist and therapist", ["therapist"]),
        ("A post-rehab client", []),
    ],
)
def test_words_are_marked_as_the_list_says(text, found):
    assert [mark.found for mark in find_marks({"next": text}, library().wording)] == found


def test_a_long_page_is_proposed_without_its_charts_and_still_one_page(cast):
    first = FIRST | {"six_minute_walk": "310", "gait_speed_4m": "0.7"}
    again = AGAIN | {"six_minute_walk": "380", "gait_speed_4m": "0.9"}
    episode = measured_twice(cast, first, again)
    for number in range(4):
        words = f"{number + 1}: no weight through the heel before the next picture is read"
        add_precaution(
            episode, text=words, provider=cast.dr_raman, words="As in the letter", by=cast.ana, at=LATER
        )
    document = operations.draft(episode, "progress_report", by=cast.ana, at=LATER)
    assert document.words.get("charts") is False
    signed_one = operations.sign(document, recently_signed_in=True, by=cast.ana, at=LATER)
    assert len(open_pdf(bytes(signed_one.pdf)).pages) == 1
