#!/usr/bin/env bash
# The programs of chapter 03, run as a reader runs them. Figures of time are
# not checked; that two threads share one lock is.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

reference=$root/chapters/03-gil/reference.py
cores=$(nproc)

# --- What they compute, whatever the lock ---------------------------------------

for gil in old new fair none; do
    for workers in 1 2 5; do
        runs "workers: $workers, gil: $gil, .*result: 200006 " \
            gil_countdown --gil $gil --workers $workers --counts 100003
        runs 'result: 1700 ' gil_io --gil $gil --workers $workers --waits 17 \
            --wait-us 1000 --counts 100
        runs 'result: [0-9]+ ' gil_extension --gil $gil --workers $workers \
            --calls 100 --steps 1000
    done
    runs 'result: 9 ' gil_primes --gil $gil --workers 3
    runs 'cores_busy_by_others: .*result: 5 ' gil_spinner --gil $gil --frames 5
    runs 'result: 3 ' gil_timeline --gil $gil
    runs 'result: all answers right ' gil_convoy --gil $gil --workers 1 --ms 100
    runs 'result: all answers right ' gil_convoy --gil $gil --workers 0 --ms 50 \
        --think-us 0
    runs 'result: all answers right ' gil_convoy --gil $gil --workers 1 --ms 50 \
        --think-us 0 --keep 1
done
runs 'result: 200006 ' gil_countdown --force 0 --counts 100003
for own in 0 1; do
    runs 'result: 100003 ' gil_interpreters --own $own --workers 3 \
        --counts 100003
done
for released in 0 1 50 100; do
    runs 'result: [0-9]+ ' gil_extension --released-percent $released \
        --calls 100 --steps 999
done
for kind in atomic biased gil; do
    for percent in 0 10 100; do
        for workers in 1 2 5; do
            runs "result: $((workers + 1)) " refcount_$kind --workers $workers \
                --shared-percent $percent --references 100003
        done
    done
done
runs 'result: off by 0 \(expected off by 0, broken on purpose\)$' refcount_race --workers 1

# --- What happened to the lock ----------------------------------------------------

runs 'dropped 0, .*handoffs: 0.asked: 0.' gil_countdown --workers 1
runs 'dropped 0, .*handoffs: 0.asked: 0.' gil_countdown --workers 1 --gil old
runs 'retaken: 0.' gil_countdown --workers 2 --interval-us 1000
at_most "gil_countdown: asked for" 1 "$(number asked)"
runs ', dropped [0-9]{6}, .*asked: 0.' gil_countdown --workers 2 --gil old \
    --counts 1000000
runs 'handoffs: 0.' gil_interpreters --own 1 --workers 2
runs 'handoffs: [1-9]' gil_interpreters --own 0 --workers 2
runs 'overlaps: 0.' gil_timeline
runs ', voluntary 18,' gil_io --workers 1 --waits 17

# --- Others need the cores ----------------------------------------------------------

# Loops that are not ours: children of this script, and ended by it.
loops=()
for ((i = 0; i < 2 * cores; ++i)); do
    while :; do :; done &
    loops+=($!)
done
runs 'unreliable: others need the cores.*result: ' gil_countdown --workers 2 \
    --counts 20000000
same "gil_countdown: no figures of time then" "" "$(number count_s)"
runs 'unreliable: others need the cores.*result: ' gil_convoy --ms 200
same "gil_convoy: no figures of time then" "" "$(number p50_us)"
if command -v python3 >/dev/null; then
    call python3 "$reference" countdown 2 5000000 5000
    matches "reference.py" 'unreliable: .*result: 10000000 ' "$out"
    same "reference.py: no figures of time then" "" "$(number count_s)"
fi
kill "${loops[@]}"
wait "${loops[@]}" 2>/dev/null

# --- The model ------------------------------------------------------------------------

runs 'slower: 1.855.*result: possible ' gil_model --gil old --cores 2
runs 'slower: 1.541.*result: possible ' gil_model --gil old --cores 1
runs 'slower: 0.250.*result: possible ' gil_model --gil none --cores 16 --workers 4
one=$out
call "$bin/gil_model" --gil none --cores 16 --workers 4
same "gil_model: the same again" "$one" "$out"
# The convoy: who naps waits for an interval.
runs 'longest_wait_ms: 5.0.*result: possible ' gil_model --gil new --workers 1 \
    --nap-us 2000

# --- The real thing -----------------------------------------------------------------------

if command -v python3 >/dev/null; then
    call python3 "$reference" countdown 2 300000 5000
    same "reference.py countdown: exit status" 0 "$status"
    matches "reference.py countdown" 'handoffs: .*result: 600000 ' "$out"
    call python3 "$reference" extension 2 1024
    matches "reference.py extension" 'extension_s: .*result: 64 ' "$out"
    runs 'CPython, interval.*result: all answers right ' gil_convoy --ms 100 \
        --reference "$reference"
    call "$bin/gil_convoy" --reference "$work/none.py"
    same "gil_convoy: no such script" 1 "$status"
else
    echo "not tried, there is no python3: reference.py"
fi
mkdir "$work/empty"
call env PATH="$work/empty" "$bin/gil_convoy" --reference "$reference"
same "gil_convoy: no python3: exit status" 3 "$status"
same "gil_convoy: no python3" \
    "gil_convoy: python3 is needed for reference.py" "$err"

# --- No threads to be had: an error, and no thread that computes for ever -----------------------

if grep -qE '__(a|t)san_init' "$bin/gil_countdown"; then
    echo "not tried under sanitizers, which need threads themselves: no threads"
elif [[ $(id -u) == 0 ]]; then
    for limit in 1 3; do
        for program in gil_countdown gil_io gil_extension gil_primes gil_spinner \
            gil_timeline gil_interpreters refcount_atomic; do
            call as_stranger $limit "$program" --workers 4
            same "$program, $limit threads: exit status" 1 "$status"
            same "$program, $limit threads" \
                "$program: Resource temporarily unavailable" "$err"
        done
    done
else
    echo "not tried: programs that get no threads (needs root)"
fi

# --- Whatever ends it, nothing stays --------------------------------------------------------

"$bin/gil_convoy" --ms 60000 --workers 1 >/dev/null 2>&1 &
convoy=$!
eventually pgrep -P $convoy
server=$(pgrep -P $convoy)
kill -KILL $convoy
wait $convoy 2>/dev/null
gone() { ! kill -0 "$server" 2>/dev/null; }
eventually gone
