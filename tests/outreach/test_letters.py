"""Letters about the relationship: worded for who reads them, one page, signed as seen, kept as sent, never too much said."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from medexpro.audit.models import Event
from medexpro.clients.models import Consent
from medexpro.kernel.refusals import Conflict, NotAllowed
from medexpro.outreach import improvements, letter_contents, letter_sending, letters, worklist
from medexpro.outreach.letter_models import Improvement, Letter, LetterDelivery
from medexpro.outreach.letter_texts import FIELDS
from medexpro.outreach.tasks import finish_batch, mail_letter
from medexpro.pdf import engine
from medexpro.providers import operations as providers
from medexpro.referrals.source_models import Touchpoint
from medexpro.reports import sending as reports
from medexpro.reports.operations import SignInNeeded, WordingLeft
from medexpro.wording.checking import marks_for
from tests.assessments.measuring import measured
from tests.conftest import MORNING
from tests.outreach.lettering import SITE, release, signed, source
from tests.pdf.reading import claims_of, marks_of, open_pdf, text_of
from tests.reports import reporting
from tests.reports.reporting import LATER


def words_of(pdf) -> str:
    return " ".join(text_of(bytes(pdf)).split())


def introduction(cast, provider=None) -> Letter:
    return letters.draft(source(cast, provider), "introduction", by=cast.ana, at=MORNING)


@pytest.mark.parametrize("kind", sorted(Letter.Kind.values))
def test_our_own_words_fit_a_page_and_say_nothing_out_of_scope(cast, kind):
    about = {}
    if kind in ("result", "thank_you"):
        release(cast)
        episode = reporting.measured_twice(cast)
        about = {"episode": episode, "referral": episode.referral if kind == "thank_you" else None}
    letter = letters.draft(source(cast), kind, by=cast.ana, at=LATER, **about)
    for reader in Letter.Reader.values:
        letter.reader = reader
        made = letter_contents.contents_of(letter, site=SITE, at=LATER)
        assert not set("{}|") & set("".join(made.texts.values())) and made.obstacle == ""
        assert marks_for(cast.northbridge, made.texts, to="provider") == []
        assert set(made.texts) == set(FIELDS[kind]) - {"changes"} and all(made.texts.values())
        assert letters.proof(letter, site=SITE, at=LATER).pages == 1


def test_the_version_follows_the_license_and_a_person_may_choose_another(cast):
    dc = providers.add(family_name="Lindgren", type="DC", by=cast.ana, at=MORNING)
    letter = introduction(cast, dc)
    assert letter.reader == "chiropractor"
    assert introduction(cast).reader == "physician" and introduction(cast, dc).pk == letter.pk
    before = letter_contents.contents_of(letter, site=SITE, at=MORNING).texts
    typed = before | {"closing": "Dr. Lindgren, come and see us."}
    letter = letters.write(letter, typed, reader="pt", version=1, site=SITE, by=cast.ana, at=MORNING)
    after = letter_contents.contents_of(letter, site=SITE, at=MORNING).texts
    assert after["gets"] != before["gets"] and after["closing"] == "Dr. Lindgren, come and see us."
    assert list(letter.words) == ["closing"]
    with pytest.raises(Conflict):
        letters.write(letter, typed, version=1, site=SITE, by=cast.ana, at=MORNING)


def test_a_signed_letter_is_one_archival_page_with_the_code_and_what_goes_along(cast):
    letter = signed(introduction(cast), cast)
    text = words_of(letter.pdf)
    assert "Dear Dr. Raman," in text and "Ana Torres, MES" in text and "Northbridge Medical Exercise" in text
    assert (
        f"northbridge.example/r/{letter.source.code}" in text
        and "We observe, measure and lead exercise" in text
    )
    with open_pdf(bytes(letter.pdf)) as pdf:
        assert len(pdf.pages) == 1
    assert marks_of(bytes(letter.pdf))[1] == []
    claims = claims_of(bytes(letter.pdf))
    assert (claims["pdfaid:part"], claims["pdfaid:conformance"], claims["pdfuaid:part"]) == ("2", "A", "1")
    along = {one.kind: words_of(one.pdf) for one in letter.enclosures.all()}
    assert list(along) == ["overview", "bio"] and "Ana Torres" in along["bio"]
    with pytest.raises(letters.LetterRefused):
        letters.write(letter, {"closing": "Bye"}, site=SITE, by=cast.ana, at=MORNING)


def test_a_signed_letter_does_not_change_in_the_database_either(cast):
    letter = signed(introduction(cast), cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(pdf=b"another")


def test_the_sample_report_says_three_times_that_it_is_made_up(cast):
    letter = introduction(cast)
    letter = letters.write(letter, {}, enclosed=["sample"], site=SITE, by=cast.ana, at=MORNING)
    [sample] = signed(letter, cast).enclosures.all()
    text = words_of(sample.pdf)
    assert "Made-up example" in text and "A made-up example." in text and "no such client exists" in text


def test_nobody_signs_what_they_did_not_see_nor_without_showing_who_they_are(cast):
    letter = introduction(cast)
    with pytest.raises(Conflict):
        signed(letter, cast, shown="another page")
    with pytest.raises(SignInNeeded):
        letters.sign(letter, recently_signed_in=False, site=SITE, by=cast.ana, at=MORNING)
    with pytest.raises(NotAllowed):
        letters.sign(letter, recently_signed_in=True, site=SITE, by=cast.ben, at=MORNING)


def test_words_out_of_scope_are_asked_about_when_it_is_signed(cast):
    letter = letters.write(
        introduction(cast), {"closing": "We get people toned."}, site=SITE, by=cast.ana, at=MORNING
    )
    with pytest.raises(WordingLeft):
        signed(letter, cast)
    letter = signed(letter, cast, accept_wording=True)
    assert letter.is_signed and Event.objects.filter(kind="wording:mark:keep").exists()


def test_too_long_is_said_and_never_spills(cast):
    letter = letters.write(
        introduction(cast), {"next": "Please call us about it. " * 90}, site=SITE, by=cast.ana, at=MORNING
    )
    with pytest.raises(engine.TooLong):
        signed(letter, cast)
    assert Letter.objects.get().is_draft


# ---- What is said of a client


def test_a_thank_you_names_the_client_only_to_the_referrer_and_with_the_release(cast):
    episode = reporting.measured_twice(cast)
    theirs = source(cast)
    assert letters.nameable(theirs, episode.referral, by=cast.ana) is None
    plain = letters.draft(theirs, "thank_you", referral=episode.referral, by=cast.ana, at=LATER)
    assert "Ellery" not in words_of(letters.proof(plain, site=SITE, at=LATER).pdf)
    with pytest.raises(letters.LetterRefused, match="no release"):
        letters.draft(theirs, "result", episode=episode, by=cast.ana, at=LATER)
    letters.discard(plain, by=cast.ana, at=LATER)

    release(cast)
    assert letters.nameable(theirs, episode.referral, by=cast.ana) == episode
    other = source(cast, providers.add(family_name="Osei", by=cast.ana, at=MORNING))
    with pytest.raises(letters.LetterRefused, match="only to the provider"):
        letters.draft(other, "result", episode=episode, by=cast.ana, at=LATER)
    with pytest.raises(letters.LetterRefused, match="somebody else"):
        letters.draft(other, "thank_you", referral=episode.referral, by=cast.ana, at=LATER)
    named = letters.draft(
        theirs, "thank_you", referral=episode.referral, episode=episode, by=cast.ana, at=LATER
    )
    assert "Mrs. Ellery" in words_of(letters.proof(named, site=SITE, at=LATER).pdf)
    # A release taken back stops the letter before it is signed, and after.
    Consent.objects.filter(client=cast.janet).update(withdrawn_at=LATER)
    with pytest.raises(letters.LetterRefused, match="no release"):
        signed(named, cast, at=LATER)
    # Who reads no records learns nothing of it.
    assert [one.episode for one in letters.rows_of(cast.olga)] == [None] and letters.rows_of(
        cast.ana
    ).count() == 2


def test_a_result_is_offered_when_it_happens_and_tells_only_what_counts(cast):
    release(cast)
    episode = reporting.measured_twice(cast)
    found = Improvement.objects.get()
    assert (
        found.on == cast.northbridge.day(LATER) and "tug:none" not in found.keys
    )  # No verified line for TUG.
    day = cast.northbridge.day(LATER)
    assert improvements.to_tell(cast.ana, day, providers=[cast.dr_raman.pk]) == [found]
    letter = letters.draft(source(cast), "result", episode=episode, by=cast.ana, at=LATER)
    text = words_of(letters.proof(letter, site=SITE, at=LATER).pdf)
    assert (
        "Everyday function (LEFS): 34 to 54" in text
        and "Knee flexion" not in text
        and "pain" not in text.lower()
    )
    assert improvements.to_tell(cast.ana, day) == []
    letters.discard(letter, by=cast.ana, at=LATER)
    assert improvements.to_tell(cast.ana, day) == [found]
    assert improvements.to_tell(cast.ana, day + timedelta(days=46)) == []
    improvements.set_aside(found, by=cast.ana, at=LATER)
    assert improvements.to_tell(cast.ana, day) == []


def test_an_improvement_that_is_gone_at_the_next_measuring_is_offered_no_more(cast):
    episode = reporting.measured_twice(cast)
    found, later = Improvement.objects.get(), LATER + timedelta(days=20)
    measured(episode, reporting.FIRST, kind="reassessment", by=cast.ana, at=later)
    assert improvements.to_tell(cast.ana, cast.northbridge.day(later)) == []
    found.refresh_from_db()
    assert (found.set_aside_at, found.set_aside_by) == (later + timedelta(minutes=30), cast.ana)


def test_nothing_that_counts_is_no_result(cast):
    release(cast)
    episode = reporting.measured_twice(cast, again=reporting.FIRST)
    assert not Improvement.objects.exists()
    letter = letters.draft(source(cast), "result", episode=episode, by=cast.ana, at=LATER)
    with pytest.raises(letters.LetterRefused, match="Nothing has improved"):
        signed(letter, cast, at=LATER)


# ---- Leaving


def test_an_e_mail_leaves_over_smtp_with_all_that_goes_along_and_is_a_touch(cast, smtp_server):
    providers.change(cast.dr_raman, email="raman@lakeside.example", by=cast.ana, at=MORNING)
    letter = signed(introduction(cast), cast)
    sent = letter_sending.send(letter, "email", by=cast.ana, at=MORNING)
    assert Letter.objects.get().state == "signed" and not Touchpoint.objects.exists()
    mail_letter.func(str(sent.delivery.pk))
    mail_letter.func(str(sent.delivery.pk))
    [mail] = smtp_server.letters
    assert mail.to == ("raman@lakeside.example",)
    files = {one.get_filename(): one.get_content() for one in mail.message.iter_attachments()}
    kept = Letter.objects.get()
    assert files[f"{kept.number}.pdf"] == bytes(kept.pdf) and len(files) == 3 and kept.state == "sent"
    touch = Touchpoint.objects.get()
    assert touch.kind == "letter" and 5 <= (touch.follow_up_on - touch.on).days <= 8


def test_a_server_that_refuses_is_said_and_nothing_is_lost(cast, smtp_server):
    providers.change(cast.dr_raman, email="gone@lakeside.example", by=cast.ana, at=MORNING)
    smtp_server.refuse("gone@lakeside.example")
    sent = letter_sending.send(signed(introduction(cast), cast), "email", by=cast.ana, at=MORNING)
    mail_letter.func(str(sent.delivery.pk))
    delivery = LetterDelivery.objects.get()
    assert "did not take it" in delivery.failed_reason and Letter.objects.get().state == "signed"
    assert not Touchpoint.objects.exists()


def test_a_letter_that_names_a_client_leaves_by_the_rule_of_reports(cast, settings):
    release(cast)
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "mail.example", False
    episode = reporting.measured_twice(cast)
    providers.change(cast.dr_raman, email="raman@lakeside.example", by=cast.ana, at=MORNING)
    letter = signed(
        letters.draft(source(cast), "result", episode=episode, by=cast.ana, at=LATER), cast, at=LATER
    )
    with pytest.raises(letter_sending.SendingRefused, match="No mail server with TLS"):
        letter_sending.send(letter, "email", by=cast.ana, at=LATER)
    settings.EMAIL_USE_TLS = True
    with pytest.raises(letter_sending.SendingRefused, match="not marked as secure"):
        letter_sending.send(letter, "email", by=cast.ana, at=LATER)
    assert letter_sending.send(letter, "print", by=cast.ana, at=LATER).delivery.to == "Priya Raman, MD"


def test_a_release_taken_back_after_signing_stops_the_letter(cast):
    release(cast)
    episode = reporting.measured_twice(cast)
    letter = signed(
        letters.draft(source(cast), "result", episode=episode, by=cast.ana, at=LATER), cast, at=LATER
    )
    Consent.objects.filter(client=cast.janet).update(withdrawn_at=LATER)
    for channel in ("print", "link"):
        with pytest.raises(letter_sending.SendingRefused, match="no release"):
            letter_sending.send(letter, channel, by=cast.ana, at=LATER)
    assert not LetterDelivery.objects.exists()


def test_sent_twice_is_sent_once_and_a_thank_you_asks_for_no_answer(cast):
    episode = reporting.measured_twice(cast)
    letter = letters.draft(source(cast), "thank_you", referral=episode.referral, by=cast.ana, at=LATER)
    letter, new_id = signed(letter, cast, at=LATER), letter.pk
    once = letter_sending.send(letter, "fax", id=new_id, by=cast.ana, at=LATER)
    again = letter_sending.send(letter, "fax", id=new_id, by=cast.ana, at=LATER)
    assert (once.again, again.again) == (False, True) and LetterDelivery.objects.count() == 1
    assert [(one.kind, one.follow_up_on) for one in Touchpoint.objects.all()] == [("thanks", None)]


def test_a_letter_waits_when_its_reader_retires_and_goes_to_somebody_else_with_its_words(cast):
    letter = letters.write(
        introduction(cast), {"closing": "See you soon."}, site=SITE, by=cast.ana, at=MORNING
    )
    other = source(cast, providers.add(family_name="Osei", type="PT", by=cast.ana, at=MORNING))
    providers.change(cast.dr_raman, is_active=False, by=cast.ana, at=MORNING)
    with pytest.raises(letters.LetterRefused, match="no longer active"):
        signed(letter, cast)
    moved = letters.readdress(letter, other, by=cast.ana, at=MORNING)
    assert (moved.pk, moved.reader, moved.words) == (letter.pk, "pt", {"closing": "See you soon."})

    mailed = signed(moved, cast)
    providers.change(other.provider, email="osei@lakeside.example", by=cast.ana, at=MORNING)
    providers.change(other.provider, is_active=False, by=cast.ana, at=MORNING)
    with pytest.raises(letter_sending.SendingRefused, match="no longer active"):
        letter_sending.send(mailed, "print", by=cast.ana, at=MORNING)
    providers.change(cast.dr_raman, is_active=True, by=cast.ana, at=MORNING)
    anew = letters.readdress(mailed, source(cast), by=cast.ana, at=MORNING)
    assert anew.pk != mailed.pk and anew.is_draft and anew.words == {"closing": "See you soon."}


# ---- Pages


def test_from_the_provider_to_the_link_that_is_read(cast, sign_in, clock):
    clock("2026-10-13 10:00")
    ana = sign_in(cast.ana)
    assert "Introduction letter" in ana.get(f"/providers/{cast.dr_raman.pk}/").content.decode()
    went = ana.post("/sources/letters/draft/", {"kind": "introduction", "provider": str(cast.dr_raman.pk)})
    letter = Letter.objects.get()
    assert went["Location"] == f"/sources/letters/{letter.pk}/"
    page = ana.get(went["Location"]).content.decode()
    assert "Fits on one page" in page and "Worded for" in page
    texts = letter_contents.contents_of(letter, site="http://testserver", at=MORNING).texts
    typed = texts | {"version": "1", "reader": "physician", "enclosed": ["bio"]}
    asked = ana.post(f"/sources/letters/{letter.pk}/write/", typed | {"closing": "We cure patients. 😀 <b>"})
    assert asked.status_code == 422 and "We cure patients. 😀 &lt;b&gt;" in asked.content.decode()
    assert (
        ana.post(f"/sources/letters/{letter.pk}/write/", typed | {"closing": "Call us."}).status_code == 302
    )
    weighed = ana.post(f"/sources/letters/{letter.pk}/weigh/", typed | {"next": "So long. " * 220})
    assert "too long for one page" in weighed.content.decode()
    shown = ana.get(f"/sources/letters/{letter.pk}/").context
    ana.post(f"/sources/letters/{letter.pk}/sign/", {"version": "2", "shown": shown["shown"]})
    assert Letter.objects.get().is_signed
    late = ana.post(f"/sources/letters/{letter.pk}/write/", typed | {"closing": "Typed too late."})
    assert late.status_code == 409 and "Typed too late.</textarea>" in late.content.decode()
    answer = ana.post(f"/sources/letters/{letter.pk}/send/", {"channel": "link", "to": "", "days": "30"})
    link = answer.context["link"].removeprefix("http://testserver")
    outside = sign_in(cast.ana).__class__()
    page = outside.get(link).content.decode()
    assert "A letter from Northbridge" in page and f"/r/{letter.source.code}/" in page
    assert outside.get(f"{link}letter/").content == bytes(Letter.objects.get().pdf)
    assert outside.get(f"{link}bio/")["Content-Type"] == "application/pdf"
    assert outside.get(f"{link}overview/").status_code == 404
    assert outside.get(f"{link}%00/").status_code == 404
    delivery = LetterDelivery.objects.get()
    ana.post(f"/sources/letters/sent/{delivery.pk}/revoke/")
    assert outside.get(link).status_code == 410 and outside.get("/d/letter/forged/").status_code == 404
    assert LetterDelivery.objects.get().first_opened_at is not None


def test_one_worklist_holds_all_that_is_owed_to_a_provider(cast, sign_in, clock):
    clock("2026-12-09 09:00")
    release(cast)
    episode = reporting.measured_twice(cast)
    at = LATER
    theirs = source(cast)
    owed = worklist.of_provider(cast.dr_raman, member=cast.ana, at=at).owed
    verbs = [one.verb for one in owed]
    assert {"Draft result letter", "Draft thank-you"} <= set(verbs) and any(
        "Progress report" in one.text for one in owed
    )
    letter = signed(letters.draft(theirs, "result", episode=episode, by=cast.ana, at=at), cast, at=at)
    owed = worklist.of_provider(cast.dr_raman, member=cast.ana, at=at).owed
    assert "Draft result letter" not in [one.verb for one in owed] and any(
        "not sent" in one.text for one in owed
    )
    letter_sending.send(letter, "print", by=cast.ana, at=at)
    assert not any(
        "not sent" in one.text for one in worklist.of_provider(cast.dr_raman, member=cast.ana, at=at).owed
    )
    # The desk sees what is due and nothing of what was measured.
    desk = worklist.of_provider(cast.dr_raman, member=cast.ben, at=at)
    assert not any("mprov" in one.text or "measured" in one.text for one in desk.owed)
    ana = sign_in(cast.ana)
    assert "To do for Dr. Raman" in ana.get(f"/sources/{theirs.pk}/").content.decode()


def test_one_kind_to_many_is_a_letter_each_signed_and_sent_once(cast, sign_in, clock):
    clock("2026-10-13 10:00")
    chosen = [source(cast)]
    for name, kind in (("Osei", "PT"), ("Lindgren", "DC")):
        chosen.append(source(cast, providers.add(family_name=name, type=kind, by=cast.ana, at=MORNING)))
    ana = sign_in(cast.ana)
    page = ana.get("/sources/letters/many/")
    assert "Osei" in page.content.decode()
    typed = {"kind": "introduction", "to": [str(one.pk) for one in chosen], "new_id": str(chosen[0].pk)}
    went = ana.post("/sources/letters/many/", typed)
    ana.post("/sources/letters/many/", typed)
    assert sorted(Letter.objects.values_list("reader", flat=True)) == [
        "chiropractor",
        "physician",
        "pt",
    ]
    # One of them was written into with a word that asks, and is left for a person.
    letters.write(
        Letter.objects.get(reader="pt"), {"closing": "Get toned."}, site=SITE, by=cast.ana, at=MORNING
    )
    ana.post(f"{went['Location']}finish/", {"channel": "print"})
    for _ in range(2):
        finish_batch.func(str(chosen[0].pk), str(cast.ana.pk), "print", SITE)
    assert sorted(Letter.objects.values_list("state", flat=True)) == ["draft", "sent", "sent"]
    assert LetterDelivery.objects.count() == Touchpoint.objects.count() == 2
    page = ana.get(f"{went['Location']}?working=1").content.decode()
    assert "2 of 3 sent" in page and "toned" in page
    assert ana.post("/sources/letters/many/", {"kind": "result"}).status_code == 422


def test_a_report_that_left_is_a_touch_of_the_relationship_and_kept_once(cast, sign_in, clock):
    clock("2026-12-09 09:00")
    theirs, report = source(cast), reporting.signed(cast)
    reports.send(report, "fax", by=cast.ana, at=LATER)
    page = sign_in(cast.ana).get(f"/sources/{theirs.pk}/").content.decode()
    assert f"Progress report {report.number}, fax" in page and not Touchpoint.objects.exists()
