#!/usr/bin/env bash
# DuckDB reads our Parquet files back: same rows, same values to the last bit,
# by the checksum that proves the same rows in PostgreSQL.
if [[ ! -d $(dirname "$0")/node_modules/@duckdb/node-api ]]; then
    echo "not tried: no DuckDB for node; tools/setup.sh --tests fetches it"
    exit 77
fi
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

if [[ -z ${WITH_SERVER:-} ]]; then
    with_server WITH_SERVER=1 PG_OPTIONS='-c fsync=off'
fi

for shape in "1:5000:1:1" "8192:8192:1:1" "8193:8193:1:2" "30000:5000:6:6" \
    "100000:30000:4:14"; do
    IFS=: read -r rows batch files groups <<<"$shape"
    mkdir "$work/$rows"
    "$bin/samples_threads" --rows "$rows" --batch "$batch" \
        --out "$work/$rows" >/dev/null
    call node "$root/tests/read_parquet.mjs" "$work/$rows"
    same "$shape: exit status" 0 "$status"
    matches "$shape" "^columns: id_client VARCHAR, class_0 DOUBLE, .*, \
class_9 DOUBLE"$'\n' "$out"
    for line in "rows: $rows" "ids: $rows" "files: $files" \
        "row_groups: $groups" "valid: true"; do
        same "$shape" "$line" "$(grep -x "$line" <<<"$out")"
    done
    # What the loaders expect of these rows, computed by the generator ...
    loaded=$("$bin/load_copy" --rows "$rows" | tail -n 1)
    # ... and read back from PostgreSQL; and by DuckDB from the files.
    sum=$(sed -n 's/^checksum: //p' <<<"$out")
    same "$shape: checksum" "result: $rows rows, checksum $sum \
(expected $rows rows, checksum $sum)" "$loaded"
done

# pandas reads the same, by whichever library for Parquet is there.
python=
for candidate in python3 /usr/bin/python3; do
    for engine in pyarrow fastparquet; do
        if [[ -z $python ]] &&
            "$candidate" -c "import pandas, $engine" 2>/dev/null; then
            python=$candidate library=$engine
        fi
    done
done
if [[ -z $python ]]; then
    echo "not tried: pandas, for there is no pyarrow and no fastparquet"
else
    call "$python" -c '
import glob, sys
import pandas
files = sorted(glob.glob(sys.argv[1] + "/*.parquet"))
all = pandas.concat(pandas.read_parquet(f, engine=sys.argv[2]) for f in files)
print(len(files), len(all), all.id_client.nunique(), list(all.columns)[-1],
      bool(all.filter(like="class_").stack().between(0, 1).all()))
' "$work/30000" "$library"
    same "pandas with $library" "6 30000 30000 class_9 True" "$out$err"
fi
