"""Roles and what each may: the one permission table of the product.

A member may hold several roles in a practice (a solo practitioner is owner and professional);
they may what any of their roles may. Scope (whose clients) is settled in `permissions`.
"""

from enum import StrEnum


class Role(StrEnum):
    """What a member is in a practice."""

    OWNER = "owner"
    PROFESSIONAL = "professional"
    ASSISTANT = "assistant"
    MENTOR = "mentor"
    FRONT_DESK = "front_desk"
    BILLER = "biller"
    READ_ONLY = "read_only"


ROLE_NAMES = {
    Role.OWNER: "Owner",
    Role.PROFESSIONAL: "Medical exercise professional",
    Role.ASSISTANT: "Assistant",
    Role.MENTOR: "Mentor",
    Role.FRONT_DESK: "Front desk",
    Role.BILLER: "Biller",
    Role.READ_ONLY: "Read only",
}


class Permission(StrEnum):
    """One thing a member may do, `area:action`. Views, operations and templates name these and nothing else."""

    # The practice itself
    MEMBERS_MANAGE = "members:manage"
    SETTINGS_MANAGE = "settings:manage"
    TRAIL_READ = "trail:read"
    KNOWLEDGE_READ = "knowledge:read"
    KNOWLEDGE_APPROVE = "knowledge:approve"
    FIGURES_READ = "figures:read"
    BREAK_GLASS = "record:break-glass"
    MESSAGES_USE = "messages:use"
    # Clients and those around them
    CLIENTS_LIST = "clients:list"
    CLIENTS_EDIT = "clients:edit"
    CLIENTS_IMPORT = "clients:import"
    CLIENTS_EXPORT = "clients:export"
    CLIENTS_ASSIGN = "clients:assign"
    CLIENTS_MERGE = "clients:merge"
    HEALTH_READ = "health:read"
    HEALTH_EDIT = "health:edit"
    CODES_READ = "codes:read"
    CONSENTS_RECORD = "consents:record"
    DOCUMENTS_READ = "documents:read"
    DOCUMENTS_ADD = "documents:add"
    PROVIDERS_READ = "providers:read"
    PROVIDERS_EDIT = "providers:edit"
    REFERRALS_READ = "referrals:read"
    REFERRALS_INTAKE = "referrals:intake"
    # The clinical record
    RECORD_READ = "record:read"
    EPISODES_MANAGE = "episodes:manage"
    SCREENING_RECORD = "screening:record"
    CLEARANCE_DECIDE = "clearance:decide"
    ASSESSMENTS_MEASURE = "assessments:measure"
    PROGRAMS_EDIT = "programs:edit"
    SESSIONS_LOG = "sessions:log"
    SESSIONS_SIGN = "sessions:sign"
    SESSIONS_COSIGN = "sessions:cosign"
    # Documents that go out
    REPORTS_READ = "reports:read"
    REPORTS_STATUS = "reports:status"
    REPORTS_WRITE = "reports:write"
    REPORTS_SIGN = "reports:sign"
    REPORTS_SEND = "reports:send"
    REPORTS_TRACK = "reports:track"
    # The calendar
    BOOKINGS_READ = "bookings:read"
    BOOKINGS_OWN = "bookings:own"
    BOOKINGS_MANAGE = "bookings:manage"
    BOOKINGS_SET_UP = "bookings:set-up"
    # First contacts: days at which people are measured who are no clients, and who wants to hear from us
    SCREENING_DAYS_RUN = "screening-days:run"
    SCREENING_DAYS_REGISTER = "screening-days:register"
    SCREENING_DAYS_MEASURE = "screening-days:measure"
    LEADS_MANAGE = "leads:manage"
    # Relationships with referral sources, and the practice's own voice: clarity sheet, brand, public page, newsletters
    SOURCES_READ = "sources:read"
    SOURCES_EDIT = "sources:edit"
    LETTERS_SEND = "letters:send"
    MARKETING_EDIT = "marketing:edit"
    # Growing people, and money
    SKILLS_SIGN_OFF = "skills:sign-off"
    BILLING_READ = "billing:read"
    BILLING_WRITE = "billing:write"
    PAYMENTS_TAKE = "payments:take"


P = Permission

_READS_RECORD = frozenset(
    {
        P.CLIENTS_LIST,
        P.HEALTH_READ,
        P.CODES_READ,
        P.DOCUMENTS_READ,
        P.PROVIDERS_READ,
        P.REFERRALS_READ,
        P.RECORD_READ,
        P.REPORTS_READ,
        P.REPORTS_STATUS,
        P.KNOWLEDGE_READ,
        P.BOOKINGS_READ,
        P.SOURCES_READ,
    }
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    # Members, settings, money, figures, knowledge approval. Not the clinical record, unless also a
    # professional; else break-glass with a reason and a notice.
    Role.OWNER: frozenset(
        {
            P.MEMBERS_MANAGE,
            P.SETTINGS_MANAGE,
            P.TRAIL_READ,
            P.KNOWLEDGE_READ,
            P.KNOWLEDGE_APPROVE,
            P.FIGURES_READ,
            P.BREAK_GLASS,
            P.MESSAGES_USE,
            P.CLIENTS_LIST,
            P.CLIENTS_EDIT,
            P.CLIENTS_ASSIGN,
            P.PROVIDERS_READ,
            P.PROVIDERS_EDIT,
            P.REFERRALS_READ,
            P.REPORTS_STATUS,
            P.BOOKINGS_READ,
            P.BOOKINGS_SET_UP,
            P.LEADS_MANAGE,
            P.SOURCES_READ,
            P.SOURCES_EDIT,
            P.LETTERS_SEND,
            P.MARKETING_EDIT,
            P.BILLING_READ,
            P.BILLING_WRITE,
            P.PAYMENTS_TAKE,
        }
    ),
    # Every client of the practice (or only their own, by setting): screen, clear, assess, program, log, sign, send.
    Role.PROFESSIONAL: _READS_RECORD
    | {
        P.MESSAGES_USE,
        P.CLIENTS_EDIT,
        P.CLIENTS_IMPORT,
        P.CLIENTS_EXPORT,
        P.CLIENTS_ASSIGN,
        P.CLIENTS_MERGE,
        P.HEALTH_EDIT,
        P.CONSENTS_RECORD,
        P.DOCUMENTS_ADD,
        P.PROVIDERS_EDIT,
        P.REFERRALS_INTAKE,
        P.EPISODES_MANAGE,
        P.SCREENING_RECORD,
        P.CLEARANCE_DECIDE,
        P.ASSESSMENTS_MEASURE,
        P.PROGRAMS_EDIT,
        P.SESSIONS_LOG,
        P.SESSIONS_SIGN,
        P.SESSIONS_COSIGN,
        P.REPORTS_WRITE,
        P.REPORTS_SIGN,
        P.REPORTS_SEND,
        P.REPORTS_TRACK,
        P.BOOKINGS_MANAGE,
        P.SCREENING_DAYS_RUN,
        P.SCREENING_DAYS_REGISTER,
        P.SCREENING_DAYS_MEASURE,
        P.LEADS_MANAGE,
        P.SOURCES_EDIT,
        P.LETTERS_SEND,
        P.MARKETING_EDIT,
        P.KNOWLEDGE_APPROVE,
    },
    # Assigned clients only: measure and log, book their own time; notes wait for a professional's co-sign.
    Role.ASSISTANT: frozenset(
        {
            P.CLIENTS_LIST,
            P.HEALTH_READ,
            P.CODES_READ,
            P.PROVIDERS_READ,
            P.RECORD_READ,
            P.MESSAGES_USE,
            P.ASSESSMENTS_MEASURE,
            P.SESSIONS_LOG,
            P.BOOKINGS_READ,
            P.BOOKINGS_OWN,
            P.SCREENING_DAYS_MEASURE,
            P.KNOWLEDGE_READ,
        }
    ),
    # Mentees' records and skills: observe, co-sign, sign off.
    Role.MENTOR: _READS_RECORD | {P.MESSAGES_USE, P.SESSIONS_COSIGN, P.SKILLS_SIGN_OFF},
    # Demographics, bookings, referral intake, payments, states of documents. No narrative, no measurements.
    Role.FRONT_DESK: frozenset(
        {
            P.MESSAGES_USE,
            P.CLIENTS_LIST,
            P.CLIENTS_EDIT,
            P.CONSENTS_RECORD,
            P.DOCUMENTS_ADD,
            P.CODES_READ,
            P.PROVIDERS_READ,
            P.PROVIDERS_EDIT,
            P.REFERRALS_READ,
            P.REFERRALS_INTAKE,
            P.REPORTS_STATUS,
            P.REPORTS_TRACK,
            P.BOOKINGS_READ,
            P.BOOKINGS_MANAGE,
            P.BOOKINGS_SET_UP,
            P.SCREENING_DAYS_REGISTER,
            P.LEADS_MANAGE,
            P.SOURCES_READ,
            P.SOURCES_EDIT,
            P.PAYMENTS_TAKE,
        }
    ),
    # Codes, minutes, signed status, payers, claims. No narrative.
    Role.BILLER: frozenset(
        {
            P.MESSAGES_USE,
            P.CLIENTS_LIST,
            P.CODES_READ,
            P.PROVIDERS_READ,
            P.REFERRALS_READ,
            P.REPORTS_STATUS,
            P.BILLING_READ,
            P.BILLING_WRITE,
            P.PAYMENTS_TAKE,
        }
    ),
    # Reads; never takes data out.
    Role.READ_ONLY: _READS_RECORD,
}


# What break-glass opens to an owner, for one client and for 60 minutes: reading, and nothing else.
BREAK_GLASS_OPENS = _READS_RECORD


def permissions_of(roles: list[str]) -> frozenset[Permission]:
    """Return all that the roles together allow. An unknown role allows nothing."""
    known = [Role(role) for role in roles if role in set(Role)]
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in known))
