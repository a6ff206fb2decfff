#!/usr/bin/env bash
# The fixed twins of what broken.sh finds broken are right, 20 times each. Beside
# other tests their threads may take turns instead of competing; in a build with
# ThreadSanitizer a race is found all the same. There, and with another sanitizer,
# five times are enough: the twenty are run without.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

export times=20
! sanitized || times=5
# shellcheck disable=SC2016 # expanded by the command
call "$with_postgres" bash -c 'for ((run = 1; run <= times; ++run)); do
    "$0/delay_proxy" --rtt-us 0 --fault-at $((15 + 4 * run)) \
        --fault-unit commands "$0/load_once" --batch 100 --workers 1 \
        --start anew || exit
done' "$bin"
same "load_once: exit status" 0 "$status"
same "load_once: as often as a COMMIT was not answered" $times \
    "$(grep -c '^retries: 1$' <<<"$out")"
# shellcheck disable=SC2016 # expanded by the command
call env PG_OPTIONS='-c fsync=off' "$with_postgres" bash -c '
    for ((run = 1; run <= times; ++run)); do
        "$0/bad_row" && "$0/bad_row" --sync-every 100 &&
            "$0/bad_row" --sync-every 1000 && "$0/two_uses_serialised" &&
            "$0/two_uses_refused" || exit
    done' "$bin"
same "bad_row, two_uses: exit status" 0 "$status"
for once in 'result: 999 ' 'result: 900 ' 'result: 0 ' 'skipped: 0' \
    'skipped: 99' 'skipped: 499'; do
    same "bad_row: $once" $times "$(grep -c "^$once" <<<"$out")"
done
same "two_uses: all answers right, or refused" $((2 * times)) \
    "$(grep -c '^result: 200 ' <<<"$out")"
same "two_uses: answers that are wrong" $((2 * times)) \
    "$(grep -c '^wrong: 0$' <<<"$out")"
same "two_uses: runs in which some were refused" $times \
    "$(sed -n "/^wrong:/{n; p}" <<<"$out" | grep -c "^refused: [1-9]")"
for program in primes_processes counter_processes random_seeded \
    counter_atomic counter_mutex "condition --items 2000" event_wait \
    deadlock_fixed refcount_atomic refcount_biased refcount_gil; do
    read -ra command <<<"$program"
    for ((run = 1; run <= times; ++run)); do
        call timeout 60 "$bin/${command[0]}" "${command[@]:1}"
        same "$program: exit status" 0 "$status"
    done
done
