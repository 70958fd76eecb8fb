"""Questions put into SQL once and asked many times.

Turning a queryset into SQL costs about ten times what the database needs to answer it. That is nothing on a page that
asks ten questions, and most of the work of a command from the floor, which weighs the gate on everything the record
says. Such a question stands at module level, with `Given` in the place of each value that differs from time to time:

    BACKS = Prepared[ReferBack](lambda: ReferBack.objects.filter(episode=Given("episode")).order_by("opened_at"))
    …
    backs = BACKS(episode=episode.pk)

The answer is always what is stored now, as the connection of the hour sees it; only the SQL is kept, with the
connection it was made for, so a question never looks past the transaction it is asked in.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, QuerySet, UUIDField

Row = TypeVar("Row")


class Given(Expression):
    """The place of a value that is given when the question is asked. field: of what kind; an id where not said."""

    def __init__(self, name: str, field: Field | None = None):
        super().__init__(output_field=field or UUIDField())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Return a placeholder, with itself where its value will stand."""
        return "%s", [self]


class Prepared(Generic[Row]):
    """One question. make: returns its queryset, with what is given; called when it is first asked."""

    def __init__(self, make: Callable[[], Any]):
        self.make = make

    def __call__(self, **values: Any) -> list[Row]:
        """Ask it. values: one for each Given, by name. Raises KeyError for one that is missing."""
        kept = connections[DEFAULT_DB_ALIAS].__dict__.setdefault("prepared", {})
        if (asked := kept.get(self)) is None:
            asked = kept[self] = _Asked(self.make())
        return asked.answer(values)

    def first(self, **values: Any) -> Row | None:
        """Ask it, and return the first row; its queryset should end at one."""
        return next(iter(self(**values)), None)


class _Asked:
    """A queryset whose SQL is made already, as one connection asks it."""

    def __init__(self, rows: QuerySet):
        self.rows: Any = rows
        self.connection = connections[rows.db]
        self.compiler: Any = rows.query.get_compiler(rows.db)
        self.sql, self.params = self.compiler.as_sql()
        # Rows are made of the answer by the queryset's own means; its compiler only says what we put there.
        self.rows.query.get_compiler = lambda *args, **kwargs: self.compiler
        converters = self.compiler.get_converters([column for column, *_ in self.compiler.select])
        self.compiler.get_converters = lambda expressions: converters

    def answer(self, values: dict[str, Any]) -> list[Any]:
        bound = tuple(
            param.output_field.get_db_prep_value(values[param.name], self.connection)
            if isinstance(param, Given)
            else param
            for param in self.params
        )
        self.compiler.as_sql = lambda *args, **kwargs: (self.sql, bound)
        return list(self.rows._iterable_class(self.rows))
