#!/usr/bin/env bash
# PostgreSQL's own clients doing the work of our loaders, for comparison; with
# the server so many microseconds away, if a third number says so:
#
#     tools/with_postgres.sh chapters/05-io-bound/peers.sh pgbench 2000 48 1000
#     tools/with_postgres.sh chapters/05-io-bound/peers.sh psql_copy 100000
#
# pgbench: BEGIN, INSERT, COMMIT per row, prepared, by so many clients:
# load_naive with one, load_threads with more; with a fifth number in so many
# threads instead of one for each, as load_coroutines does with one.
# psql_copy: \copy of a file with our rows: load_copy.
#
# COSTS_OF, if set, is a program that runs the client and says what that uses.
set -Eeuo pipefail

here=$(dirname "$(readlink -f "$0")")
root=$(dirname "$(dirname "$here")")
kind=${1:-} rows=${2:-} clients=${3:-1} rtt_us=${4:-0}
threads=${5:-$clients}
[[ $kind == pgbench || $kind == psql_copy ]] || {
    echo "peers.sh: '$kind' is neither pgbench nor psql_copy" >&2
    exit 2
}
server_bin=$("$root/tools/with_postgres.sh" --find)
query() { "$server_bin/psql" -XqAt "$DATABASE_URL" -c "$1"; }
client=("${COSTS_OF:-env}") # runs it
((rtt_us == 0)) ||
    client=("$root/build/bin/delay_proxy" --rtt-us "$rtt_us" "${client[@]}")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The table and its rows, from our own loader.
"$root/build/bin/load_copy" --rows "$rows" >/dev/null
case $kind in
pgbench)
    values=:id
    set -- -D "id=$(query 'SELECT id_client FROM many_hands.samples LIMIT 1')"
    for class in {0..9}; do
        values+=", :class_$class"
        value=$(query "SELECT class_$class FROM many_hands.samples LIMIT 1")
        set -- "$@" -D "class_$class=$value"
    done
    printf '%s\n' 'BEGIN;' "INSERT INTO many_hands.samples VALUES ($values);" \
        'COMMIT;' >"$work/script"
    query 'TRUNCATE many_hands.samples'
    rows=$((rows / clients * clients))
    # Without "initial connection time": from after connecting, as ours.
    # shellcheck disable=SC2016 # the URL is that of the dial
    per_s=$("${client[@]}" sh -c '"$0" "$@" "$DATABASE_URL"' \
        "$server_bin/pgbench" -n -c "$clients" -j "$threads" -M prepared \
        -t "$((rows / clients))" -f "$work/script" "$@" 2>"$work/log" |
        tee "$work/said" | sed -n 's/^tps = \([0-9.]*\) .*/\1/p') || {
        tail -n 3 "$work/log" >&2
        exit 1
    }
    ;;
psql_copy)
    query '\copy many_hands.samples TO pstdout' >"$work/rows"
    query 'TRUNCATE many_hands.samples'
    # \timing measures the one command, in ms.
    # shellcheck disable=SC2016 # the URL is that of the dial
    ms=$("${client[@]}" sh -c '"$0" "$@" "$DATABASE_URL"' \
        "$server_bin/psql" -XqAt -c '\timing on' \
        -c '\copy many_hands.samples FROM pstdin' -d <"$work/rows" |
        tee "$work/said" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p')
    per_s=$(awk "BEGIN { print $rows / $ms * 1000 }")
    ;;
esac

echo "$kind, $rows rows, clients: $clients"
echo "rows_per_s: ${per_s%.*}"
echo "commits: $(query 'SELECT count(DISTINCT xmin::text)
                        FROM many_hands.samples')"
[[ -z ${COSTS_OF:-} ]] || grep -E '^[a-z_]+: [0-9.]+$' "$work/said"
found=$(query 'SELECT count(*) FROM many_hands.samples')
echo "result: $found (expected $rows)"
((found == rows)) || exit 4
