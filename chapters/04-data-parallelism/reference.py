"""The source's program: a million samples by numpy and pandas.

    python3 chapters/04-data-parallelism/reference.py --rows 1000000
    python3 chapters/04-data-parallelism/reference.py --batch 5000 --workers 2

In one file, or in files of --batch rows; one after the other, or by a pool of
--workers threads or processes (--pool). --ids uuid4 is uuid.uuid4(), which asks
the kernel for random bytes and lets the interpreter's lock go meanwhile. --ids
held asks it for the same by ctypes, which can keep the lock; --ids released is
ctypes, too, and lets it go.

Writes Parquet if pandas can (pyarrow or fastparquet), else pickles, which
cost pandas less.
"""
import argparse
import ctypes
import multiprocessing
import multiprocessing.pool
import os
import resource
import tempfile
import time
import uuid

import numpy as np
import pandas as pd

parser = argparse.ArgumentParser()
parser.add_argument("--rows", type=int, default=1_000_000)
parser.add_argument("--batch", type=int, default=0, help="0: one file")
parser.add_argument("--workers", type=int, default=1)
parser.add_argument("--pool", choices=["threads", "processes"],
                    default="threads")
parser.add_argument("--ids", choices=["uuid4", "held", "released"],
                    default="uuid4")
args = parser.parse_args()
batch = args.batch or args.rows
sizes = [min(batch, args.rows - first)
         for first in range(0, args.rows, batch)]

try:
    pd.io.parquet.get_engine("auto")
    kind, save = "Parquet", pd.DataFrame.to_parquet
except ImportError:
    kind, save = "pickle", pd.DataFrame.to_pickle
print(f"{args.rows} rows, {len(sizes)} file{'s' if len(sizes) > 1 else ''}, "
      f"{kind}, {args.workers} of {args.pool}, ids {args.ids}, pandas {pd.__version__}")

took = {"ids": 0.0, "classes": 0.0}


def timed(name, make):
    start = time.perf_counter()
    made = make()
    took[name] += time.perf_counter() - start
    return made


if args.ids != "uuid4":  # PyDLL keeps the lock during a call, CDLL does not
    kind_of_library = ctypes.PyDLL if args.ids == "held" else ctypes.CDLL
    libc = kind_of_library(None)


def random_bytes(count):
    buffer = ctypes.create_string_buffer(count)
    if libc.getrandom(buffer, count, 0) != count:
        raise OSError("getrandom")
    return buffer.raw


def new_id():
    if args.ids == "uuid4":
        return str(uuid.uuid4())
    return str(uuid.UUID(bytes=random_bytes(16), version=4))


def write(number):
    rows = sizes[number]
    frame = pd.DataFrame({
        "id_client": timed("ids", lambda: [new_id() for _ in range(rows)]),
        **timed("classes", lambda: {
            f"class_{c}": np.random.uniform(size=rows) for c in range(10)}),
    })
    save(frame, os.path.join(directory, f"samples-{number}"))
    return len(frame)


with tempfile.TemporaryDirectory() as directory:
    sleeps = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
    start = time.perf_counter()
    if args.workers == 1:
        rows = sum(map(write, range(len(sizes))))
    else:
        pools = {"threads": multiprocessing.pool.ThreadPool,
                 "processes": multiprocessing.get_context("fork").Pool}
        with pools[args.pool](args.workers) as pool:
            rows = sum(pool.map(write, range(len(sizes)), chunksize=1))
    seconds = time.perf_counter() - start
    sleeps = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - sleeps

print(f"rows_per_s: {args.rows / seconds:.0f}")
print(f"sleeps: {sleeps}")
if args.workers == 1:
    print(f"ids_s: {took['ids']:.3f}")
    print(f"classes_s: {took['classes']:.3f}")
print(f"result: {rows} (expected {args.rows})")
