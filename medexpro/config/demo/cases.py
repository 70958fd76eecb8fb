"""Twenty clients of the demo: who they are, what they came for, how far they are."""

from dataclasses import dataclass, field
from datetime import date

from medexpro.config.demo.history import NORMAL, Pressure

# Measure id, with "/side" where each side is kept: first value, last value. Between them values move evenly.
# KOOS JR and HOOS JR stand as raw sums, as they come off the paper.
Course = dict[str, tuple[float, float]]

KNEE: Course = {
    "rom_knee_flexion/right": (96, 119),
    "rom_knee_flexion/left": (128, 129),
    "rom_knee_extension/right": (-8, -2),
    "rom_knee_extension/left": (0, 0),
    "chair_stand_30s": (8, 13),
    "tug": (13.8, 9.6),
    "gait_speed_4m": (0.84, 1.10),
    "six_minute_walk": (318, 412),
    "single_leg_stance/right": (4.2, 11.5),
    "single_leg_stance/left": (9.0, 13.0),
    "lefs": (34, 56),
    "koos_jr/right": (16, 8),
    "pain_nrs": (4, 2),
    "grip_strength/right": (19.2, 21.6),
    "grip_strength/left": (18.4, 20.4),
}
HIP: Course = {
    "rom_hip_flexion/left": (82, 96),
    "rom_hip_flexion/right": (104, 105),
    "rom_hip_abduction/left": (18, 30),
    "rom_hip_abduction/right": (34, 35),
    "chair_stand_30s": (6, 10),
    "tug": (16.9, 12.4),
    "gait_speed_4m": (0.68, 0.92),
    "six_minute_walk": (228, 305),
    "single_leg_stance/left": (2.1, 6.4),
    "single_leg_stance/right": (5.0, 7.5),
    "lefs": (27, 44),
    "hoos_jr/left": (13, 6),
    "pain_nrs": (4, 2),
    "grip_strength/right": (17.0, 18.6),
    "grip_strength/left": (16.2, 17.4),
}
SHOULDER: Course = {
    "rom_shoulder_flexion/right": (108, 158),
    "rom_shoulder_flexion/left": (168, 169),
    "rom_shoulder_abduction/right": (92, 150),
    "rom_shoulder_abduction/left": (170, 170),
    "rom_shoulder_external_rotation/right": (34, 66),
    "rom_shoulder_external_rotation/left": (82, 82),
    "pain_nrs": (5, 1),
    "grip_strength/right": (23.5, 29.8),
    "grip_strength/left": (27.5, 28.2),
    "chair_stand_30s": (14, 16),
    "gait_speed_4m": (1.18, 1.24),
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One client's story. Days count back from the day the demo is loaded.

    state: how far it is: referral, screening, held, cleared, active, on_hold, expired, discharged.
    referred: days ago the referral came. surgery: days ago. ended: days ago of the discharge.
    yes: screening answers that are not no. stall: the course stops at this fraction.
    """

    given: str
    family: str
    born: date
    sex: str
    title: str
    part: str  # knee, hip or shoulder
    side: str
    referred: int
    surgery: int
    state: str = "active"
    approach: str = ""
    variant: str = ""
    provider: str = "raman"
    lead: str = "rosa"
    salutation: str = ""
    code: str = ""
    deficit: str = ""
    activity: str = ""
    yes: dict[str, dict] = field(default_factory=dict)
    conditions: tuple[str, ...] = ()
    medications: tuple[tuple[str, tuple[str, ...]], ...] = ()
    pressure: Pressure = NORMAL
    ended: int | None = None
    shape: float = 1.0
    weekdays: tuple[int, ...] = (1, 3)
    hour: int = 9
    assigned: tuple[str, ...] = ()
    plan: bool = False
    missing_checks: tuple[str, ...] = ()
    clearance_days: int | None = None

    @property
    def reminded(self) -> bool:
        """Return whether the client gave an e-mail address and agreed to messages; about two of three do."""
        return self.surgery % 3 != 0


YES_PRESSURE = {"blood_pressure": {"answer": "yes", "words": "On tablets for years"}}
BETA = (("Metoprolol 50 mg once a day", ("hr_affecting_medicine",)), ("Lisinopril 10 mg once a day", ()))

CASES = (
    Case(
        given="Margaret",
        family="Ellison",
        born=date(1958, 3, 4),
        sex="female",
        salutation="Mrs.",
        title="Right knee replacement",
        part="knee",
        side="right",
        referred=66,
        surgery=114,
        yes=YES_PRESSURE,
        medications=BETA,
        pressure=Pressure(136, 82, 64),
        deficit="Stairs one foot per step; walking to church without stopping",
        assigned=("nia",),
    ),
    Case(
        given="Ruth",
        family="Jacobs",
        born=date(1947, 5, 9),
        sex="female",
        salutation="Mrs.",
        title="Left hip replacement",
        part="hip",
        side="left",
        referred=12,
        surgery=122,
        state="held",
        approach="anterior",
        variant="anterior",
        provider="osei",
        yes=YES_PRESSURE
        | {
            "heart_condition": {"answer": "yes", "options": ["heart_failure"], "words": "Since 2021"},
            "breathless": {"answer": "yes", "words": "After standing for 20 minutes"},
        },
        conditions=(
            "Heart failure",
            "High blood pressure",
            "High cholesterol",
            "Knee arthroscopy in the past",
        ),
        medications=BETA,
        pressure=Pressure(142, 78, 62),
        deficit="Stands for 20 minutes at most; uses a walker",
    ),
    Case(
        given="Edith",
        family="Jacobs",
        born=date(1946, 11, 2),
        sex="female",
        salutation="Mrs.",
        title="Right hip replacement",
        part="hip",
        side="right",
        referred=70,
        surgery=130,
        approach="posterior",
        variant="posterior",
        provider="osei",
        plan=True,
        yes=YES_PRESSURE
        | {
            "heart_condition": {
                "answer": "yes",
                "options": ["heart_failure"],
                "words": "Stable, seen in spring",
            }
        },
        conditions=("Heart failure", "High blood pressure"),
        medications=BETA,
        pressure=Pressure(138, 76, 63),
        hour=10,
        deficit="Getting up from a low chair; walking outdoors with a cane",
        activity="Walk to the mailbox without the cane",
    ),
    Case(
        given="Jodie",
        family="Hicks",
        born=date(1970, 8, 21),
        sex="female",
        title="Rotator cuff repair, right",
        part="shoulder",
        side="right",
        referred=232,
        surgery=330,
        state="discharged",
        ended=44,
        provider="varga",
        lead="luis",
        hour=11,
        deficit="Reaching overhead, dressing, carrying groceries",
        activity="Put dishes on the top shelf",
    ),
    Case(
        given="Joan",
        family="Dawson",
        born=date(1964, 2, 14),
        sex="female",
        salutation="Ms.",
        title="Right knee replacement",
        part="knee",
        side="right",
        referred=40,
        surgery=96,
        provider="raman",
        conditions=("Type 2 diabetes", "Obesity"),
        yes={"diabetes": {"answer": "yes", "options": ["other_medicine"], "words": "Tablets, no insulin"}},
        medications=(("Metformin 1000 mg twice a day", ()),),
        deficit="Stairs, walking and standing still limited",
        hour=13,
        shape=0.7,
    ),
    Case(
        given="Harold",
        family="Kim",
        born=date(1955, 6, 30),
        sex="male",
        title="Left knee replacement",
        part="knee",
        side="left",
        referred=35,
        surgery=88,
        lead="luis",
        pressure=Pressure(158, 92, 72),
        yes=YES_PRESSURE,
        hour=10,
        shape=0.4,
    ),
    Case(
        given="Walter",
        family="Brandt",
        born=date(1951, 1, 17),
        sex="male",
        salutation="Mr.",
        title="Left hip replacement",
        part="hip",
        side="left",
        referred=38,
        surgery=80,
        state="on_hold",
        approach="anterior",
        variant="anterior",
        provider="osei",
        hour=11,
    ),
    Case(
        given="Inés",
        family="Carvalho",
        born=date(1962, 9, 12),
        sex="female",
        title="Right knee replacement",
        part="knee",
        side="right",
        referred=64,
        surgery=120,
        lead="luis",
        hour=14,
        shape=0.6,
    ),
    Case(
        given="Owen",
        family="Marsh",
        born=date(1949, 12, 3),
        sex="male",
        salutation="Mr.",
        title="Right hip replacement",
        part="hip",
        side="right",
        referred=95,
        surgery=150,
        state="expired",
        approach="posterior",
        variant="posterior",
        provider="osei",
        clearance_days=89,
        hour=8,
    ),
    Case(
        given="Leah",
        family="Brooks",
        born=date(1974, 4, 25),
        sex="female",
        title="Rotator cuff repair, left",
        part="shoulder",
        side="left",
        referred=58,
        surgery=140,
        provider="varga",
        lead="luis",
        weekdays=(0, 2),
        hour=15,
    ),
    Case(
        given="Dev",
        family="Patel",
        born=date(1968, 7, 8),
        sex="male",
        title="Left knee replacement",
        part="knee",
        side="left",
        referred=30,
        surgery=84,
        weekdays=(0, 2),
        hour=9,
        assigned=("nia",),
    ),
    Case(
        given="Elena",
        family="Duarte",
        born=date(1955, 10, 19),
        sex="female",
        salutation="Mrs.",
        title="Left hip replacement",
        part="hip",
        side="left",
        referred=5,
        surgery=78,
        state="screening",
        provider="osei",
        yes={"one_leg": {"answer": "yes", "words": "Left calf, since Sunday"}},
    ),
    Case(
        given="Samuel",
        family="Greene",
        born=date(1959, 5, 5),
        sex="male",
        title="Right knee replacement",
        part="knee",
        side="right",
        referred=2,
        surgery=71,
        state="referral",
        missing_checks=("exited",),
    ),
    Case(
        given="Noor",
        family="Rahimi",
        born=date(1966, 3, 23),
        sex="female",
        title="Left knee replacement",
        part="knee",
        side="left",
        referred=8,
        surgery=75,
        state="cleared",
        lead="luis",
    ),
    Case(
        given="Peter",
        family="Lindqvist",
        born=date(1945, 2, 2),
        sex="male",
        salutation="Mr.",
        title="Left hip replacement",
        part="hip",
        side="left",
        referred=420,
        surgery=500,
        state="discharged",
        ended=240,
        approach="anterior",
        variant="anterior",
        provider="osei",
        hour=16,
    ),
    Case(
        given="Gloria",
        family="Santos",
        born=date(1957, 11, 28),
        sex="female",
        title="Right knee replacement",
        part="knee",
        side="right",
        referred=400,
        surgery=470,
        state="discharged",
        ended=230,
        hour=12,
    ),
    Case(
        given="Arthur",
        family="Boyd",
        born=date(1952, 8, 15),
        sex="male",
        title="Left knee replacement",
        part="knee",
        side="left",
        referred=300,
        surgery=370,
        state="discharged",
        ended=150,
        lead="luis",
        hour=17,
        shape=0.2,
    ),
    Case(
        given="Mei",
        family="Tanaka",
        born=date(1971, 6, 11),
        sex="female",
        title="Rotator cuff repair, right",
        part="shoulder",
        side="right",
        referred=75,
        surgery=170,
        provider="varga",
        weekdays=(1, 4),
        hour=8,
        shape=0.9,
    ),
    Case(
        given="Frank",
        family="Novak",
        born=date(1950, 4, 7),
        sex="male",
        title="Right hip replacement",
        part="hip",
        side="right",
        referred=45,
        surgery=100,
        approach="posterior",
        variant="posterior",
        provider="osei",
        weekdays=(0, 3),
        hour=14,
        shape=0.5,
    ),
    Case(
        given="Carol",
        family="Whitfield",
        born=date(1953, 1, 29),
        sex="female",
        salutation="Mrs.",
        title="Left knee replacement",
        part="knee",
        side="left",
        referred=110,
        surgery=170,
        state="discharged",
        ended=2,
        lead="luis",
        weekdays=(2, 4),
        hour=10,
        assigned=("nia",),
    ),
)
