"""Bringing in a list of clients: kept, looked through without keeping anything, then brought in row by row.

Each row is a whole client or none, and who it was is remembered: the same list again, or a run that was ended halfway
and starts again, makes nobody twice.
"""

import csv
import gzip
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clients import events
from medexpro.clients.models import Client, ClientSheet, ImportedRow, SheetRow
from medexpro.clients.operations.people import ClientRefused, draft, likely_duplicates, quick_add
from medexpro.clients.rules import cells, sheets
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission

NEW, KNOWN, LIKELY, REPEAT, REJECTED = "new", "known", "likely", "repeat", "rejected"
ASKED = (LIKELY, REPEAT)
LEFT = (LIKELY, REPEAT, REJECTED)
MOST_BYTES = 25_000_000
MOST_ROWS = 100_000
MOST_COLUMNS = 100
KEPT_FOR = timedelta(days=1)
DEAD_AFTER = timedelta(seconds=60)
WHY = "Why it was not taken"
_BEGINNING = 20_000
_BATCH = 20

Step = ClientSheet.Step
# done, of how many rows, what: called as the work goes on.
Tell = Callable[[int, int, str], None]


class SheetRefused(Refusal):
    """The list can't be brought in so."""


@dataclass(frozen=True)
class Weighed:
    """What becomes of one row. why: a sentence, unless it is new or known."""

    row: int
    state: str
    name: str
    why: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    fingerprint: str = ""


@transaction.atomic
def keep(name: str, content: bytes, *, by: Member, at: datetime) -> ClientSheet:
    """Keep a list, with what its columns seem to be. Nothing else is done with it yet.

    Raises SheetRefused, naming the row, for what is no list: empty, too large, binary, no heading, an open quote.
    """
    permissions.check(by, Permission.CLIENTS_EDIT)
    clear_old(at=at)
    sheet = _read_sheet(name, content)
    sheet.practice, sheet.member, sheet.uploaded_at = by.practice, by, at
    sheet.contents = gzip.compress(content, compresslevel=3)
    sheet.save()
    return sheet


def _read_sheet(name: str, content: bytes) -> ClientSheet:
    said = name[:80] or "The file"
    if len(content) > MOST_BYTES:
        raise SheetRefused(
            f"{said} is {len(content) / 1e6:,.0f} MB. Lists up to {MOST_BYTES / 1e6:,.0f} MB are read."
        )
    if content[:4] in {b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"} or content[:2] == b"\x1f\x8b":
        raise SheetRefused(f"{said} is no CSV file. Save the spreadsheet as CSV (UTF-8) and choose that.")
    encoding, skip = sheets.encoding_of(content)
    beginning = content[skip : skip + _BEGINNING].decode(encoding, errors="ignore").replace("\x00", "")
    sheet = ClientSheet(
        name=name[:200], encoding=encoding, skip=skip, delimiter=sheets.delimiter_of(beginning),
        sha256=hashlib.sha256(content).hexdigest(), total_rows=0,
    )  # fmt: skip
    rows = _records(content, sheet)
    _, headings = next(rows, (1, []))
    if not any(heading.strip() for heading in headings):
        raise SheetRefused(f"{said} is empty: its first row holds no headings.")
    if len(headings) > MOST_COLUMNS:
        raise SheetRefused(f"{said} has {len(headings)} columns. Up to {MOST_COLUMNS} are read.")
    sheet.headings = [" ".join(heading.replace("\x00", "").split())[:80] for heading in headings]
    for row, _ in rows:
        sheet.total_rows = row - 1
    if sheet.total_rows == 0:
        raise SheetRefused(f"{said} has headings and no rows under them.")
    if sheet.total_rows > MOST_ROWS:
        raise SheetRefused(f"{said} has {sheet.total_rows:,} rows. Up to {MOST_ROWS:,} are read; split it.")
    sheet.columns = sheets.proposed(sheet.headings)
    sheet.day_order = day_order(sheet, content)
    return sheet


def content_of(sheet: ClientSheet) -> bytes:
    """Return the file. Raises SheetRefused once it is gone."""
    if not sheet.contents:
        raise SheetRefused("The file is no longer kept. Choose it again.")
    return gzip.decompress(bytes(sheet.contents))


def rows_of(sheet: ClientSheet, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield (number, cells) of every row under the headings that is not empty. The headings are row 1."""
    rows = _records(content, sheet)
    next(rows, None)
    yield from ((row, found) for row, found in rows if any(cell.strip() for cell in found))


def _records(content: bytes, sheet: ClientSheet) -> Iterator[tuple[int, list[str]]]:
    file = io.BytesIO(content)
    file.seek(sheet.skip)
    with io.TextIOWrapper(file, encoding=sheet.encoding, newline="") as text:
        lines = (line.replace("\x00", "") for line in text)
        row = 0
        try:
            for row, found in enumerate(csv.reader(lines, delimiter=sheet.delimiter), start=1):
                yield row, found
        except csv.Error as error:
            raise SheetRefused(
                f"Row {row + 1} can’t be read: a quote before it is not closed, or it is no CSV file."
            ) from error


def day_order(sheet: ClientSheet, content: bytes) -> str:
    """Return how the birth dates of a list are written, by all of them."""
    if "birth_date" not in sheet.columns:
        return cells.UNCLEAR
    place = sheet.columns.index("birth_date")
    return cells.order_of_days(found[place] for _, found in rows_of(sheet, content) if len(found) > place)


@transaction.atomic
def choose_columns(
    sheet: ClientSheet, columns: Sequence[str], *, order: str, by: Member, at: datetime
) -> ClientSheet:
    """Say what each column is, and look through all rows next. Raises SheetRefused for a choice that names nobody.

    order: how birth dates are written; empty reads it from all of them.
    """
    sheet = _own(sheet, by)
    if sheet.step not in {Step.COLUMNS, Step.LOOKED}:
        return sheet
    if len(columns) != len(sheet.headings) or (wrong := sheets.check_columns(columns)):
        raise SheetRefused(wrong if len(columns) == len(sheet.headings) else "Say what each column is.")
    sheet.columns = list(columns)
    sheet.day_order = (
        order if order in {cells.MONTH_FIRST, cells.DAY_FIRST} else day_order(sheet, content_of(sheet))
    )
    sheet.rows.all().delete()
    _begin(sheet, Step.LOOKING)
    return sheet


@transaction.atomic
def start_adding(sheet: ClientSheet, *, chosen: Collection[int], by: Member, at: datetime) -> ClientSheet:
    """Bring the list in next. chosen: rows to bring in although they look like somebody; a second click changes nothing."""
    sheet = _own(sheet, by)
    if sheet.step != Step.LOOKED:
        return sheet
    alike = sheet.rows.filter(state__in=ASKED)
    alike.update(chosen=False)
    alike.filter(row__in=list(chosen)).update(chosen=True)
    # Who looked alike is remembered; the rest is found anew.
    sheet.rows.exclude(state=LIKELY).filter(chosen=False).delete()
    _begin(sheet, Step.ADDING)
    return sheet


def _begin(sheet: ClientSheet, step: str) -> None:
    sheet.step, sheet.done_rows, sheet.counts, sheet.worked_at = step, 0, {}, None
    sheet.save(update_fields=["columns", "day_order", "step", "done_rows", "counts", "worked_at"])


def _own(sheet: ClientSheet, by: Member) -> ClientSheet:
    """Return the list, locked, if it is the member's own."""
    permissions.check(by, Permission.CLIENTS_EDIT, sheet)
    if sheet.member_id != by.pk:
        raise NotFound("There is no such list of yours.")
    return ClientSheet.objects.select_for_update().select_related("practice", "member").get(pk=sheet.pk)


def work(
    sheet: ClientSheet,
    *,
    now: Callable[[], datetime],
    tell: Tell = lambda done, total, what: None,
) -> ClientSheet:
    """Do what is next for a list, from the row it came to: look through it, or bring it in. Return it as it is then.

    Rows are settled twenty at a time, each batch in one transaction with how far it is; whoever ends this loses no row
    and halves none. Another one at the same work, seen within a minute, is left alone. now: tells the time of each batch.
    """
    if not _claim(sheet, at=now()):
        return sheet
    sheet.refresh_from_db()
    try:
        _Work(sheet).run(now, tell)
    except SheetRefused:
        return sheet  # The file was let go of while it was read; the page says so.
    return sheet


def unfinished(*, at: datetime) -> list[ClientSheet]:
    """Return the lists whose work nobody does any more: their worker was ended. After a day they are given up."""
    left = ClientSheet.objects.filter(
        step__in=(Step.LOOKING, Step.ADDING), worked_at__lt=at - DEAD_AFTER, uploaded_at__gt=at - KEPT_FOR
    )
    return list(left.select_related("practice", "member__user")[:20])


@transaction.atomic
def _claim(sheet: ClientSheet, *, at: datetime) -> bool:
    row = ClientSheet.objects.select_for_update().get(pk=sheet.pk)
    if row.step not in {Step.LOOKING, Step.ADDING} or (row.worked_at and at - row.worked_at < DEAD_AFTER):
        return False
    row.worked_at = at
    row.save(update_fields=["worked_at"])
    return True


class _Work:
    """One run over the rows of a list."""

    def __init__(self, sheet: ClientSheet):
        self.sheet, self.by = sheet, sheet.member
        self.adding = sheet.step == Step.ADDING
        self.earlier = cells.Earlier()
        self.asks_again = True

    def run(self, now: Callable[[], datetime], tell: Tell) -> None:
        """Settle what is left."""
        for batch in self._batches(now()):
            self._settle(batch, at=now())
            tell(self.sheet.done_rows - 1, self.sheet.total_rows, self.sheet.name)
        self._finish(at=now())
        tell(self.sheet.total_rows, self.sheet.total_rows, self.sheet.name)

    def _batches(self, at: datetime) -> Iterator[list[tuple[int, list[str]]]]:
        batch: list[tuple[int, list[str]]] = []
        for row, found in rows_of(self.sheet, content_of(self.sheet)):
            if row <= self.sheet.done_rows:
                # Settled before; who it was still counts for the rows after.
                read = self._read(found, at)
                if not read.problems:
                    self.earlier.seen(row, read.values)
                continue
            batch.append((row, found))
            if len(batch) == _BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _read(self, found: list[str], at: datetime) -> cells.Read:
        sheet = self.sheet
        return cells.read_row(
            found, sheet.columns, sheet.headings, order=sheet.day_order, today=sheet.practice.day(at)
        )

    @transaction.atomic
    def _settle(self, batch: list[tuple[int, list[str]]], *, at: datetime) -> None:
        sheet = self.sheet
        known = {row.row: row for row in sheet.rows.filter(row__in=[row for row, _ in batch])}
        # Who looks alike was found when it was looked through. Only people added elsewhere since change that.
        self.asks_again = not self.adding or _others(sheet) != sheet.others
        counts, told = Counter(sheet.counts), []
        for row, found in batch:
            weighed = self._weigh(row, found, known.get(row), at=at)
            if self.adding and weighed.state == NEW:
                weighed = self._add(weighed, at=at)
            counts[weighed.state] += 1
            if weighed.state in LEFT:
                told.append(
                    SheetRow(
                        practice=sheet.practice, sheet=sheet, row=row, state=weighed.state,
                        name=weighed.name[:170], why=weighed.why,
                    )
                )  # fmt: skip
        came_in = known.keys() - {one.row for one in told}
        sheet.rows.filter(row__in=came_in, chosen=False).delete()
        SheetRow.objects.bulk_create(
            told,
            update_conflicts=True,
            unique_fields=["sheet", "row"],
            update_fields=["state", "name", "why"],
        )
        sheet.counts, sheet.done_rows, sheet.worked_at = dict(counts), batch[-1][0], at
        sheet.save(update_fields=["counts", "done_rows", "worked_at"])

    def _weigh(self, row: int, found: list[str], known: SheetRow | None, *, at: datetime) -> Weighed:
        """Return what becomes of a row. known: what was told of it when the list was looked through."""
        chosen = known is not None and known.chosen
        read = self._read(found, at)
        values = read.values
        name = " ".join(filter(None, (values.get("given_name", ""), values.get("family_name", ""))))
        if read.problems:
            return Weighed(row, REJECTED, name, " ".join(str(problem) for problem in read.problems))
        earlier, times = self.earlier.seen(row, values)
        if earlier is not None and not chosen:
            return Weighed(row, REPEAT, name, f"The same person stands in row {earlier}.")
        fingerprint = _fingerprint(values, times)
        if ImportedRow.objects.of(self.by.practice).filter(fingerprint=fingerprint).exists():
            return Weighed(row, KNOWN, name)
        try:
            client = draft(by=self.by, at=at, **values)
        except ClientRefused as refusal:
            heading = _heading(self.sheet, refusal.field)
            return Weighed(row, REJECTED, name, str(cells.Problem(heading, str(refusal))))
        if not chosen:
            alike = _alike(self.sheet, client, by=self.by) if self.asks_again else known.why if known else ""
            if alike:
                return Weighed(row, LIKELY, name, alike)
        return Weighed(row, NEW, name, values=values, fingerprint=fingerprint)

    def _add(self, weighed: Weighed, *, at: datetime) -> Weighed:
        try:
            with transaction.atomic():
                client = quick_add(by=self.by, at=at, knowingly=True, **weighed.values)
                ImportedRow.objects.create(
                    practice=self.by.practice, client=client, fingerprint=weighed.fingerprint,
                    sha256=self.sheet.sha256,
                )  # fmt: skip
        except Refusal as refusal:
            return Weighed(weighed.row, REJECTED, weighed.name, str(refusal))
        return weighed

    @transaction.atomic
    def _finish(self, *, at: datetime) -> None:
        sheet = self.sheet
        sheet.step, sheet.done_rows = (Step.DONE if self.adding else Step.LOOKED), sheet.total_rows + 1
        sheet.finished_at = at if self.adding else None
        sheet.others = _others(sheet)
        sheet.save(update_fields=["step", "done_rows", "finished_at", "others"])
        # Rows that were chosen and came in are told no more; those that could not are told like the others.
        sheet.rows.filter(chosen=True, state__in=ASKED).delete()
        sheet.rows.filter(chosen=True).update(chosen=False)
        event = events.SHEET_BROUGHT_IN if self.adding else events.SHEET_LOOKED_AT
        record(event, sheet, by=self.by, at=at, sha256=sheet.sha256, **sheet.counts)


def _others(sheet: ClientSheet) -> int:
    """Return how many clients the practice has who did not come from this very list."""
    of_list = ImportedRow.objects.filter(practice=sheet.practice, sha256=sheet.sha256)
    return Client.objects.of(sheet.practice).count() - of_list.values("client").distinct().count()


def _heading(sheet: ClientSheet, field: str | None) -> str:
    """Return the heading of the column a field comes from."""
    parts = {"family_name": "whole_name", "given_name": "whole_name", "address": "street"}
    keys = (field, parts.get(field or ""))
    return next((sheet.headings[sheet.columns.index(key)] for key in keys if key in sheet.columns), "")


def _fingerprint(values: dict[str, Any], times: int) -> str:
    parts = [*cells.who(values), str(times) if times else ""]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _alike(sheet: ClientSheet, client: Client, *, by: Member) -> str:
    """Say who on file may be the same person. Whoever came from this very list is told by its rows."""
    matches = likely_duplicates(client, by=by)
    same_list = ImportedRow.objects.filter(client__in=[one.pk for one, _ in matches], sha256=sheet.sha256)
    of_list = set(same_list.values_list("client_id", flat=True)) if matches else set()
    said = [f"{one.name} ({', '.join(reasons)})" for one, reasons in matches if one.pk not in of_list]
    return f"May be on file already: {'; '.join(said)}." if said else ""


def rejected(sheet: ClientSheet) -> Iterator[str]:
    """Yield, as CSV, the rows that were not taken, as they stand in the list, with the reason in a last column.

    It can be mended and brought in again. Begins with the mark by which spreadsheets know UTF-8.
    """
    why = {row.row: row.why for row in sheet.rows.filter(chosen=False).order_by("row").iterator()}
    yield "\ufeff" + _line([*sheet.headings, WHY], sheet.delimiter)
    width = len(sheet.headings)
    for row, found in rows_of(sheet, content_of(sheet)):
        if row in why:
            padded = [*found, *[""] * (width - len(found))]
            yield _line([*padded, why[row]], sheet.delimiter)


def _line(values: Sequence[str], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(values)
    return out.getvalue()


def clear_old(*, at: datetime) -> int:
    """Let go of lists that nobody brought in within a day, and of the files of those that were; return how many."""
    old = ClientSheet.objects.filter(uploaded_at__lt=at - KEPT_FOR)
    left = old.exclude(step=Step.DONE).exclude(worked_at__gt=at - KEPT_FOR).delete()[0]
    return left + old.filter(step=Step.DONE).exclude(contents=b"").update(contents=b"")
