"""The pages of the practice's own versions: editing, preview, in service, undo, and as a file."""

from io import BytesIO

import pytest
from django.urls import reverse

from medexpro.assessments import catalogue
from medexpro.audit.models import Event
from medexpro.knowledge import own, own_editors
from medexpro.knowledge.library import library, library_of
from medexpro.knowledge.models import OwnEntry
from medexpro.knowledge.own_kinds import KINDS, content_of
from medexpro.knowledge.own_reading import read
from tests.conftest import MORNING
from tests.house.page_forms import Page
from tests.knowledge.test_own import chair, put  # noqa: F401  (a fixture)
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    return sign_in(cast.ana)


def editor_form(browser, address):
    html = browser.get(address).content.decode()
    [form] = [one for one in Page(html, address).forms if "expected" in one.fields]
    return form.action, {
        name: values for name, values in form.fields.items() if name not in ("keep", "service")
    }


def fresh(practice):
    practice.refresh_from_db()
    return library_of(practice)


def test_ana_writes_her_own_version_sees_it_puts_it_in_service_and_takes_it_back(cast, ana, chair):  # noqa: F811
    address, typed = editor_form(ana, reverse("knowledge:own_edit", args=["exercise", chair.id]))
    assert typed["name"] == [chair.name] and typed["quantity"] == [str(chair.default_dose.quantity)]
    typed |= {"cues": ["Look at the horizon."], "quantity": ["7"], "note": ["Our advisor"]}

    kept = ana.post(address, typed, follow=True)
    said = text_of(kept)
    assert (
        "Draft kept. It is in force nowhere yet." in said
        and "Look at the horizon." in said
        and "Our advisor" in said
    )
    assert fresh(cast.northbridge) is library()

    draft = OwnEntry.objects.get()
    ana.post(reverse("knowledge:own_service", args=[draft.pk]))
    now = fresh(cast.northbridge).exercises[chair.id]
    assert (now.cues, now.default_dose.quantity) == ("Look at the horizon.", 7)
    page = ana.get(reverse("knowledge:own_entry", args=["exercise", chair.id]))
    assert f"the practice’s own version {now.version}, by Ana Torres on Oct 13, 2026" in text_of(page)

    undo = f"/undo/{draft.pk}/"
    assert undo in reverse("knowledge:own_undo", args=[draft.pk])
    back = ana.post(reverse("knowledge:own_undo", args=[draft.pk]), follow=True)
    assert "The general version is in force again." in text_of(back)
    assert fresh(cast.northbridge).exercises[chair.id] == chair


def test_saving_what_was_not_touched_changes_nothing_of_any_entry():
    for kind in own_editors.EDITORS:
        if not KINDS[kind].in_library:
            continue
        for key, ours in KINDS[kind].ours().items():
            form = own_editors.EDITORS[kind].form(content=content_of(ours), ours=ours, lib=library())
            typed = {name: form[name].value() for name in form.fields}
            typed = {name: "" if value is None else value for name, value in typed.items()}
            again = own_editors.EDITORS[kind].form(
                _post(typed), content=content_of(ours), ours=ours, lib=library()
            )
            assert content_of(read(kind, key, 2, again.content())) == content_of(ours), key


def _post(typed):
    from django.http import QueryDict

    sent = QueryDict(mutable=True)
    for name, value in typed.items():
        if isinstance(value, (list, tuple)):
            sent.setlist(name, list(value))
        elif value is not False:
            sent[name] = str(value)
    return sent


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"quantity": ["many"]}, "quantity", "number"),
        ({"name": [""]}, "name", "Name is needed."),
        ({"source": [""]}, "source", "Source is needed."),
        ({"contraindicated_tags": []}, "contraindicated_tags", "must stay"),
        ({"sets": ["50"]}, "sets", "12"),
        ({"level": ["1"], "regression": ["step_up_15"]}, "regression", "harder than this"),
    ],
)  # fmt: skip
def test_an_error_stands_at_its_field_and_nothing_typed_is_lost(cast, ana, chair, typed, field, words):  # noqa: F811
    harder = max(library().exercises.values(), key=lambda one: one.level).id
    typed = {name: [harder] if value == ["step_up_15"] else value for name, value in typed.items()}
    address, before = editor_form(ana, reverse("knowledge:own_edit", args=["exercise", chair.id]))
    sent = before | {"cues": ["Typed with care"]} | typed | {"service": "yes"}

    answer = ana.post(address, sent)

    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field]), answer.context["form"].errors
    assert "Typed with care" in answer.content.decode()
    assert OwnEntry.objects.get().content["cues"] == "Typed with care"
    assert fresh(cast.northbridge) is library()


def test_a_measure_of_the_practices_own_as_one_number_is_measured_and_drawn(cast, ana):
    address, typed = editor_form(ana, reverse("knowledge:own_new", args=["measure"]))
    typed |= {
        "name": ["Stair climb"], "construct": ["How fast stairs are climbed"], "category": ["performance"], "unit": ["s"],
        "direction": ["lower_better"], "protocol": ["Ten steps, with the rail."], "count": ["2"], "kept": ["best"],
        "valid_min": ["1"], "valid_max": ["120"], "usual_min": ["3"], "usual_max": ["40"], "precision": ["0.1"],
        "domain": ["function"], "scale_min": ["0"], "scale_max": ["30"], "source": ["Our own practice"],
        "change-0-population": ["Adults after a knee replacement"], "change-0-type": ["MDC95"], "change-0-value": ["2.6"],
        "change-0-source": ["Mizner 2011"], "change-0-verification": ["verified_secondary"],
        "cutoffs-0-label": ["Slow"], "cutoffs-0-op": [">"], "cutoffs-0-value": ["12"], "cutoffs-0-source": ["Our own"],
        "cutoffs-0-verification": ["house_rule"], "service": ["yes"],
    }  # fmt: skip

    answer = ana.post(address, typed, follow=True)

    assert answer.status_code == 200, answer.context["form"].errors
    measure = fresh(cast.northbridge).measures["own_stair_climb"]
    assert (
        measure.trials.kept == "best" and measure.change[0].role == "error" and measure.cutoffs[0].value == 12
    )
    entry = catalogue.entry_of(measure)
    assert (entry.domain, entry.scale) == ("function", (0, 30))
    assert "Stair climb" in text_of(ana.get(reverse("knowledge:own")))


def test_a_row_of_a_measure_says_what_is_wrong_at_the_row(cast, ana):
    address, typed = editor_form(ana, reverse("knowledge:own_edit", args=["measure", "tug"]))
    assert "unit" not in typed and typed["change-0-population"][0]
    typed |= {"change-0-value": ["0"], "plausible": [], "usual_min": ["1"], "service": ["yes"]}
    errors = ana.post(address, typed).context["form"].errors
    assert errors["change-0-value"] == ["This must be above 0."]
    assert errors["usual_min"] == ["What is usual must lie inside what is possible."]


def test_the_domains_are_those_of_the_profile():
    assert dict(own_editors.DOMAINS[1:]) == catalogue.domains()


def test_two_people_in_one_editor_see_what_differs(cast, ana, sign_in, chair):  # noqa: F811
    edit = reverse("knowledge:own_edit", args=["exercise", chair.id])
    address, typed = editor_form(ana, edit)
    own.keep_draft("exercise", chair.id, content_of(chair) | {"cues": "Olga’s"}, by=cast.olga, at=MORNING)
    answer = ana.post(address, typed | {"cues": ["Ana’s"], "keep": ["yes"]})
    said = text_of(answer)
    assert answer.status_code == 422 and "changed this draft while you were typing" in said
    assert "Olga’s" in said and "Ana’s" in answer.content.decode()
    [form] = [one for one in Page(answer.content.decode(), edit).forms if "expected" in one.fields]
    ana.post(address, form.fields | {"keep": ["yes"]})
    assert OwnEntry.objects.get().content["cues"] == "Ana’s"


def test_a_file_is_shown_first_and_then_brought_in(cast, ana, sign_in, chair):  # noqa: F811
    put(cast, "exercise", chair.id, cues="Look at the horizon.")
    out = ana.get(reverse("knowledge:own_export"))
    assert "attachment" in out["Content-Disposition"]
    assert Event.objects.filter(kind="record:data:export", detail__what="own versions").exists()

    dana, where = sign_in(cast.dana), reverse("knowledge:own_file")
    shown = dana.post(where, {"file": _file(out.content)})
    assert shown.context["taken"] == 1 and "Look at the horizon." in text_of(shown)
    assert fresh(cast.southgate) is library()
    [form] = [one for one in Page(shown.content.decode(), where).forms if "text" in one.fields]
    dana.post(where, form.fields)
    assert fresh(cast.southgate).exercises[chair.id].cues == "Look at the horizon."


def _file(content):
    file = BytesIO(content)
    file.name = "own-versions.yaml"
    return file


@pytest.mark.parametrize("content", [b"\xff\xfe", b"just words", b"own_versions: 9\nentries: []"])
def test_what_is_no_file_of_versions_is_said_at_the_field(ana, content):
    answer = ana.post(reverse("knowledge:own_file"), {"file": _file(content)})
    assert answer.status_code == 422 and answer.context["form"].errors["file"]


def test_another_practice_finds_neither_page_nor_action(cast, ana, sign_in, chair):  # noqa: F811
    row = put(cast, "exercise", chair.id, cues="One.")
    dana = sign_in(cast.dana)
    assert dana.get(reverse("knowledge:own_entry", args=["exercise", chair.id])).status_code == 404
    for name in ("undo", "withdraw", "restore", "service", "drop"):
        assert dana.post(reverse(f"knowledge:own_{name}", args=[row.pk])).status_code == 404
    assert "One." not in dana.get(reverse("knowledge:own_edit", args=["exercise", chair.id])).content.decode()


def test_who_reads_knowledge_sees_them_and_changes_nothing(cast, sign_in, chair):  # noqa: F811
    row = put(cast, "exercise", chair.id, cues="One.")
    readers = [
        one for one in (cast.mia, cast.asa) if one.may("knowledge:read") and not one.may("knowledge:approve")
    ]
    for reader in readers:
        browser = sign_in(reader)
        page = browser.get(reverse("knowledge:own_entry", args=["exercise", chair.id]))
        assert page.status_code == 200 and "Withdraw" not in text_of(page).replace("Withdrawn", "")
        assert browser.post(reverse("knowledge:own_withdraw", args=[row.pk])).status_code == 403
    assert readers
