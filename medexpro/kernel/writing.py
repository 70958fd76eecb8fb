"""Signs that stand in typed words and are none: what turns the direction of writing round, so that a name reads as another."""

# Direction marks, embeddings, overrides and isolates (Unicode UAX #9), and the mark of byte order. A name written from
# right to left needs none of them: its letters say their own direction.
TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF])


def one_direction(text: str) -> str:
    """Return text without signs that turn the writing round.

    >>> one_direction("Dr. \\u202enamaR\\u202c"), one_direction("\u05d3\u05e0\u05d4")
    ('Dr. namaR', '\u05d3\u05e0\u05d4')
    """
    return text.translate(TURNING)
