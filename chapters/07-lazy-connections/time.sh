#!/usr/bin/env bash
# Times the loaders of this chapter, and all of the book's beside each other;
# see tools/time_variants.sh.
# shellcheck source-path=SCRIPTDIR source=../../tools/time_variants.sh
source "$(dirname "$0")/../../tools/time_variants.sh"
here=$(dirname "$(readlink -f "$0")")
io=$here/../05-io-bound

chapter 07-lazy-connections "Lazy connections" 210
needs_postgres
find_python psycopg

# far LABEL ROWS REFERENCE ...: a line for psycopg_peer, as peer.sh runs it.
far() { psycopg_peer "$1" "$here/peer.sh" "$2" "$python" "${@:3}"; }

# --- Connections -----------------------------------------------------------------

problem connect "48 connections: one after the other, and all at once" \
    at_once_each_ms
no_race
variant connect_cost connect_cost

problem copied "100 slices for 8 processes, and who connects" rows_per_s
variant load_lazy@workers=8 load_lazy --rows 2000 --workers 8
variant load_lazy_copied@workers=8 load_lazy_copied --rows 2000 --workers 8
variant load_processes@workers=8 load_processes --rows 2000 --workers 8
psycopg_peer psycopg_lazy@workers=8 "$python" "$here/reference.py" \
    --rows 2000 --workers 8
note "2,000 rows in slices of 20, without the dial. A worker of load_processes has connected when the clock starts, the others connect while it runs."

# dialled KIND LABEL PROGRAM ...: with the server a millisecond away.
dialled() {
    if [[ $MANY_HANDS_SERVER == private ]]; then
        "$1" "$2" "$bin/delay_proxy" --rtt-us 1000 "$bin/$3" "${@:4}"
    else
        absent "$2" "the dial stands before the book's own server only"
    fi
}
problem workers "100 slices for 1 to 144 processes, a millisecond away" \
    rows_per_s
dialled variant load_lazy@slices=100@workers=48 load_lazy --rows 2000 \
    --workers 48
dialled variant load_lazy@slices=100@workers=144 load_lazy --rows 2000 \
    --workers 144
for workers in 1 2 8 16 100; do
    dialled detail load_lazy@slices=100@workers=$workers load_lazy \
        --rows $((workers == 1 ? 100 : workers == 2 ? 200 : 2000)) \
        --batch $((workers == 1 ? 1 : workers == 2 ? 2 : 20)) \
        --workers $workers
done
dialled variant load_processes@slices=100@workers=144 load_processes \
    --rows 2000 --workers 144
note "2,000 rows in 100 slices; with one worker 100 rows, with two 200, in 100 slices as well."

# --- All loaders -----------------------------------------------------------------

# board KIND ROWS PROGRAM ...: with the server as far away as $rtt says. dial.sh
# kills it half-way first and counts the rows that are there (at 1 ms only).
board() {
    local label=$3 i next
    for ((i = 4; i < $#; i += 2)); do
        next=$((i + 1))
        [[ ${!i} == --warm-up || ${!i} == --start ]] ||
            label+=@${!i#--}=${!next}
    done
    ((rtt == 1000)) || label+=@rtt_us=$rtt
    if ((rtt == 0)) || [[ $MANY_HANDS_SERVER == private ]]; then
        "$1" "$label" "$io/dial.sh" "$rtt" "$3" --rows "$(sized "$2")" \
            "${@:4}" --costs yes
    else
        absent "$label" "the dial stands before the book's own server only"
    fi
}

problem board "Rows into PostgreSQL, in every way of this book" rows_per_s
rtt=1000
board variant 60 load_naive
board variant 1920 load_threads --workers 48
board variant 1920 load_coroutines --connections 48
board variant 1920 load_lazy --workers 48 --warm-up yes
board variant 1920 load_lazy_coroutines --connections 48 --warm-up yes
board variant 200 load_coroutines_shared
board variant 40000 load_pipeline
board variant 100000 load_copy
if [[ $MANY_HANDS_SERVER == private ]]; then
    peer pgbench@clients=48@threads=2 "$here/peer.sh" "$(sized 7200)" \
        "$io/peers.sh" pgbench ROWS 48 0 2
    peer psql_copy "$here/peer.sh" "$(sized 100000)" "$io/peers.sh" psql_copy \
        ROWS
fi
far psycopg_naive 60 "$io/reference.py" --rows ROWS
far psycopg_threads@workers=48 1920 "$io/reference.py" --rows ROWS --workers 48
far psycopg_shared 200 "$here/../06-coroutines/reference.py" shared ROWS
far psycopg_processes@workers=48 9600 "$here/reference.py" --rows ROWS \
    --workers 48 --batch 200 --warm-up
published psycopg_naive 282.486
published psycopg_threads@workers=48 1086.957
published psycopg_shared 4000
published psycopg_processes@workers=48 11614.402

others() { # the other loaders, and with $1 times as many rows
    board detail $(($1 * 160)) load_autocommit
    board detail $(($1 * 160)) load_one_commit
    board detail $(($1 * 1200)) load_batches
    board detail 15000 load_multirow
    board detail 100000 load_copy_binary
    board detail 40000 load_once --workers 1 --start anew
    board detail 1920 load_loops
    board detail 1920 load_loops_processes
    board detail $(($1 * 1920)) load_processes --workers 48
    board detail 40000 load_copy_coroutines --connections 1
    board detail 40000 load_once_coroutines --workers 1 --start anew
    board detail 40000 load_once_processes --workers 1 --start anew
    board detail $(($1 * 1000)) load_pipeline --sync-every 1
}
if [[ $profile == full ]] || $list; then
    others 1
    for rtt in 0 5000; do
        near=$((rtt == 0 ? 8 : 1))
        board detail $((near * 40)) load_naive
        board detail $((near * 720)) load_threads --workers 48
        board detail $((near * 720)) load_coroutines --connections 48
        board detail $((near * 960)) load_lazy --workers 48 --warm-up yes
        board detail $((near * 720)) load_lazy_coroutines --connections 48 \
            --warm-up yes
        board detail $((near * 60)) load_coroutines_shared
        board detail 40000 load_pipeline
        board detail 100000 load_copy
        others $((rtt == 0 ? 4 : 1))
    done
    # The article's own number of rows, where it takes less than a minute.
    rtt=1000
    for words in "load_threads --workers 48" "load_coroutines --connections 48" \
        "load_lazy --workers 48 --warm-up yes" "load_pipeline" "load_copy"; do
        read -ra command <<<"$words"
        detail "${command[0]}@rows=100000" "$bin/delay_proxy" --rtt-us 1000 \
            "$bin/${command[0]}" --rows 100000 "${command[@]:1}" --costs yes
    done
fi
note "The server is a millisecond away where a name does not say otherwise. Cores busy, client kib: of the loader and its children, and of the server in the same time; neither has the dial's. All have connected when the clock starts, but for psql, load_once_coroutines and load_once_processes. What a peer uses is that of another run, all of it: it has started, and connected. Its connections are all that were open at once; most of Python's programs have one that only looks on."
note "Survivors: of 2,300 rows, when the loader is killed before the 1,151st."
note "The article loaded 100,000 rows in 354 s, in 92 s with 48 threads, in 25 s with a task for each row, and in 8.6 s with lazy connections in processes."
go
