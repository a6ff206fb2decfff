#!/usr/bin/env bash
# time_variants.sh in a book of one small chapter: what it measures, what it
# keeps, and what a signal leaves.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

book="$work/a book" # with a space
mkdir -p "$book/build" "$book/chapters/99-test"
cp -r "$root/tools" "$book/"
ln -s "$bin" "$book/build/bin"
cat >"$book/chapters/99-test/time.sh" <<'E2'
#!/usr/bin/env bash
source "$(dirname "$0")/../../tools/time_variants.sh"
chapter 99-test "A test" 1
problem quick "Few rows"
variant samples_sequential samples_sequential --rows 1000
variant samples_threads@workers=2 samples_threads --rows 1000 --workers 2
peer sleep sleep 0.01
absent nothing "not here"
note "A note."
problem slow "More rows" rows_per_s
variant samples_sequential samples_sequential --rows 100000
if [[ -n ${EXTRA:-} ]]; then
    eval "$EXTRA"
fi
go
E2
chmod +x "$book/chapters/99-test/time.sh"
timing=("$book/chapters/99-test/time.sh")
results=$book/results/99-test
export MANY_HANDS_BUILT=1

# --- What is measured ------------------------------------------------------------

call "${timing[@]}" --quick
same "exit status" 0 "$status"
matches "table" "samples_threads@workers=2 +[0-9.]+ ms" "$out"
matches "absent peer" "nothing +not measured: not here" "$out"
matches "note" "A note\." "$out"
matches "progress" "99-test: round 2 of 2, samples_sequential, about [0-9]+ s" \
    "$err"
expected='01.samples_sequential.again.json 01.samples_sequential.json
01.samples_threads@workers=2.json 01.sleep.json
02.samples_sequential.again.json 02.samples_sequential.json
02.samples_threads@workers=2.json'
same "files of two rounds, with the A/A pair; the peer ran once" \
    "${expected//$'\n'/ }" "$(cd "$results/quick" && echo *.json)"
same "each has its output" 7 "$(find "$results/quick" -name '*.out' | wc -l)"
same "nothing else is kept" 0 "$(find "$results" -name '*.err' | wc -l)"
same "hyperfine's label" '"command": "samples_threads@workers=2",' \
    "$(grep -o '"command".*' "$results/quick/02.samples_threads@workers=2.json")"
matches "the figures of the same run" "^rows_per_s: [0-9]+" \
    "$(sed -n 2p "$results/quick/02.samples_threads@workers=2.out")"
order() { # of a round, by the files' times
    (cd "$results/quick" && find . -name "$1.*.json" -printf '%T@ %f\n' |
        sort | cut -d' ' -f2 | cut -d. -f2-)
}
differs "the order changes from round to round" "$(order 01 | grep -v sleep)" \
    "$(order 02)"

call "${timing[@]}" --quick slow
same "one problem: exit status" 0 "$status"
same "one problem is shown alone" "More rows" \
    "$(grep -oE 'Few rows|More rows' <<<"$out")"
same "one problem does not replace the chapter" 2 \
    "$(cut -f1 "$results/variants.tsv" | sort -u | wc -l)"
call "${timing[@]}" --quick nonsense
same "no such problem: exit status" 2 "$status"
matches "no such problem" "chapter 99-test has no problem 'nonsense'" "$err"

# --- What is quoted, and what is only named ---------------------------------------

call "${timing[@]}" --list
same "--list: exit status" 0 "$status"
same "--list" $'quick\tsamples_sequential
quick\tsamples_threads@workers=2\nquick\tsleep\nquick\tnothing
slow\tsamples_sequential' "$(cut -f 1,2 <<<"$out")"
matches "--list: the commands" "sleep.sleep 0.01" "$out"
reference=$book/chapters/99-test/reference.json
call env EXTRA="variant failing samples_threads --out /nowhere" \
    "${timing[@]}" --reference
same "--reference of a failing chapter: exit status" 1 "$status"
same "--reference of a failing chapter: no file" "" "$(find "$book/chapters" -name "reference.json*")"
call env EXTRA="version 'Some library' 1.2" "${timing[@]}" --reference
same "--reference: exit status" 0 "$status"
same "--reference: twenty rounds" 20 \
    "$(grep -o '"rows_per_s":\[[^]]*' "$reference" | head -n 1 |
        tr , '\n' | wc -l)"
matches "--reference: the machine and what is used" \
    '"processor".*"compiler".*"fmt".*"Some library","1.2"' "$(<"$reference")"
same "--reference: nothing of this machine's directories" "" \
    "$(grep -o "$work" "$reference")"
same "--reference: small" 1 "$(($(wc -c <"$reference") < 20000))"
for wrong in "--reference --quick" "--reference slow"; do
    # shellcheck disable=SC2086 # two words
    call "${timing[@]}" $wrong
    same "$wrong: exit status" 2 "$status"
done

# --- What fails -------------------------------------------------------------------

call env EXTRA="variant failing samples_threads --out /nowhere" \
    "${timing[@]}" --quick
same "a failing variant: exit status" 1 "$status"
matches "a failing variant, in the table" "failing +failed with exit status 1" \
    "$out"
matches "a failing variant, and how to see it" \
    "failing: .*; by hand: .*samples_threads --out /nowhere" "$err"
matches "the others have their times" "samples_threads@workers=2 +[0-9.]+ ms" \
    "$out"
call env EXTRA="peer missing $work/no-such-program" "${timing[@]}" --quick
same "a missing program: exit status" 1 "$status"
matches "a missing program" "missing \(peer\) +no measurement" "$out"

mkdir "$work/path"
ln -s /usr/bin/* "$work/path" 2>/dev/null
rm -f "$work/path/hyperfine"
call env PATH="$work/path" "${timing[@]}"
same "no hyperfine: exit status" 3 "$status"
matches "no hyperfine" "hyperfine is missing; tools/setup.sh" "$err"

# --- The reader's DATABASE_URL ----------------------------------------------------

# shellcheck disable=SC2016 # expanded by the inner shells
cat >"$book/chapters/99-test/time.sh" <<'E2'
#!/usr/bin/env bash
source "$(dirname "$0")/../../tools/time_variants.sh"
chapter 99-test "A test" 1
needs_postgres
problem load "Rows"
variant load_copy load_copy --rows 10
go
E2
# shellcheck disable=SC2016 # expanded by the inner shell
call env PG_OPTIONS='-c log_connections=on' "$with_postgres" bash -c '
    unset MANY_HANDS_SERVER # DATABASE_URL is the decoy, set by the reader
    directory=${DATABASE_URL#*host=}
    "$0" --quick
    echo "connections: $(grep -c "connection received" "${directory%%&*}/log")"
    ' "${timing[0]}"
matches "timed on a private server" "load_copy +[0-9.]+ ms" "$out"
matches "the reader's server saw no connection" "connections: 0$" "$out"

# --- Signals ----------------------------------------------------------------------

cat >"$book/chapters/99-test/time.sh" <<'E2'
#!/usr/bin/env bash
source "$(dirname "$0")/../../tools/time_variants.sh"
chapter 99-test "A test" 1
needs_postgres
problem long "Rows"
variant load_naive load_naive --rows 99999999
go
E2
loading() { ours -f 'bin/load_naive --rows 99999999'; }
nothing_runs() { ! loading && nothing_left; }
nothing_half_done() { [[ -z $(find "$book/results" -name '*.part') ]]; }
for signal in INT:130 TERM:143 HUP:129 KILL:137; do
    env --default-signal=INT setsid "${timing[@]}" >/dev/null 2>&1 &
    pid=$!
    eventually loading
    call "${timing[@]}"
    same "a second one at the same time: exit status" 1 "$status"
    matches "a second one at the same time" "another run is measuring" "$err"
    kill -s "${signal%:*}" "$pid"
    status=0
    wait "$pid" 2>/dev/null || status=$?
    same "SIG${signal%:*}: exit status" "${signal#*:}" "$status"
    eventually nothing_runs
    eventually nothing_half_done
done
