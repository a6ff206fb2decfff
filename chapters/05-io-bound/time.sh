#!/usr/bin/env bash
# Times the loaders of this chapter; see tools/time_variants.sh.
# shellcheck source-path=SCRIPTDIR source=../../tools/time_variants.sh
source "$(dirname "$0")/../../tools/time_variants.sh"
here=$(dirname "$(readlink -f "$0")")

chapter 05-io-bound "I/O-bound work" 170
needs_postgres

# --- Loaders at three distances ----------------------------------------------

# load KIND RTT_US ROWS PROGRAM ...: rows are so many that a run lasts 0.2 to
# 0.5 s, for what is compared is rows per second; with --full five times as
# many, and all of them in all rounds.
load() {
    local how=$1 rtt=$2 rows=$3 label=$4 i
    for ((i = 5; i < $#; i += 2)); do
        local next=$((i + 1))
        label+=@${!i#--}=${!next}
    done
    label+=@rtt_us=$rtt
    [[ $profile != full ]] || how=variant rows=$((5 * rows))
    if ((rtt == 0)) || [[ $MANY_HANDS_SERVER == private ]]; then
        local anew=()
        [[ $4 != load_once ]] || anew=(--start anew)
        "$how" "$label" "$here/dial.sh" "$rtt" "$4" --rows "$rows" "${@:5}" \
            "${anew[@]}"
    else
        absent "$label" "the dial stands before the book's own server only"
    fi
}

problem load "Rows into PostgreSQL, by round-trip time" rows_per_s
load variant 1000 60 load_naive
load variant 1000 160 load_autocommit
load variant 1000 160 load_one_commit
load detail 1000 1200 load_batches
load sweep 1000 15000 load_multirow
for workers in 2 4 8; do
    load detail 1000 $((50 * workers)) load_threads --workers $workers
done
load sweep 1000 700 load_threads --workers 16
load variant 1000 960 load_threads --workers 48
load detail 1000 1920 load_threads --workers 96
load variant 1000 100000 load_copy
load sweep 1000 100000 load_copy_binary
for rtt in 0 1000; do
    load detail $rtt 40000 load_copy_batches
    load detail $rtt 40000 load_once --workers 1
    load detail $rtt 100000 load_once --workers 1 --batch 10000
done
for rtt in 0 5000; do
    near=$((rtt == 0))
    load detail $rtt $((near ? 500 : 16)) load_naive
    load detail $rtt $((near ? 1000 : 40)) load_autocommit
    load detail $rtt $((near ? 2500 : 40)) load_one_commit
    load detail $rtt $((near ? 40000 : 5000)) load_multirow
    load detail $rtt $((near ? 2000 : 240)) load_threads --workers 16
    load detail $rtt $((near ? 2000 : 480)) load_threads --workers 48
    load detail $rtt 100000 load_copy
    load detail $rtt 100000 load_copy_binary
done
if [[ $MANY_HANDS_SERVER == private ]]; then
    peer pgbench@rtt_us=1000 "$here/peers.sh" pgbench 60 1 1000
    peer pgbench@clients=48@rtt_us=1000 "$here/peers.sh" pgbench 4800 48 1000
fi
peer psql_copy@rtt_us=0 "$here/peers.sh" psql_copy 50000
find_python psycopg
[[ -z $python ]] ||
    version psycopg "$(ask_python 'import psycopg; print(psycopg.__version__)')"
for rtt in 0 1000; do
    command=("$python" "$here/reference.py")
    ((rtt == 0)) || command=("$bin/delay_proxy" --rtt-us "$rtt" "${command[@]}")
    psycopg_peer psycopg@rtt_us=$rtt "${command[@]}" --rows $((rtt == 0 ? 300 : 60))
    psycopg_peer psycopg@workers=48@rtt_us=$rtt "${command[@]}" \
        --rows 2400 --workers 48
done
published load_naive@rtt_us=1000 282.486
published load_threads@workers=48@rtt_us=1000 1086.957
note "rtt us: the median of twenty empty queries before the clock starts, so what the dial adds and what a message costs. rtt_us=0 in a name is without the dial."
note "Survivors: of 2,300 rows, when the loader is killed before the 1,151st."
note "Cores busy: of the client while it loads, not of the server; for pgbench, psql and psycopg of the whole program."
note "The article loaded 100,000 rows in 354 s, and in 92 s with 48 threads."

# --- One core or two, and the disk ---------------------------------------------

case $profile in
quick | default) row=500 ;;
full) row=10000 ;;
esac
no_wait=(/usr/bin/env "DATABASE_URL=$DATABASE_URL&options=-csynchronous_commit%3Doff")
problem place "One row after the other, without the dial: the disk and the cores" \
    rows_per_s
variant load_naive load_naive --rows "$row"
# Without waiting for the disk, and with client and server on one CPU, on two,
# and on two that never sleep: see placed.sh.
place() { # KIND LABEL CPUS PROGRAM ...
    if [[ $MANY_HANDS_SERVER != private ]]; then
        absent "$2" "only on the private server"
    elif [[ $3 != together && $(nproc) -lt 2 ]]; then
        absent "$2" "only with two CPUs"
    elif [[ $2 == *flush=later* ]]; then
        "$1" "$2" "${no_wait[@]}" "$here/placed.sh" "$3" "$bin/$4" "${@:5}"
    else
        "$1" "$2" "$here/placed.sh" "$3" "$bin/$4" "${@:5}"
    fi
}
if [[ $MANY_HANDS_SERVER == private ]]; then
    sweep load_naive@flush=later "${no_wait[@]}" "$bin/load_naive" --rows "$row"
else # whose URL may hold a password, and must not be written down
    absent load_naive@flush=later "only on the private server"
fi
place variant load_naive@cpus=together together load_naive --rows "$row"
place variant load_naive@flush=later@cpus=together together load_naive \
    --rows $((3 * row))
place variant load_naive@flush=later@cpus=apart apart load_naive --rows "$row"
place sweep load_naive@flush=later@cpus=awake awake load_naive --rows "$row"
place variant load_threads@workers=48@cpus=together together load_threads \
    --rows $((2 * row)) --workers 48

# --- Servers -------------------------------------------------------------------

problem echo "A thread or a process for each connection" requests_per_s
sizes=(10 1000)
[[ $profile != full ]] || sizes+=(10000)
for program in echo_threads echo_processes; do
    for size in "${sizes[@]}"; do
        variant "$program@connections=$size" $program --requests 8000 \
            --connections "$size"
    done
    detail $program@connections=100 $program --requests 8000 --connections 100
done
note "Server: of its processes, what is theirs alone and their shares of what is not. Kernel: its stacks, page tables and small things, of which others have some, too."

problem fetch "URLs of a server that answers after 20 ms" requests_per_s
variant fetch_sequential fetch_sequential --requests 6
variant fetch_threads fetch_threads --requests 200
sweep fetch_threads@workers=100 fetch_threads --requests 600 --workers 100
go
