#!/usr/bin/env bash
# Programs that are broken on purpose are broken; their fixed twins are not.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

listed() { grep -E '^[^#]' "$root/tests/broken.txt"; }

# Is this the last line of a program that found what it should not?
is_wrong() { # LINE
    [[ $1 =~ ^result:\ (.*)\ \(expected\ (.*),\ broken\ on\ purpose\)$ &&
        ${BASH_REMATCH[1]} != "${BASH_REMATCH[2]}" ]]
}
checks=$((checks + 2))
is_wrong "result: 2 (expected 3, broken on purpose)" || fail "is_wrong: no"
! is_wrong "result: 3 (expected 3, broken on purpose)" || fail "is_wrong: yes"

# With ThreadSanitizer, whatever this build has; all at once, for no other test
# runs meanwhile. counter_racy loses counts without a race that a tool could see.
for program in counter_racy $(listed | awk '$2 == "race" { print $1 }'); do
    printf '#include "%s"\n' "$(find "$root/chapters" -name "$program.cpp")" \
        "$root"/common/*.cpp |
        clang++ -std=c++20 -O2 -g -fsanitize=thread -I "$root" \
            -I "$root/chapters" -x c++ - -lfmt -o "$work/$program" &
done
wait

while read -r program symptom runs options; do
    read -ra options <<<"$options"
    shown=false
    path=$bin/$program expected=0
    unset TSAN_OPTIONS
    if [[ $symptom == race ]]; then
        path=$work/$program expected=66 # ThreadSanitizer's
    elif listed | grep -qE "^$program +race "; then
        # In a build with ThreadSanitizer the race is another line's subject.
        export TSAN_OPTIONS=exitcode=0
    fi
    command=("$path" "${options[@]}")
    case $symptom in
    served) command=("$with_postgres" "${command[@]}") ;;
    doubled)
        command=("$with_postgres" "$bin/delay_proxy" "${options[@]}" "$path")
        ;;
    esac
    for ((run = 1; run <= runs; ++run)); do
        call timeout 60 "${command[@]}"
        same "$program: exit status" "$expected" "$status"
        case $symptom in
        wrong | served | doubled) ! is_wrong "${out##*$'\n'}" || shown=true ;;
        race)
            [[ $err != *"WARNING: ThreadSanitizer: data race"* ]] ||
                shown=true
            ;;
        *) fail "$program: no such symptom: $symptom" ;;
        esac
        ! $shown || break
    done
    checks=$((checks + 1))
    $shown || fail "$program worked $runs times: ${out##*$'\n'}"
done < <(listed)

# The list is complete, and says so in the programs.
same "programs that say so" \
    "$(listed | awk '{ print $1 }' | sort -u)" \
    "$(grep -rl '^// [a-z_]*: broken on purpose' "$root/chapters" \
        --include='*.cpp' | xargs -n 1 basename -s .cpp | sort)"

call "$work/counter_racy" --counts 200000
same "counter_racy under ThreadSanitizer: exit status" 0 "$status"
same "counter_racy under ThreadSanitizer" "" "$err"

# The fixed twins, as often.
# shellcheck disable=SC2016 # expanded by the command
call "$with_postgres" bash -c 'for ((run = 1; run <= 20; ++run)); do
    "$0/delay_proxy" --rtt-us 0 --fault-at $((15 + 4 * run)) \
        --fault-unit commands "$0/load_once" --batch 100 --workers 1 \
        --start anew || exit
done' "$bin"
same "load_once: exit status" 0 "$status"
same "load_once: as often as a COMMIT was not answered" 20 \
    "$(grep -c '^retries: 1$' <<<"$out")"
# shellcheck disable=SC2016 # expanded by the command
call env PG_OPTIONS='-c fsync=off' "$with_postgres" bash -c '
    for ((run = 1; run <= 20; ++run)); do
        "$0/bad_row" && "$0/bad_row" --sync-every 100 &&
            "$0/bad_row" --sync-every 1000 && "$0/two_uses_serialised" &&
            "$0/two_uses_refused" || exit
    done' "$bin"
same "bad_row, two_uses: exit status" 0 "$status"
for once in 'result: 999 ' 'result: 900 ' 'result: 0 ' 'skipped: 0' \
    'skipped: 99' 'skipped: 499'; do
    same "bad_row: $once" 20 "$(grep -c "^$once" <<<"$out")"
done
same "two_uses: all answers right, or refused" 40 \
    "$(grep -c '^result: 200 ' <<<"$out")"
same "two_uses: answers that are wrong" 40 "$(grep -c '^wrong: 0$' <<<"$out")"
same "two_uses: runs in which some were refused" 20 \
    "$(sed -n "/^wrong:/{n; p}" <<<"$out" | grep -c "^refused: [1-9]")"
for program in primes_processes counter_processes random_seeded \
    counter_atomic counter_mutex condition event_wait deadlock_fixed \
    refcount_atomic refcount_biased refcount_gil; do
    for ((run = 1; run <= 20; ++run)); do
        call timeout 60 "$bin/$program"
        same "$program: exit status" 0 "$status"
    done
done
