"""A provider refers on the public page: from a phone, without an account, in words; and robots and replays do nothing."""

import io
from datetime import date, timedelta

import pikepdf
import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from PIL import Image

from medexpro.episodes.models import Episode
from medexpro.kernel.refusals import Refusal
from medexpro.portal import refer_views
from medexpro.portal.refer_presenters import Visit, steps
from medexpro.positioning.models import Profile
from medexpro.practice import outside
from medexpro.providers.models import Provider
from medexpro.referrals import incoming, sources
from medexpro.referrals.incoming_models import IncomingFile, IncomingReferral
from medexpro.referrals.models import Referral
from medexpro.reports import acknowledging
from medexpro.reports.models import Document
from medexpro.scheduling import operations as scheduling
from medexpro.scheduling.models import Booking, Service
from tests import few_codes
from tests.clients.test_pages import scan
from tests.conftest import MORNING, TODAY
from tests.pages import form_of, text_of
from tests.reports.test_six import contents_fingerprint

PAGE = "/p/northbridge/refer/"
TYPED = {
    "provider_given_name": "Ama", "provider_family_name": "Osei", "provider_type": "MD", "provider_fax": "555 0142",
    "given_name": "Joan", "family_name": "Dahl", "birth_date": "5/1/1961", "phone": "555 0177",
    "diagnosis": "Right knee replacement", "icd10": "z96.651", "asks_exercise": "on", "exit_on": "9/30/2026",
    "signed_name": "Ama Osei",
}  # fmt: skip


@pytest.fixture
def practice(cast, clock):
    """Northbridge, with its public page published."""
    clock("2026-10-13 09:30")
    few_codes.load()
    Profile.objects.create(practice=cast.northbridge, slug="northbridge", published_at=MORNING)
    return cast.northbridge


@pytest.fixture
def page(practice, clock):
    """Return a function that opens a page and returns what sending it untouched would send, five seconds later."""

    def opened(path: str = PAGE, browser: Browser | None = None):
        clock("2026-10-13 09:30")
        answer = (browser or Browser()).get(path)
        assert answer.status_code == 200, text_of(answer)
        clock("2026-10-13 09:30:05")
        return form_of(answer) | {"stamp": answer.context["kept"], outside.TRAP: ""}

    return opened


def tiff(*, pages: int = 1, size=(1728, 2200)) -> bytes:
    made = io.BytesIO()
    pictures = [Image.new("1", size, 1) for _ in range(pages)]
    pictures[0].save(made, "TIFF", save_all=True, append_images=pictures[1:])
    return made.getvalue()


def test_a_provider_refers_without_an_account_and_sees_how_it_stands(cast, page, sign_in):
    browser = Browser()
    given = page(browser=browser) | TYPED | {"paper": SimpleUploadedFile("ref.pdf", scan(), "image/png")}
    sent = browser.post(PAGE, given)
    assert sent.status_code == 302 and sent.url.endswith("?sent=now"), text_of(sent)
    row = IncomingReferral.objects.get()
    assert (row.icd10, row.exit_on, row.reply_by, row.paper.content_type) == (
        ["Z96.651"], date(2026, 9, 30), "fax", "application/pdf",
    )  # fmt: skip
    assert row.wording == "I refer this person for medical exercise and functional conditioning."
    assert not browser.cookies and not mail.outbox  # Nobody is told at an address nobody has confirmed.
    track = sent.url.partition("?")[0]
    first = browser.get(sent.url)
    assert row.number in text_of(first) and track in text_of(first)
    assert "Dahl" not in text_of(first) and "Joan" not in text_of(first)
    assert first["Referrer-Policy"] == "no-referrer" and "noindex" in first["X-Robots-Tag"]

    # The front desk sees who waits, opens it, and accepts in one tap.
    ben = sign_in(cast.ben)
    assert "Joan Dahl" in text_of(ben.get("/")) and "Referrals from the web" in text_of(ben.get("/"))
    assert "From the web" in text_of(ben.get(reverse("referrals:list")))
    assert row.number in text_of(ben.get(reverse("referrals:web")))
    url = reverse("referrals:web_show", args=[row.pk])
    beside = ben.get(url)
    # A license that only a web form claims is confirmed by a person, not by us.
    assert form_of(beside)["confirmed"] == ["wording", "coded", "exited"]
    assert "is-now" in browser.get(track).content.decode()
    taken = ben.post(url, form_of(beside) | {"confirmed": ["written", "wording", "coded", "exited"]})
    referral = Referral.objects.get()
    assert taken.url == reverse("referrals:show", args=[referral.pk])
    shown = text_of(ben.get(taken.url))
    assert "Complete and in force" in shown and row.number in shown
    assert "Accepted" in text_of(browser.get(track)) and "We are arranging it" in text_of(browser.get(track))
    assert ben.get(reverse("referrals:web_paper", args=[row.pk]))["Content-Security-Policy"].endswith(
        "sandbox"
    )

    # Acknowledging goes on as for every referral: this provider is reached by fax.
    acknowledged = ben.post(reverse("referrals:acknowledge", args=[referral.pk]), {"channel": "fax"})
    assert acknowledged.status_code == 302
    referral.refresh_from_db()
    assert referral.acknowledged_channel == "fax" and referral.provider.preferred_channel == "fax"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"provider_npi": "1234567890"}, "The last digit does not fit the others."),
        ({"provider_fax": ""}, "Give one way to answer you"),
        ({"birth_date": "5/1/2961"}, "A birth date can’t lie in the future"),
        ({"birth_date": "soon"}, "Write the day as"),
        ({"icd10": "Z99.999"}, "is not a code of"),
        ({"icd10": "M17"}, "is a heading"),
        ({"icd10": "", "found": "Z99\x00.999"}, "is not a code of"),
        ({"exit_on": "12/1/2026"}, "Leave it empty until that day has come"),
        ({"family_name": "x" * 81}, "At most 80 characters"),
        ({"wording": "x" * 2001}, "At most 2000 characters"),
        ({"provider_email": "a@b.example\r\nBcc: all@b.example"}, "Write the address as"),
        ({"signed_name": ""}, "Your full name, as signature is needed"),
        ({outside.TRAP: "http://x.example"}, "A field was filled in that people do not see"),
        ({"stamp": "forged"}, "was not opened here"),
        ({"phone": ""}, "Give a phone number or an e-mail address of the client"),
    ],
)
def test_whatever_is_wrong_is_said_and_everything_typed_is_kept(page, changed, sentence):
    answer = Browser().post(PAGE, page() | TYPED | {"limits": "No <b>kneeling</b>"} | changed)
    assert answer.status_code == 422 and sentence in text_of(answer)
    kept = form_of(answer)
    assert kept["diagnosis"] == "Right knee replacement" and kept["limits"] == "No <b>kneeling</b>"
    assert "<b>kneeling" not in answer.content.decode()
    assert not IncomingReferral.objects.exists()


def test_a_file_that_cannot_be_kept_loses_nothing_else(page):
    for name, content, sentence in (
        ("fax.tiff", b"II*\x00" + b"x" * (30 * 1024 * 1024), "The file has 30 MB; 15 MB is the limit"),
        ("a.exe", b"MZ\x90" * 100, "Only PDF files and photos"),
        ("cut.pdf", scan()[:200], "The PDF is cut off or damaged"),
        ("empty.pdf", b"", "is empty"),
    ):
        answer = Browser().post(PAGE, page() | TYPED | {"paper": SimpleUploadedFile(name, content)})
        assert answer.status_code == 422 and sentence in text_of(answer), (name, text_of(answer)[:600])
        assert form_of(answer)["family_name"] == "Dahl"
    # What needs a look elsewhere is said first; the browser has let go of the file, and the page says so.
    wrong = TYPED | {"icd10": "Z99.999", "paper": SimpleUploadedFile("ref.pdf", scan())}
    assert "Choose the file again" in text_of(Browser().post(PAGE, page() | wrong))
    assert not IncomingReferral.objects.exists()


def test_a_fax_of_several_pages_is_kept_whole(page):
    given = (
        page() | TYPED | {"diagnosis": "", "icd10": "", "paper": SimpleUploadedFile("fax.tif", tiff(pages=3))}
    )
    assert Browser().post(PAGE, given).status_code == 302
    kept = IncomingFile.objects.get()
    with pikepdf.open(io.BytesIO(kept.content)) as opened:
        assert (kept.content_type, len(opened.pages)) == ("application/pdf", 3)


def test_twenty_a_second_from_one_address_are_held_up_and_the_first_is_kept(page):
    browser, given = Browser(), page() | TYPED
    answers = [browser.post(PAGE, page() | TYPED | {"family_name": f"Dahl {n}"}) for n in range(20)]
    assert [one.status_code for one in answers] == [302] * 8 + [429] * 12
    last = answers[-1]
    assert "Too many referrals were sent in this minute" in text_of(last)
    assert form_of(last)["family_name"] == "Dahl 19"
    assert IncomingReferral.objects.count() == 8
    # Somebody else, at another address, still refers.
    assert Browser(REMOTE_ADDR="198.51.100.7").post(PAGE, given).status_code == 302


def test_a_practice_is_not_flooded_from_many_addresses(page, monkeypatch):
    monkeypatch.setattr(refer_views, "SENT_TO_ONE", 4)
    given = page() | TYPED | {"signed_name": ""}
    codes = [Browser(REMOTE_ADDR=f"198.51.100.{n}").post(PAGE, given).status_code for n in range(6)]
    assert codes == [422] * 4 + [429] * 2


def test_the_same_page_sent_twice_is_one_referral_and_a_robot_is_too_fast(page, clock):
    given = page() | TYPED
    first, second = (Browser().post(PAGE, given | {"family_name": name}) for name in ("Dahl", "Replayed"))
    assert (first.url.partition("?")[0], second.url.partition("?")[2]) == (
        second.url.partition("?")[0],
        "sent=again",
    )
    assert IncomingReferral.objects.get().family_name == "Dahl"
    assert "kept once" in text_of(Browser().get(second.url))
    clock("2026-10-13 09:40")
    fresh = Browser().get(PAGE)
    quick = form_of(fresh) | {"stamp": fresh.context["kept"]} | TYPED
    answer = Browser().post(PAGE, quick)
    assert answer.status_code == 422 and "very quick" in text_of(answer)
    # What comes back is still the same referral: sending it again now goes through, once.
    clock("2026-10-13 09:41")
    again = form_of(answer) | {"stamp": answer.context["kept"]}
    clock("2026-10-13 09:42")
    assert [Browser().post(PAGE, again).status_code for _ in range(2)] == [302, 302]
    assert IncomingReferral.objects.count() == 2
    # A copy of the page from another day, or for another practice, is not taken.
    clock("2026-10-14 09:42")
    assert "open for very long" in text_of(Browser().post(PAGE, again))


def test_a_code_is_found_by_words_without_scripts_and_ticked(page):
    given = page() | TYPED | {"icd10": "", "diagnosis": "artificial knee", "find": "yes"}
    found = Browser().post(PAGE, given)
    assert found.status_code == 200 and "Z96.651" in text_of(found)
    assert form_of(found)["signed_name"] == "Ama Osei" and not IncomingReferral.objects.exists()
    part = Browser().get(reverse("public:refer_codes", args=["northbridge"]), {"q": "artificial knee"})
    assert "Z96.651" in text_of(part) and "<html" not in part.content.decode()
    del given["find"]
    assert Browser().post(PAGE, given | {"found": ["Z96.651", "Z96.652"]}).status_code == 302
    assert IncomingReferral.objects.get().icd10 == ["Z96.651", "Z96.652"]
    for odd in ("", "\x00", "x" * 5000, "zzzzqqqq", "'; DROP"):
        assert (
            Browser().get(reverse("public:refer_codes", args=["northbridge"]), {"q": odd}).status_code == 200
        )


def test_the_own_address_of_a_source_fills_in_who_refers_and_gives_nothing_else_away(cast, page):
    cast.dr_raman.npi, cast.dr_raman.fax, cast.dr_raman.email = (
        "1234567893",
        "555 0142",
        "priya@raman.example",
    )
    cast.dr_raman.save()
    source = sources.source_of(cast.dr_raman, by=cast.ben, at=MORNING)
    path = reverse("public:refer_from", args=[source.code])
    shown = Browser().get(path).content.decode()
    assert "Raman" in shown and "1234567893" in shown
    assert "555 0142" not in shown and "priya@raman.example" not in shown
    only = {key: value for key, value in TYPED.items() if not key.startswith("provider_")}
    given = page(path) | only
    assert Browser().post(path, given).status_code == 302
    row = IncomingReferral.objects.get()
    assert (row.source, row.provider_family_name, row.reply_by) == (source, "Raman", "fax")
    [(provider, why, certain)] = incoming.provider_matches(row, by=cast.ben)
    assert provider == cast.dr_raman and certain and "came by their own address" in why
    # A retired one, and one that never was, lead to the practice's own page with a sentence.
    sources.change(source, is_active=False, by=cast.ben, at=MORNING)
    for code, sentence in (
        (source.code, "has ended"),
        ("abcd2345", "is not one of ours"),
        ("a%00b", "not one of ours"),
    ):
        answer = Browser().get(f"/r/{code}/", follow=True)
        assert answer.redirect_chain[0][0].startswith(PAGE) and sentence in text_of(answer)
        assert "Raman" not in text_of(answer)
    assert Browser().post(path, given).status_code == 302 and IncomingReferral.objects.count() == 1


def test_a_closed_page_takes_nothing_and_says_so(cast, page):
    given = page() | TYPED
    Profile.objects.update(published_at=None)
    for path in (
        PAGE,
        reverse("public:refer_from", args=[sources.source_of(cast.dr_raman, by=cast.ben, at=MORNING).code]),
    ):
        for answer in (Browser().get(path), Browser().post(path, given)):
            assert answer.status_code == 404 and "takes no referrals on this page" in text_of(answer)
    assert Browser().get("/p/elsewhere/refer/").status_code == 404
    assert not IncomingReferral.objects.exists()


def test_the_tracking_page_tells_booked_held_and_declined_in_neutral_words(cast, page, clock, sign_in):
    browser = Browser()
    rows = []
    for name in ("Dahl", "Moss"):
        answer = browser.post(PAGE, page() | TYPED | {"family_name": name})
        rows.append((IncomingReferral.objects.get(family_name=name), answer.url.partition("?")[0]))
    (row, track), (other, declined) = rows
    referral = incoming.accept(row, by=cast.ben, at=MORNING)
    episode = Episode.objects.get(referral=referral)
    scheduling.begin(by=cast.olga, at=MORNING)
    ben = sign_in(cast.ben)
    service = Service.objects.of(cast.northbridge).first()
    Booking.objects.create(
        practice=cast.northbridge, client=referral.client, episode=episode, member=cast.ana, service=service,
        made_by=cast.ben,
        starts_at=MORNING + timedelta(days=2), ends_at=MORNING + timedelta(days=2, hours=1),
    )  # fmt: skip
    assert "First visit booked For Thu, Oct 15" in text_of(browser.get(track))
    held = steps(state="accepted", received_on=TODAY, accepted_on=TODAY, visit=Visit(held_on=TODAY))
    assert [(step.name, step.state) for step in held][-1] == ("First visit held", "done")
    ben.post(reverse("referrals:web_decline", args=[other.pk]), {"reason": "Red flag: night pain"})
    said = text_of(browser.get(declined))
    assert "can’t take this referral on" in said and "night pain" not in said
    # Closed by hand, and ended by time: 410 with a sentence. Forged: 404.
    ben.post(reverse("referrals:web_close", args=[other.pk]))
    assert browser.get(declined).status_code == 410 and "has ended" in text_of(browser.get(declined))
    assert browser.get(track[:-3] + "xy/").status_code == 404
    clock("2027-01-20 09:00")
    assert browser.get(track).status_code == 410


@pytest.mark.parametrize(
    ("way", "reached"), [("fax", "555 0142"), ("link", ""), ("email", "ama@osei.example")]
)
def test_a_provider_who_came_this_way_is_acknowledged_by_fax_link_or_mail(cast, page, way, reached):
    given = (
        page() | TYPED | {"provider_email": "ama@osei.example", "reply_by": "fax" if way == "fax" else "link"}
    )
    assert Browser().post(PAGE, given).status_code == 302
    referral = incoming.accept(IncomingReferral.objects.get(), by=cast.ben, at=MORNING)
    letter = acknowledging.write(referral, by=cast.ben, at=MORNING)
    assert letter.kind == Document.Kind.ACKNOWLEDGEMENT
    signed = {
        "shown": contents_fingerprint(letter, MORNING), "recently_signed_in": True, "by": cast.ben, "at": MORNING,
    }  # fmt: skip
    if way == "email":
        # Nobody has confirmed that address, so nothing of health goes there: it is said, and the link stays.
        with pytest.raises(Refusal):
            acknowledging.sign_and_send(letter, way, to=reached, **signed)
        return
    sent = acknowledging.sign_and_send(letter, way, to=reached, **signed)
    referral.refresh_from_db()
    assert (referral.acknowledged_channel, bool(sent.token)) == (way, way == "link")


def test_spam_and_decline_are_taken_back_and_others_may_not_look(cast, page, sign_in):
    Browser().post(
        PAGE,
        page()
        | TYPED
        | {"given_name": "مريم", "family_name": "=cmd()<b>", "provider_family_name": "Osei 🌊"},
    )
    row = IncomingReferral.objects.get()
    ben, url = sign_in(cast.ben), reverse("referrals:web_show", args=[row.pk])
    assert "=cmd()&lt;b&gt;" in ben.get(url).content.decode()
    ben.post(reverse("referrals:web_spam", args=[row.pk]))
    assert not ben.get(reverse("referrals:web")).context["rows"]
    assert row.number in text_of(ben.get(reverse("referrals:web"), {"show": "all"}))
    assert "Let it wait again" in text_of(ben.get(url))
    ben.post(reverse("referrals:web_take_back", args=[row.pk]))
    assert IncomingReferral.objects.get().state == "seen"
    wrong = ben.post(reverse("referrals:web_decline", args=[row.pk]), {"reason": " "})
    assert "is needed" in text_of(wrong)
    assert sign_in(cast.asa).get(url).status_code == 403
    assert sign_in(cast.dana).get(url).status_code in (403, 404)


def test_somebody_on_file_is_offered_and_only_who_was_offered_can_be_chosen(cast, page, sign_in):
    born = f"{cast.janet.birth_date:%-m/%-d/%Y}"
    Browser().post(
        PAGE, page() | TYPED | {"given_name": "Janet", "family_name": "Ellery", "birth_date": born}
    )
    row = IncomingReferral.objects.get()
    ben, url = sign_in(cast.ben), reverse("referrals:web_show", args=[row.pk])
    shown = form_of(ben.get(url))
    assert (shown["client"], shown["provider"]) == (str(cast.janet.pk), "new")
    stranger = Provider.objects.create(practice=cast.southgate, family_name="Far")
    for name, value in (("client", str(stranger.pk)), ("provider", str(stranger.pk)), ("client", "")):
        answer = ben.post(url, shown | {name: value})
        assert answer.status_code == 200 and not Referral.objects.exists()
    ben.post(url, shown)
    assert Referral.objects.get().client == cast.janet


def test_the_address_is_printed_as_a_code(cast, practice, sign_in):
    ben = sign_in(cast.ben)
    source = sources.source_of(cast.dr_raman, by=cast.ben, at=MORNING)
    card = ben.get(reverse("referrals:source_card", args=[source.pk]))
    assert (
        f"/r/{source.code}" in text_of(card) and "<svg" in card.content.decode() and "Raman" in text_of(card)
    )
    own = ben.get(reverse("referrals:card"))
    assert "/p/northbridge/refer" in text_of(own)
    Profile.objects.all().delete()
    assert "no public address yet" in text_of(ben.get(reverse("referrals:card")))
