"""The loop: a record from elsewhere, a referral from the front desk, and a month later one signed page a provider reads."""

from datetime import date

import pytest

from medexpro.audit.models import Event
from medexpro.clients.models import Client
from medexpro.config.demo import history
from medexpro.programs.models import Program
from tests import few_codes
from tests.fhir.samples import DATA
from tests.journeys.looking import faults_of
from tests.journeys.pictures import picture
from tests.journeys.practice import FrontDesk, Person, Professional, Provider
from tests.pdf import reading

# The longest story of all: on a busy machine it may take longer than others.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

CLICK_BUDGET = 5
NAME = "Abdul Koepp"
PAPER = {
    "Written on": "10/11/2026",
    "Left medical care on": "10/8/2026",
    "Valid to": "4/11/2027",
    "What for": "Right knee replacement",
    "The provider’s words": "Please begin medical exercise after discharge from physical therapy.",
}
FOUR = ("It is written by", "It names medical exercise", "It gives an ICD-10 code", "It confirms that")
SURGERY = {
    "Operation, as it is written": "Right total knee replacement",
    "Is it one of these": "Total knee replacement",
    "Joint": "knee",
    "Side": "Right",
    "Day of surgery": "6/22/2026",
}
PURPOSE = {
    "What the client can’t do yet": "Climb the stairs to the bedroom without the rail",
    "Led by": "Ana Torres",
    "Next visit with the provider": "11/14/2026",
}
LIMIT = {
    "Measure": "Resting systolic blood pressure",
    "Limit": "No higher than",
    "Value": "150",
    "Written on": "10/11/2026",
    "As written": "Keep systolic at 150 or lower",
}
AGAIN = ("30-second chair stand", "Timed Up and Go", "Knee flexion", "Knee extension", "KOOS JR", "Pain, numeric",
         "Lower Extremity Functional Scale", "Handgrip", "6-minute walk")  # fmt: skip
THE_STEPS = [
    ("fhir:record:import", "Ana Torres"),
    ("referrals:referral:take-in", "Ben Okoye"),
    ("referrals:referral:acknowledge", "Ben Okoye"),
    ("clients:fact:add", "Ana Torres"),
    ("clearance:screening:finish", "Ana Torres"),
    ("clearance:decision:grant", "Ana Torres"),
    ("clearance:limit:set", "Ana Torres"),
    ("assessments:assessment:finish", "Ana Torres"),
    ("assessments:goal:set", "Ana Torres"),
    ("programs:program:made", "Ana Torres"),
    ("clearance:precaution:confirm", "Ana Torres"),
    ("sessions:gate:cleared", "Ana Torres"),
    ("sessions:session:signed", "Ana Torres"),
    ("reports:document:sign", "Ana Torres"),
    ("assessments:assessment:finish", "Ana Torres"),
    ("assessments:goal:meet", "Ana Torres"),
    ("reports:document:sign", "Ana Torres"),
    ("reports:delivery:send", "Ana Torres"),
    ("reports:delivery:open", ""),
    ("reports:delivery:acknowledge", ""),
]
LEFS = "Lower Extremity Functional Scale"


def results(**now: str) -> dict[str, dict[str, str]]:
    """What Ana types in, card by card; what is not named stays as at the baseline."""
    said = {
        "flexion": "98", "extension": "-4", "stands": "8", "tug": "13.8", "walk": "312", "stairs": "18.4", "koos": "14",
        "lefs": "38", "grip": "36.0", "girth": "42.5",
    } | now  # fmt: skip
    grip = float(said["grip"])
    return {
        "Knee flexion": {"Right side": said["flexion"], "Left side": "124"},
        "Knee extension": {"Right side": said["extension"], "Left side": "0"},
        "30-second chair stand": {"Full stands": said["stands"]},
        "Timed Up and Go": {"Timed Up and Go": said["tug"]},
        "6-minute walk": {"Trial 1": said["walk"], "How it is done": "30 m corridor"},
        "Stair climb": {"Stair climb": said["stairs"]},
        "KOOS JR": {"Total score": said["koos"]},
        "Pain, numeric": {"0 to 10": "2"},
        "Knee girth": {"Right side, Trial 1": said["girth"], "Left side, Trial 1": "40.8"},
        "Handgrip": {
            **{f"Right side, Trial {n}": f"{grip - away:.1f}" for n, away in ((1, 2.4), (2, 0.8), (3, 0))},
            **{f"Left side, Trial {n}": f"{grip - away:.1f}" for n, away in ((1, 5.0), (2, 3.6), (3, 4.2))},
        },
        "Resting systolic": {"Trial 1": "132"},
        "Resting diastolic": {"Trial 1": "80"},
        "Resting heart rate": {"Resting pulse": "70"},
        "Body weight": {"Weight": "194"},
        LEFS: {"Total score": said["lefs"]},
    }


def test_one_referral_becomes_one_signed_report_in_the_providers_hands(cast, tablet, morning, clock):
    few_codes.load()
    found: list[str] = []

    def looks_right(person: Person, page: str) -> None:
        found.extend(f"{page}: {fault}" for fault in faults_of(person.page, sizes=("tablet",)))

    # Ana brings in a record that another system wrote; Ben takes in the referral and tells the provider.
    door = tablet(None)
    door.goto("/accounts/login/")
    picture(door, "sign-in")
    ana = Professional.signs_in(door, "ana@example.org")
    ana.brings_in(DATA / "abdul_koepp.json.gz", name=NAME)
    ben = FrontDesk.signs_in(tablet(None), "ben@example.org")
    ben.takes_in_a_referral(client="Koepp", provider="Raman", code="Z96.651", paper=PAPER, seen=FOUR)
    ben.sees("Complete and in force")
    looks_right(ben, "referral")
    picture(ben.page, "referral")
    ben.tells_the_provider()

    # Ana screens, clears by the provider's letter with its limit, and measures where he stands.
    ana.opens(NAME)
    ana.says_what_the_episode_is_for(surgery=SURGERY, purpose=PURPOSE)
    ana.screens(yes={"an operation in the last 12 months": "the surgeon has released me"})
    looks_right(ana, "screening")
    picture(ana.page, "screening-review")
    ana.clears(words="Cleared for light to moderate exercise, twice a week.", limit=LIMIT)
    ana.sees("Resting systolic blood pressure, no higher than 150 mmHg")
    ana.follows(NAME)
    ana.follows("Go to baseline")
    ana.presses("Start the baseline")
    ana.measures(results(), besides=[LEFS])

    # Goals, the program from the protocol, what the provider says on its precautions.
    ana.follows("Set or change")
    ana.sets_a_goal("Timed Up and Go", "11.5", days=30, activity="Cross the street at the light")
    ana.sets_a_goal("LEFS", "58", days=90, activity="Climb the stairs to the bedroom without the rail")
    ana.makes_the_program()
    ana.confirms_the_precautions("As in the operative letter of June 22")
    looks_right(ana, "clearance")
    picture(ana.page, "clearance")

    # One session on the floor.
    ana.follows(NAME)
    ana.gives_a_session(1, effort=4, pain=1)
    looks_right(ana, "note")
    ana.goes_to("Reports")
    ana.drafts_what_is_due("Introductory letter", NAME)
    ana.signs(asked=False)
    ana.sends("Fax")

    # A month of sessions, then measuring again.
    client = Client.objects.get(family_name="Koepp")
    a_month_of_sessions(client, by=cast.ana)
    clock("2026-11-12 09:00")
    ana = Professional.signs_in(tablet(None), "ana@example.org")
    ana.sees("Reassessment")
    picture(ana.page, "today")
    ana.goes_to("Clients")
    picture(ana.page, "clients")
    ana.opens(NAME)
    ana.follows("Reassess")
    ana.presses("Start the reassessment")
    now = results(
        flexion="114", extension="-2", stands="12", tug="10.4", walk="388", koos="8", lefs="55", grip="37.2"
    )
    ana.measures({card: now[card] for card in AGAIN}, besides=["6-minute walk test"])
    ana.opens(NAME)
    looks_right(ana, "chart")
    picture(ana.page, "chart")
    ana.turns_to("Program")
    ana.sees_heading("Phase 1")
    picture(ana.page, "program")
    ana.goes_to("Knowledge")
    picture(ana.page, "knowledge")

    # From what is due to a signed page, by somebody whose sign-in is no longer recent.
    ana.goes_to("Reports")
    clock("2026-11-12 09:07")
    before = len(ana.clicks_since())
    ana.drafts_what_is_due("Progress report", NAME)
    looks_right(ana, "report")
    picture(ana.page, "report-draft")
    ana.signs(asked=True)
    clicks = ana.clicks_since(before)
    print(f"\nFrom due to signed: {len(clicks)} clicks: {', '.join(clicks)}")
    assert len(clicks) <= CLICK_BUDGET

    # Sent by a link that ends; the provider opens it without a sign-in and reads the page.
    address = ana.sends("Secure link")
    picture(ana.page, "report-sent")
    raman = Provider(tablet(None))
    raman.opens_the_link(address)
    picture(raman.page, "provider-link")
    pdf = raman.reads_the_pdf()
    raman.has_read_it()
    says_what_was_measured(pdf)
    ana.goes_to("Reports")
    ana.follows("Open R-2026")
    ana.sees("acknowledged Nov 12, 2026")

    # Every step of it is in the trail, in its order and by its person; the owner reads it there.
    kept = iter(Event.objects.filter(client_id=client.pk).order_by("pk").values_list("kind", "member_name"))
    assert [step for step in THE_STEPS if step not in kept] == []
    olga = Person.signs_in(tablet(None), "olga@example.org")
    olga.goes_to("Practice")
    olga.follows("Trail")
    olga.page.get_by_role("row").filter(has_text=NAME).filter(has_text="confirmed having read").wait_for()
    picture(olga.page, "trail")
    assert found == []


def says_what_was_measured(pdf: bytes) -> None:
    """Check the page as the provider reads it: who, from where to where, and what each change means."""
    said = reading.text_of(pdf)
    with reading.open_pdf(pdf) as document:
        assert len(document.pages) == 1
    for words in (
        "Re Abdul Koepp DOB Aug 3, 1956 referred Oct 11, 2026 For Right knee replacement",
        "Baseline Oct 13 Now Nov 12",
        "LEFS, 0–80 38 55 +17 Beyond the change that matters (9)",
        "Chair stand, stands 8 12 +4 More than four times test error",
        "Knee flexion, right Degrees, left",
        "98° 114° +16° Beyond test error",
        "Timed Up and Go, s 13.8 10.4 −3.4",
        "No change claimed: Grip strength, both sides",
        "Goal by Jan 11: climb the stairs to the bedroom without the rail",
        "signed Nov 12, 2026",
        "page 1 of 1",
    ):
        assert words in said, words
    assert reading.claims_of(pdf)["pdfaid:part"] == "2"


def a_month_of_sessions(client: Client, *, by) -> None:
    """Sessions 2 to 9, twice a week, as they would lie in the record."""
    days = list(history.training_days(date(2026, 10, 15), date(2026, 11, 11)))
    program = Program.objects.get(episode__client=client)
    history.write_sessions(program.episode, program, days, by=by, first_number=2)
