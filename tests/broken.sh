#!/usr/bin/env bash
# Programs that are broken on purpose are broken. Their fixed twins: fixed.sh.
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
