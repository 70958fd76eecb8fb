from django.db import migrations

def make_index(apps, schema_editor):
    """Make the word index in the database's own kind."""
    if schema_editor.connection.vendor == "sqlite":
        # Words only, no positions: phrases are not searched. With an index of every beginning up to 12 letters the
        # search reads one list per word in order and stops early; with 1 to 3 letters "initial enc" took 26 ms.
        schema_editor.execute(
            "CREATE VIRTUAL TABLE codes_index USING fts5"
            "(words, content='', detail=none, prefix='1 2 3 4 5 6 7 8 9 10 11 12', tokenize='ascii')"
        )
    else:
        schema_editor.execute("CREATE TABLE codes_index (id bigint PRIMARY KEY, words tsvector NOT NULL)")
        schema_editor.execute("CREATE INDEX codes_index_words ON codes_index USING gin (words) WITH (fastupdate = off)")
        # The planner chooses well between the words and the order of offering when it knows how common words are.
        schema_editor.execute("ALTER TABLE codes_index ALTER COLUMN words SET STATISTICS 300")


def drop_index(apps, schema_editor):
    """Drop the word index."""
    schema_editor.execute("DROP TABLE codes_index")


class Migration(migrations.Migration):
    dependencies = [("codes", "0001_initial")]
    operations = [migrations.RunPython(make_index, drop_index, elidable=False)]
