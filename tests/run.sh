#!/usr/bin/env bash
# Builds the book with -Werror and runs its tests.
#
#     tests/run.sh                  all but the following
#     tests/run.sh --sanitizers     and the programs under AddressSanitizer,
#                                   UndefinedBehaviorSanitizer (g++) and
#                                   ThreadSanitizer (clang++); clang-tidy; and
#                                   the slow tests: scripts killed at every
#                                   stage and on hostile ground, seeded defects,
#                                   headers alone, what is compiled by hand
#     --yes                         do not ask (on a terminal) before installing
set -Eeuo pipefail

root=$(dirname "$(dirname "$(readlink -f "$0")")")
# shellcheck source-path=SCRIPTDIR source=../tools/run.sh
source "$root/tools/run.sh"

say() { printf 'run.sh: %s\n' "$*" >&2; }

presets=(tests)
setup=(--tests)
for argument; do
    case $argument in
    --sanitizers) presets+=(asan tsan) ;;
    --yes) setup+=(--yes) ;;
    --help)
        sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"
        exit
        ;;
    *)
        printf "run.sh: unknown option '%s', the options are %s\n" \
            "$argument" "--sanitizers --yes --help" >&2
        exit 2
        ;;
    esac
done

run "$root/tools/setup.sh" "${setup[@]}" || exit

room=500
((${#presets[@]} == 1)) || room=2500
require_room "$root" $room "programs and tests"
require_room "${TMPDIR:-/tmp}" 300 "temporary files"
cd "$root"
passed=0 failed=0 skipped=0
for preset in "${presets[@]}"; do
    printf '\n=== %s ===\n' "$preset"
    build "$preset" "build-$preset" || exit
    # Scripts are tested once: sanitizers see nothing of them.
    filter=(--label-exclude 'scripts|slow')
    case $preset in
    tsan) filter=(--label-exclude 'scripts|slow|one_thread') ;;
    tests)
        filter=()
        ((${#presets[@]} > 1)) || filter=(--label-exclude slow)
        ;;
    esac
    log=build-$preset/tests.log
    # Tests wait now and then: one more at once than two CPUs.
    run_group ctest --test-dir "build-$preset" --output-on-failure \
        --parallel 3 "${filter[@]}" > >(tee "$log") || true
    die_if_stopped
    wait # for tee
    passed=$((passed + $(grep -c ' Passed ' "$log" || true)))
    failed=$((failed + $(grep -cE '\*\*\*(Failed|Timeout|Not Run|Exception)' \
        "$log" || true)))
    skipped=$((skipped + $(grep -c '\*\*\*Skipped' "$log" || true)))
done

if ((${#presets[@]} > 1)); then
    printf '\n=== clang-tidy ===\n'
    if run_group tests/tidy.sh; then
        passed=$((passed + 1))
    else
        die_if_stopped
        failed=$((failed + 1))
    fi
fi

echo
((skipped == 0)) || printf '\nleft out:\n%s\n' \
    "$(grep -hE '\*\*\*Skipped' build-*/tests.log)"
# ctest shows what a test says only if it fails.
not_tried=$(for preset in "${presets[@]}"; do
    sed -n "s/^ *\(not tried.*\)/$preset: \1/p" \
        "build-$preset/Testing/Temporary/LastTest.log" 2>/dev/null
done)
[[ -z $not_tried ]] || printf '\nparts of tests that were not tried here:\n%s\n' \
    "$not_tried"
printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
((passed > 0 && failed == 0))
