"""The practice's own versions: drafts, in service, undone, withdrawn, and nobody else's."""

import msgspec
import pytest
from django.db import DatabaseError, transaction

from medexpro.audit.models import Event
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound, Refusal
from medexpro.knowledge import operations, own
from medexpro.knowledge.library import library, library_of
from medexpro.knowledge.models import KnowledgeVersion, OwnEntry
from medexpro.knowledge.own_kinds import OwnRefused, content_of
from tests.conftest import MORNING

pytestmark = pytest.mark.django_db
CHAIR = "sit_to_stand_box"


@pytest.fixture
def chair():
    """An exercise of ours with a next step, a step back and a tag."""
    known = library().exercises
    return next(
        one for one in known.values() if one.contraindicated_tags and one.progression and one.regression
    )


def put(cast, kind, key, by=None, note="", **changes):
    by = by or cast.ana
    content = own.starting_content(by.practice, kind, key) | changes
    draft = own.keep_draft(kind, key, content, note=note, by=by, at=MORNING)
    return own.put_in_service(draft, by=by, at=MORNING)


def test_an_own_version_wins_for_its_practice_and_says_so(cast, chair):
    row = put(cast, "exercise", chair.id, cues="Look at the horizon.", note="Our advisor")

    mine = library_of(cast.northbridge)
    assert mine.exercises[chair.id].cues == "Look at the horizon."
    assert library().exercises[chair.id].cues == chair.cues
    assert row.version == chair.version + 1 == mine.exercises[chair.id].version
    assert row.said == f"the practice’s own version {row.version}, by Ana Torres on Oct 13, 2026"
    assert mine.own["exercise", chair.id].by == "Ana Torres"
    assert Event.objects.filter(kind="knowledge:own:service", subject_id=str(row.pk)).exists()


def test_another_practice_never_sees_it(cast, chair):
    put(cast, "exercise", chair.id, cues="Look at the horizon.")
    with_it = put(
        cast,
        "exercise",
        own.new_key(cast.northbridge, "exercise", "Sled push"),
        **content_of(chair) | {"name": "Sled push"},
    )

    other = cast.dana.practice
    assert library_of(other) is library()
    assert operations.pin("exercise", chair.id, other).practice_id is None
    assert not OwnEntry.objects.of(other).exists()
    with pytest.raises(NotFound):
        own.entry_of(other, with_it.pk)
    for act in (own.withdraw, own.undo, own.restore, own.put_in_service):
        with pytest.raises(NotFound):
            act(with_it, by=cast.dana, at=MORNING)


def test_a_pin_is_the_practices_own_version_and_ours_without_one(cast):
    ours = operations.pin("protocol", "total_knee_replacement", cast.northbridge)
    row = put(cast, "protocol", "total_knee_replacement", scope_note="As our surgeons ask.")

    pinned = operations.pin("protocol", "total_knee_replacement", cast.northbridge)
    assert ours.practice_id is None and ours.said == f"version {ours.version}"
    assert pinned.is_own and pinned.version == row.version and pinned.said == row.said
    assert pinned.record.scope_note == "As our surgeons ask."
    assert not operations.is_current(ours, cast.northbridge) and operations.is_current(ours)
    assert operations.is_current(pinned, cast.northbridge)


def test_undoing_returns_exactly_the_former_content_as_a_new_version(cast, chair):
    first = put(cast, "exercise", chair.id, cues="One.")
    second = put(cast, "exercise", chair.id, cues="Two.")

    again = own.undo(second, by=cast.ana, at=MORNING)

    assert again.content == first.content and again.hash == first.hash and again.version == second.version + 1
    assert library_of(cast.northbridge).exercises[chair.id].cues == "One."
    states = list(OwnEntry.objects.order_by("version").values_list("state", flat=True))
    assert states == ["replaced", "replaced", "in_service"]
    with pytest.raises(Refusal, match="Another version is in force"):
        own.undo(second, by=cast.ana, at=MORNING)


def test_undoing_the_first_version_puts_ours_in_force_again(cast, chair):
    row = put(cast, "exercise", chair.id, cues="One.")

    assert own.undo(row, by=cast.ana, at=MORNING) is None
    assert library_of(cast.northbridge).exercises == library().exercises
    again = own.restore(row, by=cast.ana, at=MORNING)
    assert again.content == row.content and library_of(cast.northbridge).exercises[chair.id].cues == "One."


def test_what_only_the_practice_has_stays_known_once_withdrawn(cast, chair):
    key = own.new_key(cast.northbridge, "exercise", "Sled push, light")
    row = put(cast, "exercise", key, **content_of(chair) | {"name": "Sled push, light"})
    assert (
        key == "own_sled_push_light"
        and library_of(cast.northbridge).exercises[key].name == "Sled push, light"
    )

    own.withdraw(row, by=cast.ana, at=MORNING)

    mine = library_of(cast.northbridge)
    assert (
        key not in mine.exercises
        and mine.all_exercises[key].contraindicated_tags == chair.contraindicated_tags
    )
    assert own.new_key(cast.northbridge, "exercise", "Sled push, light") == f"{key}_2"


def test_a_measure_of_the_practices_own_is_in_service_and_off_again(cast):
    tug = library().measures["tug"]
    key = own.new_key(cast.northbridge, "measure", "Stair climb")
    content = content_of(tug) | {
        "name": "Stair climb",
        "change": [],
        "cutoffs": [],
        "norms": [],
        "loinc": None,
    }
    row = put(cast, "measure", key, **content)
    assert library_of(cast.northbridge).measures[key].name == "Stair climb"

    own.withdraw(row, by=cast.ana, at=MORNING)
    mine = library_of(cast.northbridge)
    assert key not in mine.measures and mine.all_measures[key].name == "Stair climb"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"progression": "moon_walk"}, "progression", "There is no exercise “moon walk” in service."),
        ({"level": 9}, "level", "The level runs from 1 to 5."),
        ({"level": "two"}, "level", "Type a whole number."),
        ({"source": " "}, "source", "Say where this comes from."),
        ({"contraindicated_tags": []}, "contraindicated_tags", "must stay"),
        ({"default_dose": {"sets": 2}}, "default_dose.quantity", "Fill this in."),
        ({"colour": "red"}, "colour", "no such field"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_the_draft_keeps_all_of_it(cast, chair, changes, field, words):
    content = content_of(chair) | changes
    draft = own.keep_draft("exercise", chair.id, content, by=cast.ana, at=MORNING)

    with pytest.raises(OwnRefused) as refused:
        own.put_in_service(draft, by=cast.ana, at=MORNING)

    assert [one.field for one in refused.value.wrongs if words in one.sentence] == [field], (
        refused.value.wrongs
    )
    draft.refresh_from_db()
    assert draft.content == content and draft.state == "draft"
    assert library_of(cast.northbridge) is library()


def test_a_circle_of_links_is_refused_in_words(cast, chair):
    back = library().exercises[chair.progression]
    same_level = msgspec.structs.replace(back, level=chair.level)
    put(cast, "exercise", back.id, **content_of(same_level) | {"progression": None, "regression": None})
    draft = own.keep_draft(
        "exercise", back.id, content_of(same_level) | {"progression": chair.id}, by=cast.ana, at=MORNING
    )

    with pytest.raises(OwnRefused) as refused:
        own.put_in_service(draft, by=cast.ana, at=MORNING)

    assert ("progression", f"The links lead in a circle: from here they come back to “{back.name}”.") in [
        tuple(one) for one in refused.value.wrongs
    ]


def test_an_exercise_that_another_own_version_needs_is_not_withdrawn(cast, chair):
    key = own.new_key(cast.northbridge, "exercise", "Sled push")
    row = put(
        cast,
        "exercise",
        key,
        **content_of(chair) | {"name": "Sled push", "progression": None, "regression": None},
    )
    put(cast, "exercise", chair.id, progression=key)

    with pytest.raises(OwnRefused, match="need this one"):
        own.withdraw(row, by=cast.ana, at=MORNING)
    assert own.entry_of(cast.northbridge, row.pk).state == "in_service"


def test_who_may_not_approve_changes_nothing(cast, chair):
    draft = own.keep_draft("exercise", chair.id, content_of(chair), by=cast.ana, at=MORNING)
    for act in (own.put_in_service, own.drop_draft):
        with pytest.raises(NotAllowed):
            act(draft, by=cast.ben, at=MORNING)
    with pytest.raises(NotAllowed):
        own.keep_draft("exercise", chair.id, {}, by=cast.ben, at=MORNING)


def test_two_people_in_one_draft_lose_nothing(cast, chair):
    first = own.keep_draft("exercise", chair.id, {"name": "Ana’s"}, expected="", by=cast.ana, at=MORNING)
    with pytest.raises(Conflict, match="Ana Torres changed this draft") as conflict:
        own.keep_draft("exercise", chair.id, {"name": "Olga’s"}, expected="", by=cast.olga, at=MORNING)
    assert conflict.value.theirs == {"name": "Ana’s"}
    own.keep_draft("exercise", chair.id, {"name": "Olga’s"}, expected=first.hash, by=cast.olga, at=MORNING)
    assert OwnEntry.objects.get().content == {"name": "Olga’s"}


def test_the_database_lets_nobody_change_what_was_in_service(cast, chair):
    row = put(cast, "exercise", chair.id, cues="One.")
    for change in ({"content": {}}, {"state": "draft"}, {"version": 9}, {"made_by_name": "Nobody"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            OwnEntry.objects.filter(pk=row.pk).update(**change)
    own.withdraw(row, by=cast.ana, at=MORNING)
    with pytest.raises(DatabaseError), transaction.atomic():
        OwnEntry.objects.filter(pk=row.pk).update(state="in_service")


def test_an_own_version_asks_nobody_for_approval(cast, chair):
    waiting = {(one.kind, one.key) for one in operations.needing_approval(cast.northbridge)}
    assert ("exercise", chair.id) in waiting
    put(cast, "exercise", chair.id, cues="One.")
    waiting = {(one.kind, one.key) for one in operations.needing_approval(cast.northbridge)}
    assert ("exercise", chair.id) not in waiting


def test_nothing_of_its_own_costs_no_question_and_something_one_a_process(
    cast, chair, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert library_of(cast.northbridge) is library()
    put(cast, "exercise", chair.id, cues="One.")
    with django_assert_num_queries(1):
        library_of(cast.northbridge)
    with django_assert_num_queries(0):
        library_of(cast.northbridge)


def test_settings_saved_by_an_older_page_don_t_bring_an_older_version_back(cast, chair):
    practice = type(cast.northbridge).objects.get(pk=cast.northbridge.pk)
    put(cast, "exercise", chair.id, cues="One.")
    practice.phone = "555-0100"
    practice.save()
    practice.refresh_from_db()
    assert library_of(practice).exercises[chair.id].cues == "One."
    assert KnowledgeVersion.objects.filter(practice_id=practice.pk).count() == 1


def test_what_is_off_stays_off(cast, monkeypatch):
    data = msgspec.structs.replace(library().data, measures_off={"tug": "Its owner has not agreed."})
    monkeypatch.setattr("medexpro.knowledge.own_reading.library", lambda: type(library()).of(data))
    content = content_of(library().measures["tug"]) | {"protocol": "From a chair of 45 cm."}
    found = own.seen(cast.northbridge, "measure", "tug", content)
    assert [one.sentence for one in found.wrongs] == [
        "This entry is off, and stays so: Its owner has not agreed."
    ]
