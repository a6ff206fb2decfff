#!/usr/bin/env bash
# Times the loaders of this chapter; see tools/time_variants.sh.
# shellcheck source-path=SCRIPTDIR source=../../tools/time_variants.sh
source "$(dirname "$0")/../../tools/time_variants.sh"
here=$(dirname "$(readlink -f "$0")")

chapter 05-io-bound "I/O-bound work"
needs_postgres

# Rows are chosen so that a run lasts 0.2 to 1 second; what is compared is
# rows per second. With --quick half as many. With --full five times as many:
# the source's 100,000 would keep the naive loaders busy for half an hour.
case $profile in
quick) row=1000 stream=50000 ;;
default) row=1000 stream=70000 ;;
full) row=10000 stream=500000 ;;
esac
problem load "Rows into PostgreSQL, a transaction per row or one for all" \
    rows_per_s
variant load_naive load_naive --rows "$row"
# The same without waiting for the disk, and with client and server on one CPU,
# on two, and on two that never sleep: see placed.sh.
no_wait=(/usr/bin/env "DATABASE_URL=$DATABASE_URL&options=-csynchronous_commit%3Doff")
if [[ $MANY_HANDS_SERVER == private ]]; then
    variant load_naive@flush=later "${no_wait[@]}" "$bin/load_naive" --rows "$row"
    sweep load_threads@flush=later@workers=16 "${no_wait[@]}" \
        "$bin/load_threads" --rows "$((3 * row))" --workers 16
    sweep load_copy_batches@flush=later "${no_wait[@]}" \
        "$bin/load_copy_batches" --rows "$stream"
    variant load_naive@cpus=together "$here/placed.sh" together \
        "$bin/load_naive" --rows "$row"
    variant load_naive@flush=later@cpus=together "${no_wait[@]}" \
        "$here/placed.sh" together "$bin/load_naive" --rows "$row"
else # whose URL may hold a password, and must not be written down
    for name in load_naive@flush=later load_threads@flush=later@workers=16 \
        load_copy_batches@flush=later load_naive@cpus=together \
        load_naive@flush=later@cpus=together; do
        absent "$name" "only on the private server"
    done
fi
for where in apart awake; do
    if [[ $MANY_HANDS_SERVER == private && $(nproc) -ge 2 ]]; then
        variant load_naive@flush=later@cpus=$where "${no_wait[@]}" \
            "$here/placed.sh" $where "$bin/load_naive" --rows "$row"
    else
        absent load_naive@flush=later@cpus=$where \
            "only on the private server, and with two CPUs"
    fi
done
sweep load_threads@workers=2 load_threads --rows "$row" --workers 2
sweep load_threads@workers=8 load_threads --rows "$((2 * row))" --workers 8
variant load_threads@workers=16 load_threads --rows "$((3 * row))" --workers 16
variant load_threads@workers=48 load_threads --rows "$((3 * row))" --workers 48
sweep load_threads@workers=128 load_threads --rows "$((3 * row))" --workers 128
variant load_copy load_copy --rows "$stream"
sweep load_copy_batches load_copy_batches --rows "$stream"
peer pgbench "$here/peers.sh" pgbench "$row"
peer psql_copy "$here/peers.sh" psql_copy "$stream"
note "A transaction per row in load_naive, load_threads and pgbench; one for all rows in load_copy and psql_copy (see commits)."
note "Cores busy: of the client while it loads, not of the server; for the peers of the whole program, with preparing the rows."
go
