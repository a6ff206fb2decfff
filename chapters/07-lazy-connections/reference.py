"""The co-rotinas article's last loader: a pool of processes, and a database
object that connects when it is first used. With psycopg 3:

    tools/with_postgres.sh python3 chapters/07-lazy-connections/reference.py \
        --rows 2000 --workers 8 --batch 20

With --warm-up each worker has a connection before the clock starts, one for
all of its messages.
"""
import argparse
import os
import sys
import time
from multiprocessing import get_context

try:
    import psycopg
except ImportError:
    print("reference.py: needs psycopg 3 (tools/setup.sh --peers)",
          file=sys.stderr)
    sys.exit(3)

sys.dont_write_bytecode = True  # nothing stays in the book's folders
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..",
                                "05-io-bound"))
from samples_table import INSERT, empty_table, make_rows, rows_and_commits


class DatabaseLazy:
    def __init__(self, url):
        self.url = url
        self.conn = None

    def get_conn(self):
        if self.conn is None:
            self.conn = psycopg.connect(self.url)
        return self.conn

    def save_message(self, row):
        conn = self.get_conn()
        with conn.cursor() as cursor:
            cursor.execute(INSERT, row)
        conn.commit()


def connect_worker(url, everybody):
    global own
    own = DatabaseLazy(url)
    own.get_conn()
    everybody.wait()


# What a worker tells of its rows: who it is, whose session it was, and the
# processor time; the article's tells nothing.
def answer(db, cpu):
    backend = db.get_conn().info.backend_pid
    return os.getpid(), backend, time.process_time() - cpu


class LoaderWarm:
    def load(self, rows):
        cpu = time.process_time()
        for row in rows:
            own.save_message(row)
        return answer(own, cpu)


class LoaderMultiProcess:
    def __init__(self, db):
        self.db = db

    def load(self, rows):
        cpu = time.process_time()
        for row in rows:
            self.db.save_message(row)
        return answer(self.db, cpu)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--batch", type=int, default=20)
    parser.add_argument("--warm-up", action="store_true")
    job = parser.parse_args()
    if "DATABASE_URL" not in os.environ:
        print("reference.py: DATABASE_URL is not set; run it under"
              " tools/with_postgres.sh", file=sys.stderr)
        sys.exit(3)
    url = os.environ["DATABASE_URL"]
    rows = make_rows(job.rows)
    slices = [rows[first:first + job.batch]
              for first in range(0, job.rows, job.batch)]
    print(f"psycopg {psycopg.__version__}, {psycopg.pq.__impl__};"
          f" {job.rows} rows, {job.workers} workers")
    with psycopg.connect(url, autocommit=True) as db:
        empty_table(db)

    context = get_context("fork")  # as in the article's Python
    if job.warm_up:
        loader, everybody = LoaderWarm(), context.Barrier(job.workers + 1)
        pool = context.Pool(job.workers, connect_worker, (url, everybody))
        everybody.wait()
    else:
        loader = LoaderMultiProcess(DatabaseLazy(url))
        pool = context.Pool(job.workers)
    with pool:
        start = time.perf_counter()
        answers = pool.map(loader.load, slices)
        seconds = time.perf_counter() - start

    with psycopg.connect(url) as db:
        found, commits = rows_and_commits(db)
    print(f"rows_per_s: {job.rows / seconds:.0f}")
    workers, sessions, cpu = zip(*answers)
    print(f"row_cpu_us: {sum(cpu) * 1e6 / job.rows:.0f}")
    print(f"workers_that_loaded: {len(set(workers))}")
    print(f"connected_while_loading: {len(set(sessions))}")
    print(f"commits: {commits}")
    print(f"result: {found} (expected {job.rows})")
    sys.exit(0 if found == job.rows else 4)


main()
