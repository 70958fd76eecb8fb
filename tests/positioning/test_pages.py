"""How the practice speaks, page by page: nothing typed is lost, nothing marked is public, everything says where it comes from."""

import pytest
from django.urls import reverse

from medexpro.audit.models import Event
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound, Refusal
from medexpro.positioning import operations, voice
from medexpro.positioning.models import Bio, Profile, Service
from tests.conftest import MORNING
from tests.pages import text_of

pytestmark = pytest.mark.django_db
CLARITY = reverse("positioning:clarity")
HTMX = {"HTTP_HX_REQUEST": "true"}
ANSWERS = {
    "whom": "people over 60 after a hip replacement", "problem": "stairs are hard", "result": "climb them",
    "not_do": "Sell supplements", "proof": "We publish every result",
}  # fmt: skip


@pytest.fixture
def ana(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    return sign_in(cast.ana)


def profile():
    return Profile.objects.get()


def test_what_is_typed_is_kept_at_once_and_heard_everywhere(cast, ana):
    assert "Our own words for: Who you serve" in text_of(ana.get(CLARITY))
    answer = ana.post(CLARITY, ANSWERS | {"version": ""}, **HTMX)
    html = answer.content.decode()
    assert (
        "We help people over 60 after a hip replacement climb them." in html and 'hx-swap-oob="true"' in html
    )
    assert f'value="{profile().version}"' in html
    said = voice.voice_of(cast.northbridge)
    assert said.not_do == ("sell supplements",) and "climb them" in voice.bio_of(cast.ana)
    assert profile().slug == "northbridge-medical-exercise"
    assert ana.post(CLARITY, ANSWERS | {"version": profile().version, "whom": "runners"}).status_code == 302
    assert voice.voice_of(cast.northbridge).whom == "runners"
    assert Event.objects.filter(kind="positioning:sheet:change").count() == 2


def test_a_marked_answer_is_kept_and_nobody_outside_reads_it_before_somebody_said_so(cast, ana):
    operations.change_sheet(cast.northbridge, ANSWERS, by=cast.ana, at=MORNING)
    typed = ANSWERS | {"version": profile().version, "result": "be cured of their pain"}
    html = text_of(ana.post(CLARITY, typed, **HTMX))
    assert "Kept, and not used yet" in html
    assert profile().waiting == {"result": "be cured of their pain"}
    assert voice.voice_of(cast.northbridge).result == "climb them"
    page = ana.get(CLARITY)
    assert "be cured of their pain" in page.content.decode() and page.context["form"].questions
    with pytest.raises(Refusal, match="marked words"):
        operations.open_page(cast.northbridge, "", by=cast.ana, at=MORNING)
    ana.post(CLARITY, typed | {"version": profile().version, "result": "lift again"})
    assert (profile().waiting, profile().result) == ({}, "lift again")


def test_two_people_at_the_sheet_lose_nothing(cast, ana):
    operations.change_sheet(cast.northbridge, ANSWERS, by=cast.ana, at=MORNING)
    old, base = profile().version, ana.get(CLARITY).context["form"].initial["base"]
    operations.change_sheet(cast.northbridge, {"whom": "swimmers"}, by=cast.olga, at=MORNING)
    with pytest.raises(Conflict):
        operations.change_sheet(cast.northbridge, {"whom": "golfers"}, expected=old, by=cast.ana, at=MORNING)
    typed = ANSWERS | {"version": old, "base": base, "whom": "golfers"}
    assert "Somebody else changed the sheet" in text_of(ana.post(CLARITY, typed, **HTMX))
    answer = ana.post(CLARITY, typed)
    assert (
        answer.status_code == 422
        and "golfers" in answer.content.decode()
        and "swimmers" in answer.content.decode()
    )
    assert profile().whom == "swimmers"
    assert ana.post(CLARITY, {"version": "\x00", "whom": "x" * 9000}).status_code == 422


def test_a_text_written_by_hand_stays_and_says_that_the_sheet_changed_since(cast, ana):
    operations.change_sheet(cast.northbridge, ANSWERS, by=cast.ana, at=MORNING)
    line = reverse("positioning:text", args=["line"])
    ana.post(line, {"text": "Stairs again, after a new hip."})
    assert voice.voice_of(cast.northbridge).line == "Stairs again, after a new hip."
    assert "The sheet changed since" not in text_of(ana.get(CLARITY))
    operations.change_sheet(cast.northbridge, {"result": "dance again"}, by=cast.ana, at=MORNING)
    assert voice.voice_of(cast.northbridge).line == "Stairs again, after a new hip."
    assert "Positioning line: the sheet changed since" in text_of(ana.get(reverse("positioning:index")))
    html = ana.get(line).content.decode()
    assert "<del>" in html and "dance again." in html
    # Keeping it as it is says that somebody looked; taking the new one lets it follow the sheet again.
    ana.post(line, {"text": "Stairs again, after a new hip."})
    assert "The sheet changed since" not in text_of(ana.get(line))
    ana.post(reverse("positioning:take", args=["line"]))
    assert voice.voice_of(cast.northbridge).line.endswith("dance again.")
    assert ana.get(reverse("positioning:text", args=["motto"])).status_code == 404


def test_a_color_nobody_can_read_is_refused_with_the_nearest(cast, ana):
    brand = reverse("positioning:brand")
    answer = ana.post(brand, {"colour": "#ffd400"})
    assert (
        answer.status_code == 422 and "#897100" in answer.content.decode() and "Too little" in text_of(answer)
    )
    assert ana.post(brand, {"colour": "teal; }"}).status_code == 422
    ana.post(brand, {"colour": "897100"})
    assert voice.voice_of(cast.northbridge).colour == "#897100"
    assert ana.get(reverse("positioning:letterhead"))["Content-Type"] == "image/png"
    assert "Brand color" in text_of(ana.get(brand)) or ana.get(brand).status_code == 200


def test_the_menu_keeps_its_order_and_what_is_retired(cast, ana):
    for name, price in (("Knees again", "1,200"), ("Hips again", "on request"), ("Steady", "")):
        ana.post(reverse("positioning:add_service"), {"name": name, "price": price})
    first, second, third = voice.services_of(cast.northbridge)
    assert [voice.price_of(one) for one in (first, second, third)] == ["$1,200", "on request", ""]
    ana.post(reverse("positioning:move_service", args=[third.pk]))
    ana.post(reverse("positioning:move_service", args=[first.pk]))  # The first stays first.
    ana.post(reverse("positioning:retire_service", args=[second.pk]))
    assert [one.name for one in voice.voice_of(cast.northbridge).services] == ["Knees again", "Steady"]
    ana.post(reverse("positioning:retire_service", args=[second.pk]), {"back": "1"})
    assert [one.name for one in voice.services_of(cast.northbridge)] == [
        "Knees again",
        "Steady",
        "Hips again",
    ]
    change = reverse("positioning:change_service", args=[first.pk])
    assert 'value="$1,200"' in ana.get(change).content.decode()
    ana.post(change, {"name": "Knees", "price": "$95.50", "version": "1"})
    assert Service.objects.get(pk=first.pk).price_cents == 9550
    assert (
        ana.post(change, {"name": "Other", "price": "", "version": "1"}).status_code == 422
    )  # Somebody saved since.
    ana.post(reverse("positioning:prices"), {"shown": "1"})
    for reader in ("clients", "referrers"):
        assert ana.get(reverse("positioning:menu", args=[reader])).content.startswith(b"%PDF")
    assert ana.get(reverse("positioning:overview")).content.startswith(b"%PDF")


def test_a_bio_follows_its_answers_until_it_is_written_by_hand(cast, ana):
    address = reverse("positioning:bio", args=[cast.ana.pk])
    ana.post(
        address,
        {"background": "A coach since the first studio opened", "training": "MES", "text": "", "version": ""},
    )
    assert "A coach since the first studio opened." in voice.bio_of(cast.ana)
    bio = Bio.objects.get()
    ana.post(
        address,
        {
            "background": bio.background,
            "training": "MES",
            "text": "Ana.",
            "is_shown": "on",
            "version": bio.version,
        },
    )
    assert voice.bio_of(cast.ana) == "Ana."
    operations.change_sheet(cast.northbridge, ANSWERS, by=cast.ana, at=MORNING)
    assert "The answers changed since" in text_of(ana.get(address))
    assert "On the public page" in text_of(ana.get(reverse("positioning:bios")))
    assert ana.get(reverse("positioning:bio_pdf", args=[cast.ana.pk])).content.startswith(b"%PDF")
    assert ana.get(reverse("positioning:bio", args=[cast.dana.pk])).status_code == 404


def test_an_address_is_one_practices_and_the_page_opens_and_closes(cast, ana):
    operations.open_page(cast.southgate, "", by=cast.dana, at=MORNING)
    taken = Profile.objects.get(practice=cast.southgate).slug
    open_page = reverse("positioning:open_page")
    assert "Another practice has this address" in text_of(ana.post(open_page, {"slug": taken}))
    assert ana.post(open_page, {"slug": "Ünsinn ✨"}).status_code == 422
    ana.post(open_page, {"slug": "northbridge"})
    assert (
        voice.voice_of(cast.northbridge).published_at and voice.practice_at("northbridge") == cast.northbridge
    )
    ana.post(reverse("positioning:close_page"))
    assert voice.voice_of(cast.northbridge).published_at is None
    with pytest.raises(NotFound):
        operations.change_brand(cast.northbridge, "", by=cast.dana, at=MORNING)
    with pytest.raises(NotAllowed):
        operations.change_brand(cast.northbridge, "", by=cast.ben, at=MORNING)
