"""What providers send through the public page, from the stranger's text to a referral on file."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from medexpro.audit.models import Event
from medexpro.clients.models import Client, ClientDocument
from medexpro.clients.uploads import Checked
from medexpro.episodes.models import Episode
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotAllowed, NotFound, Refusal
from medexpro.providers.models import Provider
from medexpro.referrals import incoming, sources, standing
from medexpro.referrals.incoming_models import IncomingFile, IncomingReferral, IncomingState
from medexpro.referrals.models import Referral
from medexpro.referrals.rules import checks
from medexpro.referrals.rules import incoming as rule
from tests.clients.test_pages import scan
from tests.conftest import MORNING, TODAY
from tests.referrals.arriving import SENT, WORDS

LATER = MORNING + timedelta(hours=2)
RAMAN = {"provider_given_name": "Priya", "provider_family_name": "Raman", "signed_name": "Priya Raman"}
KINDS = [checks.WRITTEN, checks.WORDING, checks.CODED, checks.EXITED]


@pytest.fixture
def receive(cast, codes):
    """Return a function by which a whole referral for Joan Dahl comes in, changed by what is given."""

    def send(**changed):
        given = {"id": uuid7(), "icd10": ["z96651"], "at": MORNING} | SENT | RAMAN | changed
        row, _ = incoming.receive(given.pop("practice", cast.northbridge), **given)
        return row

    return send


def kinds():
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_what_comes_in_is_nobodys_until_a_member_accepts_it(cast, receive):
    before = Client.objects.count(), Provider.objects.count()
    row = receive(file=Checked(scan(), "application/pdf"))
    assert (row.state, row.icd10, row.number) == ("new", ["Z96.651"], rule.number_of(row.pk))
    assert (Client.objects.count(), Provider.objects.count(), Referral.objects.count()) == (*before, 0)
    assert not ClientDocument.objects.exists() and IncomingFile.objects.get().size > 100
    received = Event.objects.get(kind="referrals:incoming:receive")
    assert (received.member_id, received.detail) == (None, {"paper": True, "by_source": False})


def test_the_front_desk_accepts_it_and_nothing_is_typed_again(cast, receive):
    row = receive(file=Checked(scan(), "application/pdf"))
    incoming.look(row, by=cast.ben, at=MORNING)
    assert row.state == IncomingState.SEEN
    referral = incoming.accept(row, provider=cast.dr_raman, confirmed=KINDS, by=cast.ben, at=LATER)
    joan = Client.objects.get(family_name="Dahl")
    assert (joan.birth_date, joan.phone, referral.client) == (date(1961, 5, 1), "555 0177", joan)
    assert (referral.provider, referral.received_on, referral.written_on) == (cast.dr_raman, TODAY, TODAY)
    assert (referral.purpose, referral.wording, referral.icd10) == (
        "Right knee replacement",
        WORDS,
        ["Z96.651"],
    )
    assert referral.scan.title == f"Referral {row.number}" and referral.scan.kind == "referral"
    assert standing.of(referral, TODAY).is_complete
    episode = Episode.objects.get(referral=referral)
    # The report is due before the provider sees the client next.
    assert episode.next_provider_visit_on == date(2026, 11, 20)
    source = sources.source_of(cast.dr_raman, by=cast.ben, at=LATER)
    assert [(touch.kind, touch.ref) for touch in source.touches.all()] == [("page", row.number)]
    row.refresh_from_db()
    assert (row.state, row.referral, row.settled_by) == ("accepted", referral, cast.ben)
    # A second tap, or a colleague's: the first one counts.
    again = incoming.accept(row, by=cast.ana, at=LATER)
    assert again == referral and Referral.objects.count() == 1 and source.touches.count() == 1


def test_a_new_provider_comes_along_with_the_way_they_want_to_be_answered(cast, receive):
    row = receive(
        provider_given_name="Ama", provider_family_name="Osei", provider_type="DO", provider_npi="1234567893",
        provider_email="ama@osei.example", reply_by="link", provider_place="Osei Family Medicine",
    )  # fmt: skip
    provider = incoming.accept(row, by=cast.ben, at=LATER).provider
    assert (provider.npi, provider.preferred_channel, provider.email) == (
        "1234567893",
        "link",
        "ama@osei.example",
    )
    assert (str(provider.organisation), provider.email_is_secure) == ("Osei Family Medicine", False)


def test_a_stranger_changes_no_number_on_file(cast, receive):
    """Whoever types another fax in Dr. Raman's name would get her letters."""
    before = {
        name: getattr(cast.dr_raman, name) for name in ("fax", "phone", "email", "npi", "preferred_channel")
    }
    janet = Client.objects.get(pk=cast.janet.pk)
    row = receive(
        provider_fax="555 9999", provider_email="not@her.example", reply_by="link", provider_phone="555 8888",
        given_name="Janet", family_name="Ellery", phone="555 7777", email="not@janet.example",
    )  # fmt: skip
    incoming.accept(row, client=janet, provider=cast.dr_raman, by=cast.ben, at=LATER)
    cast.dr_raman.refresh_from_db()
    assert {name: getattr(cast.dr_raman, name) for name in before} == before
    assert Client.objects.get(pk=janet.pk).phone == janet.phone


def test_the_four_checks_are_the_providers_statement_until_a_member_confirms_each(cast, receive):
    referral = incoming.accept(receive(), provider=cast.dr_raman, by=cast.ben, at=LATER)
    now = standing.of(referral, TODAY)
    assert [answer.reading.shown for answer in now.answers] == [True] * 4
    assert not [answer for answer in now.answers if answer.met]
    bare = receive(icd10=[], wording="Please see her.", exit_on=None)
    with pytest.raises(Refusal, match="No ICD-10 code is given"):
        incoming.accept(bare, provider=cast.dr_raman, confirmed=[checks.CODED], by=cast.ben, at=LATER)
    assert Referral.objects.count() == 1  # All of it, or nothing.


def test_a_copy_of_the_page_sent_again_changes_nothing(cast, receive):
    row = receive()
    again, new = incoming.receive(
        cast.northbridge, id=row.pk, icd10=[], at=LATER, **(SENT | {"family_name": "Other"})
    )
    assert (new, again.family_name, IncomingReferral.objects.count()) == (False, "Dahl", 1)
    with pytest.raises(NotFound):
        incoming.receive(cast.southgate, id=row.pk, icd10=[], at=LATER, **SENT)


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"provider_npi": "1234567890"}, "provider_npi", "The last digit does not fit"),
        ({"provider_fax": ""}, "provider_phone", "Give one way to answer you"),
        ({"reply_by": "phone"}, "provider_phone", "Type the number"),
        ({"birth_date": date(2027, 1, 1)}, "birth_date", "can’t lie in the future"),
        ({"exit_on": date(2026, 12, 1)}, "exit_on", "Leave it empty until that day has come"),
        ({"exit_on": date(1950, 1, 1)}, "exit_on", "before the client’s birth"),
        ({"next_visit_on": date(2026, 10, 1)}, "next_visit_on", "lies ahead"),
        ({"icd10": ["Z99.999"]}, "icd10", "is not a code of"),
        ({"icd10": [], "diagnosis": ""}, "diagnosis", "Say what it is about"),
        ({"icd10": ["A1", "A2", "A3", "A4", "A5"]}, "icd10", "5 codes; 4 fit"),
        (
            {"provider_email": "ama@x.example\r\nBcc: all@x.example"},
            "provider_email",
            "not a whole e-mail address",
        ),
        ({"family_name": "A" * 90}, "family_name", "too long"),
        ({"wording": "w" * 2001}, "wording", "2,001 signs; 2,000 fit"),
        ({"provider_type": "king"}, "provider_type", "Choose what you are licensed as"),
        ({"signed_name": " "}, "signed_name", "Your name is missing"),
    ],
)
def test_what_cannot_be_so_is_said_at_its_field(receive, changed, field, sentence):
    with pytest.raises(Refusal, match=sentence) as refused:
        receive(**changed)
    assert refused.value.field == field
    assert not IncomingReferral.objects.exists()


def test_what_was_sent_never_changes_and_names_are_only_text(cast, receive):
    odd = receive(
        family_name="=cmd()|'<b>", given_name="مريم 🌊", provider_family_name="O\r\nBcc: \u202ex\x00"
    )
    assert (odd.family_name, odd.provider_family_name) == ("=cmd()|'<b>", "O Bcc: x")
    for changed in ({"wording": "other"}, {"family_name": "Other"}, {"signed_name": "Other"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            IncomingReferral.objects.filter(pk=odd.pk).update(**changed)
    referral = incoming.accept(odd, provider=cast.dr_raman, by=cast.ben, at=LATER)
    assert referral.client.name == "مريم 🌊 =cmd()|'<b>"


def test_declined_and_spam_can_be_taken_back_and_nothing_becomes_of_them(cast, receive):
    row = receive()
    with pytest.raises(Refusal, match="Say why"):
        incoming.decline(row, reason=" ", by=cast.ben, at=LATER)
    incoming.decline(row, reason="We are full.", by=cast.ben, at=LATER)
    with pytest.raises(Refusal, match="settled in between: declined"):
        incoming.accept(row, by=cast.ben, at=LATER)
    row = incoming.take_back(
        incoming.put_aside(incoming.take_back(row, by=cast.ana, at=LATER), by=cast.ben, at=LATER),
        by=cast.ben,
        at=LATER,
    )
    assert (row.state, row.reason, Referral.objects.count()) == ("seen", "", 0)
    assert kinds()[-4:] == [
        f"referrals:incoming:{what}" for what in ("decline", "take-back", "spam", "take-back")
    ]


def test_what_came_to_nothing_is_let_go_of_after_a_year_with_its_paper(cast, receive):
    declined, spam, waits = (receive(file=Checked(scan(), "application/pdf")) for _ in range(3))
    accepted = receive(family_name="Kept", file=Checked(scan(), "application/pdf"))
    incoming.decline(declined, reason="We are full.", by=cast.ben, at=LATER)
    incoming.put_aside(spam, by=cast.ben, at=LATER + timedelta(days=1))
    incoming.accept(accepted, provider=cast.dr_raman, by=cast.ben, at=LATER)

    assert incoming.let_go(at=LATER + timedelta(days=365)) == 0
    assert incoming.let_go(at=LATER + timedelta(days=365, hours=1)) == 1
    assert incoming.let_go(at=LATER + timedelta(days=900)) == 1
    assert set(IncomingReferral.objects.values_list("pk", flat=True)) == {waits.pk, accepted.pk}
    assert IncomingFile.objects.count() == 2
    let_go = Event.objects.filter(kind="referrals:incoming:let-go")
    assert [one.detail["count"] for one in let_go] == [1, 1]


def test_only_who_takes_referrals_in_settles_what_comes_in(cast, receive):
    row = receive()
    for who, act in ((cast.asa, incoming.accept), (cast.dana, incoming.look), (cast.asa, incoming.put_aside)):
        with pytest.raises((NotAllowed, NotFound)):
            act(row, by=who, at=LATER)
    assert IncomingReferral.objects.get().state == "new"


def test_the_tracking_address_ends_after_90_days_and_can_be_closed(cast, receive):
    row, other = receive(), receive()
    token = incoming.tracking_token(row)
    assert incoming.tracked(token, at=LATER) == row
    assert token not in str(list(IncomingReferral.objects.values()))  # The database holds its hash alone.
    for wrong in (token[:-1], token + "x", "", row.number, str(row.pk)):
        with pytest.raises(incoming.TrackUnknown):
            incoming.tracked(wrong, at=LATER)
    with pytest.raises(incoming.TrackOver):
        incoming.tracked(token, at=MORNING + timedelta(days=90))
    incoming.close_tracking(row, by=cast.ben, at=LATER)
    with pytest.raises(incoming.TrackOver):
        incoming.tracked(token, at=LATER)
    assert incoming.tracked(incoming.tracking_token(other), at=LATER) == other


def test_who_it_may_be_is_found_by_name_birth_date_and_npi(cast, receive):
    cast.dr_raman.npi = "1234567893"
    cast.dr_raman.save()
    born = cast.janet.birth_date
    row = receive(
        given_name="Janet",
        family_name="Ellery",
        birth_date=born,
        provider_npi="1234567893",
        provider_given_name="P.",
    )
    [(client, why, certain)] = incoming.client_matches(row, by=cast.ben)
    assert (client, certain) == (cast.janet, True) and "same birth date" in why
    [(provider, why, certain)] = incoming.provider_matches(row, by=cast.ben)
    assert (provider, certain) == (cast.dr_raman, True) and "same NPI" in why
    # Another number in the same name is somebody else, until a person says otherwise.
    namesake = receive(provider_npi="1003000126")
    [(_, why, certain)] = incoming.provider_matches(namesake, by=cast.ben)
    assert not certain and "another NPI" in why
    # Nobody of another practice is offered.
    assert incoming.client_matches(row, by=cast.dana) == []


def test_what_a_member_need_not_choose_is_chosen_and_nothing_that_a_form_alone_claims():
    new, sure, near = rule.Match("a", True), rule.Match("b", True), rule.Match("c", False)
    assert [rule.chosen_first(found) for found in ([], [new], [near], [new, near], [new, sure])] == [
        "new",
        "a",
        None,
        "a",
        None,
    ]
    shown = {kind: checks.Reading(kind, True, True, "") for kind in KINDS}
    assert rule.ticked_first(shown, provider_on_file=True) == KINDS
    assert rule.ticked_first(shown, provider_on_file=False) == KINDS[1:]
    shown[checks.WORDING] = checks.Reading(checks.WORDING, False, True, "")
    assert rule.ticked_first(shown, provider_on_file=False) == [checks.CODED, checks.EXITED]


def test_numbers_can_be_read_out_and_differ():
    numbers = {rule.number_of(UUID(int=n * 7919**9)) for n in range(2000)}
    assert len(numbers) == 2000
    assert not set("".join(numbers)) & set("01OILU")
