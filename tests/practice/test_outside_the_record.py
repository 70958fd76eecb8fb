"""What owner, front desk and biller see of a client: never what was found, measured or written down."""

from io import BytesIO

import pikepdf
import pytest

from medexpro.clients.models import ClientDocument
from medexpro.clients.operations import documents, people
from medexpro.practice import breakglass
from medexpro.practice.roles import Role
from medexpro.referrals import operations as referrals
from medexpro.sessions import operations as sessions
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.pages import text_of
from tests.sessions.floor import Tablet

FOUND = ("bp_systolic", "rf_chest", "tug", "not-taken", "150")


@pytest.fixture
def worked(cast, clock):
    """Janet's program, a limit of her provider, and a session that her pressure closed."""
    from decimal import Decimal

    from medexpro.clearance import operations as clearance

    episode = scenario.programmed(cast)
    clearance.record_limit(
        episode, measure="bp_systolic", op=">", value=Decimal(150), provider=cast.dr_raman, written_on=TODAY,
        by=cast.ana, at=MORNING,
    )  # fmt: skip
    session = sessions.open_session(episode, by=cast.ana, at=MORNING)
    Tablet(session, cast.ana).send("reading", measure="bp_systolic", value="184")
    clock("2026-10-13 10:00")
    return episode


@pytest.mark.parametrize("address", ["/trail/?client={}", "/trail/clients/{}/", "/clients/{}/trail/"])
def test_the_trail_tells_an_owner_who_did_it_and_not_what_was_found(cast, worked, sign_in, address):
    page = text_of(sign_in(cast.olga).get(address.format(cast.janet.pk)))
    assert "Recorded a reading" in page and "Ana Torres" in page
    assert not [word for word in FOUND if word in page]


def test_with_the_glass_broken_only_that_clients_entries_are_told_in_full(cast, worked, sign_in):
    other = people.quick_add(family_name="Okafor", by=cast.ana, at=MORNING)
    browser = sign_in(cast.olga)
    for client, seen in ((other, False), (cast.janet, True)):
        look = breakglass.open_record(client.pk, reason="A complaint to answer", by=cast.olga, at=MORNING)
        session = browser.session
        breakglass.keep_in(session, look)
        session.save()
        assert ("bp_systolic" in text_of(browser.get("/trail/"))) is seen


def test_a_professional_reads_the_details(cast, worked, sign_in):
    assert "bp_systolic" in text_of(sign_in(cast.ana).get(f"/trail/clients/{cast.janet.pk}/"))


@pytest.mark.parametrize("person", ["olga", "bill"])
def test_why_a_referral_was_declined_is_for_those_who_take_them_in(cast, worked, sign_in, person):
    referral = worked.referral
    referrals.decline(referral, reason="New chest pain on the stairs", by=cast.ana, at=MORNING)
    pages = ("/referrals/?show=all", f"/referrals/{referral.pk}/", f"/clients/{cast.janet.pk}/")
    for address in pages:
        assert "chest pain" not in text_of(sign_in(cast.members[person]).get(address)), address
    assert "chest pain" in text_of(sign_in(cast.ben).get(f"/referrals/{referral.pk}/"))


def paper() -> BytesIO:
    scan, letter = BytesIO(), pikepdf.new()
    letter.add_blank_page()
    letter.save(scan)
    scan.seek(0)
    return scan


def put(cast, by, **fields) -> ClientDocument:
    file = paper()
    size = len(file.getvalue())
    return documents.add_document(cast.janet, file=file, size=size, by=by, at=MORNING, **fields)


def test_the_desk_sees_that_a_paper_is_on_file_and_titles_of_its_own(cast, sign_in, clock):
    clock("2026-10-13 10:00")
    put(cast, cast.ana, kind="record", title="MRI knee: torn meniscus")
    put(cast, cast.ben, kind="referral", title="Referral, Dr. Raman")
    address = f"/clients/{cast.janet.pk}/documents/"
    seen = sign_in(cast.ben).get(address).content.decode()
    assert "Referral, Dr. Raman" in seen and "Medical record" in seen and "meniscus" not in seen
    assert "meniscus" in text_of(sign_in(cast.ana).get(address))


def test_the_desk_takes_off_file_only_what_it_put_there(cast, sign_in, clock):
    clock("2026-10-13 10:00")
    theirs, own = put(cast, cast.ana, kind="clearance"), put(cast, cast.ben, kind="referral")
    browser = sign_in(cast.ben)
    answers = [browser.post(f"/clients/documents/{one.pk}/remove/").status_code for one in (theirs, own)]
    assert answers == [403, 302]
    assert [ClientDocument.objects.get(pk=one.pk).removed_at is None for one in (theirs, own)] == [
        True,
        False,
    ]
    assert browser.post(f"/clients/documents/{theirs.pk}/restore/").status_code == 403


def test_notes_among_the_staff_are_for_those_who_meet_the_client(cast, sign_in, clock):
    clock("2026-10-13 10:00")
    people.update(cast.janet, notes_to_staff="Hard of hearing, left side", by=cast.ana, at=MORNING)
    chart = f"/clients/{cast.janet.pk}/"
    assert "Hard of hearing" in text_of(sign_in(cast.ben).get(chart))
    assert "Hard of hearing" not in text_of(sign_in(cast.bill).get(chart))


def test_the_notice_of_a_broken_glass_names_only_ones_own_clients(cast, sign_in, clock):
    clock("2026-10-13 10:00")
    breakglass.open_record(cast.janet.pk, reason="A complaint to answer", by=cast.olga, at=MORNING)
    assert "Janet Ellery" in text_of(sign_in(cast.ana).get("/"))
    cast.northbridge.professionals_see = "own"
    cast.northbridge.save()
    assert Role.PROFESSIONAL in cast.ana.roles
    assert "Janet Ellery" not in text_of(sign_in(cast.ana).get("/"))
