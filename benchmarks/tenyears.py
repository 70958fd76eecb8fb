"""A practice after ten years: told clients, copied until the tables hold what ten years put into them."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from benchmarks import booked, molds
from benchmarks.copying import OF_A_CLIENT, Copy, Prefixes, pour, record_of
from medexpro.audit import sealing
from medexpro.audit.models import Event
from medexpro.clients.models import Client
from medexpro.config.demo.people import House, found, found_neighbour
from medexpro.providers.models import Organisation, Provider
from medexpro.reports.models import Delivery, Document
from medexpro.sessions.models import SessionCommand

HERE = Path(__file__).resolve().parent
YEARS = 10
DAYS = YEARS * 365
OPEN_SHARE = 0.1
"""Of all clients ever, how many are in service or on their way to it now."""
GIVEN, FAMILY = (line.split() for line in (HERE / "names.txt").read_text(encoding="ascii").splitlines())
CLINICS = 60
PROVIDERS = 150


def build(
    *, clients: int, sessions: int, longest: int, now: datetime, say: Callable[[str], None]
) -> dict[str, Any]:
    """Fill an empty database; return how much lies in it, table by table.

    longest: sessions of the one client who stayed. say: told how far it is.
    """
    call_command("prepare", verbosity=0)
    say("empty practice prepared")
    # Signed rows refuse every change; a past that was never lived is written past that.
    with unhurried_disk(), sealing.lifted():
        house, told = _tell(clients=clients, sessions=sessions, longest=longest, now=now, say=say)
        prefixes = Prefixes()
        providers = _more_providers(house, prefixes, now)
        position = _seal_told(house)
        plan = _plan(told, clients=clients, now=now)
        names, total = _names(), 0
        for mold, days in plan:
            made = []
            record = record_of(mold.episode.client)
            events = record[Event].count()
            for shift in days:
                given, family = next(names)
                total += 1
                moment = now - timedelta(days=(now.date() - mold.episode.opened_on).days - shift)
                made.append(
                    Copy(
                        prefixes.at(moment),
                        shift,
                        {
                            "given": given,
                            "family": family,
                            "search": f"{given} {family}".lower(),
                            "phone": f"555-{1000 + total % 9000}",
                            "digits": f"555{1000 + total % 9000}",
                            "provider": providers[total % len(providers)],
                            "tag": f"{total:05}",
                            "position": position,
                        },
                    )
                )
                position += events
            if made:
                with transaction.atomic():
                    _without_key_checks()
                    rows = pour(record, made, _overrides(record))
                say(f"{total:,} clients copied, {rows:,} rows with {mold.episode.client}")
        _lists_read(house, position, now)
        say("lists read over ten years are in the trail")
        say(f"{booked.fill(house, now):,} bookings, past and ahead")
    _analyze()
    return counts()


def _tell(
    *, clients: int, sessions: int, longest: int, now: datetime, say: Callable[[str], None]
) -> tuple[House, list[molds.Mold]]:
    house = found(now)
    found_neighbour(now)
    each = round((sessions - longest) / max(1, clients * (1 - OPEN_SHARE)))
    with transaction.atomic():
        told = molds.tell(house, now, molds.cases(sessions_each=each, longest=longest), say)
        stayed = next(mold for mold in told if mold.episode.client.family_name == molds.LONGEST)
        molds.stretch(stayed, longest)
    say(f"{stayed.episode.client} stayed: {stayed.sessions:,} sessions")
    return house, told


def _plan(told: list[molds.Mold], *, clients: int, now: datetime) -> list[tuple[molds.Mold, list[int]]]:
    """Return for each told client at which distances in time, in days, copies of it are made.

    Those in service now lie where they are; those who were discharged are spread over the ten years.
    """
    chance = random.Random(7)
    wanted = clients - len(told)
    open_now = [
        mold
        for mold in told
        if mold.state != "discharged" and mold.episode.client.family_name != molds.LONGEST
    ]
    over = [mold for mold in told if mold.state == "discharged"]
    busy = [mold for mold in open_now if mold.state == "active"]
    rest = [mold for mold in open_now if mold.state != "active"]
    many = max(0, round(clients * OPEN_SHARE) - len(open_now))
    plan = [(mold, [0] * (many * 9 // 10 // len(busy))) for mold in busy]
    plan += [(mold, [0] * (many // 10 // len(rest))) for mold in rest]
    left = wanted - sum(len(days) for _, days in plan)
    for place, mold in enumerate(over):
        room = DAYS - (now.date() - mold.episode.opened_on).days
        count = left // len(over) + (place < left % len(over))
        plan.append((mold, sorted(-7 * chance.randrange(room // 7) for _ in range(count))))
    return plan


def _overrides(record: Any) -> Any:
    """Return what differs from copy to copy: names, numbers, links, places in the trail, and who referred."""
    made: dict[Any, dict[str, str]] = {model: dict(columns) for model, columns in OF_A_CLIENT.items()}
    for model in record:
        for key in model._meta.concrete_fields:
            if key.is_relation and key.related_model is Provider:
                column = f"m.{connection.ops.quote_name(key.column)}"
                made.setdefault(model, {})[key.column] = (
                    f"CASE WHEN {column} IS NULL THEN NULL ELSE c.provider END"
                )
    made.setdefault(Client, {}).update(
        given_name="c.given",
        family_name="c.family",
        name_search="c.search",
        phone="c.phone",
        phone_search="c.digits",
    )
    made.setdefault(Document, {})["number"] = "'C-' || c.tag || '-' || m.ordinal"
    made.setdefault(Delivery, {})["token_hash"] = molds.token()
    made.setdefault(SessionCommand, {})["id"] = "copied:id"
    made[Event]["position"] = "c.position + m.ordinal"
    return made


def _more_providers(house: House, prefixes: Prefixes, now: datetime) -> list[Any]:
    """Add providers and clinics as ten years bring them; return the ids of all providers."""
    model, clinic = house.providers["raman"], house.providers["raman"].organisation
    clinics = [
        Organisation(
            practice=house.practice,
            name=f"{FAMILY[n % len(FAMILY)]} {'Orthopedics' if n % 2 else 'Clinic'} {n}",
        )
        for n in range(CLINICS)
    ]
    Organisation.objects.bulk_create(clinics)
    Provider.objects.bulk_create(
        Provider(
            practice=house.practice, given_name=GIVEN[n % len(GIVEN)], family_name=f"{FAMILY[n % len(FAMILY)]}s",
            type=model.type, credential=model.credential, specialty=model.specialty, fax=model.fax, phone=model.phone,
            organisation=clinics[n % CLINICS] if clinic else None,
        )
        for n in range(PROVIDERS)
    )  # fmt: skip
    return list(Provider.objects.filter(practice=house.practice).order_by("pk").values_list("pk", flat=True))


def _seal_told(house: House) -> int:
    """Give every told event its place in the chain, as sealed ones have; return the last.

    The hashes are no real ones: sealing millions of rows is not what is measured here.
    """
    keys = Event.objects.filter(practice_id=house.practice.pk).order_by("id").values_list("pk", flat=True)
    found = list(keys)
    key = Event._meta.pk
    pairs = [
        (place, "0" * 64, "f" * 64, key.get_db_prep_value(pk, connection))
        for place, pk in enumerate(found, 1)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE audit_event SET position = %s, previous_hash = %s, hash = %s WHERE id = %s", pairs
        )
    return len(pairs)


def _lists_read(house: House, position: int, now: datetime) -> None:
    """Add that lists were opened, on every working day of ten years, by each of six people."""
    browser = molds.browser_of(house.rosa)
    for address in ("/", "/clients/", "/clients/?q=ell", "/referrals/", "/reports/"):
        if browser.get(address).status_code != 200:
            raise RuntimeError(f"{address} could not be opened.")
    lists = Event.objects.filter(practice_id=house.practice.pk, client_id=None, position=None)
    prefixes, each = Prefixes(), lists.count()
    people = [house.rosa, house.luis, house.nia, house.tomas, house.grace, house.ines]
    made = []
    for day in range(1, DAYS):
        if (now - timedelta(days=day)).weekday() > 4:
            continue
        for member in people:
            prefix = prefixes.at(now - timedelta(days=day))
            made.append(Copy(prefix, -day, {"position": position, "member": member.pk, "name": str(member)}))
            position += each
    with transaction.atomic():
        pour(
            {Event: lists},
            made,
            {Event: {"position": "c.position + m.ordinal", "member_id": "c.member", "member_name": "c.name"}},
        )


def _names() -> Iterator[tuple[str, str]]:
    """Yield names, each pair once, so that a search finds some and not all."""
    pairs = [(given, family) for given in GIVEN for family in FAMILY]
    pairs += [(given, f"{family}-{other}") for given in GIVEN for family in FAMILY for other in FAMILY[:6]]
    random.Random(11).shuffle(pairs)
    yield from pairs


@contextmanager
def unhurried_disk() -> Iterator[None]:
    """Let the database be filled without waiting for the disk after each step; nothing here is worth a power cut."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000"):
                cursor.execute(f"PRAGMA {setting}")
    try:
        yield
    finally:
        connection.close()  # The next connection sets what is not optional.


def _without_key_checks() -> None:
    """Spare PostgreSQL the checking of millions of foreign keys that are copies of sound ones; a superuser may."""
    if connection.vendor == "postgresql":
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
        except ProgrammingError:
            pass  # Not ours to set: it takes longer.


def _analyze() -> None:
    """Let the database count what lies in it, as it does by itself over ten years."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit = 1000")
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def counts() -> dict[str, int]:
    """Return the number of rows of every table that holds what people did, the largest first."""
    found = {}
    for model in apps.get_models():
        if model.__module__.startswith("medexpro.") and "codes" not in model.__module__:
            found[str(model._meta.verbose_name_plural)] = model._base_manager.count()
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def size_bytes() -> int:
    """Return how large the database is."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        return cursor.fetchone()[0]
