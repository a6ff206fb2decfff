#!/usr/bin/env bash
# Chapter 05's servers on this machine and those who ask them.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

for program in echo_threads echo_processes; do
    for size in 1 7 300; do
        runs "result: 500 \(expected 500\)" $program --connections $size \
            --requests 500
        for name in opening_s kernel_kib; do
            matches "$program --connections $size: $name" '^-?[0-9.]+$' \
                "$(number $name)"
        done
        for name in requests_per_s server_cpu_us p50_us p99_us; do
            at_most "$program --connections $size: $name" 0.1 "$(number $name)"
        done
        # A thread's stack is touched in one page at the least, and a process
        # has several; there are other things, too.
        at_most "$program --connections $size: server_kib" $((4 * size)) \
            "$(number server_kib)"
        # Little's law: as many are on their way as we have sent. At the end no
        # more come after, so it is a few less.
        at_most "$program --connections $size: mean_us * requests_per_s" \
            "$(awk -v us="$(number mean_us)" -v rate="$(number requests_per_s)" \
                'BEGIN { print us * rate / 1e6 }')" $((size < 10 ? size : 10))
        at_most "$program --connections $size: ... and not many less" \
            "$(awk -v n=$((size < 10 ? size : 10)) 'BEGIN { print 0.5 * n }')" \
            "$(awk -v us="$(number mean_us)" -v rate="$(number requests_per_s)" \
                'BEGIN { print us * rate / 1e6 }')"
    done
    # Fewer open files than it needs: raised as far as allowed, or refused.
    (ulimit -Sn 64 && exec "$bin/$program" --connections 100 --requests 100) \
        >"$work/out" || fail "$program: 64 files by the soft limit"
    call prlimit --nofile=64 "$bin/$program" --connections 100
    same "$program, 64 files allowed: exit status" 3 "$status"
    matches "$program, 64 files allowed" "150 open files are needed, 64" "$err"
    # The server gives out: the client says so.
    if ((EUID == 0)) && ! grep -q -e __tsan_init -e __asan_init "$bin/$program"
    then
        call as_stranger 50 $program --connections 100
        same "$program, at most 50: exit status" 1 "$status"
        matches "$program, at most 50" \
            "^$program: the server gave out: Resource temporarily unavailable$" \
            "$err"
    fi
    # Nobody is left.
    "$bin/$program" --requests 1000000000 >"$work/out" &
    pid=$!
    eventually pgrep -P "$pid"
    children=$(pgrep -P "$pid")
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    same "$program, SIGTERM: exit status" 143 "$status"
    for child in $children; do
        eventually test ! -e "/proc/$child/exe"
    done
done

runs "result: 5 \(expected 5\)" fetch_sequential --requests 5 --delay-ms 1
runs "result: 190 \(expected 190\)" fetch_threads --requests 200 --delay-ms 5 \
    --errors 10
same "fetch_threads: answers that say no" 5 "$(number refused)"
same "fetch_threads: no answers" 5 "$(number failed)"
runs "result: 0 \(expected 0\)" fetch_sequential --requests 3 --errors 5

# Twenty wait side by side: 40 of 200 ms, so 0.4 s, and not 8.
runs "result: 40 \(expected 40\)" fetch_threads --requests 40 --delay-ms 200 \
    --workers 20
at_most "fetch_threads: requests a second, at least" 20 "$(number requests_per_s)"
at_most "fetch_threads: requests a second" "$(number requests_per_s)" 100
# A signal ends the wait for an answer; and who is out of descriptors says so.
for program in "fetch_sequential" "fetch_threads --workers 4"; do
    # shellcheck disable=SC2086 # several words
    call timeout -s TERM -k 20 1 "$bin/"$program --requests 20 --delay-ms 60000
    same "$program, SIGTERM: exit status" 124 "$status"
done
if grep -q -e __tsan_init -e __asan_init "$bin/fetch_threads"; then
    echo "not tried under sanitizers, which need descriptors themselves:" \
        "fetch_threads without any"
else
    call prlimit --nofile=20 "$bin/fetch_threads" --workers 40
    same "fetch_threads, 20 files: exit status" 1 "$status"
    matches "fetch_threads, 20 files" "Too many open files" "$err"
fi

# A client of another make.
# shellcheck disable=SC2016 # expanded by the command
call "$bin/slow_server" node -e '
    const get = path => fetch(process.env.SLOW_SERVER + path).then(
        async r => `${r.status} ${(await r.text()).trim()}`, () => "none")
    const before = Date.now()
    Promise.all(["/delay/200", "/delay/200", "/status/404", "/drop", "/else", "/delay/x", "/status/-5"].map(get))
        .then(all => { console.log(all.join(", "))
                       console.log(Date.now() - before >= 200) })'
same "slow_server: exit status" 0 "$status"
matches "slow_server: answers" \
    $'200 /delay/200, 200 /delay/200, 404 /status/404, none, 200 /else, 400 /delay/x, 400 /status/-5\ntrue$' \
    "$out"
call "$bin/slow_server" sh -c 'exit 9'
same "slow_server: its command's status" 9 "$status"

runs "an empty pipe: not ready, read: EAGAIN.*a file, on the disk: ready" who_waits
