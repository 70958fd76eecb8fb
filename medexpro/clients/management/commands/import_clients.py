"""`medexpro import-clients FILE.csv`: bring in a list of clients, after looking through all of it.

What the signs, the delimiter and the columns are is found and told; --column says otherwise. Run twice it makes nobody
twice; ended halfway it goes on when it is run again.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from medexpro.clients import sheet_presenters as presenters
from medexpro.clients.models import ClientSheet
from medexpro.clients.operations import sheets
from medexpro.clients.rules.sheets import BY_KEY, COLUMNS, DELIMITERS, LEFT_OUT
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice.permissions import Permission
from medexpro.practice.terminal import member_who, practice_named
from medexpro.web.terminal import ProgressLine

_SHOWN = 20


class Command(BaseCommand):
    help = "Bring in clients from a list (CSV). Likely duplicates and rows that can't be read are told and left out."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--practice", help="its name; not needed where there is one")
        parser.add_argument("--by", help="e-mail of the member who brings them in; not needed where one may")
        known = ", ".join(column.key for column in COLUMNS)
        parser.add_argument(
            "--column", action="append", default=[], metavar="HEADING=FIELD",
            help=f"what a column is, where it is found otherwise; empty leaves it out. Fields: {known}",
        )  # fmt: skip
        parser.add_argument(
            "--days", choices=("month", "day"), help="what birth dates in numbers write first"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        parser.add_argument(
            "--anyway",
            default="",
            metavar="ROWS",
            help="bring these rows in whoever looks alike: 12,47 or all",
        )
        parser.add_argument("--left", type=Path, metavar="FILE.csv", help="where to write the rows left out")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        by = member_who(
            practice_named(options["practice"]), options["by"], Permission.CLIENTS_EDIT, does="brings them in"
        )
        if options["left"] and options["left"].exists():
            raise CommandError(f"{options['left']} is there already. Choose another name.")
        try:
            sheet = sheets.keep(file.name, file.read_bytes(), by=by, at=clock.now())
            self._tell_layout(sheet, _columns(sheet, options["column"]))
            columns = _columns(sheet, options["column"])
            sheets.choose_columns(sheet, columns, order=options["days"] or "", by=by, at=clock.now())
            self._work(sheet)
            if not options["dry_run"]:
                chosen = _chosen(sheet, options["anyway"])
                sheets.start_adding(sheet, chosen=chosen, by=by, at=clock.now())
                self._work(sheet)
            self._report(sheet, options["left"])
        except OSError as error:
            raise CommandError(
                f"{error.filename or file} can’t be read or written: {error.strerror}."
            ) from error
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["dry_run"]:
            sheet.delete()

    def _tell_layout(self, sheet: ClientSheet, columns: list[str]) -> None:
        self.stdout.write(
            f"{sheet.name}: {sheet.total_rows:,} rows, {presenters.encoding(sheet.encoding)}, "
            f"parted by {DELIMITERS[sheet.delimiter]}."
        )
        for heading, key in zip(sheet.headings, columns, strict=True):
            self.stdout.write(f"  {heading or '(no heading)'}: {BY_KEY[key].words if key else 'left out'}")

    def _work(self, sheet: ClientSheet) -> None:
        sheet.refresh_from_db()
        with ProgressLine(self.stderr) as progress:
            sheets.work(sheet, now=clock.now, tell=progress.tell)
        sheet.refresh_from_db()

    def _report(self, sheet: ClientSheet, left: Path | None) -> None:
        rows = list(sheet.rows.order_by("row")[: _SHOWN + 1])
        for row in rows[:_SHOWN]:
            self.stdout.write(f"  Row {row.row}, {row.name or 'no name'}: {row.why}")
        if len(rows) > _SHOWN:
            self.stdout.write(f"  … and {sheet.rows.count() - _SHOWN:,} more.")
        if rows and left is not None:
            with left.open("x", encoding="utf-8", newline="") as out:
                out.writelines(sheets.rejected(sheet))
            self.stdout.write(f"The rows left out are in {left}, each with the reason in its last column.")
        self.stdout.write(presenters.sheet_summary(sheet))


def _columns(sheet: ClientSheet, said: list[str]) -> list[str]:
    """Return what each column is, as found or as somebody says: "HEADING=FIELD"."""
    columns = list(sheet.columns)
    for one in said:
        heading, found, key = one.rpartition("=")
        if not found or heading not in sheet.headings:
            raise CommandError(f"There is no column headed “{heading or one}”.")
        if key != LEFT_OUT and key not in BY_KEY:
            raise CommandError(f"There is no field “{key}”. Fields: {', '.join(BY_KEY)}.")
        # What is said goes before what was found.
        columns = [LEFT_OUT if known == key else known for known in columns]
        columns[sheet.headings.index(heading)] = key
    return columns


def _chosen(sheet: ClientSheet, said: str) -> list[int]:
    if said.strip().lower() == "all":
        return list(sheet.rows.filter(state__in=sheets.ASKED).values_list("row", flat=True))
    try:
        return [int(part) for part in said.split(",") if part.strip()]
    except ValueError:
        raise CommandError("Say the rows as numbers: --anyway 12,47, or --anyway all.") from None
