#!/usr/bin/env bash
# The programs of chapter 06, run as a reader runs them.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

even='coroutines created: [1-9][0-9]*, destroyed: [1-9][0-9]*.'
sanitized=false
! grep -q -e __tsan_init -e __asan_init "$bin/sleepers" || sanitized=true

for values in 1 2 10 90; do
    runs "${even}result: [0-9]+ " generator --values $values
done
runs "two_that_never_wait: xxxyyy.${even}result: 12a3s xxxyyy " call_spawn_await

# --- The spinner --------------------------------------------------------------

runs "frames: [1-9][0-9]*.*${even}result: 42 " spinner_coroutine --ms 100
runs "frames: 0.*${even}result: prime " spinner_prime_blocked --interval-us 1000
at_most "spinner_prime_blocked: the one frame lasts as long as the test" \
    "$(number prime_ms)" "$(awk "BEGIN { print 1.2 * $(number longest_ms) }")"
for program in executor process; do
    runs "frames: [1-9][0-9]*.*${even}result: prime " spinner_prime_$program \
        --interval-us 1000
done
for loop in nested one; do
    runs "frames: [1-9][0-9]*.*${even}result: prime " spinner_prime_nap \
        --loop $loop --interval-us 1000
done
runs "frames: 0.*${even}result: prime " spinner_prime_nap --loop no-nap \
    --interval-us 1000

# --- Ends ---------------------------------------------------------------------

runs "${even}result: only the process " stop_each --ms 300
at_most "stop_each: a task that waits" "$(number task_waits_ms)" 200
at_most "stop_each: one that computes" 300 "$(number task_computes_ms)"
runs "group_error: the third.*pool_error: the third.*${even}result: ended in the group 0, in the pool 9 " \
    one_of_ten --ms 1000
at_most "one_of_ten: the group gives up" "$(number group_ms)" 900
at_most "one_of_ten: the pool does not" 1000 "$(number pool_ms)"
runs 'process: exit code 1.thread: killed by SIGABRT.pool: no such row.task: no such row' \
    errors_seen

# --- Many ---------------------------------------------------------------------

runs "${even}result: 20000 " sleepers --sleepers 20000 --ms 1000
$sanitized || at_most "sleepers: bytes" "$(number bytes_each)" 300
runs 'result: 300 ' sleepers_threads --sleepers 300 --ms 300
runs 'result: 50 ' sleepers_processes --sleepers 50 --ms 300
runs 'unreliable: some have woken up .*result: 2000 ' sleepers_threads \
    --sleepers 2000 --ms 1
runs "await_ns: [0-9.]+.batch_ns: [0-9.]+.at_once_ns: [0-9.]+.bytes_each: [0-9]+.${even}result: 49991970 " \
    task_cost --awaits 1 --tasks 7071 --batch 7071
$sanitized || at_most "task_cost: bytes" "$(number bytes_each)" 250
for batch in 1 7 1000; do
    runs "${even}result: " task_cost --awaits 1000 --tasks 1000 --batch $batch
done
[[ ! -x $bin/task_cost_asio ]] ||
    runs 'result: 1498500 ' task_cost_asio --awaits 1000 --tasks 1000
runs "most_alive: 20000.*${even}result: 199990000 " unbounded_tasks \
    --items 20000
runs "most_alive: 7.*${even}result: 499500 " bounded_tasks --items 1000 \
    --at-a-time 7
if $sanitized; then
    echo "not tried under sanitizers, which know no other stacks: stackful"
else
    runs "${even}result: 400 " stackful --coroutines 20 --rounds 10
fi
if grep -q __tsan_init "$bin/sleepers"; then
    echo "not tried, ThreadSanitizer has a thread of its own: seen_from_outside"
else
    runs "processes_listed: 50.threads_listed: 50.tasks_listed: 0.${even}result: 100 " \
        seen_from_outside --each 50
fi

# --- Turns --------------------------------------------------------------------

runs "tasks_waits: [0-9]+.*${even}result: 40000 " kernel_switches --turns 10000
at_most "kernel_switches: tasks do not wait in the kernel" \
    "$(number tasks_waits)" 100
at_most "kernel_switches: threads do" 5000 \
    "$(($(number threads_waits) + $(number threads_taken)))"
runs "${even}result: 1 .expected 1, broken on purpose" lost_update --tasks 1
for tasks in 1 100 5000; do
    runs "${even}result: $tasks " lost_update_mutex --tasks $tasks
done
for workers in 1 2 7; do
    runs "in $workers loops.*${even}result: 5000 " tasks_on_threads \
        --workers $workers --tasks 100 --steps 50
done
runs "${even}result: blocked by block " loop_lag --block-ms 200
at_most "loop_lag: as late as the call is long" 150 "$(number late_max_ms)"
runs 'result: asleep ' clap_event --ms 30
runs 'result: awake .*broken on purpose' clap_spin --ms 30

# --- Sockets ------------------------------------------------------------------

for idle in 0 10 1000; do
    runs 'select_ns: [0-9]+.poll_ns: [0-9]+.epoll_ns: [0-9]+.result: 150 ' \
        pollers --idle $idle --waits 50
done
runs 'select_ns: not available.*result: 100 ' pollers --idle 2000 --waits 50
for server in echo_coroutines echo_shared_buffer echo_asio; do
    [[ -x $bin/$server ]] || continue
    for connections in 1 300; do
        runs 'result: 2000 ' $server --connections $connections --requests 2000
    done
done
$sanitized || runs 'result: 12000 ' echo_coroutines --connections 3000 \
    --requests 12000 --outstanding 3000
for fetch in fetch_executor fetch_coroutines fetch_asio; do
    [[ -x $bin/$fetch ]] || continue
    runs 'refused: 3.failed: 2.result: 15 ' $fetch --requests 20 --errors 5 \
        --delay-ms 10
done
runs "${even}threads: 1.*result: 3 " fetch_coroutines --requests 3
threads=4 # ThreadSanitizer has one of its own, as soon as there is another
! grep -q __tsan_init "$bin/fetch_executor" || threads=5
runs "${even}threads: $threads.*result: 3 " fetch_executor --requests 3 \
    --workers 3
for fetch in fetch_coroutines fetch_asio; do # 4 are slower than the limit
    [[ ! -x $bin/$fetch ]] || runs 'late: 4.*failed: 1.result: 94 ' $fetch \
        --requests 100 --errors 2 --slow 4 --delay-ms 300 --limit-ms 2000
done
runs "${even}threads: 1.*result: 50 " fetch_coroutines --requests 50 \
    --at-a-time 1 --delay-ms 1
runs "${even}result: 5 " connections_fail --limit-ms 300
if $sanitized; then
    echo "not tried under sanitizers, which need descriptors themselves:" \
        "out_of_descriptors"
else
    runs 'result: answered 40 when others had left' out_of_descriptors
    at_most "out_of_descriptors: it waits, processor percent" \
        "$(number cpu_percent)" 20
    runs 'result: answered 40 ' out_of_descriptors --pause-ms 0
    # On a busy machine it gets no more than its share.
    at_most "out_of_descriptors: without a pause, processor percent" 8 \
        "$(number cpu_percent)"
fi
runs "asked: 30.${even}result: 30 " udp_echo --questions 30 --lose-every 0 \
    --limit-ms 2000
runs "asked: 3[1-9].${even}result: 30 " udp_echo --questions 30 --lose-every 10 \
    --limit-ms 200
for bytes in 0 1 3000000; do
    runs "${even}result: $bytes bytes, exit code 0 " child_output --bytes $bytes
done
runs "ticks_meanwhile: [1-9]" child_output --bytes 300000000
call env PATH=/nowhere "$bin/child_output"
same "child_output, no such program: exit status" 4 "$status"
matches "child_output, no such program" 'result: 0 bytes, exit code 1' "$out"
matches "child_output, no such program" 'head: No such file' "$err"

# --- A signal -----------------------------------------------------------------

# It ends a program that leaves nothing behind; children go with their parent.
"$bin/sleepers_processes" --sleepers 20 --ms 60000 >/dev/null &
pid=$!
children() { cat "/proc/$pid/task/$pid/children" 2>/dev/null; }
all_there() { (($(children | wc -w) == 20)); }
eventually all_there
read -ra left <<<"$(children)"
kill -TERM $pid
status=0
wait $pid || status=$?
same "sleepers_processes, SIGTERM: exit status" 143 "$status"
gone() { ! kill -0 "${left[@]}"; } # fails only if none is there
eventually gone
