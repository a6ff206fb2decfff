"""The table that the loaders in Python fill, as samples_table.hpp has it."""
import random
import uuid

INSERT = ("INSERT INTO many_hands.samples VALUES ("
          + ", ".join(["%s"] * 11) + ")")


def make_rows(count):
    return [(str(uuid.uuid4()), *(random.random() for _ in range(10)))
            for _ in range(count)]


def empty_table(db):
    """Makes it if there is none; `db` commits by itself."""
    db.execute("CREATE SCHEMA IF NOT EXISTS many_hands")
    db.execute("CREATE TABLE IF NOT EXISTS many_hands.samples ("
               "id_client text NOT NULL, "
               + ", ".join(f"class_{c} float8 NOT NULL"
                           for c in range(10)) + ")")
    db.execute("TRUNCATE many_hands.samples")


def rows_and_commits(db):
    """How many rows are there, and of how many transactions."""
    return db.execute("SELECT count(*), count(DISTINCT xmin::text) "
                      "FROM many_hands.samples").fetchone()
