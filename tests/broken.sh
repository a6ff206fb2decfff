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

while read -r program symptom runs options; do
    read -ra options <<<"$options"
    shown=false
    for ((run = 1; run <= runs; ++run)); do
        call timeout 60 "$bin/$program" "${options[@]}"
        same "$program: exit status" 0 "$status"
        case $symptom in
        wrong) ! is_wrong "${out##*$'\n'}" || shown=true ;;
        *) fail "$program: no such symptom: $symptom" ;;
        esac
        ! $shown || break
    done
    checks=$((checks + 1))
    $shown || fail "$program worked $runs times: ${out##*$'\n'}"
done < <(listed)

# The list is complete, and says so in the programs.
same "programs that say so" \
    "$(listed | awk '{ print $1 }' | sort)" \
    "$(cd "$root" && grep -l '^// [a-z_]*: broken on purpose' \
        chapters/*/*.cpp | xargs -n 1 basename -s .cpp | sort)"

# The fixed twins, as often.
for program in primes_processes counter_processes random_seeded; do
    for ((run = 1; run <= 20; ++run)); do
        call timeout 60 "$bin/$program"
        same "$program: exit status" 0 "$status"
    done
done
