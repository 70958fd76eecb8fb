"""The tablet's own copy of the gate, in a real Chromium, against the same vectors as the server's rules."""

import pytest
from django.templatetags.static import static

from medexpro.clearance.rules import tablet as rules
from medexpro.clearance.rules.gates import verdict, weigh
from tests.clearance.floor import figures_of, vectors
from tests.clearance.test_rules_tablet import AT, outcome

pytestmark = pytest.mark.django_db(transaction=True)

REPLAY = """
async ([module, cases]) => {
  const { weigh, verdict } = await import(module);
  return cases.map(({ figures, log, decided, at }) => {
    const findings = weigh(figures, log, at);
    return { findings, verdict: verdict(findings, decided, figures) };
  });
}
"""


@pytest.fixture
def replayed(tablet, cast):
    """What the page's module says about every vector."""
    page = tablet(cast.ana)
    page.goto("/static/web/icons/mark.svg")
    cases = [
        {"figures": figures_of(case), "log": case["log"], "decided": case["decided"], "at": vectors()["at"]}
        for case in vectors()["cases"]
    ]
    return page.evaluate(REPLAY, [static("clearance/gate.js"), cases])


def test_the_page_says_what_every_vector_expects_and_in_the_servers_words(replayed):
    assert len(replayed) == len(vectors()["cases"]) >= 85
    for case, said in zip(vectors()["cases"], replayed, strict=True):
        findings = weigh(rules.context_from(figures_of(case), case["log"], AT))
        assert said["findings"] == [finding.as_dict() for finding in findings], case["name"]
        assert said["verdict"] == verdict(findings, answered=case["decided"]).as_dict(), case["name"]
        assert outcome(findings, case["decided"]) == case["expect"], case["name"]
