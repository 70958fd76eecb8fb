"""The twelve pathways as a table: who comes, what they can do at the start, and the exercise a precaution keeps out."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Pathway:
    """One client on one protocol.

    code: of the referral, which suggests the protocol. surgery: the operation, where the protocol follows one.
    variant: the approach or fracture status the page is told. precaution: the item of the protocol that is asserted, and
    out: the exercise it keeps out of every session; settled: whether a member has to say that it holds.
    """

    protocol: str
    code: str
    title: str
    precaution: str
    out: str
    side: str = "none"
    surgery: dict[str, Any] = field(default_factory=dict)
    variant: str = ""
    settled: bool = True


PATHWAYS = [
    Pathway(
        "total_knee_replacement", "Z96.651", "Right knee replacement", "tkr_impact", "impact_hop_in_place", side="right",
        surgery={"procedure": "Right total knee replacement", "procedure_tag": "total_knee_replacement", "joint": "knee"},
        settled=False,
    ),
    Pathway(
        "total_hip_replacement", "Z96.642", "Left hip replacement", "thr_post", "leg_press_light", side="left",
        surgery={"procedure": "Left total hip replacement", "procedure_tag": "total_hip_replacement", "joint": "hip",
                 "approach": "posterior"},
        variant="posterior", settled=False,
    ),
    Pathway(
        "shoulder_repair", "Z96.611", "Right reverse shoulder replacement", "load_release", "row_band", side="right",
        surgery={"procedure": "Right reverse shoulder replacement", "joint": "shoulder",
                 "approach": "reverse"},
        variant="reverse_tsa", settled=False,
    ),
    Pathway("osteoporosis", "M81.0", "Low bone density", "op_flexion", "cat_cow", variant="vertebral_fracture", settled=False),
    Pathway("knee_osteoarthritis", "M17.11", "Right knee osteoarthritis", "oa_pain", "knee_extension_seated", side="right"),
    Pathway("chronic_low_back_pain", "M54.50", "Low back pain", "clbp_nerve", "deadlift_light"),
    Pathway("balance_falls", "R29.6", "Falls", "fall_guard", "walk_dual_task"),
    Pathway("hypertension", "I10", "Blood pressure", "htn_valsalva", "leg_press_light"),
    Pathway("type_2_diabetes", "E11.9", "Diabetes", "t2d_foot", "treadmill_walk"),
    Pathway("copd", "J44.9", "COPD", "copd_dysp", "grip_isometric_hold"),
    Pathway("stroke_chronic", "I69.351", "Stroke two years ago", "stroke_shoulder", "row_band", side="right"),
    Pathway("parkinsons_disease", "G20.A1", "Parkinson disease", "pd_freeze", "walk_dual_task"),
]  # fmt: skip

# What is measured at the start, per measure as it is typed: far from every criterion, inside what is plausible.
START = {
    "rom_knee_flexion": 85, "rom_knee_extension": -12, "rom_hip_flexion": 80, "rom_hip_extension": 5, "rom_hip_abduction": 18,
    "rom_shoulder_flexion": 95, "rom_shoulder_abduction": 80, "rom_shoulder_external_rotation": 20,
    "rom_shoulder_internal_rotation": 30, "rom_lumbar_flexion": 30, "rom_lumbar_extension": 10,
    "mmt_shoulder_flexion": 3, "mmt_shoulder_external_rotation": 3,
    "chair_stand_30s": 6, "five_times_sts": 22, "tug": 24, "tug_cognitive": 28, "six_minute_walk": 180, "stair_climb": 32,
    "gait_speed_4m": "0.5", "gait_speed_10m": "0.35", "single_leg_stance": 2, "four_stage_balance": 1, "berg_balance": 36,
    "grip_strength": 20, "occiput_wall": 4, "koos_jr": "50.012", "hoos_jr": "52.965", "spadi": 70, "quickdash": 60, "odi": 46,
    "psfs": 3, "abc_scale": 45, "fes_i": 40, "pain_nrs": 6, "falls_12m": 2, "exercise_vital_sign": 40,
    "bp_systolic": 128, "bp_diastolic": 78, "orthostatic_bp_drop": 6, "resting_hr": 70, "spo2": 96, "blood_glucose": 140,
    "mmrc_dyspnoea": 2, "rpe_cr10": 4, "dyspnoea_0_10": 3, "weight": 82, "height": 170, "bmi": 28, "waist": 96,
    "knee_girth": 42,
}  # fmt: skip
