"""What the columns themselves ask of a record, said at the field before the database says it; and saving once."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import CharField, EmailField, JSONField, Model, TextField

from medexpro.kernel.refusals import Refusal


def check_fields(record: Model, refused: type[Refusal], *, names: dict[str, str] | None = None) -> None:
    """Raise `refused` at the first field whose value its column can't hold.

    names: what a field is called in the sentence, where its own name won't do. Relations are not looked at: the
    operation has fetched them. A sign that no text may hold (NUL) is taken out.
    """
    for field in record._meta.concrete_fields:
        if field.is_relation or not field.editable:
            continue
        value = getattr(record, field.attname)
        if isinstance(field, CharField | TextField) and isinstance(value, str) and "\x00" in value:
            value = value.replace("\x00", "")
            setattr(record, field.attname, value)
        if value in (None, "") and (field.blank or field.null):
            continue
        if isinstance(field, JSONField):
            continue
        try:
            setattr(record, field.attname, field.clean(value, record))
        except ValidationError as error:
            raise refused(_sentence(field, value, error, names or {}), field=field.name) from error


def _sentence(field: Any, value: Any, error: ValidationError, names: dict[str, str]) -> str:
    name = names.get(field.name) or str(field.verbose_name).capitalize()
    codes = {problem.code for problem in error.error_list}
    if value in (None, ""):
        return f"{name} is missing."
    if "max_length" in codes:
        return f"{name} is too long: {len(value)} signs, {field.max_length} fit."
    if isinstance(field, EmailField):
        return "This is not a whole e-mail address, such as name@example.org."
    if "invalid_choice" in codes:
        return f"{name}: choose one of the list."
    return f"{name} can’t be kept so: {' '.join(error.messages)}"


def save_once(record: Model) -> tuple[Any, bool]:
    """Insert a record whose id the page made; return it and True, or the stored one and False when it came twice.

    Two requests of one double click may run side by side: the second finds the first one's row.
    """
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError:
        stored = type(record)._base_manager.filter(pk=record.pk, practice_id=record.practice_id).first()
        if stored is None:
            raise
        return stored, False
    return record, True
