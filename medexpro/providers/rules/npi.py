"""The National Provider Identifier and its check digit."""

PREFIX = "80840"
LENGTH = 10


def plain(npi: str) -> str:
    """Return what was typed without spaces, dots and dashes."""
    return "".join(sign for sign in npi if sign not in " .-\u00a0\u2011\u2013")


def check_npi(npi: str) -> str:
    """Return what is wrong with a plain NPI, in a sentence; empty when it can be one.

    npi: 10 digits; the last is a Luhn check digit over the number with the prefix 80840 for health cards of the
    United States. The first is 1 (a person) or 2 (an organisation).
    Source: Centers for Medicare and Medicaid Services, “Requirements for National Provider Identifier (NPI) and
    NPI Check Digit”, 2004.

    >>> check_npi("1234567893")
    ''
    >>> check_npi("1234567890")
    'The last digit does not fit the others. Look for a digit that was swapped or mistyped.'
    """
    if not (npi.isascii() and npi.isdigit()):
        return "An NPI has digits only."
    if len(npi) != LENGTH:
        return f"An NPI has {LENGTH} digits; this has {len(npi)}."
    if npi[0] not in "12":
        return "An NPI begins with 1 or 2."
    if _luhn_total(PREFIX + npi) % 10:
        return "The last digit does not fit the others. Look for a digit that was swapped or mistyped."
    return ""


def _luhn_total(digits: str) -> int:
    """Return the Luhn sum: every second digit from the right, not counting the last, is doubled."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total
