"""Values into words and figures, the same on screens, in charts and in documents. Pure: no Django."""

from datetime import date, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal

MINUS = "\u2212"
WEIGHTS = (
    ("stop", "Stop: nothing goes on before this is cleared", "stop"),
    ("decide", "Decide: each needs a decision and a reason", "warn"),
    ("note", "Note: carried to the chart", "info"),
)


def number(value: Decimal | float | str, places: int | None = None) -> str:
    """Return a number for people: true minus, thousands apart, no exponent.

    places: decimals shown, rounded half to even; None shows those the value has, without idle zeros.

    >>> number(-2.5), number(12000), number("9.60", 1), number(34.0)
    ('\u22122.5', '12,000', '9.6', '34')
    """
    exact = Decimal(str(value))
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
        text = f"{abs(exact):,.{places}f}"
    else:
        text = f"{abs(exact.normalize()):,f}"
    return f"{MINUS}{text}" if exact < 0 else text


def signed(value: Decimal | float | str, places: int | None = None) -> str:
    """Return a change with its sign; no change has none.

    >>> signed(2.4), signed(-2.5), signed(0)
    ('+2.4', '\u22122.5', '0')
    """
    text = number(value, places)
    return f"+{text}" if Decimal(str(value)) > 0 and text.strip("0.,") else text


def day(value: date, form: str = "") -> str:
    """Return a day in words. form: "" Oct 13, 2026; short Oct 13; week Tue, Oct 13; long Tuesday, October 13.

    >>> day(date(2026, 10, 3)), day(date(2026, 10, 3), "week"), day(date(2026, 10, 3), "long")
    ('Oct 3, 2026', 'Sat, Oct 3', 'Saturday, October 3')
    """
    if form == "short":
        return f"{value:%b} {value.day}"
    if form == "week":
        return f"{value:%a}, {value:%b} {value.day}"
    if form == "long":
        return f"{value:%A}, {value:%B} {value.day}"
    return f"{value:%b} {value.day}, {value.year}"


def clock(value: time | datetime) -> str:
    """Return a time of the day.

    >>> clock(time(9, 5)), clock(time(0, 30)), clock(time(12, 0))
    ('9:05 am', '12:30 am', '12:00 pm')
    """
    return f"{value.hour % 12 or 12}:{value.minute:02d} {'am' if value.hour < 12 else 'pm'}"


def joined(parts: list[str], last: str = "and") -> str:
    """Return a list as people say it.

    >>> joined(["hip", "knee", "shoulder"])
    'hip, knee and shoulder'
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""
