"""Documents lie in the table with their PDF, so the table is laid out for reading all the rest without it."""

from django.db import connection

from medexpro.reports.models import Document


def test_nothing_stands_behind_the_large_columns(db):
    # SQLite reads a row from its beginning: what stands behind a PDF costs reading the PDF.
    with connection.cursor() as cursor:
        columns = [
            column.name
            for column in connection.introspection.get_table_description(cursor, Document._meta.db_table)
        ]
    assert columns[-2:] == ["snapshot", "pdf"]
