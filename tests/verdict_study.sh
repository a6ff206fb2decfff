#!/usr/bin/env bash
# Do the verdicts of the report deserve trust? Measures one program, under
# three names, and the same with 5 % more work, as time_variants.sh measures a
# chapter with --full: 20 rounds, 40 times over. Writes every time in seconds to
# tests/verdict_study.tsv; build-tests/bin/verdict_study says what the rule makes
# of it.
#
#     tests/verdict_study.sh [TRIALS]     40; a quarter of a minute each
#
# Not a test: it needs a quiet machine. What it found is in
# tests/verdict_study.md.
set -Eeuo pipefail

root=$(dirname "$(dirname "$(readlink -f "$0")")")
trials=${1:-40}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/book/build" "$work/book/chapters/99-study"
cp -r "$root/tools" "$work/book/"
ln -s "$root/build/bin" "$work/book/build/bin"
export MANY_HANDS_BUILT=1
cat >"$work/book/chapters/99-study/time.sh" <<'END'
source "$(dirname "$0")/../../tools/time_variants.sh"
chapter 99-study "A study" 1
problem study "One program, and 5 % more of it"
variant base refcount_atomic --workers 1 --references 14000000
variant same refcount_atomic --workers 1 --references 14000000
variant planted refcount_atomic --workers 1 --references 14700000
go
END

table=$work/table
printf '# %s, %s\n' "$(sed -n 's/^model name[^:]*: //p;T;q' /proc/cpuinfo)" \
    "$(date -u +%F)" >"$table"
printf 'trial\tround\tbase\tagain\tsame\tplanted\n' >>"$table"
for ((trial = 1; trial <= trials; ++trial)); do
    echo "trial $trial of $trials" >&2
    bash "$work/book/chapters/99-study/time.sh" --full >/dev/null 2>"$work/err" || {
        tail "$work/err" >&2
        exit 1
    }
    runs=$work/book/results/99-study/study
    for round in {01..20}; do
        printf '%s\t%s' "$trial" "$round"
        for name in base base.again same planted; do
            printf '\t%s' "$(grep -A 1 '"times"' "$runs/$round.$name.json" |
                awk 'END { printf "%.6f", $1 }')"
        done
        echo
    done >>"$table"
done
mv "$table" "$root/tests/verdict_study.tsv"
