"""The source's program: a million samples by numpy and pandas, sequentially.

    python3 chapters/04-data-parallelism/reference.py --rows 1000000

Writes Parquet if pandas can (pyarrow or fastparquet), else pickles, which
cost pandas less.
"""
import argparse
import os
import tempfile
import time
import uuid

import numpy as np
import pandas as pd

parser = argparse.ArgumentParser()
parser.add_argument("--rows", type=int, default=1_000_000)
rows = parser.parse_args().rows

try:
    pd.io.parquet.get_engine("auto")
    kind, save = "Parquet", pd.DataFrame.to_parquet
except ImportError:
    kind, save = "pickle", pd.DataFrame.to_pickle
print(f"{rows} rows, 1 file, {kind}, pandas {pd.__version__}")

took = {}


def timed(name, make):
    start = time.perf_counter()
    made = make()
    took[name] = time.perf_counter() - start
    return made


with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "samples")
    start = time.perf_counter()
    frame = pd.DataFrame({
        "id_client": timed("ids", lambda: [
            str(uuid.uuid4()) for _ in range(rows)]),
        **timed("classes", lambda: {
            f"class_{c}": np.random.uniform(size=rows) for c in range(10)}),
    })
    save(frame, path)
    seconds = time.perf_counter() - start

print(f"rows_per_s: {rows / seconds:.0f}")
print(f"ids_s: {took['ids']:.3f}")
print(f"classes_s: {took['classes']:.3f}")
print(f"result: {len(frame)} (expected {rows})")
