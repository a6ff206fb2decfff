#!/usr/bin/env bash
# Times the variants of this chapter; see tools/time_variants.sh.
# shellcheck source-path=SCRIPTDIR source=../../tools/time_variants.sh
source "$(dirname "$0")/../../tools/time_variants.sh"
here=$(dirname "$(readlink -f "$0")")

chapter 01-processes "Processes" 90

case $profile in
quick) digits=15 starts=3 ;;
default) digits=15 starts=10 ;;
full) digits=16 starts=50 ;; # the source's own numbers
esac

problem primes "Which of twenty numbers are prime?"
variant primes_sequential primes_sequential --digits "$digits"
variant primes_processes primes_processes --digits "$digits"
variant primes_processes@order=list primes_processes --digits "$digits" \
    --order list
variant primes_processes@order=list@workers=20 primes_processes \
    --digits "$digits" --order list --workers 20
sweep primes_pool primes_pool --digits "$digits"
for workers in 1 4 10; do
    detail primes_processes@order=list@workers=$workers primes_processes \
        --digits "$digits" --workers $workers --order list
done
note "Without workers=N there are as many as cores."

# On one core nobody has to be woken up on another, and what is left is the
# work itself.
problem dispatch "A task to a worker and back, on one core" tasks_per_s
no_race
variant ping_pong@cpus=1 "${one_core[@]}" "$bin/ping_pong" --rounds 20000
variant pool_dispatch@cpus=1@workers=1 "${one_core[@]}" "$bin/pool_dispatch" \
    --workers 1 --tasks 20000

problem tasks "Tasks that do next to nothing" tasks_per_s
variant pool_dispatch pool_dispatch --workers 2 --tasks 5000
sweep ping_pong ping_pong --rounds 4000
sweep pool_dispatch@workers=1 pool_dispatch --workers 1 --tasks 4000
variant pool_dispatch@prefetch=64 pool_dispatch --workers 2 --prefetch 64 \
    --tasks 100000
variant pool_dispatch@chunk=100 pool_dispatch --workers 2 --chunk 100 \
    --tasks 300000
variant pool_dispatch@chunk=100@prefetch=64 pool_dispatch --workers 2 \
    --chunk 100 --prefetch 64 --tasks 1500000
find_python multiprocessing
python_peer() { # LABEL ARGUMENTS OF reference.py
    if [[ -n $python ]]; then
        peer "$1" "$python" "$here/reference.py" "${@:2}"
    else
        absent "$1" "no python3"
    fi
}
python_peer reference.py@chunk=1 dispatch 15000 1
python_peer reference.py@chunk=100 dispatch 300000 100
note "Each has as many tasks as take about a tenth of a second."
note "reference.py is CPython's multiprocessing.Pool with two workers; its parent runs three threads."

problem start "Starting a worker, by the memory that its parent has in use" \
    process_us
no_race
start_cost=("${one_core[@]}" "$bin/start_cost")
variant start_cost@cpus=1 "${start_cost[@]}" --rounds "$starts"
detail start_cost@cpus=1@resident-mib=64 "${start_cost[@]}" \
    --resident-mib 64 --rounds "$starts"
variant start_cost@cpus=1@resident-mib=256 "${start_cost[@]}" \
    --resident-mib 256 --rounds "$starts"
detail start_cost@cpus=1@resident-mib=1024 "${start_cost[@]}" \
    --resident-mib 1024 --rounds 3
detail start_cost@cpus=1@resident-mib=1024@shared=1 "${start_cost[@]}" \
    --resident-mib 1024 --shared 1 --rounds 3
sweep start_cost start_cost --rounds "$starts"

problem cheap "Twenty prices raised by 10 %"
variant cheap_map cheap_map --rounds 40

# As many MiB as take about a tenth of a second.
across() { # KIND LABEL BYTES MIB
    local via=${2#*via=}
    "$1" "$2" transport --via "${via%%@*}" --bytes "$3" --mib "$4"
}
problem short "Messages of 64 bytes from one process to another" mib_per_s
across variant transport@via=pipe@bytes=64 64 32
across variant transport@via=ring@bytes=64 64 64
across variant transport@via=atomic-ring@bytes=64 64 600
across detail transport@via=socketpair@bytes=64 64 8
across detail transport@via=file@bytes=64 64 64
for via in pipe ring; do
    detail transport@cpus=1@via=$via@bytes=64 "${one_core[@]}" \
        "$bin/transport" --via $via --bytes 64 --mib 16
done
note "The file of via=file lies in ${TMPDIR:-/tmp}, $(stat -f -c %T "${TMPDIR:-/tmp}")."

problem transport "Messages of a megabyte" mib_per_s
across variant transport@via=pipe@bytes=1048576 1048576 128
across variant transport@via=ring@bytes=1048576 1048576 1024
across variant transport@via=wide-pipe@bytes=1048576 1048576 384
across detail transport@via=atomic-ring@bytes=1048576 1048576 1024
across detail transport@via=socketpair@bytes=1048576 1048576 512
across detail transport@via=file@bytes=1048576 1048576 1024
detail transport@cpus=1@via=pipe@bytes=1048576 "${one_core[@]}" \
    "$bin/transport" --via pipe --bytes 1048576 --mib 256
detail transport@cpus=1@via=ring@bytes=1048576 "${one_core[@]}" \
    "$bin/transport" --via ring --bytes 1048576 --mib 1024

problem unordered "Results in order, or as they come"
no_race
variant pool_imap_unordered pool_imap_unordered
detail pool_imap_unordered@consume-ms=30 pool_imap_unordered --consume-ms 30

problem server "A server of sequential code" requests_per_s
variant prefork_server@workers=1 prefork_server --workers 1 --kills 0 \
    --requests 200
variant prefork_server@workers=2 prefork_server --workers 2 --kills 0 \
    --requests 200
sweep prefork_server@workers=2@kills=10 prefork_server --workers 2 --kills 10 \
    --requests 200

problem idle "Workers that only wait"
no_race
variant idle_memory idle_memory --workers 200

if [[ $profile != quick ]]; then
    problem python "The same question to CPython, with smaller numbers"
    python_peer reference.py@workers=0 primes 0
    python_peer reference.py@workers=2 primes 2
fi
go
