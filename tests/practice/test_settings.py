"""Settings, profile, the trail's page, break-glass, sealing."""

from datetime import timedelta

import pytest
from django.urls import reverse

from medexpro.audit import chain, trail
from medexpro.audit.models import Event
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound, Refusal
from medexpro.practice import breakglass, events, forms, operations, permissions, presenters, svg, tasks
from medexpro.practice.models import Practice
from medexpro.practice.roles import Permission
from tests.conftest import MORNING


def posted(practice, **changes):
    """Return what the settings page sends."""
    values = {name: getattr(practice, name) for name in operations.SETTINGS if name != "logo"}
    values |= {
        "version": practice.version,
        "reimbursement_on": "yes" if practice.reimbursement_on else "no",
    } | changes
    return {name: value for name, value in values.items() if value is not False}


def test_every_setting_has_its_sentence_and_its_field():
    assert set(presenters.SETTINGS) == set(operations.SETTINGS)
    shown = {name for _, _, names in presenters.SETTING_GROUPS for name in names}
    assert {"logo" if name == "logo_file" else name for name in shown} - {"remove_logo"} == set(
        operations.SETTINGS
    )


def test_every_editable_field_of_a_practice_is_a_setting():
    fields = {field.name for field in Practice._meta.concrete_fields if field.editable}
    assert fields - {"country", "created_at", "updated_at"} <= set(operations.SETTINGS)


def test_an_owner_changes_settings_and_the_trail_says_what(cast, sign_in):
    answer = sign_in(cast.olga).post("/settings/", posted(cast.northbridge, idle_minutes=5, phone="555-0199"))
    assert answer.status_code == 302
    practice = Practice.objects.get(pk=cast.northbridge.pk)
    assert (practice.idle_minutes, practice.phone, practice.version) == (5, "555-0199", 2)
    event = Event.objects.get(kind=events.SETTINGS_CHANGE)
    assert event.detail["changed"] == {"phone": ["555-0142", "555-0199"], "idle_minutes": [10, 5]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reassess_days", 31),
        ("idle_minutes", 0),
        ("time_zone", "Mars/Olympus"),
        ("name", " "),
        ("email", "x@"),
        ("units", "stone"),
    ],
)
def test_a_setting_outside_its_range_is_refused_at_the_field(cast, sign_in, field, value):
    page = sign_in(cast.olga).post("/settings/", posted(cast.northbridge, **{field: value}, phone="555-0177"))
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert "555-0177" in page.content.decode()
    assert Practice.objects.get(pk=cast.northbridge.pk).version == 1


def test_a_practice_only_tightens_the_time_to_reassessment(cast):
    with pytest.raises(operations.SettingsRefused):
        operations.change_settings(
            cast.northbridge, {"reassess_days": 31}, expected=1, by=cast.olga, at=MORNING
        )


def test_two_owners_saving_at_once_see_both_versions(cast, sign_in):
    browser = sign_in(cast.olga)
    mine = posted(cast.northbridge, phone="555-0111")
    operations.change_settings(cast.northbridge, {"phone": "555-0222"}, expected=1, by=cast.olga, at=MORNING)
    page = browser.post("/settings/", mine)
    text = page.content.decode()
    assert page.status_code == 422 and "555-0111" in text and "555-0222" in text
    again = browser.post("/settings/", mine | {"version": page.context["form"].data["version"]})
    assert again.status_code == 302
    assert Practice.objects.get(pk=cast.northbridge.pk).phone == "555-0111"


def test_the_settings_of_another_practice_stay_as_they_are(cast):
    with pytest.raises(NotFound):
        operations.change_settings(cast.southgate, {"phone": "1"}, expected=1, by=cast.olga, at=MORNING)


# ---- Drawings


LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">'
    '<path d="M0 0h10v10z" style="fill:#056" {}/>{}</svg>'
)


def test_a_logo_keeps_shapes_and_colours():
    kept = svg.clean(LOGO.format("", ""))
    assert 'd="M0 0h10v10z"' in kept and 'fill="#056"' in kept and "style" not in kept


@pytest.mark.parametrize(
    ("attribute", "inside"),
    [
        ('onload="alert(1)"', ""),
        ("", "<script>alert(1)</script>"),
        ("", '<image href="https://elsewhere.example/x.png"/>'),
        ("", '<a href="javascript:alert(1)"><path d="M0 0"/></a>'),
        ("", "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'>x</body></foreignObject>"),
        ('fill="url(https://elsewhere.example/#a)"', ""),
        ("", "<style>path{fill:url(https://elsewhere.example)}</style>"),
        ('xmlns:x="http://www.w3.org/1999/xlink" x:href="https://elsewhere.example"', ""),
    ],
)
def test_a_logo_brings_nothing_else_in(attribute, inside):
    kept = svg.clean(LOGO.format(attribute, inside))
    assert not any(
        word in kept for word in ("script", "elsewhere", "onload", "foreign", "image", "<style", "href")
    )


@pytest.mark.parametrize(
    "source",
    ["", "hello", "<html></html>", "<svg", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
     '<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg>&a;</svg>', "x" * 200_000,
     '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">' + "<g>" * 12_000 + "<path/>" + "</g>" * 12_000 + "</svg>"],
)  # fmt: skip
def test_what_is_no_drawing_is_refused(source):
    with pytest.raises(svg.NotADrawing):
        svg.clean(source)


def test_a_logo_is_uploaded_and_taken_off_again(cast, sign_in):
    from django.core.files.uploadedfile import SimpleUploadedFile

    browser = sign_in(cast.olga)
    upload = SimpleUploadedFile("logo.svg", LOGO.format("", "").encode(), "image/svg+xml")
    assert browser.post("/settings/", posted(cast.northbridge) | {"logo_file": upload}).status_code == 302
    practice = Practice.objects.get(pk=cast.northbridge.pk)
    assert practice.logo.startswith("<svg")
    assert "data:image/svg+xml" in browser.get("/settings/").content.decode()
    photo = SimpleUploadedFile("logo.svg", b"\xff\xd8\xff\xe0", "image/jpeg")
    page = browser.post("/settings/", posted(practice) | {"logo_file": photo})
    assert page.status_code == 422 and "logo_file" in page.context["form"].errors
    browser.post("/settings/", posted(practice) | {"remove_logo": "on"})
    assert Practice.objects.get(pk=cast.northbridge.pk).logo == ""


# ---- Profile


def test_everyone_keeps_their_own_profile(cast, sign_in):
    browser = sign_in(cast.ana)
    strokes = "M10.0 20.0 L30.0 40.0 "
    sent = {
        "full_name": "Ana Torres",
        "credentials": "AMES",
        "title": "Lead",
        "phone": "",
        "signature_0": strokes,
        "version": 1,
    }
    assert browser.post("/me/", sent).status_code == 302
    cast.ana.refresh_from_db()
    assert (cast.ana.signing_name, cast.ana.signature) == ("Ana Torres, AMES", strokes.strip())
    page = browser.post("/me/", sent | {"version": 1, "credentials": "MES"})
    assert page.status_code == 422 and "AMES" in page.content.decode()
    bad = browser.post("/me/", sent | {"version": 2, "signature_0": 'M1 1" onload="x', "full_name": ""})
    assert bad.status_code == 422 and set(bad.context["form"].errors) == {"signature", "full_name"}


# ---- The trail's page


def test_the_trail_is_filtered_and_paged(cast, sign_in, clock):
    at = clock("2026-10-13 09:30")
    for number in range(60):
        trail.record(
            trail.EXPORT, cast.janet, by=cast.ana, at=at - timedelta(minutes=number), what=f"n{number}"
        )
    trail.record_read(cast.mia, cast.janet, "chart", at=at - timedelta(days=2))
    browser = sign_in(cast.olga)
    first = browser.get("/trail/")
    assert len(first.context["lines"]) == 50 and first.context["older"]
    second = browser.get("/trail/", {"before": first.context["older"]})
    said = [
        line.detail for page in (first, second) for line in page.context["lines"] if "what: n" in line.detail
    ]
    assert said == [f"what: n{number}" for number in range(60)]
    only = browser.get("/trail/", {"member": str(cast.mia.pk), "day": "2026-10-11"}).context["lines"]
    assert [(line.who, line.client, line.detail) for line in only] == [
        ("Mia Lindqvist", "Janet Ellery", "chart")
    ]
    assert browser.get("/trail/", {"client": str(cast.stranger.pk)}).context["lines"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"member": "x"},
        {"day": "2026-99-99"},
        {"day": "soon"},
        {"before": "x~y"},
        {"before": "2026-13-01T00:00:00~x"},
        {"kind": "no"},
        {"kind": "a\x00b"},
        {"day": "9999-12-31"},
        {"day": "0001-01-01"},
        {"before": "9999-12-31T23:59:59-05:00~01a00000-0000-7000-8000-000000000001"},
        {"before": "2026-10-13T09:30:00~01a00000-0000-7000-8000-000000000001"},
    ],
)
def test_a_filter_that_makes_no_sense_is_no_fault(cast, sign_in, query):
    assert sign_in(cast.olga).get("/trail/", query).status_code == 200


def test_a_professional_reads_the_trail_of_a_client_and_no_other_practices(cast, sign_in):
    browser = sign_in(cast.ana)
    trail.record_read(cast.mia, cast.janet, "chart", at=MORNING)
    page = browser.get(reverse("practice:client_trail", args=[cast.janet.pk]))
    assert "Mia Lindqvist" in page.content.decode()
    assert browser.get(reverse("practice:client_trail", args=[cast.stranger.pk])).status_code == 404
    assert browser.get("/trail/").status_code == 403


def test_the_worker_seals_every_practice(cast):
    trail.record_read(cast.ana, cast.janet, "chart", at=MORNING)
    trail.record_read(cast.dana, cast.stranger, "chart", at=MORNING)
    assert tasks.seal_trails.func() == 2
    assert tasks.seal_trails.func() == 0
    for practice in (cast.northbridge, cast.southgate):
        verdict = chain.verify(practice.pk)
        assert verdict.whole and (verdict.sealed, verdict.unsealed) == (1, 0)


# ---- Break-glass


REASON = "Ana is ill and a provider asks about yesterday’s pressure."


def test_an_owner_needs_a_reason_and_gets_an_hour(cast):
    with pytest.raises(Refusal):
        breakglass.open_record(cast.janet.pk, reason="why not", by=cast.olga, at=MORNING)
    look = breakglass.open_record(cast.janet.pk, reason=REASON, by=cast.olga, at=MORNING)
    assert look.ends_at - look.opened_at == timedelta(hours=1)
    event = Event.objects.get(kind=events.GLASS_OPEN)
    assert (event.client_id, event.member_id) == (cast.janet.pk, cast.olga.pk)
    assert REASON not in str(event.detail)


def test_only_owners_break_glass_and_only_in_their_practice(cast):
    with pytest.raises(NotAllowed):
        breakglass.open_record(cast.janet.pk, reason=REASON, by=cast.ben, at=MORNING)
    with pytest.raises(NotFound):
        breakglass.open_record(cast.stranger.pk, reason=REASON, by=cast.olga, at=MORNING)


def test_the_look_reads_one_client_and_writes_nothing(cast):
    from medexpro.clients.models import Client

    other = Client.objects.create(practice=cast.northbridge, family_name="Marsh", name_search="marsh")
    with pytest.raises(NotAllowed):
        permissions.check(cast.olga, Permission.RECORD_READ, cast.janet)
    cast.olga.opened_client_id = cast.janet.pk
    permissions.check(cast.olga, Permission.RECORD_READ, cast.janet)
    with pytest.raises(NotFound):
        permissions.check(cast.olga, Permission.RECORD_READ, other)
    with pytest.raises(NotAllowed):
        permissions.check(cast.olga, Permission.SESSIONS_LOG, cast.janet)
    assert list(Client.objects.visible_to(cast.olga)) == [cast.janet]


def test_the_session_forgets_the_look_after_an_hour_or_when_closed(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    browser = sign_in(cast.olga)
    address = reverse("practice:client_trail", args=[cast.janet.pk])
    assert browser.post(f"/break-glass/{cast.janet.pk}/", {"reason": "no"}).status_code == 422
    opened = browser.post(f"/break-glass/{cast.janet.pk}/", {"reason": REASON})
    assert opened.headers["Location"] == f"/clients/{cast.janet.pk}/"
    assert browser.get(opened.headers["Location"]).status_code == 200
    page = browser.get(address).content.decode()
    assert "by break-glass until 10:30 am" in page and REASON.replace("’", "’") in page
    assert browser.get(f"/break-glass/{cast.stranger.pk}/").status_code == 404
    assert browser.post("/break-glass/close/").status_code == 302
    assert "glass" not in browser.session
    assert Event.objects.filter(kind=events.GLASS_CLOSE).count() == 1
    browser.post(f"/break-glass/{cast.janet.pk}/", {"reason": REASON})
    clock("2026-10-13 10:31")
    session = browser.session
    session["seen"] = 9_999_999_999
    session.save()
    assert "by break-glass" not in browser.get("/settings/").content.decode()


def test_professionals_hear_of_it(cast, settings, mailoutbox):
    settings.EMAIL_HOST = "mail.example.org"
    look = breakglass.open_record(cast.janet.pk, reason=REASON, by=cast.olga, at=MORNING)
    tasks.tell_of_break_glass.func(str(look.pk))
    (mail,) = mailoutbox
    assert mail.to == ["ana@example.org"] and "Ellery" not in mail.body
    assert [one.pk for one in breakglass.recent(cast.ana, at=MORNING + timedelta(days=1))] == [look.pk]
    assert not breakglass.recent(cast.ben, at=MORNING + timedelta(days=1)).exists()
    assert not breakglass.recent(cast.dana, at=MORNING + timedelta(days=1)).exists()


def test_the_professionals_home_page_tells_whose_record_and_why(cast, sign_in, clock):
    at = clock("2026-10-13 09:30")
    breakglass.open_record(cast.janet.pk, reason=REASON, by=cast.olga, at=at)
    page = sign_in(cast.ana).get("/").content.decode()
    assert "Janet Ellery" in page and REASON in page
    assert REASON not in sign_in(cast.ben).get("/").content.decode()


def test_the_chart_offers_it_to_whoever_stays_out_of_the_record(cast, sign_in):
    address = f"/break-glass/{cast.janet.pk}/"
    for member, offered in ((cast.olga, True), (cast.ana, False), (cast.ben, False)):
        page = sign_in(member).get(f"/clients/{cast.janet.pk}/")
        assert (address in page.content.decode()) is offered, member


def test_a_change_that_meets_a_newer_one_is_a_conflict(cast):
    operations.change_settings(cast.northbridge, {"fax": "1"}, expected=1, by=cast.olga, at=MORNING)
    with pytest.raises(Conflict):
        operations.change_settings(cast.northbridge, {"fax": "2"}, expected=1, by=cast.olga, at=MORNING)


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("/me/", {"full_name": "Olga Brandt", "credentials": "MES, MA", "title": "Director"}),
        ("/members/{asa}/", {"roles": ["assistant"], "credentials": "MES, MA", "title": "Helper"}),
    ],
)
def test_what_was_typed_stands_as_it_was_typed_beside_a_newer_version(cast, sign_in, address, typed):
    browser = sign_in(cast.olga)
    address = address.format(asa=cast.asa.pk)
    answer = browser.post(address, typed | {"version": "7"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="MES, MA"' in page and f'value="{typed["title"]}"' in page
    assert browser.post(address, typed | {"version": "1"}).status_code == 302


def test_the_forms_know_every_state_once():
    assert len(forms.STATES) == len(set(forms.STATES)) == 53
