#!/usr/bin/env bash
# Chapter 05's servers on this machine and those who ask them.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

for program in echo_threads echo_processes; do
    for size in 1 7 300; do
        runs "result: 500 \(expected 500\)" $program --connections $size \
            --requests 500
        for name in opening_s server_kib requests_per_s server_cpu_us p99_us; do
            matches "$program --connections $size: $name" '^[0-9.]+$' \
                "$(number $name)"
        done
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

# A client of another make.
# shellcheck disable=SC2016 # expanded by the command
call "$bin/slow_server" node -e '
    const get = path => fetch(process.env.SLOW_SERVER + path).then(
        async r => `${r.status} ${(await r.text()).trim()}`, () => "none")
    const before = Date.now()
    Promise.all(["/delay/200", "/delay/200", "/status/404", "/drop", "/else"].map(get))
        .then(all => { console.log(all.join(", "))
                       console.log(Date.now() - before >= 200) })'
same "slow_server: exit status" 0 "$status"
matches "slow_server: answers" \
    $'200 /delay/200, 200 /delay/200, 404 /status/404, none, 200 /else\ntrue$' \
    "$out"
call "$bin/slow_server" sh -c 'exit 9'
same "slow_server: its command's status" 9 "$status"

runs "an empty pipe: not ready, read: EAGAIN.*a file, on the disk: ready" who_waits
