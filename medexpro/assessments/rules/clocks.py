"""What times a test on the page, as the measure's protocol says. The counting itself is the browser's: timing.js."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("countdown", "stopwatch", "laps", "stages", "rest")


@dataclass(frozen=True)
class Clock:
    """What times a test.

    kind: countdown (counts what the client does in `seconds`), stopwatch (with `reps`, ends at the last of them), laps
    (lengths of `lap_m` metres in `seconds`), stages (each held for `seconds`), rest (nothing but the pause between).
    counts: what one tap is, such as stand. rest_s: the pause between trials where the protocol names one; 0 where not.
    readings: whether pulse, saturation, breathlessness and effort are asked for before and after.
    """

    kind: str
    seconds: int = 0
    lap_m: int = 0
    reps: int = 0
    counts: str = ""
    stages: tuple[str, ...] = ()
    rest_s: int = 0
    readings: bool = False

    @property
    def as_json(self) -> str:
        """Return what the page's script needs."""
        spec = {
            "kind": self.kind,
            "seconds": self.seconds,
            "lap_m": self.lap_m,
            "reps": self.reps,
            "counts": self.counts,
            "stages": list(self.stages),
            "rest_s": self.rest_s,
            "readings": self.readings,
        }
        return json.dumps(spec)

    @property
    def name(self) -> str:
        """Return what its button says.

        >>> Clock("countdown", 30).name, Clock("laps", 360, 30).name, Clock("stages", 10, stages=("a", "b")).name
        ('30 s timer', '6 min lap counter', 'Stages of 10 s')
        """
        length = (
            f"{self.seconds // 60} min"
            if self.seconds >= 120 and not self.seconds % 60
            else f"{self.seconds} s"
        )
        return {
            "countdown": f"{length} timer",
            "laps": f"{length} lap counter",
            "stages": f"Stages of {length}",
            "rest": "Rest between trials",
        }.get(self.kind, "Stopwatch")


def clock_from(values: Mapping[str, Any]) -> Clock:
    """Return a clock as the data file describes it. Raises ValueError for one that can't run."""
    clock = Clock(**{**values, "stages": tuple(values.get("stages", ()))})
    if clock.kind not in KINDS:
        raise ValueError(f"{clock.kind!r} is no kind of clock")
    if (clock.kind in ("countdown", "laps", "stages")) != bool(clock.seconds):
        raise ValueError(f"a {clock.kind} with {clock.seconds} seconds")
    if (clock.kind == "laps") != bool(clock.lap_m) or (clock.kind == "stages") != bool(clock.stages):
        raise ValueError(f"a {clock.kind} lacks what it counts")
    return clock
