#!/usr/bin/env bash
# Times the variants of this chapter; see tools/time_variants.sh.
# shellcheck source-path=SCRIPTDIR source=../../tools/time_variants.sh
source "$(dirname "$0")/../../tools/time_variants.sh"
here=$(dirname "$(readlink -f "$0")")

chapter 04-data-parallelism "Data parallelism" 120

# The disk is not the subject: in memory, if there is a memory file system
# with room. The files have no names there, so nothing can be left behind.
free_kib=$(df --output=avail /dev/shm 2>/dev/null | tail -n 1 || true)
if [[ $(stat -f -c %T /dev/shm 2>/dev/null) == tmpfs && -w /dev/shm &&
    $free_kib -gt 500000 ]]; then
    export TMPDIR=/dev/shm
fi
directory=${TMPDIR:-/tmp}

# The source's own program, where a Python with its libraries is installed.
find_python numpy pandas
[[ -z $python ]] || version pandas "$(ask_python 'import numpy, pandas
print(pandas.__version__, "with numpy", numpy.__version__)')"
cpython() { # LABEL OPTIONS ...
    if [[ -n $python ]]; then
        peer "$1" "$python" "$here/reference.py" "${@:2}"
    else
        absent "$1" "no python3 with numpy and pandas"
    fi
}
library() { # PROGRAM OPTIONS ...: one that is only built where it is installed
    if [[ -x $bin/$1 ]]; then
        peer "$1" "$bin/$1" "${@:2}"
    else
        absent "$1" "its library is not installed"
    fi
}

# Before a COMMAND: the C library keeps memory that is freed. Source: mallopt(3).
heap_kept=(/usr/bin/env "GLIBC_TUNABLES=glibc.malloc.trim_threshold=100000000:\
glibc.malloc.mmap_threshold=100000000")

problem samples "Two million samples into 400 Parquet files" rows_per_s
variant samples_sequential samples_sequential --rows 2000000
variant samples_threads samples_threads --rows 2000000
variant samples_processes samples_processes --rows 2000000
variant samples_processes@workers=2 samples_processes --workers 2 \
    --rows 2000000
sweep samples_returned samples_returned --rows 2000000
sweep samples_returned@heap=kept "${heap_kept[@]}" "$bin/samples_returned" \
    --rows 2000000
sweep samples_threads@cpus=1@workers=2 "${one_core[@]}" "$bin/samples_threads" \
    --workers 2 --rows 2000000
floor write_floor write_floor --rows 2000000
library samples_openmp --rows 2000000
library samples_tbb --rows 2000000
cpython reference.py --rows 300000
# 3.73 s, 4.8 s and 0.873 s for a million rows.
published samples_sequential 268097
published samples_threads 208333
published samples_processes 1145475
note "The files are written to $directory, $(stat -f -c %T "$directory")."
note "reference.py is the source's program for numpy and pandas, into one file, as Parquet if pandas can, else as a pickle."
note "What the source has printed, 3.73, 4.8 and 0.873 s for a million rows, is of six cores; its first line wrote one file, the others 200, and its threads were Python's. Why those were slower than one: see the next problem."

problem gil "Threads under a GIL, and CPython's own" rows_per_s
variant samples_gil@workers=1 samples_gil --workers 1 --rows 200000
variant samples_gil@workers=2 samples_gil --workers 2 --rows 200000
for workers in 1 2; do
    sweep samples_gil@workers=$workers@ids-released=0 samples_gil \
        --workers $workers --ids-released 0 --rows 200000
done
if [[ $profile != quick ]]; then
    for workers in 1 2; do
        cpython reference.py@batch=5000@workers=$workers --rows 100000 \
            --batch 5000 --workers $workers
        cpython reference.py@batch=5000@workers=$workers@ids=held \
            --rows 100000 --batch 5000 --workers $workers --ids held
    done
fi
note "Files of 5,000 rows. Where nothing else is said each id lets the lock go while the kernel is asked for random bytes, as Python's uuid4 does; ids-released=0 and ids=held keep it. sleeps: how often a thread had to wait and gave its core away."

problem batches "The same rows in other files, and in fresh memory" rows_per_s
variant samples_sequential samples_sequential --rows 2000000
variant samples_sequential@batch=100 samples_sequential --rows 300000 \
    --batch 100
detail samples_sequential@batch=10 samples_sequential --rows 100000 --batch 10
for batch in 1000 100000 1000000; do
    detail samples_sequential@batch=$batch samples_sequential --batch $batch \
        --rows 2000000
done
sweep samples_threads@batch=2000000 samples_threads --batch 2000000 --rows 2000000
for workers in 1 2; do
    detail samples_threads@batch=250000@workers=$workers samples_threads \
        --batch 250000 --workers $workers --rows 2000000
    detail samples_threads@batch=250000@group=250000@workers=$workers \
        samples_threads --batch 250000 --group 250000 --workers $workers \
        --rows 2000000
done
# Fresh memory for each file.
sweep fresh_sequential fresh_sequential --rows 2000000
sweep fresh_sequential@heap=kept "${heap_kept[@]}" "$bin/fresh_sequential" --rows 2000000
sweep samples_threads samples_threads --rows 2000000
sweep fresh_threads fresh_threads --rows 2000000
note "group is the number of rows that are made before they are written; 8,192 where nothing else is said."

# Rounds that take about a tenth of a second.
problem prices_cheap "Twenty prices, cheap work" map_us
variant prices_sequential prices_sequential --rounds 400000
sweep prices_threads prices_threads --rounds 1000
sweep prices_processes prices_processes --rounds 100
sweep prices_threads@warm=1 prices_threads --warm 1 --rounds 30000
variant prices_processes@warm=1 prices_processes --warm 1 --rounds 400
variant prices_processes@warm=1@chunk=10 prices_processes --warm 1 --chunk 10 \
    --rounds 2000
published prices_sequential 22
published prices_threads 1646
published prices_processes 16269
note "Without warm=1 a pool is started for each list of twenty, as in the source. Ours is ended inside the clock, too; the source ends none, and its clock has stopped before they end by themselves. Python takes a microsecond for each price, C++ some nanoseconds: so our loop is further ahead."

problem prices_heavy "Twenty prices, heavy work" map_us
variant prices_sequential@work=heavy prices_sequential --work heavy --rounds 6
sweep prices_threads@work=heavy prices_threads --work heavy --rounds 8
variant prices_processes@work=heavy prices_processes --work heavy --rounds 8
sweep prices_threads@work=heavy@warm=1 prices_threads --work heavy --warm 1 \
    --rounds 8
sweep prices_processes@work=heavy@warm=1 prices_processes --work heavy \
    --warm 1 --rounds 8
sweep prices_processes@work=heavy@warm=1@chunk=10 prices_processes \
    --work heavy --warm 1 --chunk 10 --rounds 8
published prices_sequential@work=heavy 4102000
published prices_threads@work=heavy 4566000
published prices_processes@work=heavy 2082000
note "The source's threads share a GIL, and ours do not. Its lists take seconds and ours a hundredth of one, so the start of processes shows in ours: see warm=1. Both have two workers, if there are two cores."

problem break_even "How much work must an item be?" found_us
no_race
variant break_even@warm=1 break_even --warm 1
sweep break_even@with=processes@warm=1 break_even --with processes --warm 1
sweep break_even break_even
sweep break_even@with=processes break_even --with processes
detail break_even@with=processes@items=200 break_even --with processes \
    --items 200
problem chunks "Items of a microsecond, through a pool of processes" items_per_s
variant items_processes@chunk=100 items_processes --chunk 100
sweep items_processes@chunk=1 items_processes --items 10000
detail items_processes@chunk=1@prefetch=64 items_processes --prefetch 64
for chunk in 10 1000 10000 100000; do
    detail items_processes@chunk=$chunk items_processes --chunk $chunk
done
note "A hundred thousand items; with chunk=1 ten thousand."

problem uneven "One task in fifty is a hundred times as long" list_ms
variant uneven_work@by=static uneven_work --by static --draw 1
variant uneven_work@by=dynamic uneven_work --by dynamic --draw 1
variant uneven_work@by=guided uneven_work --by guided --draw 1
variant uneven_work@by=largest-first uneven_work --by largest-first --draw 1

problem amdahl "A tenth of the work is for one worker only" speedup_ratio
no_race
variant serial_part@workers=2 serial_part --workers 2
for workers in 1 4 16 64; do
    variant serial_part@workers=$workers serial_part --workers $workers
done

problem sums "A million doubles" sum_ms
variant sum_reproducible@by=blocks sum_reproducible --by blocks --rounds 100
for by in integers bins; do
    sweep sum_reproducible@by=$by sum_reproducible --by $by --rounds 100
done
go
