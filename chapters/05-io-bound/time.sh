#!/usr/bin/env bash
# Times the loaders of this chapter; see common/scripts/time_variants.sh.
# shellcheck source-path=SCRIPTDIR source=../../common/scripts/time_variants.sh
source "$(dirname "$0")/../../common/scripts/time_variants.sh"
here=$(dirname "$(readlink -f "$0")")

chapter 05-io-bound "I/O-bound work"
needs_postgres

# Rows are chosen so that a run lasts 0.2 to 1 second; what is compared is
# rows per second.
problem load "Rows into PostgreSQL, a transaction per row or one for all" \
    rows_per_s
variant load_naive load_naive --rows 2000
variant load_threads@workers=2 load_threads --rows 2000 --workers 2
variant load_threads@workers=16 load_threads --rows 6000 --workers 16
variant load_copy load_copy --rows 100000
peer pgbench "$here/peers.sh" pgbench 2000
peer psql_copy "$here/peers.sh" psql_copy 100000
note "A transaction per row in load_naive, load_threads and pgbench; one for all rows in load_copy and psql_copy (see commits)."
go
