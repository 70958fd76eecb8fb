"""Bringing in a list of providers: choose the file, see what each row would do, then keep it."""

import base64
import binascii
import zlib
from typing import Any

from django.http import HttpRequest, HttpResponse

from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.outreach import importing, source_forms
from medexpro.outreach.importing import Fate, Weighed
from medexpro.outreach.rules.provider_lists import MOST_BYTES
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import go_to, page, toast

SHOWN = 500
NAMES = {
    Fate.REFUSED: "Can’t be taken", Fate.FILLED: "On file, filled in or made a source", Fate.NEW: "New",
    Fate.SKIPPED: "Skipped",
}  # fmt: skip


@requires(Permission.SOURCES_EDIT)
def import_list(request: HttpRequest) -> HttpResponse:
    """Look through a list first; keep it once somebody has seen what each row does."""
    packed = request.POST.get("packed", "")
    if packed:
        return _kept(request, packed)
    form = source_forms.ListUpload(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > MOST_BYTES:
                raise Refusal(
                    f"The file is {file.size / 1e6:.1f} MB. Up to {MOST_BYTES / 1e6:.1f} MB are read.",
                    field="file",
                )
            content = file.read()
            weighed = importing.weigh(content, practice_of(request))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _preview(request, weighed, pack(content))
    return page(request, "outreach/import.html", {"nav": "referrals", "form": form})


def _kept(request: HttpRequest, packed: str) -> HttpResponse:
    form = source_forms.ListUpload()
    try:
        content = unpack(packed)
        now, left = importing.bring_in(content, by=member_of(request), at=clock.now())
    except Refusal as refusal:
        context = {"nav": "referrals", "form": form, "refused": str(refusal)}
        return page(request, "outreach/import.html", context)
    if left:
        toast(request, f"{len(now)} rows are kept, {left} wait. Go on with them.")
        return _preview(request, importing.weigh(content, practice_of(request)), packed)
    toast(
        request,
        f"{len(now)} row{'' if len(now) == 1 else 's'} kept." if now else "There was nothing new to keep.",
    )
    return go_to(request, "outreach:board")


def _preview(request: HttpRequest, weighed: list[Weighed], packed: str) -> HttpResponse:
    groups: list[dict[str, Any]] = []
    for fate, name in NAMES.items():
        rows = [one for one in weighed if one.fate is fate]
        if rows:
            groups.append(
                {"name": name, "count": len(rows), "rows": rows[:SHOWN], "more": max(0, len(rows) - SHOWN)}
            )
    bring = sum(one.fate in (Fate.NEW, Fate.FILLED) for one in weighed)
    context = {"nav": "referrals", "groups": groups, "bring": bring, "total": len(weighed), "packed": packed}
    return page(request, "outreach/import.html", context)


def pack(content: bytes) -> str:
    """Return a file as a page carries it from looking to keeping."""
    return base64.b64encode(zlib.compress(content, 6)).decode()


def unpack(packed: str) -> bytes:
    """Return the file a page carried. Raises Refusal for what is none, or would be larger than a list may be."""
    try:
        reader = zlib.decompressobj()
        content = reader.decompress(base64.b64decode(packed, validate=True), MOST_BYTES + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise Refusal("The list did not come through whole. Choose the file again.", field="file") from error
    if not reader.eof and reader.unconsumed_tail:
        raise Refusal("The list is too large. Choose a smaller file.", field="file")
    return content
