#!/usr/bin/env python3
"""The loaders of the co-rotinas article, with psycopg 3, as its author has
them: BEGIN, INSERT and COMMIT a row, alone or in threads with a connection
each. Prints what the loaders of this chapter print.

    tools/with_postgres.sh python3 chapters/05-io-bound/reference.py --rows 2000
"""

import argparse
import os
import sys
import threading
import time

try:
    import psycopg
except ImportError:
    print("reference.py: needs psycopg 3 (tools/setup.sh --peers)",
          file=sys.stderr)
    sys.exit(3)

sys.dont_write_bytecode = True  # nothing stays in the book's folders
from samples_table import INSERT, empty_table, make_rows, rows_and_commits


def save(connection, rows):
    for row in rows:
        connection.execute(INSERT, row)
        connection.commit()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    url = os.environ["DATABASE_URL"]
    print(f"{options.rows} rows, workers: {options.workers}; "
          f"psycopg {psycopg.__version__}, {psycopg.pq.__impl__}")
    rows = make_rows(options.rows)
    with psycopg.connect(url, autocommit=True) as db:
        empty_table(db)
        connections = [psycopg.connect(url) for _ in range(options.workers)]
        threads = [threading.Thread(target=save, args=(connections[w],
                                                       rows[w::options.workers]))
                   for w in range(options.workers)]
        start, cpu = time.perf_counter(), time.process_time()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        cpu = time.process_time() - cpu
        seconds = time.perf_counter() - start
        found, commits = rows_and_commits(db)
    print(f"rows_per_s: {options.rows / seconds:.0f}")
    print(f"row_cpu_us: {cpu * 1e6 / options.rows:.0f}")
    print(f"commits: {commits}")
    print(f"result: {found} rows (expected {options.rows} rows)")
    sys.exit(0 if found == options.rows else 4)


if __name__ == "__main__":
    main()
