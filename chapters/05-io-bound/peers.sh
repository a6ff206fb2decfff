#!/usr/bin/env bash
# PostgreSQL's own clients doing the work of our loaders, for comparison:
#
#     tools/with_postgres.sh chapters/05-io-bound/peers.sh pgbench 2000
#     tools/with_postgres.sh chapters/05-io-bound/peers.sh psql_copy 100000
#
# pgbench: BEGIN, INSERT, COMMIT per row, prepared, one client: load_naive.
# psql_copy: \copy of a file with our rows: load_copy.
set -Eeuo pipefail

here=$(dirname "$(readlink -f "$0")")
root=$(dirname "$(dirname "$here")")
kind=${1:-} rows=${2:-}
[[ $kind == pgbench || $kind == psql_copy ]] || {
    echo "peers.sh: '$kind' is neither pgbench nor psql_copy" >&2
    exit 2
}
server_bin=$("$root/tools/with_postgres.sh" --find)
query() { "$server_bin/psql" -XqAt "$DATABASE_URL" -c "$1"; }

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
    # Without "initial connection time": from after connecting, as ours.
    per_s=$("$server_bin/pgbench" -n -c 1 -M prepared -t "$rows" \
        -f "$work/script" "$@" "$DATABASE_URL" 2>/dev/null |
        sed -n 's/^tps = \([0-9.]*\) .*/\1/p')
    ;;
psql_copy)
    query '\copy many_hands.samples TO pstdout' >"$work/rows"
    query 'TRUNCATE many_hands.samples'
    # \timing measures the one command, in ms.
    ms=$("$server_bin/psql" -XqAt "$DATABASE_URL" -c '\timing on' \
        -c '\copy many_hands.samples FROM pstdin' <"$work/rows" |
        sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p')
    per_s=$(awk "BEGIN { print $rows / $ms * 1000 }")
    ;;
esac

echo "$kind, $rows rows"
echo "rows_per_s: ${per_s%.*}"
echo "commits: $(query 'SELECT count(DISTINCT xmin::text)
                        FROM many_hands.samples')"
found=$(query 'SELECT count(*) FROM many_hands.samples')
echo "result: $found (expected $rows)"
((found == rows)) || exit 4
