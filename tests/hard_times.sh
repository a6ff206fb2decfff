#!/usr/bin/env bash
# What may happen to any program, tried with every one: its standard files are
# closed or cannot be written, its reader has gone, the system gives no process
# and no thread, and a child is killed. Each ends, and says why.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

unset DATABASE_URL
programs=()
while read -r program; do
    if [[ -x $bin/$program ]]; then
        programs+=("$program")
    else
        echo "not tried, its library is not there: $program"
    fi
done < <(find "$root/chapters" -name '*.cpp' -not -path '*/parts/*' \
    -printf '%f\n' |
    sed 's/\.cpp$//' | sort)
same "programs were found" 1 "$((${#programs[@]} > 80))"

# Less work for those that have much to do.
options_of() {
    case $1 in
    counter_*) [[ $1 == counter_processes* ]] || echo "--counts 100000" ;;
    refcount_*) echo "--references 100000" ;;
    items_processes) echo "--items 1000" ;;
    items_*) echo "--items 100000" ;;
    tasks_on_threads) echo "--tasks 100 --steps 10" ;;
    tasks_*) echo "--tasks 1000" ;;
    task_cost*) echo "--awaits 1000 --tasks 1000" ;;
    sleepers_*) echo "--sleepers 50 --ms 300" ;;
    sleepers) echo "--sleepers 100 --ms 50" ;;
    seen_from_outside) echo "--each 20" ;;
    kernel_switches) echo "--turns 1000" ;;
    stackful) echo "--rounds 100" ;;
    stop_each | spinner_coroutine) echo "--ms 60" ;;
    loop_lag) echo "--block-ms 50" ;;
    pool_map) echo "--nap-ms 20" ;;
    deadlock) echo "--transfers 10" ;;
    turns) echo "--ms 50" ;;
    clap_spin) echo "--ms 10" ;;
    unbounded_tasks | bounded_tasks) echo "--items 1000" ;;
    samples_* | fresh_* | write_floor) echo "--rows 10000" ;;
    start_cost) echo "--rounds 10" ;;
    break_even | cheap_map | serial_part | uneven_work) echo "--rounds 1" ;;
    ping_pong | switch_cost) echo "--rounds 1000" ;;
    pool_dispatch | one_task_thread) echo "--tasks 1000" ;;
    pool_survives) echo "--tasks 100 --kills 20" ;;
    queue_pipe) echo "--messages 1000" ;;
    prefork_server) echo "--requests 100" ;;
    gil_convoy) echo "--ms 100" ;;
    gil_countdown | gil_interpreters) echo "--counts 1000000" ;;
    gil_extension) echo "--calls 100" ;;
    gil_spinner) echo "--frames 5" ;;
    transport) echo "--mib 1" ;;
    condition_lost) ;;
    condition*) echo "--items 1000" ;;
    store_buffer) echo "--rounds 50" ;;
    echo_*) echo "--requests 200" ;;
    fetch_*) echo "--requests 10 --delay-ms 1" ;;
    pollers) echo "--idle 100 --waits 20" ;;
    connections_fail) echo "--limit-ms 50" ;;
    out_of_descriptors) echo "--ms 20" ;;
    udp_echo) echo "--questions 5" ;;
    child_output) echo "--bytes 100000" ;;
    slow_server) echo true ;; # a command
    esac
}
# What a program ends with that has all it needs, but no server.
status_of() {
    case $1 in
    load_* | delay_proxy | survivors | how_many | pool_connections | \
        connect_cost | costs_of | socket_passed | \
        hostile_* | bad_row* | two_uses_*)
        echo 3
        ;;
    *) echo 0 ;;
    esac
}

# --- Standard files ---------------------------------------------------------------

for program in "${programs[@]}"; do
    read -ra options <<<"$(options_of "$program")"
    started=("$bin/$program" "${options[@]}")
    wanted=$(status_of "$program")
    status=0
    timeout 60 "${started[@]}" >"$work/out" <&- 2>&- || status=$?
    same "$program without input and stderr: exit status" "$wanted" "$status"
    status=0
    timeout 60 "${started[@]}" 2>"$work/err" >&- || status=$?
    same "$program without stdout: exit status" "${wanted/0/1}" "$status"
    same "$program without stdout: lines on stderr" 1 "$(wc -l <"$work/err")"
    ((wanted == 3)) ||
        matches "$program without stdout" "^$program: ." "$(<"$work/err")"
    # A reader that has gone, as with `| head -n 1`: it ends without a word.
    exec {gone}> >(:)
    wait $!
    status=0
    timeout 60 env --default-signal=PIPE "${started[@]}" 1>&"$gone" \
        2>"$work/err" || status=$?
    exec {gone}>&-
    same "$program, its reader gone: exit status" "${wanted/0/141}" "$status"
    ((wanted == 3)) ||
        same "$program, its reader gone: stderr" "" "$(<"$work/err")"
    for broken in /dev/full -; do
        status=0
        if [[ $broken == - ]]; then
            "$bin/$program" --bogus 2>&- >"$work/out" || status=$?
        else
            "$bin/$program" --bogus 2>"$broken" >"$work/out" || status=$?
        fi
        same "$program --bogus, stderr to $broken: exit status" 2 "$status"
        same "$program --bogus, stderr to $broken: stdout" "" "$(<"$work/out")"
    done
done

# --- No process and no thread to be had ---------------------------------------------

if sanitized; then
    echo "not tried under sanitizers, which need threads themselves:" \
        "programs that get none"
elif ((EUID == 0)); then
    # Root may have as many as it likes.
    for limit in 1 2 3; do # with the program itself
        for program in "${programs[@]}"; do
            # The pool of Asio 1.22 waits for its first thread if there is no
            # second one.
            [[ $program != tasks_asio ]] || continue
            read -ra options <<<"$(options_of "$program")"
            call as_stranger $limit "$program" "${options[@]}"
            checks=$((checks + 1))
            case $status in
            "$(status_of "$program")") ;; # it needs none, or can do without
            # Each process that lacks one says so.
            1) [[ $err == *"emporarily unavailable"* &&
                ($(wc -l <"$work/err") == 1 || $program == gil_convoy) ||
                $program == *_openmp ]] ||
                fail "$program, at most $limit: '$err'" ;;
            *) fail "$program, at most $limit: status $status, '$err'" ;;
            esac
        done
    done
    echo "not tried: tasks_asio, whose pool hangs when it gets no thread"
else
    echo "not tried: programs that get no process and no thread (needs root)"
fi

# --- A child is killed ----------------------------------------------------------------

# lose_a_child PROGRAM ...: kills its first child. It must end by itself.
killed=0
lose_a_child() {
    timeout 120 "$bin/$1" "${@:2}" >/dev/null 2>&1 </dev/null &
    local timer=$! pid='' child=''
    while [[ -z $child ]] && kill -0 "$timer" 2>/dev/null; do
        [[ -n $pid ]] || read -r pid _ 2>/dev/null \
            <"/proc/$timer/task/$timer/children" || true
        [[ -z $pid ]] || read -r child _ 2>/dev/null \
            <"/proc/$pid/task/$pid/children" || true
    done
    [[ -z $child ]] || { kill -KILL "$child" 2>/dev/null && killed=$((killed + 1)); }
    status=0
    wait "$timer" || status=$?
    differs "$* has lost a child and hangs: exit status" 124 "$status"
}
for program in "${programs[@]}"; do
    # Others have no child that could be killed.
    [[ $(nm -D "$bin/$program") =~ " U "(fork|posix_spawn)@ ]] || continue
    read -ra options <<<"$(options_of "$program")"
    lose_a_child "$program" "${options[@]}"
done
# And those that talk to a child for long.
for call in "ping_pong --rounds 1000000000" "transport --via pipe --mib 65536" \
    "transport --via socketpair --mib 65536" "queue_pipe" \
    "transport --via ring --mib 65536 --bytes 64" \
    "transport --via file --mib 65536 --bytes 64" \
    "transport --via atomic-ring --mib 65536 --bytes 1048576" \
    "primes_processes --digits 16" "primes_pool --digits 16" \
    "pool_dispatch --tasks 100000" "samples_processes --rows 20000000" \
    "prefork_server --requests 3000" "gil_convoy --ms 1000"; do
    # shellcheck disable=SC2086 # several words each
    lose_a_child $call
done
at_most "children that were really killed" 15 "$killed"
