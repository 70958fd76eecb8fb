"""The demo's leads: who asked on the public page, by which flyer or doctor, what was written to them, and two newsletters."""

from datetime import datetime, timedelta

from medexpro.clients.agreements import NEWSLETTER, kinds
from medexpro.clients.models import Client
from medexpro.clients.operations import agreements
from medexpro.config.demo.people import House
from medexpro.kernel.ids import uuid7
from medexpro.marketing import addresses, first_visits, mailing, operations
from medexpro.marketing.models import Lead, Mail, Newsletter
from medexpro.marketing.operations import asking, newsletters, pipeline, sequences
from medexpro.marketing.operations.asking import CameFrom
from medexpro.marketing.rules.mailing import TO_LEAVE, MailState
from medexpro.referrals.models import Source

# Days ago, name, phone, interest, times, campaign code, what came of it.
PEOPLE = (
    (41, "Adele Brandvold", "555-0301", "joint", "morning", "library", "client"),
    (33, "Cyrus Delgado", "", "back", "evening", "library", "declined"),
    (24, "Edda Faulkner", "555-0303", "balance", "afternoon", "talk-june", "booked"),
    (12, "Gustav Hale", "555-0304", "metabolic", "morning", "", "contacted"),
    (9, "Ilse Jankowski", "555-0305", "balance", "evening", "library", "bounced"),
    (5, "Karim Lowell", "", "joint", "afternoon", "doctor", "new"),
    (2, "Maud Nyberg", "555-0307", "bone", "morning", "", "picked"),
    (0, "Otto Prescott", "555-0308", "joint", "evening", "talk-june", "asked"),
)  # fmt: skip
CAMPAIGNS = (("Flyer at the library", "library"), ("Talk at the senior center", "talk-june"))
AUTUMN = (
    "# Good shoes, good stairs\n\nAutumn is here, and with it wet leaves. Three things that help:\n\n- shoes with a grip\n"
    "- a hand free for the rail\n- ten slow stands from a chair, most days\n\nHow strong are your legs? **We measure it in "
    "ten minutes**, and you see the number.\n"
)
WINTER = (
    "# Steady through the winter\n\nA draft: the hours over the holidays, and how to keep your program going when it "
    "snows.\n"
)


def ask_and_answer(house: House, now: datetime) -> None:
    """Tell what came in by the public page in the last weeks, as it went."""
    practice, at = house.practice, now - timedelta(days=45)
    for name, code in CAMPAIGNS:
        pipeline.make_campaign(practice, name=name, code=code, by=house.grace, at=at)
    sequences.switch_on(practice, "asked", by=house.rosa, at=at)
    for days, *rest in PEOPLE:
        _one(house, now - timedelta(days=days, hours=3), now, *rest)
    _newsletters(house, now)


def _one(
    house: House,
    at: datetime,
    now: datetime,
    name: str,
    phone: str,
    interest: str,
    times: str,
    code: str,
    became: str,
) -> None:
    practice = house.practice
    source = Source.objects.of(practice).order_by("pk").first() if code == "doctor" else None
    came = CameFrom("home", "" if code == "doctor" else code, source.code if source else "")
    email = f"{name.split()[0].lower()}@example.org"
    said = {"name": name, "email": email, "phone": phone, "interest": interest, "times": times}
    draft = asking.keep(practice, uuid7(), said, came=came, at=at)
    lead = asking.ask(draft, at=at)
    _left(Mail.objects.filter(lead=lead), at)
    if became == "asked":
        return
    lead = asking.confirm(lead, at=at + timedelta(minutes=20))
    _sequence(lead, at, now, stops=became)
    if became == "new":
        return
    if became == "picked":
        _pick(lead, now)
        return
    word = min(at + timedelta(days=2), now)
    if became == "bounced":
        mail = Mail.objects.filter(lead=lead).latest("made_at")
        mailing.note_bounced(mail, "550 5.1.1 No such mailbox", at=at + timedelta(days=3))
        return
    lead = pipeline.talked(lead, note="Called back; friendly.", by=house.grace, at=word)
    if became == "client":
        given, _, family = name.partition(" ")
        pipeline.convert(
            lead, given_name=given, family_name=family, by=house.grace, at=word + timedelta(days=1)
        )
    elif became in ("booked", "declined"):
        operations.move_lead(lead, became, by=house.grace, at=word)
    else:
        pipeline.plan_next(
            lead,
            step="Call about Tuesday mornings",
            on=practice.day(now) - timedelta(days=1),
            by=house.grace,
            at=word,
        )


def _pick(lead: Lead, now: datetime) -> None:
    service = first_visits.service_of(lead.practice)
    if service is not None and (free := sorted(first_visits.free(lead.practice, service, at=now))):
        asking.pick_time(lead, free[0], at=now)


def _sequence(lead: Lead, at: datetime, now: datetime, *, stops: str) -> None:
    """Let the first mail of the sequence have left, where a person had not been faster."""
    sequences.work(at=at + timedelta(minutes=30))
    if stops == "picked" or at + timedelta(days=2) > now:
        return
    # On a Sunday nothing leaves; then it is the day after.
    for hours in (36, 60):
        if at + timedelta(hours=hours) <= now:
            sequences.work(at=at + timedelta(hours=hours))
            _left(Mail.objects.filter(lead=lead, state__in=TO_LEAVE), at + timedelta(hours=hours))


def _left(mails: object, at: datetime) -> None:
    for mail in mails:  # type: ignore[attr-defined]
        Mail.objects.filter(pk=mail.pk).update(
            state=MailState.SENT, sent_at=at, claimed_at=at, tries=1, answer="250 OK"
        )


def _newsletters(house: House, now: datetime) -> None:
    practice, at = house.practice, now - timedelta(days=20)
    version = kinds()[NEWSLETTER].current(practice.day(at)).version
    for client in Client.objects.of(practice).exclude(email="").order_by("family_name")[:6]:
        agreements.sign_consent(
            client,
            kind=NEWSLETTER,
            version=version,
            signed_name=client.name,
            by=house.grace,
            at=at - timedelta(days=9),
        )
    letter = newsletters.write(
        practice,
        subject="Good shoes, good stairs",
        text=AUTUMN,
        to_leads=True,
        to_clients=True,
        by=house.rosa,
        at=at,
    )
    letter = newsletters.send(letter, by=house.rosa, at=at)
    _left(Mail.objects.filter(newsletter=letter), at)
    Newsletter.objects.filter(pk=letter.pk).update(
        state=Newsletter.State.SENT, finished_at=at + timedelta(minutes=4)
    )
    newsletters.write(
        practice,
        subject="Steady through the winter",
        text=WINTER,
        to_leads=True,
        to_clients=True,
        by=house.rosa,
        at=now,
    )
    addresses.leave_alone(practice, "somebody@example.org", at=at)
