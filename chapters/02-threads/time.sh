#!/usr/bin/env bash
# Times the variants of this chapter; see tools/time_variants.sh.
# shellcheck source-path=SCRIPTDIR source=../../tools/time_variants.sh
source "$(dirname "$0")/../../tools/time_variants.sh"

chapter 02-threads "Threads" 75

case $profile in
quick) digits=15 switches=2000 items=1000000 ;;
default) digits=15 switches=10000 items=10000000 ;;
full) digits=16 switches=50000 items=10000000 ;;
esac
# A program that was only built where the library was there.
with_library() { # LIBRARY LABEL PROGRAM ...
    if [[ -x $bin/$3 ]] || $list; then
        sweep "${@:2}"
    else
        absent "$2" "no $1"
    fi
}

problem primes "Which of twenty numbers are prime?"
variant primes_sequential primes_sequential --digits "$digits"
variant primes_threads primes_threads --digits "$digits"
sweep primes_threads@cpus=1 "${one_core[@]}" "$bin/primes_threads" \
    --digits "$digits" --workers 2
sweep primes_processes primes_processes --digits "$digits"
for workers in 4 64; do
    detail primes_threads@workers=$workers primes_threads --digits "$digits" \
        --workers $workers
done
note "Without workers=N there are as many as cores; with cpus=1 there are two, which share a core."

problem counter "Counting together" count_ns
variant counter_mutex@workers=1 counter_mutex --workers 1 --counts 4000000
variant counter_mutex counter_mutex --counts 4000000
variant counter_atomic counter_atomic
variant counter_sharded counter_sharded --counts 200000000
variant counter_neighbours counter_neighbours --counts 8000000
variant counter_neighbours@apart=64 counter_neighbours --apart 64 \
    --counts 20000000
variant counter_atomic@workers=1 counter_atomic --workers 1 --counts 20000000
sweep counter_sharded@workers=1 counter_sharded --workers 1 \
    --counts 100000000
for workers in 4 16; do
    for how in mutex atomic sharded; do
        detail counter_$how@workers=$workers counter_$how --workers $workers \
            --counts 4000000
    done
done
note "Each counts as far as takes about a tenth of a second. count: elapsed time by the number of counts of all threads together."

problem one_task "One task at a time, for a thread that waits" p50_us
variant one_task_pool@cores=one one_task_pool --cores one
if (($(nproc) >= 2)); then
    variant one_task_pool@cores=two one_task_pool --cores two
    variant one_task_pool@cores=two@awake=1 one_task_pool --cores two --awake 1
else
    absent one_task_pool@cores=two "one CPU"
    absent one_task_pool@cores=two@awake=1 "one CPU"
fi
variant one_task_pool one_task_pool
variant one_task_thread@cores=one one_task_thread --cores one
variant one_task_thread one_task_thread
note "The time until the answer is there: half of 3,000 tasks took at most p50, 99 of a hundred at most p99. Without cores=... the kernel places both threads."

problem tasks "Many tasks at once, each doing next to nothing" tasks_per_s
variant tasks_pool tasks_pool
with_library Asio tasks_asio tasks_asio
with_library Asio tasks_asio@futures=1 tasks_asio --futures 1 \
    --tasks 100000
with_library oneTBB tasks_tbb tasks_tbb
variant tasks_thread tasks_thread --tasks 3000
note "tasks_thread has 3,000 tasks, tasks_asio@futures=1 100,000, the others 300,000."
detail tasks_pool@workers=1 tasks_pool --workers 1
detail tasks_pool@workers=4 tasks_pool --workers 4

problem items "Ten million tiny items, a thousand at a time" item_ns
variant items_pool items_pool --items "$items"
with_library OpenMP items_openmp items_openmp --items "$items"
with_library oneTBB items_tbb items_tbb --items "$items"
variant items_sequential items_sequential --items "$items"
for chunk in 0 1 10 100; do
    detail items_pool@chunk=$chunk items_pool --chunk $chunk \
        --items $((chunk == 1 ? items / 20 : items))
done
note "chunk=N: N items at a time, with chunk=1 a twentieth of the items; chunk=0: one part for each thread."

problem switch "A switch on one core, by the memory that each side touches" \
    thread_us
no_race
variant switch_cost switch_cost --rounds "$switches"
for kib in 64 1024 8192; do
    detail switch_cost@working-set-kib=$kib switch_cost \
        --working-set-kib $kib --rounds $((switches * 32 / (32 + kib) + 100))
done

problem order "Two threads that each write one variable and read the other"
no_race
variant store_buffer store_buffer --rounds 4000

problem turns "Three threads on one core, the third nice by 5"
no_race
variant turns turns --ms 100

problem interleaved "Three threads print in turns"
no_race
variant interleaved interleaved --rounds 20

problem sleeping "A hundred threads sleep 100 ms each, on one core"
no_race
variant sleeping_threads sleeping_threads
go
