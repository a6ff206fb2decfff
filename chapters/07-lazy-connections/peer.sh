#!/usr/bin/env bash
# Somebody else's loader, as dial.sh of chapter 05 runs ours. Three times: the
# server ends its sessions half-way, and the rows that are there are counted;
# then with the server a millisecond away; and again, for what it uses. The word
# ROWS in the command is its number of rows.
#
#     tools/with_postgres.sh chapters/07-lazy-connections/peer.sh \
#         60 python3 chapters/05-io-bound/reference.py --rows ROWS
set -Eeuo pipefail

here=$(dirname "$(readlink -f "$0")")
root=$(dirname "$(dirname "$here")")
bin=$root/build/bin
[[ ${1:-} =~ ^[0-9]+$ && $# -gt 1 ]] || {
    echo "peer.sh: '$*' is no number of rows and a command" >&2
    exit 2
}
[[ ${MANY_HANDS_SERVER:-} == private ]] || {
    echo "peer.sh: it ends sessions, so only on the book's own server:" \
        "tools/with_postgres.sh" >&2
    exit 3
}
run() { # ROWS COMMAND ...
    local words=("${@:2}")
    "${words[@]/#ROWS/$1}"
}
sql() {
    "$("$root/tools/with_postgres.sh" --find)/psql" -XqAt "$DATABASE_URL" \
        -v ON_ERROR_STOP=1 -c "$1"
}

# It waits until those that were cut off have ended.
uncut() {
    sql "SET client_min_messages = warning;
        DROP FUNCTION IF EXISTS many_hands.cut CASCADE;
        DROP SEQUENCE IF EXISTS many_hands.begun"
}
trap uncut EXIT

# The 1,151st row ends the sessions of all that are no programs of this book:
# for the server that is as if they had been killed.
"$bin/load_copy" --rows 1 >/dev/null # there is a table
sql "CREATE SEQUENCE many_hands.begun;
    CREATE FUNCTION many_hands.cut() RETURNS trigger LANGUAGE plpgsql AS \$\$
    BEGIN
        IF nextval('many_hands.begun') > 1150 THEN
            PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE backend_type = 'client backend'
                AND application_name <> 'many-hands';
        END IF;
        RETURN NEW;
    END \$\$;
    CREATE TRIGGER cut BEFORE INSERT ON many_hands.samples FOR EACH ROW
        WHEN (current_setting('application_name') <> 'many-hands')
        EXECUTE FUNCTION many_hands.cut()"
if run 2300 "${@:2}" &>/dev/null ||
    (($(sql "SELECT last_value FROM many_hands.begun") <= 1150)); then
    echo "peer.sh: it was not cut off" >&2
    exit 4
fi
uncut
survivors=$(sql "SELECT count(*) FROM many_hands.samples")

run "$1" "$bin/delay_proxy" --rtt-us 1000 "${@:2}" # and ends if that fails
echo "survivors: $survivors"
if [[ $2 == */peers.sh ]]; then
    export COSTS_OF=$bin/costs_of # of its client only
else
    set -- "$1" "$bin/costs_of" "${@:2}"
fi
run "$1" "$bin/delay_proxy" --rtt-us 1000 "${@:2}" |
    grep -E '^(cores_busy|server_cores_busy|client_kib|server_kib|connections|wal_syncs): '
