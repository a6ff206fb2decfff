#!/usr/bin/env bash
# The dial: a server that is further away than it is, or hangs up, or falls
# silent; and the programs that use it.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

if [[ -z ${WITH_SERVER:-} ]]; then
    mkdir "$work/empty"
    for program in delay_proxy survivors how_many; do
        for url in "" "nonsense://" "postgresql:///postgres?host=localhost" \
            "postgresql:///postgres?host=$work/none"; do
            call env DATABASE_URL="$url" PGHOST=/var/run/postgresql \
                "$bin/$program"
            same "$program '$url': exit status" 3 "$status"
            same "$program '$url': lines on stderr" 1 "$(wc -l <"$work/err")"
        done
    done
    with_server WITH_SERVER=1 PG_OPTIONS='-c fsync=off'
fi

directory=${DATABASE_URL#*host=}
directory=${directory%%&*}
figure() { sed -n "s/^$1: //p" <<<"$out"; }
dial() { call timeout 60 "$bin/delay_proxy" "$@"; }
no_proxy_left() {
    same "$1: proxies left" "" "$(find "$directory" -name 'proxy.*')"
}

# --- A command behind it -------------------------------------------------------

dial sh -c 'echo out; echo err >&2; exit 7'
same "a command's exit status" 7 "$status"
same "a command's output, and nothing else" "out/err" "$out/$err"
# shellcheck disable=SC2016 # expanded by the command
dial sh -c 'kill -TERM $$'
same "a command that dies by a signal" 143 "$status"
dial "$work/no-such-command"
same "no such command: exit status" 1 "$status"
matches "no such command" "no-such-command: No such file" "$err"
no_proxy_left "after commands"

"$bin/delay_proxy" sleep 1000 &
pid=$!
eventually pgrep -P "$pid" sleep
child=$(pgrep -P "$pid" sleep)
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
same "SIGTERM: exit status" 143 "$status"
same "SIGTERM: its command" "gone" "$(test -e "/proc/$child/exe" || echo gone)"
no_proxy_left "SIGTERM"
"$bin/delay_proxy" sleep 1000 &
pid=$!
eventually pgrep -P "$pid" sleep
child=$(pgrep -P "$pid" sleep)
kill -KILL "$pid"
wait "$pid" 2>/dev/null
eventually test ! -e "/proc/$child/exe" # its directory goes with the server's
rm -rf "$directory"/proxy.*

# Who waits for an answer through the line, and only asks to stop.
"$bin/delay_proxy" --rtt-us 3000000 "$bin/survivors" load_naive >/dev/null 2>&1 &
pid=$!
eventually pgrep -P "$pid" survivors
kill -TERM "$pid"
status=0
wait "$pid" || status=$? # if it hangs, ctest says so
same "SIGTERM while its command waits: exit status" 143 "$status"
no_proxy_left "SIGTERM while its command waits"

# --- Far away -----------------------------------------------------------------------

# As far as asked at the least, and the same rows arrive.
expected=$("$bin/load_naive" --rows 20 | sed -n 's/^result: //p')
for rtt in 0 2000 20000; do
    dial --rtt-us $rtt "$bin/load_naive" --rows 20
    same "$rtt us: exit status" 0 "$status"
    same "$rtt us: result" "$expected" "$(figure result)"
    at_most "$rtt us: asked for, and found" $rtt "$(figure rtt_us)"
done
# Long, not narrow: with a tenth of a second each way, what a stream sends is
# on its way at the same time, and takes less than a second. Its 350 pieces one
# after the other would take more than half a minute: 3,000 rows a second.
dial --rtt-us 200000 "$bin/load_copy" --rows 100000
same "a stream, far away: exit status" 0 "$status"
matches "a stream, far away: rows a second" '^[0-9]{5,}$' "$(figure rows_per_s)"
dial --rtt-us 2000 "$bin/load_threads" --rows 2000 --workers 48
same "48 connections: exit status" 0 "$status"
# More in one direction than it lets be on its way, to a reader that is slow.
dial --rtt-us 100000 "$bin/load_copy" --rows 300000
same "more than may be on its way: exit status" 0 "$status"

# A stream into a server that has stopped: the proxy reads a few megabytes, and
# neither the rest nor, when the loader has gone, all the time.
sleep 1000 & # which the dial waits for
sleeper=$!
"$bin/delay_proxy" --rtt-us 1000 sh -c "'$bin/load_copy' --rows 1000000 & echo \$!
    exec tail --pid=$sleeper -f /dev/null" >"$work/loader" &
proxy=$!
backend() {
    stopped=$("$("$with_postgres" --find)/psql" -XqAt "$DATABASE_URL" -c "SELECT
        pid FROM pg_stat_activity WHERE query LIKE 'COPY%FROM STDIN%'
        AND pid <> pg_backend_pid()")
    [[ -n $stopped ]]
}
eventually backend
kill -STOP "$stopped"
resident() { awk '/^VmRSS:/ { print $2 }' "/proc/$proxy/status"; }
used() { awk '{ print $14 + $15 }' "/proc/$proxy/stat"; }
is_still() { # it has read what it wants
    local before
    before=$(used)
    sleep 0.3
    (($(used) - before <= 1))
}
eventually is_still
at_most "a stream to nobody: KiB of the proxy" "$(resident)" 100000
kill -KILL "$(head -n 1 "$work/loader")"
eventually is_still
kill -CONT "$stopped"
kill "$sleeper"
wait "$proxy"

# --- Broken ----------------------------------------------------------------------------

# Cut before each message of a conversation of four rows: it always ends, with
# one line on stderr, or after all its messages.
for of in client server; do
    ended=
    for ((at = 1; at <= 400; ++at)); do
        dial --rtt-us 0 --fault-at $at --fault-of $of "$bin/load_naive" --rows 4
        [[ $status == 0 ]] && ended=$at && break
        same "cut before $of's message $at: lines on stderr" 1 \
            "$(wc -l <"$work/err")"
        checks=$((checks + 1))
        [[ $status == 1 || $status == 3 ]] ||
            fail "cut before $of's message $at: exit status $status"
        ! grep -q '^result' <<<"$out" ||
            fail "cut before $of's message $at: a result"
    done
    same "$of: cut at each message, and then at none" 1 "$((${ended:-0} > 50))"
done
for at in 1 2 5 9 100 1000; do
    dial --fault-at $at --fault-unit bytes "$bin/load_naive" --rows 4
    differs "cut before byte $at: exit status" 0 "$status"
    differs "cut before byte $at: exit status" 124 "$status"
done
# Out of descriptors: it ends and says so, and neither spins nor hangs.
call timeout 60 prlimit --nofile=30 "$bin/delay_proxy" "$bin/load_threads" \
    --rows 100 --workers 20
same "out of descriptors: exit status" 1 "$status"
matches "out of descriptors" "delay_proxy: .*Too many open files" "$err"
# Only one connection: the program that comes next finds its server.
dial --fault-at 20 sh -c "'$bin/load_naive' --rows 4; exec '$bin/load_naive' --rows 4"
same "after a cut: exit status" 0 "$status"
# Who has no limit waits for ever for a server that is deaf.
call timeout 1 "$bin/delay_proxy" --fault-at 20 --fault deaf "$bin/load_naive" \
    --rows 4
same "a deaf server: still waiting" 124 "$status"
no_proxy_left "after faults"

# --- What uses it ----------------------------------------------------------------------

runs "result: all rows" how_many --ms 5 --rounds 1
for name in rtt_us worst_miss_percent best_predicted best_found; do
    matches "how_many: $name" '^[0-9]+$|^inf$' "$(figure $name)"
done
while read -r survivors loader; do
    # shellcheck disable=SC2086 # several words
    call "$bin/survivors" $loader
    same "survivors of $loader: exit status" 0 "$status"
    same "survivors of $loader" "$survivors" "$(figure survivors)"
done <<'SURVIVORS'
1150 load_naive
1150 load_autocommit
0 load_one_commit
1000 load_batches
1100 load_multirow
1050 load_multirow --batch 150
0 load_copy
0 load_copy_binary
1000 load_copy_batches
1000 load_once --workers 1
1150 load_coroutines --connections 1
0 load_coroutines_shared
0 load_pipeline
0 load_copy_coroutines
1000 load_once_coroutines --workers 1
1150 load_lazy --workers 1
1000 load_once_processes --workers 1
SURVIVORS
for loader in "load_threads --workers 16" "load_coroutines --connections 16" \
    "load_lazy --workers 16" "load_processes --workers 16" \
    "load_lazy_coroutines --connections 16"; do
    # shellcheck disable=SC2086 # several words
    call "$bin/survivors" $loader
    same "survivors of $loader: exit status" 0 "$status"
    at_most "survivors of $loader, at least" 1134 "$(figure survivors)"
    at_most "survivors of $loader, at most" "$(figure survivors)" 1150
done
call "$bin/survivors" true # ends by itself
same "survivors of what is not killed: exit status" 4 "$status"
