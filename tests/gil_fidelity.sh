#!/usr/bin/env bash
# How far is the simulation from the CPython of this machine? Each round runs
# CPython, ours and CPython again. Prints the medians, how far ours is from
# CPython's, how far CPython is from itself in the same round (the median), and
# whether the former is at most 15 %, or twice the latter if that is more.
#
#     tests/gil_fidelity.sh [ROUNDS]     10; half a minute each
#
# Exit status 1 if anything is out of bounds. Not a test: it needs a quiet
# machine. The figures of ours are in tests/gil_fidelity.md.
set -Eeuo pipefail

root=$(dirname "$(dirname "$(readlink -f "$0")")")
bin=$root/build/bin
reference=$root/chapters/03-gil/reference.py
rounds=${1:-10}
allowed=$(taskset -cp $$)
allowed=${allowed##* }
one_core=(taskset -c "${allowed%%[,-]*}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

countdown() { # WHO WORKERS INTERVAL_US
    if [[ $1 == ours ]]; then
        "$bin/gil_countdown" --workers "$2" --interval-us "$3" --counts 30000000
    else
        python3 "$reference" countdown "$2" 15000000 "$3"
    fi
}
convoy() { # WHO WORKERS THINK_US COMMAND BEFORE IT ...
    local options=(--workers "$2" --think-us "$3" --ms 1000)
    [[ $1 == ours ]] || options+=(--reference "$reference")
    "${@:4}" "$bin/gil_convoy" "${options[@]}"
}

# Appends to the files of work what a program printed: WHO NAME FIGURES...
keep() {
    local who=$1 name=$2 figure value
    shift 2
    for figure; do
        value=$(sed -n "s/^$figure: //p" "$work/out")
        echo "${value:-unreliable}" >>"$work/$name $figure.$who"
    done
}
measure() { # WHO: first, ours, second
    local workers think
    for workers in 2 4; do
        countdown "$1" $workers 5000 >"$work/out"
        keep "$1" "countdown, $workers threads, 5 ms" slower handoff_period_ms
    done
    countdown "$1" 2 1000 >"$work/out"
    keep "$1" "countdown, 2 threads, 1 ms" handoff_period_ms
    # Where the kernel puts server and client decides, if neither computes.
    convoy "$1" 0 0 "${one_core[@]}" >"$work/out"
    keep "$1" "convoy on one core, 0 compute, think 0 us" requests_per_s
    for think in 2000 0; do
        for workers in 0 1 2; do
            convoy "$1" $workers $think >"$work/out"
            keep "$1" "convoy, $workers compute, think $think us" \
                requests_per_s longer_than_interval_percent
        done
    done
}

for ((round = 1; round <= rounds; ++round)); do
    echo "round $round of $rounds" >&2
    for who in first ours second; do
        measure $who
    done
done

printf '| %s | %s | %s | %s | %s | %s |\n' "what" "ours" "CPython" \
    "difference" "CPython from itself" "" ":--" "--:" "--:" "--:" "--:" ":--"
out_of_bounds=0
while read -r ours; do
    name=${ours%.ours}
    bounded=1
    [[ $name != *" 2 compute"* ]] || bounded=0
    paste "$ours" "$name.first" "$name.second" |
        awk -v what="$(basename "$name" | tr _ ' ')" -v bounded=$bounded '
            function median(v, n, i, j, t) {
                for (i = 2; i <= n; ++i)
                    for (j = i; j > 1 && v[j] < v[j - 1]; --j) {
                        t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
                    }
                return (v[int((n + 1) / 2)] + v[int(n / 2) + 1]) / 2
            }
            function apart(a, b) { # in percent of the mean; nothing: 0
                return a + b == 0 ? 0 : 200 * (a > b ? a - b : b - a) / (a + b)
            }
            !/unreliable/ {
                ours[++n] = $1
                cpython[++m] = $2
                cpython[++m] = $3
                self[n] = apart($2, $3)
            }
            END {
                if (n < NR / 2) {
                    printf "| %s | unreliable | | | | |\n", what
                    exit 1
                }
                a = median(ours, n); b = median(cpython, m)
                s = median(self, n)
                far = b == 0 ? (a == 0 ? 0 : 100) : 100 * (a / b - 1)
                limit = 2 * s > 15 ? 2 * s : 15
                good = far <= limit && -far <= limit
                printf "| %s | %.4g | %.4g | %+.0f %% | %.0f %% | %s |\n", what,
                    a, b, far, s, bounded ? (good ? "within" : "**outside**") \
                                          : "shown only"
                exit bounded && !good
            }' || out_of_bounds=$((out_of_bounds + 1))
done < <(find "$work" -name '*.ours' | sort)
echo
echo "$out_of_bounds out of bounds"
((out_of_bounds == 0))
