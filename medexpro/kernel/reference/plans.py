"""Exercises and protocols: phases, dosage, precautions, criteria."""

from collections.abc import Collection
from decimal import Decimal

from medexpro.kernel.reference.base import Record, Verification


class Dose(Record):
    """A starting dose. quantity is in `unit` (reps, seconds, minutes, metres, flights); effort on the 6-20 scale."""

    sets: int
    quantity: int
    unit: str
    days_per_week: str
    effort_rpe_max: int


class Exercise(Record):
    """One exercise of the library, with the tags that block it, the next step and the step back.

    cpt: the usual support category for documentation, not billing advice.
    """

    id: str
    version: int
    name: str
    body_region: str
    primary_muscles: tuple[str, ...]
    movement_pattern: str
    position: str
    level: int
    default_dose: Dose
    cues: str
    cpt: str
    source: str
    verification: Verification
    equipment: tuple[str, ...] = ()
    contraindicated_tags: tuple[str, ...] = ()
    progression: str | None = None
    regression: str | None = None


class PlannedExercise(Record):
    """An exercise of a phase, with its range of sets and of quantity (in `unit`) from start to end of the phase."""

    exercise: str
    sets: tuple[int, int]
    quantity: tuple[int, int]
    unit: str


class Fitt(Record):
    """Frequency, intensity, time and type of one kind of work in a phase."""

    frequency: str
    intensity: str
    time: str
    type: str
    source: str
    verification: Verification


class Criterion(Record):
    """A measured condition for going on to the next phase.

    or_rise: an improvement on the baseline, in the measure's unit, that does as well. visits: every one of the last so
    many resting values counts, those taken before a session included. weeks: how long the mark has been kept.
    """

    measure: str
    op: str
    value: Decimal
    text: str
    verification: Verification
    or_rise: Decimal | None = None
    visits: int = 1
    weeks: int = 0


class Phase(Record):
    """A phase of a protocol. weeks: first and last week, counted as the protocol's week_basis says."""

    id: str
    name: str
    weeks: tuple[int, int]
    fitt: dict[str, Fitt]
    exercises: tuple[PlannedExercise, ...]
    progress_when: tuple[Criterion, ...]
    hold_when: tuple[str, ...]
    regress_when: tuple[str, ...]
    refer_back_when: tuple[str, ...]


class Precaution(Record):
    """A limit of a protocol. It never ends by date: `lifts` names what ends it.

    phrase: a few words of it, for the strip that stands wherever the client is; text: the whole of it.
    mode: block (never show tagged exercises), variant (only for that approach or procedure), conditional (when the
    client's record carries the tag). lifts: provider_release or record_tag_removed.
    ask_release_from_week: the week from which the question may be put; the block stays until it is answered.
    applies_to: phases in which the plan expects it; it stays past them until it is lifted.
    """

    id: str
    phrase: str
    text: str
    mode: str
    lifts: str
    source: str
    verification: Verification
    tags: tuple[str, ...] = ()
    applies_to: tuple[str, ...] = ()
    ask_release_from_week: int | None = None


class Variant(Record):
    """A surgical approach or procedure of a protocol and the precautions it brings."""

    id: str
    name: str
    precaution_ids: tuple[str, ...]
    note: str = ""


class ProtocolCode(Record):
    """An ICD-10-CM code a protocol serves."""

    code: str
    description: str


class ProtocolSource(Record):
    """A source of a protocol with its mark."""

    text: str
    verification: Verification


class Reassess(Record):
    """When and what is measured again. interval_days_max is the rule; typical_weeks is information."""

    interval_days_max: int
    typical_weeks: int
    measures: tuple[str, ...]
    note: str = ""


class Protocol(Record):
    """A condition's pathway: who may enter, what limits it, what is measured, and its phases."""

    id: str
    version: int
    condition: str
    icd10cm: tuple[ProtocolCode, ...]
    icd_source: str
    scope_note: str
    entry_criteria: tuple[str, ...]
    contraindications: tuple[str, ...]
    precautions: tuple[Precaution, ...]
    baseline_measures: tuple[str, ...]
    goals: tuple[str, ...]
    phases: tuple[Phase, ...]
    reassess: Reassess
    discharge_criteria: tuple[str, ...]
    sources: tuple[ProtocolSource, ...]
    week_basis: str
    gates: tuple[str, ...]
    variants: tuple[Variant, ...] = ()

    def phase(self, phase_id: str) -> Phase:
        """Return a phase by its id. Raises KeyError."""
        for phase in self.phases:
            if phase.id == phase_id:
                return phase
        raise KeyError(f"{self.id} has no phase {phase_id!r}")

    def phase_in_week(self, week: int) -> Phase | None:
        """Return the phase a week falls in, or None before the first and after the last."""
        for phase in self.phases:
            if phase.weeks[0] <= week <= phase.weeks[1]:
                return phase
        return None

    def precaution(self, precaution_id: str) -> Precaution:
        """Return a precaution by its id. Raises KeyError."""
        for precaution in self.precautions:
            if precaution.id == precaution_id:
                return precaution
        raise KeyError(f"{self.id} has no precaution {precaution_id!r}")

    def precautions_of(
        self, variant_id: str = "", *, turned_on: Collection[str] = ()
    ) -> tuple[Precaution, ...]:
        """Return the precautions in force for a variant: every one but those of the other variants.

        variant_id: empty when the approach is not known; then every variant's precautions hold.
        turned_on: ids of unverified precautions that the practice turned on by name; the others are left out.
        """
        chosen: set[str] = set()
        for variant in self.variants:
            if variant.id == variant_id or not variant_id:
                chosen.update(variant.precaution_ids)
        held = (p for p in self.precautions if p.verification.in_force or p.id in turned_on)
        return tuple(p for p in held if p.mode != "variant" or p.id in chosen)
