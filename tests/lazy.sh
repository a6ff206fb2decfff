#!/usr/bin/env bash
# Processes and connections: what may travel, who connects and when, and that
# nobody stays. (What becomes of the rows on bad days: tests/exactly_once.sh.)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

chapter=$root/chapters/07-lazy-connections
if [[ -z ${WITH_SERVER:-} ]]; then
    # The compiler refuses to send a connection, and says why; the same for any
    # build.
    headers=$(pg_config --includedir)
    compilers=(g++ clang++)
    ! sanitized || compilers=()
    for compiler in "${compilers[@]}"; do
        compile=(env LC_ALL=C "$compiler" -std=c++20 -fsyntax-only -I "$root"
            -I "$root/chapters" -isystem "$headers" "$chapter/what_travels.cpp")
        call "${compile[@]}"
        same "$compiler: what_travels: exit status" 0 "$status"
        call "${compile[@]}" -DSEND_A_CONNECTION
        same "$compiler: a connection is sent: exit status" 1 "$status"
        matches "$compiler: a connection is sent" "is_wire<.*pg_connection" "$err"
        [[ $compiler$(g++ -dumpversion) != g++12* ]] || for line in "$(grep -m 1 '^error: template' \
            "$chapter/README.md")" "$(grep -m 1 '^note: the expression' \
            "$chapter/README.md")"; do
            differs "the page quotes g++" "" "$line"
            matches "the page quotes g++: $line" ok \
                "$(grep -qF -- "$line" <<<"$err" && echo ok)"
        done
    done
    runs "result: 1 \(expected 1\)" output_flushed
    runs "result: 1 \(expected 1\)" lock_forked_first
    export WITH_SERVER=1
    with_server PG_OPTIONS="-c max_connections=40"
fi

psql=$("$with_postgres" --find)/psql
query() { "$psql" -XqAt "$DATABASE_URL" -c "$1"; }
nobody_there() {
    [[ $(query "SELECT count(*) FROM pg_stat_activity
        WHERE application_name = 'many-hands'") == 0 ]]
}

# --- What fork copies -----------------------------------------------------------

runs "child_was_told: this connection is another process's: connect after the fork" \
    load_forked_guarded --rows 300
for _ in 1 2 3; do
    begin=$SECONDS
    call timeout 30 "$bin/load_forked_connection"
    same "load_forked_connection: exit status" 0 "$status"
    at_most "load_forked_connection: seconds" $((SECONDS - begin)) 10
done
runs "bytes_that_came_for_the_child: 0"$'\n'"libpq_has_them: for you" \
    socket_passed
eventually nobody_there

# --- As many sessions as workers ----------------------------------------------------

# The article's, in Python.
if /usr/bin/python3 -c 'import psycopg' 2>/dev/null; then
    reference=(/usr/bin/python3 "$chapter/reference.py")
    call "${reference[@]}" --rows 400 --workers 4
    same "reference.py: exit status" 0 "$status"
    same "reference.py: connections" 10 "$(number connected_while_loading)"
    at_most "reference.py: least processor time of a row, us" 20 \
        "$(number row_cpu_us)"
    same "reference.py: commits" 400 "$(number commits)"
    call "${reference[@]}" --rows 400 --workers 4 --warm-up
    same "reference.py --warm-up: exit status" 0 "$status"
    at_most "reference.py --warm-up: connections" \
        "$(number connected_while_loading)" 4
    same "reference.py --warm-up: commits" 400 "$(number commits)"
else
    echo "not tried, there is no psycopg: reference.py"
fi

for workers in 1 3 16; do
    for how in "lazy yes" "lazy no" "processes yes"; do
        read -r loader warm <<<"$how"
        what="load_$loader, $workers workers, warm-up $warm"
        runs "result: 2000 rows" "load_$loader" --rows 2000 --workers $workers \
            --warm-up "$warm"
        [[ $loader == processes ]] ||
            same "$what: before the first use" 0 \
                "$(number sessions_before_first_use)"
        if [[ $warm == yes ]]; then
            sessions=$workers connected=0
        else # only who has something to load
            sessions=$(number workers_that_loaded) connected=$sessions
        fi
        same "$what: sessions" "$sessions" "$(number sessions)"
        same "$what: connected while loading" "$connected" \
            "$(number connected_while_loading)"
        same "$what: at the end" 0 "$(number sessions_at_the_end)"
        same "$what: commits" 2000 "$(number commits)"
        same "$what: round trips" $((6000 + $(number connected_while_loading))) \
            "$(number round_trips)"
    done
done
result=$(number result)
runs "result: 2000 rows" load_naive --rows 2000
same "the result of load_naive" "$result" "$(number result)"

# Slices for five: the others never connect, if they are lazy.
runs "sessions: [1-5]"$'\n' load_lazy --rows 100 --workers 30
at_most "load_lazy: workers for five slices" "$(number workers_that_loaded)" 5
runs "sessions: 30"$'\n' load_processes --rows 100 --workers 30

# The article's: a connection for each message.
for job in "8 2000 20 25" "4 400 20 10" "1 20 20 1" "3 7 1 7" "30 2000 20 100"; do
    read -r workers rows batch chunks <<<"$job"
    runs "result: $rows rows" load_lazy_copied --rows "$rows" --batch "$batch" \
        --workers "$workers"
    same "load_lazy_copied $job: messages" "$chunks" "$(number chunks)"
    same "load_lazy_copied $job: connections" "$chunks" \
        "$(number connected_while_loading)"
done

for connections in 1 2 7 30; do
    runs "result: 2000 rows" load_lazy_coroutines --rows 2000 \
        --connections $connections --warm-up yes
    same "load_lazy_coroutines: sessions for $connections" \
        $(((connections + 1) / 2 * 2)) "$(number sessions)"
done
runs "result: 30 \(expected 30\)" connect_cost --connections 15
eventually nobody_there

# What others use: a session that computes for half a second, beside one that
# only looks on; and a client that does for as long. How much of a core either
# gets is for the machine's other work to say.
twice() { awk -v figure="$(number "$1")" 'BEGIN { print 2 * figure }'; }
runs "result: 0 \(expected 0\)" costs_of "$psql" -Xq "$DATABASE_URL" -c \
    "DO 'DECLARE until timestamp = clock_timestamp() + interval ''500ms'';
        BEGIN WHILE clock_timestamp() < until LOOP END LOOP; END'"
same "costs_of: connections" 1 "$(number connections)"
at_most "costs_of: the server's memory" 5000 "$(number server_kib)"
at_most "costs_of: the client's memory" 500 "$(number client_kib)"
at_most "costs_of: the server computes, not the client" "$(twice cores_busy)" \
    "$(number server_cores_busy)"
# shellcheck disable=SC2016 # expanded by the inner shell
runs "result: 0 \(expected 0\)" costs_of bash -c \
    'end=$((${EPOCHREALTIME/./} + 500000))
    while ((${EPOCHREALTIME/./} < end)); do :; done'
at_most "costs_of: the client computes, not the server" \
    "$(twice server_cores_busy)" "$(number cores_busy)"
at_most "costs_of: on one core" "$(number cores_busy)" 1.1
same "costs_of: no connections" 0 "$(number connections)"
call "$bin/costs_of" false
same "costs_of: a command that fails" 4 "$status"

# --- The server is full ---------------------------------------------------------------

# For good: one line that says so, and soon.
for loader in load_lazy load_processes; do
    begin=$SECONDS
    call timeout 60 "$bin/$loader" --workers 60 --rows 2000 --batch 2
    same "$loader, server full: exit status" 3 "$status"
    same "$loader, server full: lines on stderr" 1 "$(wc -l <"$work/err")"
    matches "$loader, server full" "too many clients" "$err"
    at_most "$loader, server full: seconds" $((SECONDS - begin)) 20
    eventually nobody_there
done
# For a while: it is asked again, and nothing fails.
others=()
for ((i = 0; i < 30; ++i)); do
    query "SELECT pg_sleep(1)" >/dev/null &
    others+=($!)
done
thirty() {
    [[ $(query "SELECT count(*) FROM pg_stat_activity
        WHERE query LIKE '%pg_sleep(1)%'" 2>/dev/null) -ge 31 ]]
}
eventually thirty
runs "sessions: 20"$'\n' load_lazy --workers 20 --rows 2000 --batch 2 \
    --warm-up yes
wait "${others[@]}" || true

# --- Ended from outside -----------------------------------------------------------------

for loader in load_lazy load_processes load_lazy_coroutines load_once_processes; do
    for signal in INT TERM KILL; do
        query "TRUNCATE many_hands.samples"
        env --default-signal=INT "$bin/$loader" --rows 10000000 --workers 4 >"$work/out" 2>"$work/err" &
        pid=$!
        loading() { [[ $(query "SELECT count(*) FROM many_hands.samples") -gt 9 ]]; }
        eventually loading
        mapfile -t children < <(pgrep -P $pid)
        kill -$signal $pid
        status=0
        wait $pid 2>/dev/null || status=$?
        same "$loader, SIG$signal: exit status" $((128 + $(kill -l $signal))) $status
        same "$loader, SIG$signal: it had workers" 1 $((${#children[@]} >= 4))
        gone() { ! kill -0 "${children[@]}" 2>/dev/null; }
        eventually gone
        eventually nobody_there
    done
done
