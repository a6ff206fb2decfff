#!/usr/bin/env bash
# The speeds that this book promises of its thread pool and its threads: forty
# interleaved pairs each, the median of their ratios, and between which two of
# the sorted ratios the true median lies (95 %, by their order alone). A
# benchmark, not a test: run it on a quiet machine. Needs ./run_all.sh's build,
# OpenMP, oneTBB and Asio.
set -Eeuo pipefail

bin=$(dirname "$(dirname "$(readlink -f "$0")")")/build/bin

# Of a throughput the time that a task takes, in microseconds.
figure() {
    awk '/^tasks_per_s: / { print 1e6 / $2 } /^item_ns: / { print $2 }'
}
seconds() {
    local start=$EPOCHREALTIME
    "$@" >/dev/null
    awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }'
}
two_at_once() {
    "$bin/primes_sequential" --digits 16 &
    "$bin/primes_sequential" --digits 16
    wait $!
}
measure() {
    if [[ $1 == primes_two_at_once ]]; then # each does all: half of both
        seconds two_at_once | awk '{ print $1 / 2 }'
    elif [[ $1 == primes_* ]]; then # the published numbers
        seconds "$bin/$1" --digits 16
    else
        # shellcheck disable=SC2086 # several words
        "$bin/"$1 | figure
    fi
}

# column NUMBER: of the pairs, sorted.
column() { awk -v c="$1" '{ print $c }' <<<"$all" | sort -g; }
median() { awk '{ v[NR] = $1 } END { print (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# pairs OURS THEIRS PROMISED: prints ours / theirs.
pairs() {
    local round a b all=
    for round in {1..40}; do
        if ((round % 2)); then
            a=$(measure "$1") b=$(measure "$2")
        else
            b=$(measure "$2") a=$(measure "$1")
        fi
        all+=$(awk "BEGIN { print $a, $b, $a / $b }")$'\n'
    done
    all=${all%$'\n'}
    printf '%-44s %7.3g %7.3g %6.2f  %4.2f to %4.2f  %s\n' "$1 / $2" \
        "$(column 1 | median)" "$(column 2 | median)" "$(column 3 | median)" \
        "$(column 3 | sed -n 14p)" "$(column 3 | sed -n 27p)" "$3"
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
