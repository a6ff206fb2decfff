#!/usr/bin/env bash
# Chapter 06's connections and ledger for tasks, and loaders that a signal ends
# while they wait for the server.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

[[ -n ${WITH_SERVER:-} ]] ||
    with_server WITH_SERVER=1 PG_OPTIONS='-c fsync=off'
the_server

call timeout -k 2 120 "$bin/test_async_postgres"
same "test_async_postgres: exit status" 0 "$status"
[[ $status == 0 ]] || fail "$out"
grep '^not tried' <<<"$out"

# --- A signal -----------------------------------------------------------------

active="FROM pg_stat_activity WHERE application_name = 'many-hands'
    AND state = 'active'"
# A psql that holds the table until its input ends.
lock_table() {
    coproc holder { exec "$server_bin/psql" -XqAt "$DATABASE_URL"; }
    holder_pid=$! holder_in=${holder[1]}
    echo "BEGIN; LOCK TABLE many_hands.samples; SELECT 'locked';" \
        >&"$holder_in"
    local line
    read -r line <&"${holder[0]}"
    same "the table is locked" "locked" "$line"
}
unlock_table() {
    exec {holder_in}>&-
    wait "$holder_pid"
}

call "$bin/load_naive" --rows 1 # makes the table
while read -r sessions loader; do
    query 'TRUNCATE many_hands.samples'
    # shellcheck disable=SC2086 # several words
    env --default-signal=INT "$bin/"$loader --rows 100000000 \
        >/dev/null 2>"$work/err" &
    pid=$!
    loads() { [[ $(query "SELECT min(1) FROM many_hands.samples") == 1 ]]; }
    eventually loads
    lock_table
    all_wait() {
        [[ $(query "SELECT count(*) $active AND wait_event_type = 'Lock'") == \
        "$sessions" ]]
    }
    eventually all_wait
    begin=$SECONDS
    kill -INT $pid
    status=0
    wait $pid 2>/dev/null || status=$?
    same "$loader, SIGINT: exit status" 130 "$status"
    same "$loader, SIGINT: stderr" "" "$(<"$work/err")"
    # The server sees that its client has gone, though it waits for the lock.
    none_active() { [[ $(query "SELECT count(*) $active") == 0 ]]; }
    eventually none_active
    at_most "$loader, SIGINT: seconds" $((SECONDS - begin)) 20
    same "$loader, SIGINT: the lock was held" "1" "$(query "SELECT count(*)
        FROM pg_locks WHERE relation = 'many_hands.samples'::regclass
        AND mode = 'AccessExclusiveLock' AND granted")"
    unlock_table
done <<'LOADERS'
40 load_coroutines --connections 40
1 load_pipeline --sync-every 1
40 load_loops --connections 40
LOADERS
