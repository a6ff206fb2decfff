#!/usr/bin/env bash
# Times the variants of this chapter; see tools/time_variants.sh.
# shellcheck source-path=SCRIPTDIR source=../../tools/time_variants.sh
source "$(dirname "$0")/../../tools/time_variants.sh"
here=$(dirname "$(readlink -f "$0")")

chapter 03-gil "The GIL" 100

case $profile in
quick) counts=1000000 ms=100 references=20000000 ;;
default) counts=3000000 ms=150 references=60000000 ;;
full) counts=20000000 ms=1000 references=400000000 ;;
esac
find_python threading
# The same on the CPython that is installed, beside LABEL of ours: the report
# shows the FIGURES of both.
cpython() { # FIGURES LABEL COMMAND ...
    local label=cpython@${2#*@}
    if [[ -n $python ]]; then
        beside "$2 $1" "$label" "${@:3}"
    else
        absent "$label" "no python3"
    fi
}
countdown_of_cpython() { # LABEL WORKERS INTERVAL_US; half as far: it is slower
    cpython "slower handoff_period_ms" "$1" "$python" "$here/reference.py" \
        countdown "$2" $((counts / 2)) "$3"
}
convoy_of_cpython() { # LABEL OPTIONS ...
    cpython "requests_per_s p50_us longer_than_interval_percent" "$1" \
        "$bin/gil_convoy" --reference "$here/reference.py" "${@:2}" --ms "$ms"
}

problem countdown "Counting down: one thread, then several" count_s
for workers in 2 4; do
    variant gil_countdown@workers=$workers gil_countdown --workers $workers \
        --counts "$counts"
done
floor gil_countdown@gil=none gil_countdown --gil none --counts "$counts"
sweep gil_countdown@force=0 gil_countdown --force 0 --counts "$counts"
[[ $profile == quick ]] ||
    floor gil_countdown@gil=none@tax=4 gil_countdown --gil none --tax 4 \
        --counts "$counts"
for workers in 2 4; do
    countdown_of_cpython gil_countdown@workers=$workers $workers 5000
done
note "Two threads where nothing else is said. slower: the time of the threads by that of one thread which counts as far alone, in the same run. CPython counts half as far."

problem old "Python 2's lock, on one core and on two" count_s
no_race
old() { # KIND LABEL TICKS COMMAND BEFORE IT ...
    "$1" "gil_countdown@$2" "${@:4}" "$bin/gil_countdown" --gil old \
        --ticks "$3" --counts "$counts"
}
old variant cpus=1@gil=old 100 "${one_core[@]}"
old variant gil=old 100
old sweep cpus=1@gil=old@ticks=1500 1500 "${one_core[@]}"
old sweep gil=old@ticks=1500 1500
sweep gil_countdown@gil=old@ticks=1500@workers=4 gil_countdown --gil old \
    --ticks 1500 --workers 4 --counts "$counts"
note "1,500 of our instructions take about as long as 100 ticks did in Python 2."

problem model "Python 2's lock on machines of one to sixteen cores, computed" modelled_ms
no_race
variant gil_model@cores=1 gil_model --cores 1
variant gil_model@cores=2 gil_model --cores 2
for cores in 1 2 4 16; do
    sweep gil_model@cores=$cores@workers=4 gil_model --cores $cores --workers 4
done
note "Computed, for a second of work: the same on any machine."

problem interval "Two threads, by switch interval" handoff_period_ms
no_race
variant gil_countdown@interval-us=5000 gil_countdown --interval-us 5000 \
    --counts $((2 * counts))
variant gil_countdown@interval-us=1000 gil_countdown --interval-us 1000 \
    --counts "$counts"
countdown_of_cpython gil_countdown@interval-us=1000 2 1000
for interval in 100 10; do
    detail gil_countdown@interval-us=$interval gil_countdown \
        --interval-us $interval --counts "$counts"
    [[ $profile == quick ]] ||
        countdown_of_cpython gil_countdown@interval-us=$interval 2 $interval
done

problem convoy "A server beside threads that compute; its client thinks for 2 ms" \
    p50_us
no_race
for workers in 0 1; do
    variant gil_convoy@workers=$workers gil_convoy --workers $workers --ms "$ms"
done
sweep gil_convoy@workers=2 gil_convoy --workers 2 --ms "$ms"
variant gil_convoy@workers=1@interval-us=1000 gil_convoy --workers 1 \
    --interval-us 1000 --ms "$ms"
sweep gil_convoy@gil=old@ticks=1500 gil_convoy --gil old --ticks 1500 --ms "$ms"
sweep gil_convoy@gil=fair gil_convoy --gil fair --ms "$ms"
sweep gil_convoy@gil=none gil_convoy --gil none --ms "$ms"
for workers in 0 1 2; do
    convoy_of_cpython gil_convoy@workers=$workers --workers $workers
done

note "The client asks for $ms ms in each round, which beside a thread that computes is time for few requests."

problem eager "The same with a client that does not think" requests_per_s
no_race
for workers in 0 1; do
    variant gil_convoy@think-us=0@workers=$workers gil_convoy --think-us 0 \
        --workers $workers --ms "$ms"
done
sweep gil_convoy@think-us=0@workers=2 gil_convoy --think-us 0 --workers 2 \
    --ms "$ms"
variant gil_convoy@think-us=0@workers=1@keep=1 gil_convoy --think-us 0 \
    --workers 1 --keep 1 --ms "$ms"
for workers in 0 1 2; do
    convoy_of_cpython gil_convoy@think-us=0@workers=$workers --think-us 0 \
        --workers $workers
done

problem io "Fifty waits of 2 ms"
variant gil_io@workers=1 gil_io --workers 1 --waits 50
variant gil_io@workers=10 gil_io --workers 10 --waits 50

problem extension "Calls that let the lock go for a part of their time" \
    extension_s
extension() { # KIND LABEL OPTIONS ...
    "$1" "gil_extension@$2" gil_extension --calls $((counts / 4000)) "${@:3}"
}
extension variant workers=1 --workers 1
extension variant released-percent=90 --released-percent 90
extension variant released-percent=0 --released-percent 0
extension detail released-percent=50 --released-percent 50
extension detail released-percent=99 --released-percent 99
detail gil_extension@released-percent=50@steps=1000000 gil_extension \
    --calls $((counts / 40000)) --steps 1000000 --released-percent 50
# A hundred times as many calls, each a hundredth as long.
variant gil_extension@steps=1000 gil_extension --calls $((counts / 40)) \
    --steps 1000
note "Two threads and calls of 100,000 steps where nothing else is said."

problem hashes "Calls of CPython's that let the lock go: SHA-256 of 64 MiB" \
    extension_s
[[ -z $python ]] || for bytes in 1048576 1024; do
    for workers in 1 2; do
        peer cpython@bytes=$bytes@workers=$workers "$python" \
            "$here/reference.py" extension $workers $bytes
    done
done
note "In pieces of so many bytes."

problem primes "Which of twenty numbers are prime? In bytecode" primes_s
variant gil_primes@workers=1 gil_primes --workers 1
variant gil_primes@workers=2 gil_primes --workers 2
detail gil_primes@workers=4 gil_primes --workers 4
detail gil_primes@workers=8 gil_primes --workers 8
[[ $profile == quick ]] || floor gil_primes@gil=none gil_primes --gil none

problem interpreters "Two interpreters in one process" count_s
variant gil_interpreters@own=0 gil_interpreters --own 0 --workers 2 \
    --counts "$counts"
variant gil_interpreters@own=1 gil_interpreters --own 1 --workers 2 \
    --counts "$counts"

problem references "Counting references" reference_ns
references=(gil "$references" atomic $((references / 8)) biased
    $((references / 3)))
for ((i = 0; i < 6; i += 2)); do
    variant "refcount_${references[i]}@workers=1" "refcount_${references[i]}" \
        --workers 1 --references "${references[i + 1]}"
done
for ((i = 0; i < 6; i += 2)); do
    sweep "refcount_${references[i]}@workers=2" "refcount_${references[i]}" \
        --workers 2 --references "${references[i + 1]}"
done
note "One reference in ten is to an object that all know. Each counts as far as takes about a tenth of a second."

problem spinner "A frame every 10 ms beside a thread that computes" late_p50_us
no_race
variant gil_spinner@workers=0 gil_spinner --workers 0 --frames 10
variant gil_spinner@workers=1 gil_spinner --workers 1 --frames 10

problem timeline "Who has the lock?"
no_race
variant gil_timeline gil_timeline --columns 144
sweep gil_timeline@gil=none gil_timeline --gil none --columns 144
problem old_timeline "Who had it in Python 2? Six milliseconds"
no_race
variant gil_timeline@gil=old@ticks=1500 gil_timeline --gil old --ticks 1500 --columns 144 \
    --ms 6
go
