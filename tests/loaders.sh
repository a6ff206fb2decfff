#!/usr/bin/env bash
# The load_* programs against a real server: exact rows, and bad days.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

loaders=(load_naive load_autocommit load_one_commit load_batches load_multirow
    load_threads load_copy load_copy_binary load_copy_batches
    load_coroutines load_coroutines_shared load_pipeline load_copy_coroutines
    load_loops load_loops_processes load_lazy load_processes
    load_lazy_copied load_lazy_coroutines load_forked_guarded)
if [[ -x $bin/load_asio ]]; then
    loaders+=(load_asio)
else
    echo "not tried, its library is not there: load_asio"
fi
in_one_commit() {
    [[ $1 == load_one_commit || $1 == load_copy || $1 == *binary ||
        $1 == *shared || $1 == load_pipeline || $1 == load_copy_coroutines ]]
}

if [[ -z ${WITH_SERVER:-} ]]; then
    # --- No server: exit 3 and the line that helps --------------------------
    mkdir "$work/empty"
    for program in "${loaders[@]}"; do
        for url in "" "postgresql:///postgres?host=$work/empty" \
            "postgresql:///postgres?host=$work/empty&nonsense=1"; do
            # A server that libpq would find by itself is the reader's.
            call env DATABASE_URL="$url" PGHOST=/var/run/postgresql \
                "$bin/$program"
            same "$program '$url': exit status" 3 "$status"
            same "$program '$url': stdout" "" "$out"
            same "$program '$url': lines on stderr" 1 "$(wc -l <"$work/err")"
            matches "$program '$url'" "tools/with_postgres.sh" "$err"
        done
    done
    # The rest runs once more, under a private server.
    with_server WITH_SERVER=1 PG_OPTIONS='-c fsync=off'
fi

the_server
figure() { sed -n "s/^$1: //p" <<<"$out"; }

# --- Rows exact, for every variant ---------------------------------------------

for rows in 1 3 1000; do
    expected=''
    for variant in load_naive load_autocommit load_one_commit \
        "load_batches --batch 7" "load_multirow --batch 7" load_multirow \
        "load_threads --workers 1" "load_threads --workers 2" \
        "load_threads --workers 7" load_copy load_copy_binary \
        load_copy_batches load_coroutines_shared \
        "load_coroutines_shared --at-once 1" \
        "load_coroutines_shared --at-once 7" "load_coroutines --connections 1" \
        "load_coroutines --connections 2" "load_coroutines --connections 7" \
        load_pipeline "load_pipeline --sync-every 7" \
        "load_pipeline --sync-every 1" "load_copy_coroutines --connections 1" \
        "load_copy_coroutines --connections 2" \
        "load_copy_coroutines --connections 7" \
        "load_loops --loops 2 --connections 4" \
        "load_loops_processes --loops 2 --connections 4" \
        "load_loops --loops 4 --connections 2" \
        "load_loops_processes --loops 4 --connections 2" \
        "load_lazy --workers 1" "load_lazy --workers 7 --batch 3" \
        "load_lazy --workers 2 --warm-up yes" "load_processes --workers 3" \
        "load_lazy_copied --workers 3 --batch 7" \
        "load_lazy_coroutines --workers 2 --connections 4" \
        "load_lazy_coroutines --workers 3 --connections 4" \
        load_forked_guarded "load_asio --connections 7"; do
        [[ -x $bin/${variant%% *} ]] || continue # load_asio, see above
        # shellcheck disable=SC2086 # several words
        call "$bin/"$variant --rows $rows
        same "$variant --rows $rows: exit status" 0 "$status"
        same "$variant --rows $rows: stderr" "" "$err"
        same "$variant: rows in the table" "$rows" \
            "$(query 'SELECT count(*) FROM many_hands.samples')"
        result=$(figure result)
        : "${expected:=$result}"
        same "$variant --rows $rows: result" "$expected" "$result"
        case $variant in
        load_threads* | load_coroutines\ * | load_loops* | load_asio* | \
            *lazy* | load_processes* | *guarded)
            commits=$rows
            ;;
        load_copy_coroutines*) # one for each part that has rows
            commits=$((rows < ${variant##* } ? rows : ${variant##* }))
            ;;
        load_one_commit | load_copy* | *shared | load_pipeline) commits=1 ;;
        *7) commits=$(((rows + 6) / 7)) ;;
        load_multirow) commits=$(((rows + 99) / 100)) ;;
        *) commits=$rows ;;
        esac
        same "$variant --rows $rows: commits" "$commits" "$(figure commits)"
        if [[ $variant == load_coroutines_shared* ]]; then
            same "$variant --rows $rows: commits asked for, and sent" \
                "$rows $commits" \
                "$(figure commits_asked) $(figure commits_sent)"
        fi
        matches "$variant: wal_syncs" '^[0-9]+$' "$(figure wal_syncs)"
        matches "$variant: rows_per_s" '^[1-9][0-9]*$' "$(figure rows_per_s)"
    done
done
# What each asks and waits for, with the statement prepared.
while read -r trips variant; do
    # shellcheck disable=SC2086 # several words
    call "$bin/"$variant --rows 1000
    same "$variant: round trips" "$trips" "$(figure round_trips)"
    matches "$variant: rtt_us" '^[0-9]+$' "$(figure rtt_us)"
done <<'TRIPS'
3000 load_naive
3000 load_threads --workers 5
1000 load_autocommit
1002 load_one_commit
1020 load_batches --batch 100
10 load_multirow --batch 100
2 load_copy
2 load_copy_binary
3000 load_coroutines --connections 7
1002 load_coroutines_shared
1 load_pipeline
4 load_copy_coroutines --connections 2
3000 load_loops --loops 2 --connections 4
3000 load_loops_processes --loops 2 --connections 4
3000 load_processes --workers 3
3000 load_lazy --workers 2 --warm-up yes
3000 load_lazy_coroutines --workers 2 --connections 4 --warm-up yes
TRIPS
call "$bin/load_copy_batches" --rows 2001
same "load_copy_batches: exit status" 0 "$status"
same "load_copy_batches commits every 1,000 rows" 3 "$(figure commits)"
call "$bin/load_copy" --rows 1000 --seed 2
same "another seed: exit status" 0 "$status"
differs "another seed gives other rows" "$expected" "$(figure result)"

for variant in "load_threads --workers" "load_coroutines --connections" \
    "load_loops_processes --loops 1 --connections"; do
    # shellcheck disable=SC2086 # several words
    call "$bin/"$variant 300
    same "$variant 300, more than the server takes: exit status" 3 "$status"
    matches "$variant 300" "too many clients" "$err"
    same "$variant 300: lines on stderr" 1 "$(wc -l <"$work/err")"
done

# psycopg, which the book speaks of, commits as often as ours.
if /usr/bin/python3 -c 'import psycopg, asyncio; asyncio.TaskGroup' 2>/dev/null; then
    for way in shared pipeline; do
        call /usr/bin/python3 "$root/chapters/06-coroutines/reference.py" \
            $way 300
        same "reference.py $way: exit status" 0 "$status"
        same "reference.py $way: commits" 1 "$(figure commits)"
        matches "reference.py $way" 'result: 300 ' "$out"
    done
else
    echo "not tried, there is no psycopg: reference.py"
fi
for at_once in 1 7 10; do
    call "$bin/load_coroutines_shared" --rows 300 --bad-row 100 \
        --at-once $at_once
    same "a bad row, $at_once at once: exit status" 0 "$status"
    same "a bad row, $at_once at once: survivors" $((99 / at_once * at_once)) \
        "$(figure survivors)"
done
call "$bin/load_coroutines_shared" --rows 300 --bad-row 100
same "a bad row, all at once: survivors" 0 "$(figure survivors)"

# --- A wrong load is never quiet: a trigger damages it -------------------------

# damage NAME BODY
damage() {
    query "CREATE OR REPLACE FUNCTION many_hands.damage() RETURNS trigger
           LANGUAGE plpgsql AS 'BEGIN $2 END';
           CREATE OR REPLACE TRIGGER damage BEFORE INSERT ON many_hands.samples
           FOR EACH ROW EXECUTE FUNCTION many_hands.damage()"
    for program in "${loaders[@]}" load_once load_once_coroutines \
        load_once_processes; do
        few=() # sessions, for who has 48
        [[ $program != load_loops* ]] || few=(--connections 4)
        call "$bin/$program" --rows 50 "${few[@]}"
        same "$program, $1: exit status" 4 "$status"
        matches "$program, $1" "result: [0-9]+ rows, .*expected 50 rows|took 49 rows of 50" \
            "$out$err"
    done
    query 'DROP TRIGGER damage ON many_hands.samples'
}
damage "one row lost" "IF NEW.id_client LIKE ''%f'' AND NOT EXISTS
    (SELECT FROM many_hands.samples WHERE id_client LIKE ''%f'')
    THEN RETURN NULL; END IF; RETURN NEW;"
damage "last bit of a value" "NEW.class_9 = NEW.class_9 +
    CASE WHEN NEW.class_9 < 0.5 THEN 1 ELSE -1 END * power(2::float8, -53); RETURN NEW;"
damage "last bit of a small value" "NEW.class_3 = NEW.class_3 +
    CASE WHEN NEW.class_3 < 0.125 THEN power(2::float8, -56) ELSE 0 END; RETURN NEW;"
damage "not a number" "NEW.class_3 = ''NaN''; RETURN NEW;"
damage "no id" "NEW.id_client = ''z'' || substr(NEW.id_client, 2); RETURN NEW;"
damage "two signs" "NEW.class_1 = -NEW.class_1; NEW.class_9 = -NEW.class_9;
    RETURN NEW;"
damage "two columns swapped" "SELECT NEW.class_3, NEW.class_4
    INTO NEW.class_4, NEW.class_3; RETURN NEW;"
damage "one letter in the middle of an id" \
    "NEW.id_client = overlay(NEW.id_client PLACING ''0'' FROM 21); RETURN NEW;"
damage "one letter of an id" \
    "NEW.id_client = ''0'' || substr(NEW.id_client, 2); RETURN NEW;"

# --- The server stops in the middle ---------------------------------------------

trap stop_and_finish EXIT

for program in "${loaders[@]}"; do
    query 'TRUNCATE many_hands.samples'
    case $program in
    load_copy* | load_multirow | load_pipeline) rows=3000000 ;;
    *_shared | load_loops* | *lazy* | load_processes) rows=100000 ;;
    *) rows=300000 ;;
    esac
    "$bin/$program" --rows $rows >"$work/out" 2>"$work/err" &
    pid=$!
    if in_one_commit "$program"; then # which has written something
        begun="SELECT 1 / (count(*) = 1)::int FROM pg_stat_activity
               WHERE backend_xid IS NOT NULL AND application_name = 'many-hands'
               AND query ~ '^(COPY|INSERT)'" # not that which empties the table
    else
        begun='SELECT 1 / (count(*) > 100)::int FROM many_hands.samples'
    fi
    begins() { [[ $(query "$begun" 2>/dev/null) == 1 ]]; }
    eventually begins
    stop_server
    status=0
    wait "$pid" || status=$?
    same "$program, server stopped: exit status" 1 "$status"
    lines=$(wc -l <"$work/err")
    # Each of its two processes may have time to say so.
    [[ $program$lines != load_loops_processes2 ]] || lines=1
    same "$program, server stopped: lines on stderr" 1 "$lines"
    same "$program, server stopped: other lines" "" "$(grep -v \
        "^$program: .*server closed the connection" "$work/err")"
    same "$program, server stopped: no result" "" \
        "$(grep '^result' "$work/out")"
    start_server
    survived=$(query 'SELECT count(*) FROM many_hands.samples')
    if in_one_commit "$program"; then
        same "$program: rows survived" 0 "$survived"
    else
        # Committed rows are there, each exactly once and exactly right.
        same "$program: some rows survived" 1 "$((survived > 0))"
        query 'CREATE TABLE many_hands.survivors AS TABLE many_hands.samples'
        # They are the first rows, but for those of several threads or tasks.
        case $program in
        load_threads | load_loops* | load_coroutines | load_asio | *lazy* | \
            load_processes) ;;
        *) rows=$survived ;;
        esac
        "$bin/load_copy" --rows "$rows" >/dev/null
        same "$program: rows that survived and are wrong" 0 "$(query '
            SELECT count(*) FROM many_hands.survivors AS s
            WHERE NOT EXISTS (SELECT FROM many_hands.samples AS t
                WHERE t.id_client = s.id_client AND t IS NOT DISTINCT FROM s)')"
        same "$program: ids that survived" "$survived" "$(query '
            SELECT count(DISTINCT id_client) FROM many_hands.survivors')"
        query 'DROP TABLE many_hands.survivors'
    fi
done

# --- A server that is not the book's --------------------------------------------

stop_server
sed -i 's/"many_hands.private=on"/"many_hands.private=off"/' \
    "$data/postmaster.opts"
start_server
query 'SET client_min_messages = warning; DROP SCHEMA many_hands CASCADE'
for program in "${loaders[@]}"; do
    call "$bin/$program" --rows 10
    same "$program, the reader's server: exit status" 3 "$status"
    matches "$program, the reader's server" "has a schema many_hands" "$err"
    same "$program, the reader's server: schemas made" 0 "$(query "
        SELECT count(*) FROM pg_namespace WHERE nspname = 'many_hands'")"
done
query 'CREATE SCHEMA many_hands'
call "$bin/load_naive" --rows 10
same "the reader's server, schema made: exit status" 0 "$status"
same "the reader's server: wal_syncs" "not available" "$(figure wal_syncs)"
