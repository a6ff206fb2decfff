#!/usr/bin/env bash
# Times the tasks of this chapter; see tools/time_variants.sh.
# shellcheck source-path=SCRIPTDIR source=../../tools/time_variants.sh
source "$(dirname "$0")/../../tools/time_variants.sh"
here=$(dirname "$(readlink -f "$0")")

chapter 06-coroutines "Coroutines" 300
needs_postgres

case $profile in
quick) awaits=1000000 tasks=200000 threads=1000 processes=200 ms=300 ;;
default) awaits=2000000 tasks=300000 threads=2000 processes=300 ms=300 ;;
full) awaits=5000000 tasks=1000000 threads=10000 processes=2000 ms=2000 ;;
esac
find_python asyncio
if [[ -n $python && $(ask_python 'import asyncio; print(hasattr(asyncio, "TaskGroup"))' ||
    true) == False ]]; then
    python= # older than 3.11
fi
asyncio() { # LABEL ARGUMENTS ...
    if [[ -n $python ]]; then
        unless_quick peer "$1" "$python" "$here/reference.py" "${@:2}"
    else
        absent "$1" "no Python 3.11"
    fi
}

problem spinner "A spinner beside a prime test"
no_race
variant spinner_process spinner_process
variant spinner_thread spinner_thread
variant spinner_coroutine spinner_coroutine --ms 100
variant spinner_prime_blocked spinner_prime_blocked
variant spinner_prime_executor spinner_prime_executor
sweep spinner_prime_process spinner_prime_process
note "A frame every 10 ms is asked for. spinner_coroutine has no prime test: it waits. Longest: from one frame to the next."

problem nap "A prime test that lets others go on now and then" prime_ms
variant spinner_prime_nap@loop=plain spinner_prime_nap --loop plain
variant spinner_prime_nap@loop=nested spinner_prime_nap --loop nested
variant spinner_prime_nap@loop=one spinner_prime_nap --loop one
variant spinner_prime_nap@loop=no-nap spinner_prime_nap --loop no-nap
for loop in nested one; do
    detail spinner_prime_nap@loop=$loop@every=1000 spinner_prime_nap \
        --loop $loop --every 1000
done
detail spinner_prime_nap@loop=nested@every=10 spinner_prime_nap --every 10
for loop in plain nested one no-nap; do
    asyncio asyncio@loop=$loop spinner $loop 100000
done
note "Without every=N a nap comes every 100,000 numbers, of which half are tried. no-nap asks each time whether it is time, and never naps; plain does neither. Python's number is a smaller one: compare its lines with each other."

problem tasks "Tasks that do nothing" at_once_ns
variant task_cost task_cost --awaits "$awaits" --tasks "$tasks"
if [[ -x $bin/task_cost_asio ]] || $list; then
    sweep task_cost_asio task_cost_asio --awaits "$awaits" \
        --tasks "$tasks"
else
    absent task_cost_asio "no Asio"
fi
asyncio asyncio@tasks=50000 cost 200000 50000 1000
note "await: of a child, one after the other. batch: spawned a thousand at a time; at once: all of them. bytes each: of those that are all alive; of asyncio resident ones, else those that malloc has given."

problem sleepers "Many that sleep at the same time" bytes_each
no_race
variant sleepers sleepers --ms "$ms"
variant sleepers_threads sleepers_threads --sleepers "$threads" --ms "$ms"
sweep sleepers_processes sleepers_processes --sleepers "$processes" --ms "$ms"
asyncio asyncio@sleepers=10000 sleepers 10000 "$ms"
note "100,000 tasks, $threads threads, $processes processes, $ms ms. start: one, until it sleeps. bytes each: resident, without what the kernel keeps for each."

problem lag "A timer in a loop that a call blocks" late_max_ms
no_race
variant loop_lag loop_lag
variant loop_lag@block-ms=0 loop_lag --block-ms 0

problem switches "Taking turns" tasks_turn_ns
no_race
variant kernel_switches kernel_switches --turns 10000

problem stop "Stopped from outside" process_computes_ms
no_race
variant stop_each stop_each --ms 60

problem ten "One of ten fails" group_ms
no_race
variant one_of_ten one_of_ten --ms 60

problem items "A task for each of a hundred thousand items" items_per_s
variant unbounded_tasks unbounded_tasks
variant bounded_tasks bounded_tasks
for n in 10 100 10000; do
    detail bounded_tasks@at-a-time=$n bounded_tasks --at-a-time $n \
        --items $((n == 10 ? 10000 : 100000))
done
note "1 ms of waiting each, so that 1,000 at a time do at most a million a second. With 10 at a time a tenth of the items."

problem stacks "With a stack of their own, and without" stackless_ns
no_race
variant stackful stackful --coroutines 100 --rounds 1000

problem loops "Tasks in several loops" step_ns
variant tasks_on_threads@workers=1 tasks_on_threads --workers 1
variant tasks_on_threads@workers=2 tasks_on_threads --workers 2

# --- Sockets ------------------------------------------------------------------

problem pollers "One descriptor that is ready, among idle ones" epoll_ns
no_race
variant pollers@idle=1000 pollers --idle 1000 --waits 200
for idle in 10 100 10000; do
    sweep pollers@idle=$idle pollers --idle $idle \
        --waits $((idle == 10000 ? 50 : 1000))
done
note "One call, and the search in what it has returned for the one that is ready, which is in the middle of the list."

asio() { # LABEL PROGRAM ARGUMENTS ...
    if [[ -x $bin/$2 ]] || $list; then
        sweep "$@"
    else
        absent "$1" "no Asio"
    fi
}

problem echo "A task, a thread or a process for each connection" requests_per_s
variant echo_coroutines@connections=1000 echo_coroutines --requests 8000 \
    --connections 1000
variant echo_threads@connections=1000 echo_threads --requests 8000 \
    --connections 1000
sweep echo_processes@connections=1000 echo_processes --requests 8000 \
    --connections 1000
sweep echo_shared_buffer@connections=1000 echo_shared_buffer --requests 8000 \
    --connections 1000
asio echo_asio@connections=1000 echo_asio --requests 8000 --connections 1000
for program in echo_coroutines echo_threads echo_processes; do
    sweep $program@connections=10 $program --requests 8000 --connections 10
    detail $program@connections=100 $program --requests 8000 --connections 100
    # As many as the talk fears: the page shows it, a reader's default does not.
    if $reference || $list || [[ $profile == full ]]; then
        ours sweep 9 $program@connections=10000 $program --requests 30000 \
            --connections 10000
    fi
done
note "Ten requests are under way at any moment, each on another connection. Server: of its processes, what is theirs alone and their shares of what is not. Kernel: its stacks, page tables and small things, of which others have some, too. Server cpu: a request. Opening: until all are connected and served once."

problem fetch "URLs of a server that answers after 20 ms" requests_per_s
variant fetch_coroutines@at-a-time=200 fetch_coroutines --requests 600 \
    --at-a-time 200
variant fetch_sequential fetch_sequential --requests 6
variant fetch_executor@workers=6 fetch_executor --requests 60 --workers 6
sweep fetch_threads@workers=200 fetch_threads --requests 600 --workers 200
for n in 6 20 1000; do
    sweep fetch_coroutines@at-a-time=$n fetch_coroutines --at-a-time $n \
        --requests $((n == 6 ? 60 : n == 20 ? 100 : 1000))
done
asio fetch_asio@at-a-time=200 fetch_asio --requests 600 --at-a-time 200
note "Each program has another number of URLs, so many that it runs for some tenths of a second. The server answers in a process of its own, on the same CPUs."

# --- Rows for a database ------------------------------------------------------

# load KIND LABEL PROGRAM ...: with the server so far away as the label says.
load() {
    local rtt=${2##*@rtt_us=}
    if ((rtt == 0)); then
        "$@"
    elif [[ $MANY_HANDS_SERVER == private ]]; then
        "$1" "$2" "$bin/delay_proxy" --rtt-us "$rtt" "$bin/$3" "${@:4}"
    else
        absent "$2" "the dial stands before the book's own server only"
    fi
}

problem load "Rows into PostgreSQL by tasks, and how far away it is" rows_per_s
load variant load_naive@rtt_us=1000 load_naive --rows 60
load variant load_one_commit@rtt_us=1000 load_one_commit --rows 200
load variant load_coroutines_shared@rtt_us=1000 load_coroutines_shared --rows 200
load sweep load_coroutines_shared@at-once=1@rtt_us=1000 load_coroutines_shared \
    --at-once 1 --rows 60
load sweep load_coroutines_shared@at-once=10@rtt_us=1000 load_coroutines_shared \
    --at-once 10 --rows 200
for n in 1 16; do
    load detail load_coroutines@connections=$n@rtt_us=1000 load_coroutines \
        --connections $n --rows $((60 * n))
done
load variant load_coroutines@connections=48@rtt_us=1000 load_coroutines \
    --connections 48 --rows "$(sized 1920)"
load variant load_threads@workers=48@rtt_us=1000 load_threads --workers 48 \
    --rows "$(sized 1920)"
load variant load_pipeline@rtt_us=1000 load_pipeline --rows 40000
load sweep load_pipeline@sync-every=100@rtt_us=1000 load_pipeline \
    --sync-every 100 --rows 10000
load sweep load_pipeline@sync-every=1@rtt_us=1000 load_pipeline --sync-every 1 \
    --rows 1000
load sweep load_copy_coroutines@connections=1@rtt_us=1000 load_copy_coroutines \
    --connections 1 --rows 100000
load sweep load_once_coroutines@rtt_us=1000 load_once_coroutines --start anew \
    --rows 40000
load sweep load_copy@rtt_us=1000 load_copy --rows 100000
for rtt in 0 5000; do
    [[ $profile != quick ]] || break # which stays at 1 ms
    near=$((rtt == 0))
    load sweep load_naive@rtt_us=$rtt load_naive --rows $((near ? 500 : 16))
    how=$( ((near)) && echo variant || echo sweep) # claims name the near ones
    for program in load_one_commit load_coroutines_shared; do
        load "$how" $program@rtt_us=$rtt $program \
            --rows $((near ? 15000 : 40))
    done
    load sweep load_coroutines@connections=48@rtt_us=$rtt load_coroutines \
        --connections 48 --rows $((near ? 2000 : 720))
    load sweep load_threads@workers=48@rtt_us=$rtt load_threads --workers 48 \
        --rows $((near ? 2000 : 720))
    load sweep load_pipeline@rtt_us=$rtt load_pipeline --rows 40000
    load sweep load_pipeline@sync-every=1@rtt_us=$rtt load_pipeline \
        --sync-every 1 --rows 1000
    load sweep load_copy@rtt_us=$rtt load_copy --rows 100000
done
if [[ $MANY_HANDS_SERVER == private ]]; then
    peer pgbench@clients=48@threads=1@rtt_us=1000 \
        "$here/../05-io-bound/peers.sh" pgbench "$(sized 4800)" 48 1000 1
fi
find_python psycopg
for how in "shared 200" "pipeline 3000"; do
    read -ra words <<<"$how"
    psycopg_peer "psycopg_${words[0]}@rtt_us=1000" "$bin/delay_proxy" \
        --rtt-us 1000 "$python" "$here/reference.py" "${words[@]}"
done
note "rtt us: the median of twenty empty queries before the clock starts, so what the dial adds and what a message costs. Row cpu: of the client. Row waits: how often the client has gone to sleep, for each row."
note "The article loaded 100,000 rows in 354 s, in 92 s with 48 threads, and in 25 s with a task for each row."

problem cores "48 connections without the dial: one loop, two, and others" \
    rows_per_s
rows=$(sized 4000)
variant load_coroutines@connections=48 load_coroutines --connections 48 \
    --rows "$rows"
variant load_loops load_loops --rows "$rows"
variant load_loops_processes load_loops_processes --rows "$rows"
asio load_asio@connections=48 load_asio --connections 48 --rows "$rows"

# The article's machine, as its figures tell of it: a server next door, with a
# disk that takes its time. Nothing but commit_delay is slow here.
slow_disk=(/usr/bin/env
    "DATABASE_URL=$DATABASE_URL&options=-ccommit_delay%3D2800%20-ccommit_siblings%3D0")
problem disk "The server near, and a commit takes 3 ms" rows_per_s
slow() { # KIND LABEL COMMAND ...
    if [[ $MANY_HANDS_SERVER == private ]]; then
        "$1" "$2" "${slow_disk[@]}" "${@:3}"
    else
        absent "$2" "only on the private server"
    fi
}
slow variant load_naive@flush=slow "$bin/load_naive" --rows 100
slow variant load_one_commit@flush=slow "$bin/load_one_commit" \
    --rows "$(sized 15000)"
slow variant load_coroutines_shared@flush=slow "$bin/load_coroutines_shared" \
    --rows "$(sized 15000)"
slow variant load_coroutines@connections=48@flush=slow "$bin/load_coroutines" \
    --connections 48 --rows "$(sized 1920)"
slow variant load_threads@workers=48@flush=slow "$bin/load_threads" \
    --workers 48 --rows "$(sized 1920)"
for way in "naive 05-io-bound --rows 100" \
    "threads 05-io-bound --rows 1920 --workers 48" \
    "shared 06-coroutines shared 1500"; do
    read -ra words <<<"$way"
    psycopg_peer "psycopg_${words[0]}@flush=slow" "${slow_disk[@]}" "$python" \
        "$here/../${words[1]}/reference.py" "${words[@]:2}"
done
published psycopg_naive@flush=slow 282.486
published psycopg_threads@flush=slow 1086.957
published psycopg_shared@flush=slow 4000
note "commit_delay is 2,800 µs for all sessions: so long the server waits before it flushes, and others may join."
go
