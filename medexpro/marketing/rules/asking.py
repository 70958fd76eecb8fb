"""The lead form's four steps, one question each, and what is wrong with an answer. Who asks has no cookie and no account."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from medexpro.kernel.writing import one_direction

STEPS = ("why", "who", "when", "send")
# What each step asks for, by the name of the field.
FIELDS = {
    "why": ("interest",),
    "who": ("name", "email"),
    "when": ("times", "phone"),
    "send": ("consent",),
}
TIMES = {
    "morning": "Weekday mornings",
    "afternoon": "Weekday afternoons",
    "evening": "Evenings",
    "saturday": "Saturday",
}
LONGEST = {"name": 120, "email": 254, "phone": 40}
CODE_LENGTH = 24
# Endings people leave off or slip on, by far the most common ones.
_SLIPS = {
    "gmial.com": "gmail.com", "gmai.com": "gmail.com", "gmal.com": "gmail.com", "gnail.com": "gmail.com",
    "gmail.co": "gmail.com", "gmail.con": "gmail.com", "gmail.cm": "gmail.com", "hotmial.com": "hotmail.com",
    "hotmail.con": "hotmail.com", "yaho.com": "yahoo.com", "yahoo.con": "yahoo.com", "yahooo.com": "yahoo.com",
    "outlok.com": "outlook.com", "outlook.con": "outlook.com", "iclud.com": "icloud.com", "icloud.con": "icloud.com",
}  # fmt: skip
_KNOWN = {"gmail", "hotmail", "yahoo", "outlook", "icloud", "aol", "example"}
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}", re.IGNORECASE)


@dataclass(frozen=True)
class Wrong:
    """What is wrong with an answer, in the visitor's words; fix: what they probably meant, empty where nobody can tell."""

    sentence: str
    fix: str = ""


def percent(step: str) -> int:
    """Return how much of the form is done with this step: 25, 50, 75, 100.

    >>> [percent(step) for step in STEPS]
    [25, 50, 75, 100]
    """
    return 100 * (STEPS.index(step) + 1) // len(STEPS)


def after(step: str) -> str:
    """Return the next step; the last one stays."""
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]


def before(step: str) -> str:
    """Return the step before; the first one stays."""
    return STEPS[max(STEPS.index(step) - 1, 0)]


def email(text: str) -> Wrong | None:
    """Return what is wrong with an e-mail address, with the likely fix; None for one that can be written to.

    >>> email("margaret@example").sentence, email("margaret@example").fix
    ('Something is missing after “example”, like .com', 'margaret@example.com')
    >>> email("ana@gmial.com").fix, email("ana@example.org")
    ('ana@gmail.com', None)
    """
    if not text:
        return Wrong("Your e-mail address is missing. We send the answer there.")
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        return Wrong("An e-mail address is one line without line breaks.")
    if re.search(r"\s", text):
        bare = re.sub(r"\s+", "", text)
        return Wrong("There is a space in the address.", bare if email(bare) is None else "")
    if "@" not in text:
        return Wrong("The @ is missing, like name@example.org")
    local, _, host = text.rpartition("@")
    if "@" in local:
        return Wrong("There is more than one @ in the address.")
    if not local:
        return Wrong(f"Something is missing before “@{host}”.")
    if not host:
        return Wrong("Something is missing after the @, like example.org")
    if "," in host:
        bare = f"{local}@{host.replace(',', '.')}"
        return Wrong("There is a comma where a dot belongs.", bare if email(bare) is None else "")
    if "." not in host.strip("."):
        bare = host.strip(".").lower()
        known = bare in _KNOWN and _LOCAL.fullmatch(local)
        return Wrong(
            f"Something is missing after “{host.strip('.')}”, like .com",
            f"{local}@{bare}.com" if known else "",
        )
    if len(text) > LONGEST["email"] or not _HOST.fullmatch(host):
        return Wrong(f"“{host[:60]}” is no address of a mail server, like example.org")
    if not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        return Wrong(f"“{local[:60]}” before the @ can’t be written to.")
    if right := _SLIPS.get(host.lower()):
        return Wrong(f"Did you mean {right}?", f"{local}@{right}")
    return None


def mailbox(address: str) -> str:
    """Return in whose box an address most likely ends: what stands behind a plus sign, and dots, are free to vary.

    Only for counting how often one person is written to; mail goes to the address as it was typed.

    >>> mailbox("Ana.Lee+shop@Example.org"), mailbox("analee@example.org")
    ('analee@example.org', 'analee@example.org')
    """
    name, _, host = address.strip().lower().rpartition("@")
    return f"{name.partition('+')[0].replace('.', '')}@{host}"


def wrong(step: str, answers: Mapping[str, str], *, interests: Mapping[str, str]) -> dict[str, Wrong]:
    """Return what is wrong with the answers of a step, by field; empty when it goes on.

    interests: what may be chosen in the first step. An address in which we only suspect a slip may be kept: `kept` repeats it.
    """
    said: dict[str, Wrong] = {}
    if step == "why" and answers.get("interest") not in interests:
        said["interest"] = Wrong("Choose what comes closest. “Something else” is an answer.")
    if step == "who":
        if not answers.get("name"):
            said["name"] = Wrong("Your name is missing. A first name is enough.")
        found = email(answers.get("email", ""))
        meant = found is not None and found.sentence.startswith("Did you mean")
        if found and not (meant and answers.get("kept") == answers.get("email")):
            said["email"] = found
    if step == "when":
        if answers.get("times") not in TIMES:
            said["times"] = Wrong("Choose what suits you best. We ask before we book.")
        phone = answers.get("phone", "")
        if phone and len(re.sub(r"\D", "", phone)) < 7:
            said["phone"] = Wrong("Some digits are missing. Leave it empty if you want no call.")
    if step == "send" and not answers.get("consent"):
        said["consent"] = Wrong("Tick this if we may contact you. Without it we may not answer.")
    for name in ("name", "phone"):
        if name in FIELDS[step] and len(answers.get(name, "")) > LONGEST[name]:
            said[name] = Wrong(f"{len(answers[name])} signs are more than fit: {LONGEST[name]}.")
    return said


def tidy(text: str) -> str:
    """Return what was typed on one line, without signs that are none: no answer breaks a line of a letter's head.

    >>> tidy("  Ana\\r\\nBcc: all@example.org\\x00 ")
    'Ana Bcc: all@example.org'
    """
    bare = "".join(
        sign if sign.isprintable() or sign.isspace() or ord(sign) > 0x1FFF else " " for sign in text
    )
    return " ".join(one_direction(bare).replace("\x00", " ").split())


def names(whole: str) -> tuple[str, str]:
    """Return given and family name of a name typed in one field: the last word is the family name, if there are two.

    >>> names("Margaret E."), names("Maria Luisa Ortega"), names("Cher")
    (('Margaret', 'E.'), ('Maria Luisa', 'Ortega'), ('Cher', ''))
    """
    given, _, family = whole.rpartition(" ")
    return (given[:80], family[:80]) if given else (family[:80], "")


def code(text: str) -> str:
    """Return a campaign code as it is kept: small letters, digits, hyphens, at most 24; else nothing.

    >>> code("Flyer-Oct"), code("<b>"), code("x" * 30)
    ('flyer-oct', '', '')
    """
    low = text.strip().lower()
    return low if re.fullmatch(rf"[a-z0-9][a-z0-9-]{{0,{CODE_LENGTH - 1}}}", low) else ""
