#!/usr/bin/env bash
# The programs of chapter 04: the same prices from all of them; the same bytes
# from all samples_*, whole files or none.
# shellcheck disable=SC2016 # perl's dollars
# Programs that write until they are stopped make a disk's queue long, and they
# must end at once.
work_in_memory=yes
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# What a program wrote: names and contents of all files.
fingerprint() { (cd "$1" && sha256sum -- * 2>/dev/null | sha256sum); }

# --- The price list: the same prices from all ------------------------------------

for kind in cheap heavy; do
    for rise in "meant 22822800" "published 228228000"; do
        read -r how cents <<<"$rise"
        for variant in prices_sequential "prices_threads --workers 1" \
            "prices_threads --workers 7" "prices_threads --warm 1" \
            "prices_processes --workers 1" "prices_processes --workers 7" \
            "prices_processes --warm 1 --chunk 3"; do
            # shellcheck disable=SC2086 # several words each
            runs "map_us: [0-9.]+.result: $cents \(expected $cents\)\$" \
                $variant --work $kind --rise $how --rounds 2
        done
    done
done

# --- How lists are handed out ------------------------------------------------------

for by in static dynamic guided largest-first; do
    for workers in 1 2 7; do
        runs "list_ms: [0-9.]+.working_percent: [0-9]+.result: ([0-9]+) \(expected [0-9]+\)\$" \
            uneven_work --by $by --workers $workers --rounds 2
        sums+=("${BASH_REMATCH[1]}")
    done
done
same "uneven_work: results" 1 "$(printf '%s\n' "${sums[@]}" | sort -u | wc -l)"
runs 'worker 0  \|[ #-]{60}\|.worker 1  \|[ #-]{60}\|.* one letter: ' \
    uneven_work --workers 2 --draw 1 --rounds 1
# Each worker has a part of its own where they are equal.
for lane in 0 1; do
    matches "a static part" '[#-]' \
        "$("$bin/uneven_work" --by static --workers 2 --draw 1 --rounds 1 |
            sed -n "s/^worker $lane .*|\(.*\)|\$/\1/p")"
done
for workers in 1 2 64; do
    runs "serial, workers: $workers, .*speedup_ratio: [0-9.]+.predicted_ratio: [0-9.]+.with_a_cpu_each_ratio: [0-9.]+.result: ([0-9]+) \(expected \1\)\$" \
        serial_part --workers $workers --rounds 1
    runs "result: ([0-9]+) \(expected \1\)\$" serial_part \
        --workers $workers --rounds 1 --serial-percent 100
done
call "$bin/serial_part" --serial-percent 10 --workers 64 --rounds 1
same "Amdahl: 1 / (0.1 + 0.9 / 64)" 8.77 "$(number with_a_cpu_each_ratio)"
for chunk in 1 7 1000 10000; do
    runs 'item_us: [0-9.]+.result: 3001 \(expected 3001\)$' items_processes \
        --items 3001 --chunk $chunk
done
for options in "" "--warm 1" "--with processes" "--warm 1 --cores any" \
    "--with processes --warm 1 --bytes 70000 --items 3" \
    "--with processes --cores any"; do
    read -ra words <<<"$options --rounds 2"
    call "$bin/break_even" "${words[@]}"
    if (($(nproc) < 2)); then
        same "break_even on one CPU: exit status" 3 "$status"
    else
        same "break_even $options: exit status" 0 "$status"
        matches "break_even $options" "start_us: [0-9.]+.hand_out_us: [0-9.]+.byte_ns: [0-9.]+.*us of work: .*predicted_us: [0-9.]+.(found_us: [0-9.]+.predicted_by_found_ratio: [0-9.]+|found_us: inf.predicted_by_found_ratio: 0.00.unreliable: [^.]*).result: (0 of the sums wrong) \(expected \2\)$" "$out"
    fi
done
call taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')" "$bin/break_even"
same "break_even on one CPU: exit status" 3 "$status"
matches "break_even on one CPU" "two workers need a second CPU" "$err"

# --- Sums of doubles: the same for any number of workers, or not -----------------

for by in blocks integers bins; do
    sums=()
    for workers in 1 2 3 7; do
        runs 'result: (-172.5981[0-9]+) \(expected \1\)$' sum_reproducible \
            --by $by --workers $workers --rounds 1
        sums+=("$(grep ^result <<<"$out")")
    done
    same "$by: results" 1 "$(printf '%s\n' "${sums[@]}" | sort -u | wc -l)"
done
# As Python's math.fsum() adds them up.
matches "bins agree with fsum here" "^result: -172.5981637911205 " "${sums[0]}"
# sum_by_workers is among the broken programs; with one worker it is right.
runs 'result: (-172.5981[0-9]+) \(expected \1, broken on purpose\)$' \
    sum_by_workers --workers 1 --rounds 1

# --- Same bytes for every variant and number of workers -----------------------

libraries=()
for peer in samples_openmp samples_tbb; do
    if [[ ! -x $bin/$peer ]]; then
        echo "not tried, the library is not there: $peer"
    elif grep -q __tsan_init "$bin/samples_threads"; then
        echo "not tried, ThreadSanitizer cannot see into it: $peer"
    else
        libraries+=("$peer --workers 2")
    fi
done
for shape in "--rows 50000" "--rows 50000 --seed 2" "--rows 10000 --batch 777" \
    "--rows 20000 --batch 20000" "--rows 1" "--rows 0"; do
    expected='' checksum=''
    for variant in "samples_sequential" "samples_threads --workers 1" \
        "samples_threads --workers 2" "samples_threads --workers 7" \
        "samples_processes --workers 1" "samples_processes --workers 2" \
        "samples_processes --workers 7" fresh_sequential \
        "fresh_threads --workers 2" "samples_threads --workers 64" \
        "samples_processes --workers 64" "samples_gil --workers 1" \
        "samples_gil --workers 2 --released-percent 33 --ids-released 0" \
        "samples_gil --workers 7 --released-percent 0 --interval-us 50" \
        "samples_returned --workers 1" "samples_returned --workers 7" \
        "${libraries[@]}"; do
        mkdir "$work/out.d"
        # shellcheck disable=SC2086 # several words each
        call "$bin/"$variant $shape --out "$work/out.d"
        same "$variant $shape: exit status" 0 "$status"
        rows=${shape#--rows }
        matches "$variant $shape" \
            "result: (${rows%% *} rows, checksum [0-9a-f]{16}) \(expected \1\)$" "$out"
        found=$(fingerprint "$work/out.d")
        sum=$(grep '^result: ' <<<"$out")
        : "${expected:=$found}" "${checksum:=$sum}"
        same "$variant $shape: bytes" "$expected" "$found"
        same "$variant $shape: checksum" "$checksum" "$sum"
        rm -r "$work/out.d"
    done
    seen+=("$expected")
done
same "different shapes give different bytes" "${#seen[@]}" \
    "$(printf '%s\n' "${seen[@]}" | sort -u | wc -l)"

# --- A wrong value in a file is a wrong result ---------------------------------

spoilt=$work/spoilt/04-data-parallelism
mkdir -p "$spoilt"
wrong_when() { # WHAT PERL, a substitution in what makes the files
    ! sanitized || return 0 # it is compiled here, the same for any build
    cp -r "$root"/chapters/04-data-parallelism/{*.[ch]pp,parts} "$spoilt"
    perl -0pi -e "\$seeded = ($2); END { exit !\$seeded }" \
        "$spoilt/parts/samples_file.cpp" || fail "$1: could not be seeded"
    printf '#include "%s"\n' "$spoilt/samples_sequential.cpp" \
        "$spoilt"/parts/*.cpp "$root"/common/*.cpp >"$work/spoilt/all.cpp"
    g++ -std=c++20 -O1 -I "$work/spoilt" -I "$root" -I "$root/chapters" \
        "$work/spoilt/all.cpp" -lfmt \
        -o "$work/spoilt/program" || fail "$1: does not compile"
    call "$work/spoilt/program" --rows 1000
    same "$1: exit status" 4 "$status"
    matches "$1" "result: 1000 rows, checksum [0-9a-f]+ \(expected 1000 rows" \
        "$out"
}
wrong_when "columns exchanged" \
    's/(source\.probability\(row \+ r), column - 1\)/$1, 10 - column)/'
wrong_when "rows exchanged" \
    's/(source\.probability\()row \+ r, column/$1row + (r ^ 1), column/'
wrong_when "one id for two rows" \
    's/put_id\(source, row \+ r, values/put_id(source, row + r \/ 2 * 2, values/'

call "$bin/samples_returned" --batch 559240 # 120 bytes each, in one message
same "samples_returned, batch too long: exit status" 2 "$status"
matches "samples_returned, batch too long" "from 1 to 559239" "$err"

matches "samples_sequential says that it has one worker" ", 1 worker, " \
    "$("$bin/samples_sequential" --rows 10 --workers 7)"

# --- Files: the names that --out promises, or none -----------------------------

mkdir "$work/a" "$work/b" "$work/tmp"
"$bin/samples_sequential" --rows 12000 --out "$work/a" >/dev/null
same "names" "samples-000000000000.parquet samples-000000005000.parquet \
samples-000000010000.parquet" "$(cd "$work/a" && echo *)"
"$bin/samples_sequential" --rows 12000 --out "$work/a" >/dev/null
same "a second run replaces them" 3 "$(find "$work/a" -type f | wc -l)"
for program in samples_sequential samples_threads samples_processes \
    write_floor; do
    TMPDIR=$work/tmp "$bin/$program" --rows 20000 >/dev/null
    same "$program without --out" "" "$(ls -A "$work/tmp")"
    call "$bin/$program" --rows 10 --out "$work/none"
    same "$program, no such directory: exit status" 1 "$status"
    matches "$program, no such directory" "none is not a directory" "$err"
    # A write that fails half-way, by the limit on a file's size (in KiB).
    status=0
    (ulimit -f 100 && exec "$bin/$program" --rows 20000 --out "$work/b") \
        >/dev/null 2>"$work/err" || status=$?
    same "$program, file too large: exit status" 1 "$status"
    matches "$program, file too large" "File too large" "$(<"$work/err")"
    same "$program, file too large: lines on stderr" 1 "$(wc -l <"$work/err")"
    same "$program, file too large: nothing left" "" "$(ls -A "$work/b")"
done

# --- Signals: no half file, no worker, and the shell sees the signal ----------

# start PROGRAM: in the background, far from done, writing into $work/b.
start() {
    env --default-signal=INT "$bin/$1" --rows 100000000000 --out "$work/b" \
        --batch 100000 --workers 2 >/dev/null 2>"$work/err" &
    pid=$!
    eventually test -n "$(ls "$work/b")" -o -e "$work/b/samples-000000000000.parquet"
}
no_half_files() { [[ -z $(find "$work/b" -name '*.part') ]]; }
children_of() { pgrep -P "$1"; }

for program in samples_sequential samples_threads samples_processes \
    samples_gil samples_returned; do
    for signal in INT:130 TERM:143 HUP:129; do
        start "$program"
        kill -s "${signal%:*}" "$pid"
        status=0
        wait "$pid" 2>/dev/null || status=$?
        same "$program, SIG${signal%:*}: exit status" "${signal#*:}" "$status"
        # Nor does ThreadSanitizer, which no exit status tells of here.
        same "$program, SIG${signal%:*}: stderr" "" "$(head -c 600 "$work/err")"
        # Worker processes end right after their parent.
        eventually no_half_files
        rm -f "$work/b/"*
    done
done

start samples_processes
eventually children_of "$pid"
workers=$(children_of "$pid")
kill -KILL "$pid"
wait "$pid" 2>/dev/null
for worker in $workers; do
    eventually test ! -e "/proc/$worker/exe" # gone, or a zombie
done
same "killed parent: half files" "" "$(find "$work/b" -name '*.part')"
rm -f "$work/b/"*

# Workers that are killed are replaced, and their files written by others.
mkdir "$work/c" "$work/d"
rows=20000000 # seconds, so that none ends before
! sanitized || rows=3000000
"$bin/samples_processes" --rows $rows --batch 100000 --workers 2 \
    --out "$work/c" >"$work/out" 2>"$work/err" &
pid=$!
next_victim() {
    victim=$(children_of "$pid" | grep -vxF -m 1 "${killed[@]/#/-e}")
}
killed=(none) # twice
for ((i = 0; i < 2; ++i)); do # a third death may be the end of a file
    eventually next_victim
    kill -KILL "$victim" && killed+=("$victim")
done
status=0
wait "$pid" || status=$?
same "killed workers: so many" 2 "$((${#killed[@]} - 1))"
same "killed workers: exit status" 0 "$status"
same "killed workers: stderr" "" "$(<"$work/err")"
"$bin/samples_threads" --rows $rows --batch 100000 --out "$work/d" \
    >/dev/null
rm -f "$work/c/"*.part # what they could not take with them
same "killed workers: all files, and no others" "" \
    "$(diff -rq "$work/d" "$work/c" 2>&1)"
rm -r "$work/c" "$work/d"

# What one worker cannot do, the others need not go on with.
mkdir "$work/b/samples-000000000000.parquet"
for program in samples_threads samples_processes; do
    call timeout 20 "$bin/$program" --rows 100000000000 --workers 3 \
        --out "$work/b"
    same "$program, one worker fails: exit status" 1 "$status"
    same "$program, one worker fails: lines on stderr" 1 \
        "$(wc -l <"$work/err")"
    find "$work/b" -type f -delete
done

# Whatever the caller ignores.
call env --ignore-signal=CHLD "$bin/samples_processes" --rows 10000
same "SIGCHLD ignored: exit status" 0 "$status"
call timeout 20 "$bin/write_floor" --rows 10 --batch 100000000
same "write_floor, large batch: exit status" 0 "$status"
