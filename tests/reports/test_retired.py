"""A provider is no longer active while documents wait for them: it is said, nothing is sent, and a colleague is chosen."""

import pytest
from django.core import mail
from django.urls import reverse

from medexpro.providers import operations as providers
from medexpro.reports import acknowledging, contents, operations, sending, tasks
from medexpro.reports.models import Delivery, Document
from tests import scenario
from tests.conftest import MORNING
from tests.pages import text_of as page_text
from tests.reports.reporting import LATER, drafted, signed
from tests.reports.test_life import checked
from tests.reports.test_writing import mailed

WORKPLACE = "Lakeside Orthopedics"


def retired(cast) -> None:
    """Dr. Raman of Lakeside Orthopedics is no longer active; Dr. Osei works there, Dr. Kim elsewhere."""
    providers.change(cast.dr_raman, organisation_name=WORKPLACE, is_active=False, by=cast.ana, at=LATER)
    cast.dr_raman.refresh_from_db()


def colleague(cast, name: str = "Osei", workplace: str = WORKPLACE, **more):
    return providers.add(
        family_name=name, organisation_name=workplace, fax="555-0119", by=cast.ana, at=LATER, **more
    )


def now(document: Document) -> Document:
    return operations.rows_of(document.drafted_by).get(pk=document.pk)


@pytest.mark.parametrize("channel", ["fax", "print", "link"])
def test_nothing_is_sent_to_who_is_no_longer_active(cast, channel):
    document = signed(cast)
    retired(cast)
    with pytest.raises(sending.SendingRefused, match="Raman is marked as no longer active"):
        sending.send(now(document), channel, to="555-0117", by=cast.ana, at=LATER)
    assert not Delivery.objects.exists() and now(document).state == "signed"


def test_an_e_mail_that_waits_does_not_leave(cast, settings):
    delivery = mailed(cast, settings)
    retired(cast)
    tasks.mail_document.func(str(delivery.pk))
    assert mail.outbox == [] and "no longer active" in Delivery.objects.get().failed_reason


def test_a_draft_is_addressed_to_a_colleague_of_the_same_workplace(cast):
    document = drafted(cast, kind="introductory_letter")
    retired(cast)
    other = colleague(cast)
    made = operations.readdress(now(document), other, by=cast.ana, at=LATER)
    assert (made.pk, made.provider, made.number) == (document.pk, other, document.number)
    made = now(made)
    snapshot = contents.contents_of(made, at=LATER).snapshot
    assert snapshot.to.name == "Osei, MD" and snapshot.greeting == "Dear Dr. Osei,"
    assert "whom Dr. Raman referred on" in contents.contents_of(made, at=LATER).own["lead"]
    # The due list goes on with it, and makes no second one to who is gone.
    assert operations.draft(made.episode, "introductory_letter", by=cast.ana, at=LATER).pk == made.pk


def test_a_signed_page_keeps_its_name_and_a_new_one_replaces_it(cast):
    document = signed(cast)
    retired(cast)
    other = colleague(cast)
    made = operations.readdress(now(document), other, by=cast.ana, at=LATER)
    assert (made.provider, made.replaces_id, made.state) == (other, document.pk, "draft")
    assert now(document).state == "signed"
    done = operations.sign(made, recently_signed_in=True, by=cast.ana, at=LATER)
    assert now(document).state == "void"
    assert sending.send(done, "fax", by=cast.ana, at=LATER).delivery.to == "555-0119"


def test_who_works_elsewhere_or_is_gone_too_is_no_choice(cast):
    document = drafted(cast)
    retired(cast)
    for wrong in (
        colleague(cast, "Kim", "Hillside Clinic"),
        colleague(cast, "Abel", is_active=False),
        cast.dr_raman,
    ):
        with pytest.raises(operations.DocumentRefused, match="same workplace"):
            operations.readdress(now(document), wrong, by=cast.ana, at=LATER)


def test_a_colleague_who_has_such_a_draft_already_is_named(cast):
    document = drafted(cast)
    retired(cast)
    other = colleague(cast)
    theirs = operations.draft(document.episode, "progress_report", provider=other, by=cast.ana, at=LATER)
    with pytest.raises(operations.DocumentRefused, match=theirs.number):
        operations.readdress(now(document), other, by=cast.ana, at=LATER)


def test_a_colleagues_check_does_not_outlive_the_address(cast):
    document = checked(cast)
    retired(cast)
    made = operations.readdress(now(document), colleague(cast), by=cast.ana, at=LATER)
    assert (made.state, made.checked_by) == ("draft", None)


def test_the_pages_say_it_and_offer_the_colleague(cast, sign_in, clock):
    clock("2026-12-09 10:00")
    document = signed(cast)
    ana = sign_in(cast.ana)
    colleague(cast)
    colleague(cast, "Kim", "Hillside Clinic")
    providers.change(cast.dr_raman, organisation_name=WORKPLACE, by=cast.ana, at=LATER)
    ana.post(reverse("providers:retire", args=[cast.dr_raman.pk]), {"active": "no"})
    provider = page_text(ana.get(reverse("providers:show", args=[cast.dr_raman.pk])))
    assert (
        "No longer active" in provider and document.number in provider and "Documents that wait" in provider
    )
    assert "Dr. Raman is no longer active" in page_text(ana.get(reverse("reports:index")))
    page = ana.get(reverse("reports:show", args=[document.pk])).content.decode()
    assert "Osei, MD" in page and "Kim, MD" not in page and 'id="send"' not in page
    other = page.split('<option value="')[1].split('"')[0]
    answer = ana.post(reverse("reports:readdress", args=[document.pk]), {"provider": other})
    newer = Document.objects.get(state="draft")
    assert (
        answer["Location"] == reverse("reports:show", args=[newer.pk])
        and newer.provider.family_name == "Osei"
    )
    assert (
        ana.post(reverse("reports:readdress", args=[document.pk]), {"provider": "nonsense"}).status_code
        == 422
    )


def test_the_front_desk_sees_that_it_waits_and_readdresses_only_acknowledgements(cast, sign_in, clock):
    clock("2026-10-13 10:00")
    episode = scenario.referred(cast)
    letter = acknowledging.write(episode.referral, by=cast.ben, at=MORNING)
    retired(cast)
    other = colleague(cast)
    ben = sign_in(cast.ben)
    page = ben.get(reverse("reports:acknowledgement", args=[episode.referral_id])).content.decode()
    assert "Dr. Raman is no longer active" in page and "Osei, MD" in page
    answer = ben.post(reverse("reports:readdress", args=[letter.pk]), {"provider": str(other.pk)})
    assert answer["Location"] == reverse("reports:acknowledgement", args=[episode.referral_id])
    assert "the referral by Dr. Raman" in contents.contents_of(now(letter), at=MORNING).own["lead"].replace(
        "**", ""
    )


def test_the_front_desk_does_not_readdress_a_report(cast, sign_in, clock):
    clock("2026-12-09 10:00")
    document = drafted(cast)
    retired(cast)
    other = colleague(cast)
    answer = sign_in(cast.ben).post(
        reverse("reports:readdress", args=[document.pk]), {"provider": str(other.pk)}
    )
    assert answer.status_code == 403 and now(document).provider == cast.dr_raman


def test_active_again_gets_what_waits(cast):
    document = signed(cast)
    retired(cast)
    providers.change(cast.dr_raman, is_active=True, by=cast.ana, at=LATER)
    assert sending.send(now(document), "fax", to="555-0117", by=cast.ana, at=LATER).delivery


def test_the_pages_ask_few_queries(cast, sign_in, clock, django_assert_max_num_queries):
    clock("2026-12-09 10:00")
    document = drafted(cast)
    retired(cast)
    colleague(cast)
    ana = sign_in(cast.ana)
    addresses = {
        reverse("reports:show", args=[document.pk]): 15,
        reverse("reports:states", args=[document.pk]): 9,
        # With the worklist: all that is owed to them, read in a handful of questions.
        reverse("providers:show", args=[cast.dr_raman.pk]): 15,
    }
    for address, most in addresses.items():
        ana.get(address)
        with django_assert_max_num_queries(most):
            assert ana.get(address).status_code == 200
