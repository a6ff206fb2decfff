#!/usr/bin/env bash
# Times the loaders of this chapter; see common/scripts/time_variants.sh.
# shellcheck source-path=SCRIPTDIR source=../../common/scripts/time_variants.sh
source "$(dirname "$0")/../../common/scripts/time_variants.sh"
here=$(dirname "$(readlink -f "$0")")

chapter 05-io-bound "I/O-bound work"
needs_postgres

# Rows are chosen so that a run lasts 0.2 to 1 second; what is compared is
# rows per second. With --full five times as many: the source's 100,000 would
# keep the naive loaders busy for half an hour.
factor=1
[[ $profile != full ]] || factor=5
row=$((2000 * factor)) stream=$((100000 * factor))
problem load "Rows into PostgreSQL, a transaction per row or one for all" \
    rows_per_s
variant load_naive load_naive --rows "$row"
# The same without waiting for the disk, without a second CPU, without both,
# and without the disk beside a program that lets no CPU fall asleep.
no_wait=(/usr/bin/env "DATABASE_URL=$DATABASE_URL&options=-csynchronous_commit%3Doff")
label=load_naive@flush=later
if [[ $MANY_HANDS_SERVER == private ]]; then
    variant $label "${no_wait[@]}" "$bin/load_naive" --rows "$row"
    variant load_naive@cpus=1 "$here/on_one_cpu.sh" "$bin/load_naive" \
        --rows "$row"
    variant $label@cpus=1 "${no_wait[@]}" "$here/on_one_cpu.sh" \
        "$bin/load_naive" --rows "$row"
    variant $label@cores=awake "${no_wait[@]}" \
        "$here/beside_a_busy_loop.sh" "$bin/load_naive" --rows "$row"
    sweep load_threads@flush=later@workers=16 "${no_wait[@]}" \
        "$bin/load_threads" --rows "$((3 * row))" --workers 16
else # whose URL may hold a password, and must not be written down
    for name in $label load_naive@cpus=1 $label@cpus=1 \
        $label@cores=awake load_threads@flush=later@workers=16; do
        absent "$name" "only on the private server"
    done
fi
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
note "Cores busy: of the clients, not of the server; for the peers it includes preparing their rows."
go
