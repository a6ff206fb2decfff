#!/usr/bin/env bash
# The programs of chapter 02, run as a reader runs them.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

sanitized=false
! grep -qE '__(a|t)san_init' "$bin/thread_lifecycle" || sanitized=true

# --- What they show ------------------------------------------------------------

if grep -q __tsan_init "$bin/thread_lifecycle"; then
    echo "not tried, ThreadSanitizer has a thread of its own: thread_lifecycle"
else
    runs 'main: R.computing: R.waiting: S.*process: yes.*own: yes.*before_start: no.*its_end: yes.*after_join: no.result: 3 threads ' \
        thread_lifecycle
fi
runs 'result: got a got b got c got d ' thread_ways
runs 'Done.*\.\..*dots_before_done: [0-4].result: 10 ' dots --nap-ms 50
runs '^[^.]*\.{10}Done..dots_before_done: 10.result: 10 ' dots_join --nap-ms 2
runs 'in_succession: [1-9][0-9]*.result: 1500 ' interleaved --rounds 50
runs 'global: one.heap: one.thread_local: two.local: two.result: 42 ' \
    thread_memory
for program in mutex atomic sharded neighbours; do
    for workers in 1 2 7 64; do
        runs "workers: $workers.*count_ns: [0-9.]+.result: 100003 " \
            "counter_$program" --workers $workers --counts 100003
    done
done
for program in counter_racy counter_plain; do # one thread cannot race
    runs 'result: 100003 \(expected 100003, broken on purpose\)$' $program \
        --workers 1 --counts 100003
done
runs 'timed_out: 5.still_set: yes.result: 5 ' event_wait --waiters 5
runs 'result: 200010000 ' condition --items 20000
runs "stalls: [0-9]+.result: 20000 " condition_stalls --items 20000
runs "stalls: 0.result: 20000 " condition_stalls --items 20000 --notify-all 1
runs 'most_inside: 3.result: 7 ' semaphore --workers 7 --permits 3 --nap-ms 20
runs 'most_inside: 1.result: 5 ' semaphore --workers 5 --permits 1 --nap-ms 1
runs 'result: 0 ' latch --workers 100
for workers in 1 2 5 33; do
    runs 'result: 64 ' barrier --workers $workers --steps 500
done

# A full queue holds the producer back; one with room does not.
runs 'most_inside: [1-8].*result: 500500 ' queue_bounded --capacity 8
at_most "queue_bounded: the producer waits" \
    "$(($(number consumed_after_ms) / 2))" "$(number produced_after_ms)"
runs 'result: 500500 ' queue_bounded --capacity 1000
at_most "queue_bounded: the producer does not wait" \
    "$(number produced_after_ms)" "$(($(number consumed_after_ms) / 2))"
at_most "queue_bounded: the queue grows" 500 "$(number most_inside)"
runs 'fifo: 3 1 4 1 5.lifo: 5 1 4 1 3.largest_first: 5 4 3 1 1.result' \
    queue_order
runs 'result: 40000 ' deadlock_fixed --transfers 10000
same "deadlock_fixed: money" 0 "$(($(number balances | tr ' ' +)))"
runs 'result: 200 ' deadlock_fixed --transfers 50 --gap-us 1000
runs 'result: 42, no such number, broken promise, 7 ' promise_future
runs 'result: those who listen ' stop_thread --ms 1000
at_most "stop_thread: who looks" "$(number looks_ms)" 500
at_most "stop_thread: who waits" "$(number waits_ms)" 500
at_most "stop_thread: the deaf one" 1000 "$(number deaf_ms)"
runs 'result: prime' spinner_thread --interval-us 1000
at_most "spinner_thread: frames" 3 "$(number frames)"
for workers in 1 2 7 64; do
    runs 'result: 9 ' primes_threads --workers $workers
done
runs 'result: 100 ' sleeping_threads
at_most "sleeping_threads: all at once" "$(number elapsed_ms)" 2000
at_most "sleeping_threads: one needs its time" 100 "$(number elapsed_ms)"
runs 'result: one core ' turns --ms 300
at_most "turns: nice" "$(number third_to_first)" 0.8
# Nicer than the others, however nice all of them are; a user without rights
# cannot go back. (Longer: beside tests that are not nice they get few turns.)
call nice -n 10 "$bin/turns" --ms 2000
at_most "turns, all of them nice" "$(number third_to_first)" 0.8
((EUID != 0)) || {
    nicely() { (renice -n 10 $BASHPID >/dev/null && as_stranger 10 "$@"); }
    call nicely turns --ms 300
    same "turns, nice, without rights: exit status" 0 "$status"
}
runs 'both_zero_seq_cst: 0.result: 0 ' store_buffer
runs 'result: 2220 ' switch_cost --rounds 1000
runs 'result: 240 ' switch_cost --rounds 100 --working-set-kib 100
for workers in 1 2 7; do
    runs 'result: 4999950000 ' tasks_pool --workers $workers --tasks 100000
    runs 'result: 499500 ' tasks_thread --workers $workers --tasks 1000
    for shape in "100003 1" "100003 1000" "1 1000" "100003 1000000" "7 0"; do
        read -r items chunk <<<"$shape"
        runs "result: $items " items_pool --workers $workers --items "$items" \
            --chunk "$chunk"
    done
    runs 'result: 1024 ' pool_nested --workers $workers --depth 10
done
runs 'result: 100003 ' items_sequential --items 100003
for call in one_task_thread "one_task_thread --cores one" one_task_pool \
    "one_task_pool --awake 1" "one_task_pool --cores one --awake 1"; do
    # shellcheck disable=SC2086 # several words each
    runs 'p50_us: [0-9.]+.p99_us: [0-9.]+.result: 44850 ' $call --tasks 300
done
if (($(nproc) >= 2)); then
    runs 'cores: two.*result: 44850 ' one_task_pool --cores two --tasks 300
else
    echo "not tried on one CPU: one_task_pool --cores two"
fi
call taskset -c "$(taskset -cp $$ | grep -oE '[0-9]+' | tail -1)" \
    "$bin/one_task_pool" --cores two
same "one_task_pool --cores two on one CPU: exit status" 3 "$status"
same "one_task_pool --cores two on one CPU" \
    "one_task_pool: --cores two needs a second CPU, see taskset and nproc" "$err"
same "one_task_pool --cores two on one CPU: stdout" "" "$out"

# Where the libraries are there. ThreadSanitizer sees neither how oneTBB nor
# how OpenMP's own threads wait for each other.
peers=("tasks_asio --tasks 10000" "tasks_asio --tasks 10000 --futures 1"
    "tasks_tbb --tasks 10000" "items_tbb --items 10000"
    "items_openmp --items 10000")
for program in "${peers[@]}"; do
    if [[ ! -x $bin/${program%% *} ]]; then
        echo "not tried, the library is not there: ${program%% *}"
    elif grep -q __tsan_init "$bin/thread_lifecycle" &&
        [[ $program == *_tbb* || $program == *_openmp* ]]; then
        echo "not tried, ThreadSanitizer cannot see into it: ${program%% *}"
    else
        # shellcheck disable=SC2086 # several words each
        runs 'result: ([0-9]+) \(expected \1\)$' $program
    fi
done

# --- On one CPU -------------------------------------------------------------------

first=$(taskset -cp $$)
first=${first##* }
for program in "counter_mutex --workers 16 --counts 100000" \
    "primes_threads --workers 16" "barrier --workers 4 --steps 200" \
    "store_buffer --rounds 20" "tasks_pool --workers 16 --tasks 20000" \
    "items_pool --workers 16 --items 100000" "queue_bounded --items 200" \
    "condition --items 2000" "switch_cost --rounds 500"; do
    # shellcheck disable=SC2086 # several words each
    call timeout 60 taskset -c "${first%%[,-]*}" "$bin/"$program
    same "$program on one CPU: exit status" 0 "$status"
done
call taskset -c "${first%%[,-]*}" "$bin/primes_threads"
matches "primes_threads on one CPU" 'workers: 1' "$out"

# --- Where there are no threads to be had -----------------------------------------

if $sanitized; then
    echo "not tried under sanitizers, which need threads themselves:" \
        "programs that get none"
elif [[ $(id -u) == 0 ]]; then
    # The limit counts the program itself: no thread, or two.
    for limit in 1 3; do
        for program in counter_mutex tasks_pool "items_pool --items 100000" \
            primes_threads barrier latch semaphore condition event_wait \
            interleaved pool_nested sleeping_threads condition_stalls; do
            options=()
            case $program in
            condition | interleaved) ((limit == 1)) || continue ;; # need two
            event_wait) options=(--waiters 4) ;;
            condition_stalls) options=() ;;
            *) options=(--workers 4) ;;
            esac
            # shellcheck disable=SC2086 # several words each
            call as_stranger $limit $program "${options[@]}"
            same "$program, $limit threads: exit status" 1 "$status"
            same "$program, $limit threads" \
                "${program%% *}: Resource temporarily unavailable" "$err"
        done
    done
    call as_stranger 2 condition
    same "condition, 2 threads: exit status" 1 "$status"
else
    echo "not tried: programs that get no threads (needs root)"
fi
