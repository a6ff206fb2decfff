#!/usr/bin/env bash
# The programs of chapter 01, run as a reader runs them.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# Its children that are alive, of a process that a test has started.
children_of() { pgrep --runstates DRST -P "$1"; }

# --- What they show ------------------------------------------------------------

runs 'result: 7 -15 3 -9 \(expected 7 -15 3 -9\)$' process_lifecycle --nap-ms 50
matches "process_lifecycle: once alive" $'\nalive: yes\n.*\nalive_after_that: no' "$out"
runs 'in_the_child: 2.in_the_parent: 1.parents_place_in_the_file: 5' \
    memory_isolated
runs 'shared: 2.own: 1.own_in_the_child: (3|not allowed here)' memory_shared
runs 'result: 200000 ' counter_processes --rounds 100000
runs 'fits_in_the_pipe: [0-9]+.result: 10100 ' queue_pipe --messages 100
runs 'result: 36 ' start_cost --rounds 9
runs 'result: 4 ' start_cost --rounds 1 --resident-mib 64
runs 'result: 4 ' start_cost --rounds 1 --resident-mib 64 --shared 1
for via in pipe wide-pipe socketpair ring file atomic-ring; do
    for shape in "1 1" "4096 3" "4097 3" "1048576 3"; do
        read -r bytes mib <<<"$shape"
        runs '^[0-9]+ messages of .*result: ([0-9]+) \(expected \1\)$' \
            transport --via "$via" --bytes "$bytes" --mib "$mib"
    done
done
runs 'result: prime' spinner_process --interval-us 1000
checks=$((checks + 1))
(($(number frames) > 3)) || fail "spinner_process: $(number frames) frames"

runs ' 10 +12.51 +9.51 +4.53.*result: 4081 ' primes_model
runs ' 2 +22.79 +22.63 .* 4 +13.21 +21.34 .* 10 +12.51 +21.63 .* 20 +10.73 +20.68 ' \
    primes_model --cores 2 # 1.80; 1.06, 1.05, 1.09 times that
runs ' 1 +40.81 +40.81 .* 2 +22.79 +21.01 ' primes_model --cores 2 \
    --order largest # 1.94
runs 'hard_numbers: 13.times_as_fast: 1.99' primes_best
for program in primes_sequential "primes_processes --workers 1" \
    "primes_processes --order list --workers 3" "primes_pool --order list" \
    "primes_processes --workers 2" "primes_processes --workers 7" \
    "primes_pool --workers 1" "primes_pool --workers 2" \
    "primes_pool --workers 7"; do
    # shellcheck disable=SC2086 # several words each
    runs 'result: 9 \(expected 9\)$' $program
done

# Six tasks, four workers: two rounds. Never less than that, and more only by
# what a busy machine adds.
runs 'result: 0 1 4 9 16 25 ' pool_map --workers 4 --tasks 6 --nap-ms 200
at_most "pool_map: two rounds" 400 "$(number elapsed_ms)"
runs 'result: 280 ' pool_imap_unordered
at_most "pool_imap_unordered: the first result comes early" \
    "$(number unordered_first_ms)" "$(($(number map_first_ms) - 40))"
runs 'there_after_1_ms: no.asked_several_times: yes.result: 54 ' \
    pool_apply_async
runs 'killed: [1-9].*executed_more_than_once: some.*result: 500 ' pool_survives
runs 'result: 100 ' pool_survives --kills 50 --tasks 100 --workers 7
runs 'killed: 0.executed_more_than_once: none.executions: 100.result: 100 ' \
    pool_survives --kills 0 --tasks 100
runs 'replaced: 3.*result: 400 ' prefork_server --kills 3
runs 'replaced: 0.*result: 100 ' prefork_server --requests 100 --kills 0 \
    --workers 1
runs '1 in the parent.*2 in.*3 in the child.*4.*5.*6 in the parent.*7' \
    executor_steps
runs 'result: 114562424 ' cheap_map --rounds 1
runs 'result: 1000 ' ping_pong --rounds 1000
for shape in "1 1" "1 64" "100 1" "333 7" "1000000 1"; do
    read -r chunk prefetch <<<"$shape"
    runs 'result: 50005000 ' pool_dispatch --tasks 10000 --chunk "$chunk" \
        --prefetch "$prefetch"
done
runs 'entries_in_the_parents_table: 0.workers: 4.result: 506 ' pool_initializer
runs 'workers: 1.result: 506 ' pool_initializer --max-tasks 0
runs 'after_close: 6.*after_terminate: [0-5].*scope: [0-5].result: 6 ' pool_close
runs 'by_identity: 6.taken_by_value: 2.taken_by_mark: 5.result: 5 ' sentinel
runs 'result: all live ' waiting_process --ms 200
runs 'exit_code: 0.result: coroutines processes threads  ' run_command
runs 'result: 40 ' idle_memory --workers 20
checks=$((checks + 1))
(($(number process_kib) > $(number thread_kib))) ||
    fail "idle_memory: a thread is not smaller: $out"

# --- Where there are no processes to be had -------------------------------------

if grep -qE '__(a|t)san_init' "$bin/process_lifecycle"; then
    echo "not tried under sanitizers, which need processes and files themselves:" \
        "programs that get none"
elif [[ $(id -u) == 0 ]]; then
    for program in process_lifecycle primes_processes primes_pool \
        prefork_server random_seeded; do
        call as_stranger 1 "$program"
        same "$program without processes: exit status" 1 "$status"
        same "$program without processes" \
            "$program: fork: Resource temporarily unavailable" "$err"
    done
    call prlimit --nofile=8 "$bin/pool_map" --workers 30
    same "pool_map without descriptors: exit status" 1 "$status"
    matches "pool_map without descriptors" \
        "^pool_map: .*Too many open files$" "$err"
else
    echo "not tried: programs that get no processes (needs root)"
fi

# --- Nobody is left ---------------------------------------------------------------

# Long enough to be caught alive.
long=("process_lifecycle --nap-ms 10000" "primes_processes --digits 16"
    "primes_pool --digits 16" "prefork_server --requests 10000000"
    "pool_map --nap-ms 60000" "pool_survives --tasks 1000000"
    "spinner_process --rounds 1000" "waiting_process --ms 60000"
    "counter_processes --rounds 1000000000")
for signal in INT:130 TERM:143 KILL:137; do
    for program in "${long[@]}"; do
        # shellcheck disable=SC2086 # several words each
        env --default-signal=INT "$bin/"$program >/dev/null 2>&1 &
        pid=$!
        # Reading a pipe or waiting for a semaphore, too, ends by a signal.
        eventually children_of "$pid"
        children=$(children_of "$pid")
        kill -s "${signal%:*}" "$pid"
        status=0
        wait "$pid" 2>/dev/null || status=$?
        same "$program, SIG${signal%:*}: exit status" "${signal#*:}" "$status"
        started=${EPOCHREALTIME/[.,]/}
        for child in $children; do
            eventually test ! -e "/proc/$child/exe" # gone, or a zombie
        done
        at_most "$program, SIG${signal%:*}: microseconds until all are gone" \
            "$((${EPOCHREALTIME/[.,]/} - started))" 1000000
    done
done

# A worker that dies: the home-made crew fails and says so, the pool goes on.
for program in primes_processes primes_pool; do
    "$bin/$program" --digits 16 >"$work/out" 2>"$work/err" &
    pid=$!
    eventually children_of "$pid"
    kill -KILL "$(children_of "$pid" | head -n 1)"
    status=0
    wait "$pid" || status=$?
    if [[ $program == primes_processes ]]; then
        same "$program, a worker killed: exit status" 1 "$status"
        same "$program, a worker killed" "primes_processes: a worker has died" \
            "$(<"$work/err")"
    else
        same "$program, a worker killed: exit status" 0 "$status"
        matches "$program, a worker killed" 'result: 9 ' "$(<"$work/out")"
    fi
done
