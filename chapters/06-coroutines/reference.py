"""What this chapter does with tasks, with those of asyncio.

    reference.py cost AWAITS TASKS BATCH      prints what task_cost prints
    reference.py sleepers TASKS MS            what sleepers prints
    reference.py spinner LOOP EVERY           what spinner_prime_nap prints:
                                              LOOP is one, no-nap, nested or
                                              plain
    reference.py shared ROWS                  what load_coroutines_shared prints
    reference.py pipeline ROWS                what load_pipeline prints

The last two are loaders, with psycopg 3, and need tools/with_postgres.sh.
"""
import asyncio
import contextlib
import math
import os
import sys
import time


def resident_kib():
    with open("/proc/self/smaps_rollup") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1])
    raise RuntimeError("no Pss in smaps_rollup")


async def number(i):
    return i


async def cost(awaits, tasks, batch):
    total = 0
    start = time.perf_counter()
    for i in range(awaits):
        total += await number(i)
    print(f"await_ns: {(time.perf_counter() - start) * 1e9 / awaits:.1f}")

    start = time.perf_counter()
    for first in range(0, tasks, batch):
        async with asyncio.TaskGroup() as group:
            some = [group.create_task(number(i))
                    for i in range(first, first + batch)]
        total += sum(one.result() for one in some)
    print(f"batch_ns: {(time.perf_counter() - start) * 1e9 / tasks:.1f}")

    before = resident_kib()
    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        every = [group.create_task(number(i)) for i in range(tasks)]
        alive = resident_kib() - before
    total += sum(one.result() for one in every)
    print(f"at_once_ns: {(time.perf_counter() - start) * 1e9 / tasks:.1f}")
    print(f"bytes_each: {1024 * alive / tasks:.0f}")
    return total, awaits * (awaits - 1) // 2 + tasks * (tasks - 1)


async def sleepers(tasks, ms):
    before = resident_kib()
    start = time.perf_counter()

    async def sleeper():
        await asyncio.sleep(start + ms / 1e3 - time.perf_counter())
        return 1

    async with asyncio.TaskGroup() as group:
        every = [group.create_task(sleeper()) for _ in range(tasks)]
        await asyncio.sleep(0)
        started = time.perf_counter() - start
        kib = resident_kib() - before
    print(f"start_us: {started * 1e6 / tasks:.2f}")
    print(f"end_us: {(time.perf_counter() - start - ms / 1e3) * 1e6 / tasks:.2f}")
    print(f"bytes_each: {1024 * kib / tasks:.0f}")
    return sum(one.result() for one in every), tasks


async def one_loop(n, every, nap):
    for i in range(3, math.isqrt(n) + 1, 2):
        if n % i == 0:
            return False
        if i % every == 1 and nap:
            await asyncio.sleep(0)
    return True


async def nested_loops(n, every):
    root = math.isqrt(n)
    for first in range(3, root + 1, every):
        for i in range(first, min(first + every, root + 1), 2):
            if n % i == 0:
                return False
        await asyncio.sleep(0)
    return True


async def plain_loop(n):
    for i in range(3, math.isqrt(n) + 1, 2):
        if n % i == 0:
            return False
    return True


async def spinner(loop, every):
    n = 50_000_000_000_053  # a prime; the book's would take ten times as long
    frames = 0

    async def spin():
        nonlocal frames
        while True:
            await asyncio.sleep(0.01)
            frames += 1

    task = asyncio.create_task(spin())
    await asyncio.sleep(0)
    start = time.perf_counter()
    checks = {"one": lambda: one_loop(n, every, True),
              "no-nap": lambda: one_loop(n, every, False),
              "nested": lambda: nested_loops(n, every),
              "plain": lambda: plain_loop(n)}
    prime = await checks[loop]()
    seconds = time.perf_counter() - start
    task.cancel()
    print(f"prime_ms: {seconds * 1e3:.1f}")
    print(f"frames: {frames}")
    print(f"frames_per_s: {frames / seconds:.1f}")
    return prime, True


sys.dont_write_bytecode = True  # nothing stays in the book's folders
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..",
                                "05-io-bound"))
from samples_table import INSERT, empty_table, make_rows, rows_and_commits


@contextlib.asynccontextmanager
async def loading(count):
    """An empty table, a connection and so many rows; then the figures."""
    try:
        import psycopg
    except ImportError:
        print("reference.py: needs psycopg 3 (tools/setup.sh --peers)",
              file=sys.stderr)
        sys.exit(3)
    url = os.environ["DATABASE_URL"]
    rows = make_rows(count)
    with psycopg.connect(url, autocommit=True) as db:
        empty_table(db)
        connection = await psycopg.AsyncConnection.connect(url)
        start, cpu = time.perf_counter(), time.process_time()
        yield connection, rows
        cpu = time.process_time() - cpu
        seconds = time.perf_counter() - start
        await connection.close()
        found, commits = rows_and_commits(db)
    print(f"psycopg {psycopg.__version__}, {psycopg.pq.__impl__}")
    print(f"rows_per_s: {count / seconds:.0f}")
    print(f"row_cpu_us: {cpu * 1e6 / count:.0f}")
    print(f"commits: {commits}")
    rows.append(found)


# The co-rotinas article: a task for each row, one connection, and each commits.
async def shared(count):
    async with loading(count) as (connection, rows):
        async def save(row):
            await connection.execute(INSERT, row)
            await connection.commit()

        async with asyncio.TaskGroup() as group:
            for row in rows:
                group.create_task(save(row))
    return rows[-1], count


async def pipeline(count):
    async with loading(count) as (connection, rows):
        async with connection.cursor() as cursor:
            await cursor.executemany(INSERT, rows)  # through a pipeline
        await connection.commit()
    return rows[-1], count


async def main():
    name, *words = sys.argv[1:]
    numbers = [int(word) for word in words if word.isdigit()]
    print(f"asyncio of Python {sys.version.split()[0]}: {' '.join(sys.argv[1:])}")
    if name == "spinner":
        result, expected = await spinner(words[0], numbers[0])
    else:
        what = {"cost": cost, "sleepers": sleepers, "shared": shared,
                "pipeline": pipeline}[name]
        result, expected = await what(*numbers)
    print(f"result: {result} (expected {expected})")
    sys.exit(0 if result == expected else 4)


if sys.version_info < (3, 11):
    print("reference.py: asyncio.TaskGroup needs Python 3.11", file=sys.stderr)
    sys.exit(3)
asyncio.run(main())
