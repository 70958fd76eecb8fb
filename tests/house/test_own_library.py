"""Whatever is decided about a client of a practice asks the practice's own library, not the general one."""

import ast

from tests.house.words import ROOT

# What no practice has a version of its own of, so that ours is everyone's: read from `library()` anywhere.
GENERAL = {
    "actions", "default_limit_sets", "exercise_tags", "gates", "gates_in_force", "hash", "histories", "limit_sets", "norms",
    "norms_of", "red_flag_question", "red_flags", "required_each_session", "session_ceiling", "symptoms", "tags",
    "tags_of_protocol",
}  # fmt: skip
# Who reads measures, exercises or protocols of the general library all the same, and why.
MAY = {
    "medexpro/assessments/flow.py": "In which step a measure stands follows from its kind, which no version changes.",
    "medexpro/assessments/own_timeline.py": "A line of the timeline is named without its practice at hand.",
    "medexpro/assessments/questionnaire_presenters.py": "Whether it is a questionnaire; no version changes that.",
    "medexpro/assessments/tables.py": "Which measures have several tables; the tables are everyone's.",
    "medexpro/clearance/forms.py": "Pressure, pulse and the like, named for a choice.",
    "medexpro/clearance/own_timeline.py": "A line of the timeline is named without its practice at hand.",
    "medexpro/clearance/presenters.py": "The unit of a measure, which no version changes.",
    "medexpro/clearance/state.py": "The gates of a session, with what they ask.",
    "medexpro/config/demo/history.py": "The demo's practice has nothing of its own.",
    "medexpro/config/demo/story.py": "The demo's practice has nothing of its own.",
    "medexpro/episodes/populations.py": "Which protocols are ours: a code of the practice’s own ones gives no tag.",
    "medexpro/marketing/catalogue.py": "Who comes to a screening day is nobody's client.",
}
# Who asks for a measure without a practice, and why.
MAY_WITHOUT = {
    "medexpro/assessments/questionnaire_book.py": "Whether sides are kept; no version changes that.",
    "medexpro/assessments/questionnaire_presenters.py": "Whether it is a questionnaire; no version changes that.",
    "medexpro/knowledge/turning.py": "What was turned on is of our entry.",
    "medexpro/knowledge/own.py": "What an own version was made from is ours.",
    "medexpro/marketing/": "Who comes to a screening day is nobody's client.",
}
WITH_PRACTICE = {"measure_of": 2, "any_measure": 2, "pin": 3}


def calls(name):
    for path in sorted((ROOT / "medexpro").rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if called in name:
                    yield where, node, parents.get(node), called


def test_above_knowledge_the_general_library_is_asked_only_for_what_is_everyones():
    wrong, used = [], set()
    for where, node, parent, _ in calls({"library"}):
        if where.startswith("medexpro/knowledge/"):
            continue
        asked = parent.attr if isinstance(parent, ast.Attribute) else "the whole of it"
        if asked in GENERAL:
            continue
        used.add(where)
        if where not in MAY:
            wrong.append(
                f"{where}:{node.lineno} reads {asked}: take library_of(practice), or say in MAY why not"
            )
    assert not wrong, "\n".join(wrong)
    assert not set(MAY) - used, f"no longer needed in MAY: {sorted(set(MAY) - used)}"


def test_a_measure_is_asked_for_and_pinned_with_the_practice():
    wrong, used = [], set()
    for where, node, _, called in calls(set(WITH_PRACTICE)):
        if len(node.args) + len(node.keywords) >= WITH_PRACTICE[called]:
            continue
        allowed = next((one for one in MAY_WITHOUT if where.startswith(one)), None)
        used.add(allowed)
        if allowed is None:
            wrong.append(f"{where}:{node.lineno} {called} without the practice whose version is asked for")
    assert not wrong, "\n".join(wrong)
    assert not set(MAY_WITHOUT) - used, f"no longer needed in MAY_WITHOUT: {sorted(set(MAY_WITHOUT) - used)}"
