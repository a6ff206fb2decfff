#!/usr/bin/env bash
# run_all.sh as a reader runs it: in a fresh copy of the book, with real
# servers, measurements and builds.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

book="$work/a book" # with a space
mkdir "$book"
copy_book "$book"
all=("$book/run_all.sh" --quick)
export MANY_HANDS_NO_INSTALL=1 # tests/run.sh has installed everything

# These programs are built: a build of its own comes last, and is a small one.
mkdir "$book/build"
ln -s "$bin" "$book/build/bin"
export MANY_HANDS_BUILT=1

# What the last run complained about.
why() { grep -vE " (s|min) left$" <<<"$err"; }

# --- Everything, in a hostile environment ------------------------------------------

# shellcheck disable=SC2016 # expanded by the inner shell
call env PG_OPTIONS='-c log_connections=on' "$with_postgres" bash -c '
    decoy=${DATABASE_URL#*host=}
    decoy=${decoy%%&*}
    unset MANY_HANDS_SERVER # DATABASE_URL is the reader'\''s own
    export PGHOST=$decoy PGUSER=many_hands PGOPTIONS="-c fsync=off"
    "$@"
    status=$?
    echo "connections: $(grep -c "connection received" "$decoy/log")"
    exit $status' bash "${all[@]}"
same "everything: exit status" 0 "$status"
((status == 0)) || why
matches "everything: the reader's server" "connections: 0$" "$out"
matches "everything: summary" "Chapter 01: .*Chapter 02: .*Chapter 03: .*Chapter 04: .*Chapter 05: .*fsync on" "$out"
matches "everything: the report's path" \
    "The report: $book/results/report.html" "$out"
matches "everything: how long" "measuring 7 chapters, about [234] min;" "$err"
matches "everything: progress" "05-io-bound: round 2 of 2, load_[a-z@=0-9_]+, \
about [0-9]+ (s|min) left" "$err"
for page in report.html report.md; do
    for program in samples_sequential samples_processes load_naive load_copy; do
        matches "$page" "$program" "$(<"$book/results/$page")"
    done
done

# --- A server of the reader's, by --database-url ------------------------------------

# shellcheck disable=SC2016 # expanded by the inner shell
PG_OPTIONS='-c many_hands.private=off' call "$with_postgres" bash -c '
    psql() { "$("$0" --find)/psql" -XqAt "$DATABASE_URL" -c "$1"; }
    state() { psql "SELECT (SELECT count(*) FROM pg_namespace), (TABLE mine)"; }
    psql "CREATE TABLE mine AS SELECT 42"
    before=$(state)
    "$@" --database-url "$DATABASE_URL" 05 | grep "^load_naive "
    echo "status: ${PIPESTATUS[0]}"
    [[ $(state) == "$before" ]] && echo "left as it was"
    psql "CREATE SCHEMA many_hands"
    "$@" --database-url "$DATABASE_URL" 05
    echo "schema there: $?"
    psql "SELECT count(*) FROM pg_namespace WHERE nspname = '\''many_hands'\''"
    ' "$with_postgres" "${all[@]}"
matches "--database-url: measured there" "load_naive .* not available" "$out"
matches "--database-url: exit status" "status: 0" "$out"
[[ $out == *"status: 0"* ]] || why
matches "--database-url: our schema is gone, theirs is there" \
    "left as it was" "$out"
matches "--database-url: their schema of this name is not touched" \
    $'schema there: 3\n1$' "$out"
matches "--database-url: what to do about it" "DROP SCHEMA many_hands CASCADE" \
    "$err"

# --- Signals: what is finished is kept, and reported --------------------------------

# First chapters that are soon finished.
cat >"$book/chapters/04-data-parallelism/time.sh" <<'E2'
#!/usr/bin/env bash
source "$(dirname "$0")/../../tools/time_variants.sh"
chapter 04-data-parallelism "Data parallelism" 1
problem samples "Few samples"
variant samples_sequential samples_sequential --rows 1000
go
E2
cat >"$book/chapters/01-processes/time.sh" <<'E2'
#!/usr/bin/env bash
source "$(dirname "$0")/../../tools/time_variants.sh"
chapter 01-processes "Processes" 1
problem primes "Few primes"
variant primes_pool primes_pool
go
E2
cat >"$book/chapters/02-threads/time.sh" <<'E2'
#!/usr/bin/env bash
source "$(dirname "$0")/../../tools/time_variants.sh"
chapter 02-threads "Threads" 1
problem primes "Few threads"
variant primes_threads primes_threads
go
E2
cat >"$book/chapters/03-gil/time.sh" <<'E2'
#!/usr/bin/env bash
source "$(dirname "$0")/../../tools/time_variants.sh"
chapter 03-gil "The GIL" 1
problem timeline "Few lanes"
variant gil_timeline gil_timeline
go
E2

loading() { pgrep --runstates DRST -f "$book/build/bin/load_naive"; }
nothing_runs() { ! loading && nothing_left; }
for signal in INT:130 TERM:143; do
    rm -rf "$book/results"
    env --default-signal=INT setsid "${all[@]}" >"$work/out" 2>"$work/err" &
    pid=$!
    eventually loading
    kill -s "${signal%:*}" "$pid"
    status=0
    wait "$pid" 2>/dev/null || status=$?
    same "SIG${signal%:*}: exit status" "${signal#*:}" "$status"
    eventually nothing_runs
    same "SIG${signal%:*}: the chapters that were complete" \
        "01-processes 02-threads 03-gil 04-data-parallelism" \
        "$(cd "$book/results" && echo ??-*[a-z]/ | tr -d /)"
    matches "SIG${signal%:*}: its report" "Few primes.*Few threads.*Few lanes.*Few samples" \
        "$(<"$book/results/report.md")"
done

# --- It builds what is not built -------------------------------------------------------

unset MANY_HANDS_BUILT
rm -r "$book/build" "$book/results"
sed -i '/add_subdirectory(chapters\/0[^4]/d' "$book/CMakeLists.txt"
sed -i '/^parts(/!d' "$book/chapters/04-data-parallelism/CMakeLists.txt"
echo 'programs(samples_sequential)' \
    >>"$book/chapters/04-data-parallelism/CMakeLists.txt"
call "${all[@]}" 04
same "from nothing: exit status" 0 "$status"
matches "from nothing: measured" "Few samples.*samples_sequential" "$out"

# --- A build that fails says why -----------------------------------------------------

echo '#error broken on purpose' \
    >>"$book/chapters/04-data-parallelism/samples_sequential.cpp"
call "${all[@]}"
same "broken build: exit status" 1 "$status"
matches "broken build: the compiler's words" "broken on purpose" "$err"
matches "broken build: the log" "whole log is in $book/build/log" "$err"
