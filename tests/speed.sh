#!/usr/bin/env bash
# The speeds that this book promises of its own programs, each against a
# measure of the same work: ten interleaved pairs, the median of their ratios.
# A benchmark, not a test: run it on a quiet machine. Needs ./run_all.sh's
# build, python3 with numpy and pandas, and a memory file system.
# shellcheck disable=SC2317 # ours and theirs are called by pairs
set -Eeuo pipefail

root=$(dirname "$(dirname "$(readlink -f "$0")")")
if [[ -z ${MANY_HANDS_SERVER:-} ]]; then
    exec "$root/tools/with_postgres.sh" "$0"
fi
bin=$root/build/bin
peers=$root/chapters/05-io-bound/peers.sh
work=$(mktemp -d /dev/shm/many-hands.XXXXXX)
trap 'rm -rf "$work"' EXIT

rate() { "$@" | sed -n 's/^rows_per_s: //p'; }
median() { sort -g | awk '{ v[NR] = $1 } END {
    print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# pairs WHAT LIMIT: compares what `ours` and `theirs` run; prints ours / theirs.
pairs() {
    local round a b ratios=() as=() bs=()
    for round in {1..10}; do
        if ((round % 2)); then
            a=$(rate ours) b=$(rate theirs)
        else
            b=$(rate theirs) a=$(rate ours)
        fi
        as+=("$a") bs+=("$b")
        ratios+=("$(awk "BEGIN { print $a / $b }")")
    done
    printf '%-58s %10.0f %10.0f %8.3f  %s\n' "$1" \
        "$(printf '%s\n' "${as[@]}" | median)" \
        "$(printf '%s\n' "${bs[@]}" | median)" \
        "$(printf '%s\n' "${ratios[@]}" | median)" "$2"
}

printf '%-58s %10s %10s %8s  %s\n' "rows per second, medians of 10" ours \
    theirs ratio promised

ours() { "$bin/samples_sequential" --rows 1000000 --out "$work"; }
theirs() { "$bin/write_floor" --rows 1000000 --out "$work"; }
pairs "samples_sequential / plain write of the same bytes" "at least 0.33"
rm -f "$work"/*
theirs() {
    TMPDIR=$work /usr/bin/python3 \
        "$root/chapters/04-data-parallelism/reference.py" --rows 1000000
}
pairs "samples_sequential / numpy and pandas" "at least 25"
rm -rf "${work:?}"/*
ours() { "$bin/load_naive" --rows 5000; }
theirs() { "$peers" pgbench 5000; }
pairs "load_naive / pgbench -c 1 -M prepared" "at least 0.90"
ours() { "$bin/load_copy" --rows 200000; }
theirs() { "$peers" psql_copy 200000; }
pairs "load_copy / psql \\copy" "at least 0.6"

# Peak resident memory, as the kernel saw it at the end.
peak_kib() {
    "$bin/samples_sequential" --rows "$1" >/dev/null &
    local pid=$! peak=0 now
    while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' \
        "/proc/$pid/status" 2>/dev/null) && [[ -n $now ]]; do
        peak=$now
    done
    wait "$pid"
    echo "$peak"
}
for rows in 1000000 10000000 100000000; do
    printf 'samples_sequential --rows %-10s peak memory, KiB: %s\n' "$rows" \
        "$(TMPDIR=$work peak_kib "$rows")"
done
