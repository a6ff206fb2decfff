#!/usr/bin/env bash
# The speeds that this book promises of its thread pool and its threads: forty
# interleaved pairs each, the median of their ratios, and between which two of
# the sorted ratios the true median lies (95 %, by their order alone). A
# benchmark, not a test: run it on a quiet machine. Needs ./run_all.sh's build,
# OpenMP, oneTBB and Asio.
set -Eeuo pipefail

bin=$(dirname "$(dirname "$(readlink -f "$0")")")/build/bin

figure() { sed -n 's/^\(task_us\|item_ns\): //p'; }
seconds() {
    local start=$EPOCHREALTIME
    "$@" >/dev/null
    awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }'
}
two_at_once() {
    "$bin/primes_sequential" &
    "$bin/primes_sequential"
    wait $!
}
measure() {
    if [[ $1 == primes_two_at_once ]]; then # each does all: half of both
        seconds two_at_once | awk '{ print $1 / 2 }'
    elif [[ $1 == primes_* ]]; then
        seconds "$bin/$1"
    else
        # shellcheck disable=SC2086 # several words
        "$bin/"$1 | figure
    fi
}

# pairs OURS THEIRS PROMISED: prints ours / theirs.
pairs() {
    local round a b
    for round in {1..40}; do
        if ((round % 2)); then
            a=$(measure "$1") b=$(measure "$2")
        else
            b=$(measure "$2") a=$(measure "$1")
        fi
        awk "BEGIN { print $a / $b, $a, $b }"
    done | sort -g | awk -v what="$1 / $2" -v promised="$3" '
        { ratio[NR] = $1; ours[NR] = $2; theirs[NR] = $3 }
        function middle(of, i, j, t) {
            for (i = 2; i <= NR; ++i)
                for (j = i; j > 1 && of[j] < of[j - 1]; --j) {
                    t = of[j]; of[j] = of[j - 1]; of[j - 1] = t
                }
            return (of[NR / 2] + of[NR / 2 + 1]) / 2
        }
        END {
            printf "%-44s %7.3g %7.3g %6.2f  %4.2f to %4.2f  %s\n", what,
                middle(ours), middle(theirs), middle(ratio), ratio[14],
                ratio[27], promised
        }'
}

printf '%-44s %7s %7s %6s  %s\n' "us a task, ns an item, s; medians of 40" \
    ours theirs ratio "95 %         promised"
pairs tasks_pool tasks_asio "less than 1"
pairs tasks_pool "tasks_asio --futures 1" "less than 1"
pairs tasks_pool tasks_tbb "at most 4"
pairs "items_pool --rounds 10" "items_openmp --rounds 10" "at most 1.1"
pairs "items_pool --rounds 10" "items_tbb --rounds 10" "at most 1.1"
pairs primes_threads primes_sequential "at most 0.526"
pairs primes_two_at_once primes_sequential "what the machine gives"
