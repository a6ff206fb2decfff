#!/usr/bin/env bash
# The speeds that this book promises of its own programs, each against a measure
# of the same work: twenty interleaved pairs, the median of their ratios, and
# between which two of the sorted ratios the true median lies (95 % or more, by their order alone). A benchmark, not a test: run
# it on a quiet machine. Needs the builds of ./run_all.sh and tests/run.sh and a memory file system;
# python3 with numpy and pandas, OpenMP, oneTBB, and DuckDB for node
# (tools/setup.sh --tests --peers).
#
#     tests/speed.sh 04
#     tests/speed.sh 05
#     tests/speed.sh 06
#     tests/speed.sh 06-loaders
#     tests/speed.sh 07
# shellcheck disable=SC2317 # ours and theirs are called by pairs
set -Eeuo pipefail

chapter=${1:-}
root=$(dirname "$(dirname "$(readlink -f "$0")")")
rounds=20 low=6 high=15
case $chapter in
04 | 05 | 06 | 06-loaders | 07) ;;
*)
    echo "speed.sh: '$chapter', there are 04, 05, 06, 06-loaders and 07" >&2
    exit 2
    ;;
esac
if [[ $chapter == 0[57] || $chapter == *loaders ]] &&
    [[ -z ${MANY_HANDS_SERVER:-} ]]; then
    exec "$root/tools/with_postgres.sh" "$0" "$chapter"
fi
bin=$root/build/bin
work=$(mktemp -d /dev/shm/many-hands.XXXXXX)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work

figure=rows_per_s # that is compared
column() { awk -v c="$1" '{ print $c }' <<<"$all" | sort -g; }
median() { awk '{ v[NR] = $1 } END { print (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# Runs `ours` and `theirs` in turn; what they print is compared afterwards.
run_pairs() {
    local round
    ours_said=() theirs_said=()
    for ((round = 0; round < rounds; ++round)); do
        if ((round % 2)); then
            ours_said+=("$(ours)")
            theirs_said+=("$(theirs)")
        else
            theirs_said+=("$(theirs)")
            ours_said+=("$(ours)")
        fi
    done
    rm -rf "${work:?}"/*
}
# compare WHAT PROMISED: prints their medians, and ours / theirs.
compare() {
    local round a b all=
    for ((round = 0; round < rounds; ++round)); do
        a=$(sed -n "s/^$figure: //p" <<<"${ours_said[round]}")
        b=$(sed -n "s/^$figure: //p" <<<"${theirs_said[round]}")
        all+=$(awk "BEGIN { print $a, $b, $a / $b }")$'\n'
    done
    all=${all%$'\n'}
    printf '%-50s %10.5g %10.5g %7.3g  %5.3g to %-5.3g  %s\n' "$1" \
        "$(column 1 | median)" "$(column 2 | median)" "$(column 3 | median)" \
        "$(column 3 | sed -n ${low}p)" "$(column 3 | sed -n ${high}p)" "$2"
}
pairs() {
    run_pairs
    compare "$@"
}
what="rows per second"
[[ $chapter != 06* ]] || what="as the line says"
printf '%-50s %10s %10s %7s  %-14s  %s\n' \
    "$what, medians of $rounds" ours theirs ratio "95 %" promised

if [[ $chapter == 06 ]]; then
    python=$(command -v python3)
    reference() { "$python" "$root/chapters/06-coroutines/reference.py" "$@"; }
    # The loop has a descriptor registered all the time, by which others wake
    # it, and looks at it each 256 steps.
    ours() { "$bin/task_cost" --awaits 2000000; }
    theirs() { "$bin/task_cost_asio" --awaits 2000000 --tasks 1000000; }
    figure=await_ns
    pairs "await a child: ours / Asio" "at most 2.5"
    figure=at_once_ns
    pairs "a million spawned at once: ours / Asio" "at most 0.25"
    figure=batch_ns
    pairs "spawned a thousand at a time: ours / Asio" "at most 0.25"
    theirs() { reference cost 1000 100000 1000; }
    figure=at_once_ns
    pairs "spawned at once: ours, a million / asyncio, 100,000" "at most 0.033"
    figure=batch_ns
    pairs "spawned a thousand at a time: ours / asyncio" "at most 0.033"
    figure=bytes_each
    pairs "bytes of a task that is alive: ours / asyncio" "at most 200 bytes"
    ours() { "$bin/sleepers"; }
    theirs() { "$bin/sleepers_threads" --ms 500; }
    pairs "bytes of a sleeper: task / thread" "at most 260 bytes, 0.04"
    figure=epoll_ns
    ours() { "$bin/pollers" --idle 10000 --waits 100; }
    theirs() { "$bin/pollers" --idle 10 --waits 2000; }
    pairs "epoll: among 10,000 idle descriptors / among 10" "at most 2"
    figure=ns
    ours() { "$bin/pollers" --waits 500 | sed 's/^poll_//'; }
    theirs() { "$bin/pollers" --waits 500 | sed 's/^epoll_//'; }
    pairs "poll / epoll, among 1,000" "at least 50"
    for connections in 1000 10000; do
        echo_by() {
            "$bin/echo_$1" --connections "$connections" --requests 30000
        }
        ours() { echo_by coroutines; }
        theirs() { echo_by threads; }
        figure=requests_per_s
        pairs "echo, $connections: tasks / threads" "at least 1.2"
        figure=server_kib
        pairs "echo, $connections, memory: tasks / threads" "at most 0.5"
        theirs() { echo_by asio; }
        figure=requests_per_s
        pairs "echo, $connections: ours / Asio" "at least 0.85"
    done
    exit
fi

if [[ $chapter == 06-loaders ]]; then
    peers=$root/chapters/05-io-bound/peers.sh
    python=(/usr/bin/python3 "$root/chapters/06-coroutines/reference.py")
    for rtt in 0 1000 5000; do
        dial=(env)
        ((rtt == 0)) || dial=("$bin/delay_proxy" --rtt-us "$rtt")
        load() { "${dial[@]}" "$bin/load_$1" "${@:2}"; }
        tasks() { load coroutines --connections 48 --rows 7200; }
        threads() { load threads --workers 48 --rows 7200; }
        ours() { tasks; }
        theirs() { "$peers" pgbench 7200 48 "$rtt" 1; } # 150 rows a client
        pairs "48 tasks / pgbench -c 48 -j 1, $rtt us" "at least 0.95"
        theirs() { threads; }
        pairs "48 tasks / 48 threads, $rtt us" \
            "at least $((rtt == 0 ? 105 : 90)) %"
        figure=row_cpu_us
        compare "CPU time a row: tasks / threads, $rtt us" "at most 0.7"
        figure=row_waits
        compare "context switches a row: tasks / threads, $rtt us" "at most 0.5"
        figure=rows_per_s
        ours() { load pipeline --rows 100000; }
        theirs() { load copy --rows 100000; }
        pairs "pipeline, one commit / COPY, $rtt us" \
            "at least $((rtt == 5000 ? 15 : 20)) %"
        theirs() { load coroutines_shared --rows $((rtt == 0 ? 5000 : 300)); }
        pairs "pipeline / the article's way, $rtt us" \
            "at least $((rtt == 0 ? 2 : rtt == 1000 ? 90 : 170))"
        theirs() { "${dial[@]}" "${python[@]}" pipeline 5000; }
        pairs "pipeline / psycopg's pipeline, $rtt us" "at least 5"
    done
    ours() { tasks; }
    dial=("$bin/delay_proxy" --rtt-us 1000)
    theirs() { load coroutines_shared --rows 300; }
    pairs "48 tasks, a commit a row / the article's way, 1000 us" "slower it is"
    exit
fi

if [[ $chapter == 07 ]]; then
    peers=$root/chapters/05-io-bound/peers.sh
    python=(/usr/bin/python3 "$root/chapters/07-lazy-connections/reference.py")
    for rtt in 0 1000; do
        dial=(env)
        ((rtt == 0)) || dial=("$bin/delay_proxy" --rtt-us "$rtt")
        load() { "${dial[@]}" "$bin/load_$1" "${@:2}"; }
        ours() {
            load lazy --workers 48 --rows 7200 --batch 150 --warm-up yes
        }
        theirs() { "$peers" pgbench 7200 48 "$rtt" 2; } # 150 rows a client
        pairs "48 lazy processes / pgbench -c 48 -j 2, $rtt us" \
            "at least $((rtt == 0 ? 95 : 75)) %"
        theirs() { load threads --workers 48 --rows 7200; }
        pairs "48 lazy processes / 48 threads, $rtt us" "as it is"
        ours() { load lazy_coroutines --rows 7200 --warm-up yes; }
        theirs() { "$peers" pgbench 7200 48 "$rtt" 2; }
        pairs "2 lazy processes, 24 tasks each / pgbench -j 2, $rtt us" \
            "at least $((rtt == 0 ? 95 : 75)) %"
        # As the article has it: they connect while the clock runs.
        ours() { load lazy --workers 48 --rows 4800 --batch 50; }
        theirs() { "${dial[@]}" "${python[@]}" --rows 4800 --workers 48 --batch 50; }
        pairs "48 lazy processes / psycopg's, $rtt us" "at least 2.5"
        ours() { load lazy_coroutines --rows 4800; }
        pairs "2 lazy processes, 24 tasks each / psycopg's, $rtt us" \
            "at least 2.5"
    done
    theirs() { load naive --rows 100; }
    for how in "threads --workers 48" "coroutines --connections 48" "loops" \
        "loops_processes" "processes --workers 48 --batch 50" \
        "lazy --workers 48 --warm-up yes --batch 50" \
        "lazy_coroutines --warm-up yes"; do
        read -ra words <<<"$how"
        ours() { load "${words[@]}" --rows 4800; }
        pairs "load_${words[0]}, 48 connections / load_naive, 1000 us" \
            "at least 15"
    done
    ours() { load copy --rows 200000; }
    theirs() { "$peers" psql_copy 200000 1 1000; }
    pairs "load_copy / psql \\copy, 1000 us" "at least 0.9"
    ours() { load copy_binary --rows 200000; }
    pairs "load_copy_binary / psql \\copy, 1000 us" "at least 0.9"
    exit
fi

if [[ $chapter == 05 ]]; then
    peers=$root/chapters/05-io-bound/peers.sh
    python=(/usr/bin/python3 "$root/chapters/05-io-bound/reference.py")
    for rtt in 0 1000; do
        dial=(env)
        ((rtt == 0)) || dial=("$bin/delay_proxy" --rtt-us "$rtt")
        near=$((rtt == 0))
        ours() { "${dial[@]}" "$bin/load_naive" --rows $((near ? 2000 : 150)); }
        theirs() { "$peers" pgbench $((near ? 2000 : 150)) 1 "$rtt"; }
        pairs "load_naive / pgbench -c 1, $rtt us" "at least 0.95"
        for workers in 16 48; do
            rows=$((200 * workers))
            ours() {
                "${dial[@]}" "$bin/load_threads" --rows "$rows" \
                    --workers "$workers"
            }
            theirs() { "$peers" pgbench "$rows" "$workers" "$rtt"; }
            pairs "load_threads / pgbench -c $workers -j $workers, $rtt us" \
                "at least $((workers == 16 ? 95 : 85)) %"
        done
    done
    theirs() { "$bin/delay_proxy" --rtt-us 1000 "$bin/load_naive" --rows 100; }
    pairs "load_threads --workers 48 / load_naive, 1000 us" "at least 15"
    ours() { "$bin/load_copy" --rows 200000; }
    theirs() { "$peers" psql_copy 200000; }
    pairs "load_copy / psql \\copy" "at least 0.9"
    ours() { "$bin/load_copy_binary" --rows 200000; }
    theirs() { "$bin/load_copy" --rows 200000; }
    pairs "load_copy_binary / load_copy" "at least 1.5"
    ours() { "$bin/load_naive" --rows 1000; }
    theirs() { "${python[@]}" --rows 1000; }
    pairs "load_naive / psycopg" "at least 1.5"
    ours() { "$bin/load_threads" --rows 3000 --workers 48; }
    theirs() { "${python[@]}" --rows 1500 --workers 48; }
    pairs "load_threads / psycopg, 48 threads" "at least 2.5"

    # What the dial adds beyond what was asked for, and to no dial at all.
    rtt_us() { "$@" "$bin/load_naive" --rows 1 | sed -n 's/^rtt_us: //p'; }
    for rtt in 0 200 1000 5000; do
        all=
        for ((round = 0; round < rounds; ++round)); do
            all+=$(awk "BEGIN { print $(rtt_us "$bin/delay_proxy" \
                --rtt-us "$rtt") - $rtt - $(rtt_us env) }")$'\n'
        done
        all=${all%$'\n'}
        printf 'delay_proxy --rtt-us %-5s adds beyond that, us: %5.0f, %.0f to %.0f\n' \
            "$rtt" "$(column 1 | median)" "$(column 1 | sed -n ${low}p)" \
            "$(column 1 | sed -n ${high}p)"
    done
    all=
    for ((round = 0; round < rounds; ++round)); do
        all+=$("$root/build-tests/bin/line_speed" |
            sed -n 's/^messages_per_s: //p')$'\n'
    done
    all=${all%$'\n'}
    printf 'delay_line, 200 connections, messages a second: %.0f, %.0f to %.0f\n' \
        "$(column 1 | median)" "$(column 1 | sed -n ${low}p)" \
        "$(column 1 | sed -n ${high}p)"
    # The law, from three rounds of each number of connections.
    for rtt in 0 1000; do
        all=
        for ((round = 0; round < 6; ++round)); do
            all+=$("$bin/delay_proxy" --rtt-us "$rtt" "$bin/how_many" --rounds 3 |
                awk '/^(worst|best)/ { print $2 }' | tr '\n' ' ')$'\n'
        done
        all=${all%$'\n'}
        printf 'how_many, %s us, of 6: misses at most by %.0f %%; best number predicted %.0f, found %.0f\n' \
            "$rtt" "$(column 1 | median)" "$(column 2 | median)" \
            "$(column 3 | median)"
    done
    exit
fi

rows=1000000
ours() { "$bin/samples_sequential" --rows "$rows" --out "$work"; }
theirs() { "$bin/write_floor" --rows "$rows" --out "$work"; }
pairs "samples_sequential / plain write of the same bytes" "at least 0.4"
theirs() {
    /usr/bin/python3 "$root/chapters/04-data-parallelism/reference.py" \
        --rows "$rows"
}
pairs "samples_sequential / numpy and pandas" "at least 25"
theirs() { node "$root/tests/write_parquet.mjs" "$work" "$rows"; }
pairs "samples_sequential / DuckDB, one thread, snappy" "at least 6"
theirs() { node "$root/tests/write_parquet.mjs" "$work" "$rows" uncompressed; }
pairs "samples_sequential / DuckDB, not compressed" "as much work"
theirs() { "$bin/samples_threads" --workers 1; }
ours() { "$bin/samples_threads" --workers 2; }
pairs "samples_threads: 2 workers / 1" "at least 1.8"
theirs() { "$bin/samples_processes" --workers 1; }
ours() { "$bin/samples_processes" --workers 2; }
pairs "samples_processes: 2 workers / 1" "at least 1.8"
ours() { "$bin/samples_threads" --rows 3000000; }
for peer in openmp tbb; do
    theirs() { "$bin/samples_$peer" --rows 3000000; }
    pairs "samples_threads / samples_$peer" "at least 0.95"
done
# What two programs get that share nothing: the most that two workers can have.
both() {
    "$bin/samples_sequential" --rows 3000000 >/dev/null &
    "$bin/samples_sequential" --rows 3000000
    wait $!
}
ours() { both | awk '/^rows_per_s/ { print "rows_per_s: " 2 * $2 }'; }
theirs() { "$bin/samples_sequential" --rows 3000000; }
pairs "samples_sequential: two at the same time / one" "what the machine gives"

# Peak resident memory of the largest of a program's processes, as the kernel
# saw it, in KiB. Without the workers' own check at the end: that needs none.
peak_kib() {
    "$@" >/dev/null &
    local pid=$! peak=0 child now
    while kill -0 "$pid" 2>/dev/null; do
        while read -r child; do
            now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' \
                "/proc/$child/status" 2>/dev/null) || continue
            ((${now:-0} <= peak)) || peak=$now
        done < <(echo "$pid" && pgrep -P "$pid")
    done
    wait "$pid"
    echo "$peak"
}
for program in samples_sequential samples_threads samples_processes; do
    for count in 1000000 10000000 100000000; do
        printf '%-18s --workers 2 --rows %-10s peak memory, KiB: %s\n' "$program" \
            "$count" "$(peak_kib "$bin/$program" --workers 2 --rows "$count")"
    done
done

for options in "--warm 1" "--warm 1 --items 2" "--warm 1 --items 200" \
    "--warm 1 --items 2000" "" "--with processes --warm 1" "--with processes" \
    "--with processes --items 200" "--with processes --warm 1 --cores any" \
    "--with processes --warm 1 --bytes 65536" \
    "heap kept --with processes --warm 1 --bytes 65536"; do
    all='' keep=()
    [[ $options != "heap kept"* ]] ||
        keep=("GLIBC_TUNABLES=glibc.malloc.trim_threshold=100000000:glibc.malloc.mmap_threshold=100000000")
    for ((round = 0; round < rounds; ++round)); do
        # shellcheck disable=SC2086 # several words
        all+=$(env "${keep[@]}" "$bin/break_even" ${options#heap kept } |
            awk '/^(pred|found)/ { print $2 }' | tr '\n' ' ')$'\n'
    done
    all=${all%$'\n'}
    printf '%-68s %7.3g us, found %7.3g us, ratio %.2f, %.2f to %.2f\n' \
        "break_even $options: predicted" "$(column 1 | median)" \
        "$(column 2 | median)" "$(column 3 | median)" \
        "$(column 3 | sed -n ${low}p)" "$(column 3 | sed -n ${high}p)"
done
