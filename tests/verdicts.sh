#!/usr/bin/env bash
# The study of the verdicts says what its times say.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

call "$bin/verdict_study" "$root/tests/verdict_study.tsv"
same "the rule keeps its word: exit status" 0 "$status"
same "verdict_study.md" "$out" \
    "$(awk '/^trials: /, /^```$/' "$root/tests/verdict_study.md" | sed '$d')"

# It can also fail: where the planted one is the faster.
awk -F '\t' -v OFS='\t' 'NF == 6 && $1 != "trial" { $6 *= 0.8 } { print }' \
    "$root/tests/verdict_study.tsv" >"$work/faster.tsv"
call "$bin/verdict_study" "$work/faster.tsv"
same "called faster: exit status" 1 "$status"
matches "called faster" "20 rounds: slower in 0, faster in [1-9].*never faster: no" \
    "$out"
call "$bin/verdict_study" "$work/none.tsv"
same "no file: exit status" 1 "$status"
