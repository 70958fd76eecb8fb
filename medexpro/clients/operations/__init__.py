"""Every change of a client's record that this area keeps: people, health facts, agreements, documents on file."""

from medexpro.clients.operations.agreements import sign_consent, withdraw_consent
from medexpro.clients.operations.documents import add_document, remove_document, restore_document
from medexpro.clients.operations.facts import (
    FactRefused,
    answer_effect,
    change_fact,
    record_allergy,
    record_condition,
    record_medication,
    record_outside_readings,
    record_surgery,
    remove_fact,
    restore_fact,
)
from medexpro.clients.operations.people import (
    CONTACT_FIELDS,
    FIELDS,
    AlreadyHere,
    ClientRefused,
    add_contact,
    archive,
    assign,
    change_contact,
    end_assignment,
    likely_duplicates,
    quick_add,
    remove_contact,
    restore,
    restore_contact,
    update,
)

__all__ = [
    "CONTACT_FIELDS", "FIELDS", "AlreadyHere", "ClientRefused", "FactRefused", "add_contact", "add_document", "answer_effect",
    "archive", "assign", "change_contact", "change_fact", "end_assignment", "likely_duplicates", "quick_add", "record_allergy",
    "record_condition", "record_medication", "record_outside_readings", "record_surgery", "remove_contact",
    "remove_document", "remove_fact", "restore", "restore_contact", "restore_document", "restore_fact", "sign_consent",
    "update", "withdraw_consent",
]  # fmt: skip
