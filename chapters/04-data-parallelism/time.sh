#!/usr/bin/env bash
# Times the variants of this chapter; see tools/time_variants.sh.
# shellcheck source-path=SCRIPTDIR source=../../tools/time_variants.sh
source "$(dirname "$0")/../../tools/time_variants.sh"
here=$(dirname "$(readlink -f "$0")")

chapter 04-data-parallelism "Data parallelism"

# Three times the source's million rows, so that every run lasts 0.1 s.
problem samples "Three million samples into 600 Parquet files" rows_per_s
variant samples_sequential samples_sequential --rows 3000000
variant samples_threads samples_threads --rows 3000000
variant samples_processes samples_processes --rows 3000000
variant samples_processes@workers=2 samples_processes --rows 3000000 \
    --workers 2
sweep samples_threads@cpus=1@workers=2 "${one_core[@]}" "$bin/samples_threads" \
    --rows 3000000 --workers 2
floor write_floor write_floor --rows 3000000

# The disk is not the subject: in memory, if there is a memory file system
# with room. The files have no names there, so nothing can be left behind.
free_kib=$(df --output=avail /dev/shm 2>/dev/null | tail -n 1 || true)
if [[ $(stat -f -c %T /dev/shm 2>/dev/null) == tmpfs && -w /dev/shm &&
    $free_kib -gt 500000 ]]; then
    export TMPDIR=/dev/shm
fi
directory=${TMPDIR:-/tmp}
note "The files are written to $directory, $(stat -f -c %T "$directory")."
note "reference.py is the source's program for numpy and pandas: one million rows into one file, as Parquet if pandas can, else as a pickle."

# The source's own program, where a Python with its libraries is installed.
python=
for candidate in python3 /usr/bin/python3; do
    if [[ -z $python ]] && "$candidate" -c 'import numpy, pandas' 2>/dev/null
    then
        python=$candidate
    fi
done
if [[ -n $python ]]; then
    version pandas "$("$python" -c 'import numpy, pandas, platform
print(pandas.__version__, "with numpy", numpy.__version__, "on Python",
      platform.python_version())')"
    peer reference.py "$python" "$here/reference.py" --rows 1000000
else
    absent reference.py "no python3 with numpy and pandas"
fi

problem batches "The same rows in files of another size" rows_per_s
variant samples_sequential samples_sequential --rows 3000000
variant samples_sequential@batch=100 samples_sequential --rows 3000000 \
    --batch 100
variant samples_sequential@batch=1000000 samples_sequential --rows 3000000 \
    --batch 1000000
sweep samples_threads@batch=3000000 samples_threads --rows 3000000 \
    --batch 3000000

problem fresh "Fresh memory for each file" rows_per_s
variant samples_sequential samples_sequential --rows 3000000
sweep fresh_sequential fresh_sequential --rows 3000000
sweep fresh_sequential@heap=kept /usr/bin/env \
    GLIBC_TUNABLES=glibc.malloc.trim_threshold=100000000:glibc.malloc.mmap_threshold=100000000 \
    "$bin/fresh_sequential" --rows 3000000
sweep samples_threads samples_threads --rows 3000000
sweep fresh_threads fresh_threads --rows 3000000
# Rounds that take about a tenth of a second.
problem prices_cheap "Twenty prices, cheap work" map_us
variant prices_sequential prices_sequential --rounds 400000
variant prices_threads prices_threads --rounds 1000
variant prices_processes prices_processes --rounds 100
variant prices_threads@warm=1 prices_threads --warm 1 --rounds 30000
variant prices_processes@warm=1 prices_processes --warm 1 --rounds 400
variant prices_processes@warm=1@chunk=10 prices_processes --warm 1 --chunk 10 \
    --rounds 2000
note "Without warm=1 a pool is started for each list of twenty, and ended. Each has as many rounds as take about a tenth of a second."

problem prices_heavy "Twenty prices, heavy work" map_us
variant prices_sequential@work=heavy prices_sequential --work heavy --rounds 6
variant prices_threads@work=heavy prices_threads --work heavy --rounds 8
variant prices_processes@work=heavy prices_processes --work heavy --rounds 8
sweep prices_threads@work=heavy@warm=1 prices_threads --work heavy --warm 1 \
    --rounds 8
sweep prices_processes@work=heavy@warm=1 prices_processes --work heavy \
    --warm 1 --rounds 8
sweep prices_processes@work=heavy@warm=1@chunk=10 prices_processes \
    --work heavy --warm 1 --chunk 10 --rounds 8
go
