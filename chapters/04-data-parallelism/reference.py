"""The source's program: a million samples by numpy and pandas.

    python3 chapters/04-data-parallelism/reference.py --rows 1000000
    python3 chapters/04-data-parallelism/reference.py --batch 5000 --workers 2

In one file, or in files of --batch rows; one after the other, or by a pool of
--workers threads or processes (--pool). --ids urandom is uuid.uuid4(), which
asks the kernel for random bytes and lets the interpreter's lock go for each;
--ids random takes them from Python's own generator and never lets it go.

Writes Parquet if pandas can (pyarrow or fastparquet), else pickles, which
cost pandas less.
"""
import argparse
import multiprocessing
import multiprocessing.pool
import os
import random
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
parser.add_argument("--ids", choices=["urandom", "random"], default="urandom")
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
      f"{kind}, {args.workers} of {args.pool}, pandas {pd.__version__}")

took = {"ids": 0.0, "classes": 0.0}


def timed(name, make):
    start = time.perf_counter()
    made = make()
    took[name] += time.perf_counter() - start
    return made


def new_id():
    if args.ids == "urandom":
        return str(uuid.uuid4())
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


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
    start = time.perf_counter()
    if args.workers == 1:
        rows = sum(map(write, range(len(sizes))))
    else:
        pools = {"threads": multiprocessing.pool.ThreadPool,
                 "processes": multiprocessing.get_context("fork").Pool}
        with pools[args.pool](args.workers) as pool:
            rows = sum(pool.map(write, range(len(sizes)), chunksize=1))
    seconds = time.perf_counter() - start

print(f"rows_per_s: {args.rows / seconds:.0f}")
if args.workers == 1:
    print(f"ids_s: {took['ids']:.3f}")
    print(f"classes_s: {took['classes']:.3f}")
print(f"result: {rows} (expected {args.rows})")
