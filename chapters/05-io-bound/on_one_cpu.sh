#!/usr/bin/env bash
# Runs a loader with itself and its server on one CPU, for as long as it takes:
#
#     common/scripts/with_postgres.sh chapters/05-io-bound/on_one_cpu.sh \
#         build/bin/load_naive
#
# Each connection's server process inherits its CPUs from the postmaster.
set -Eeuo pipefail

directory=${DATABASE_URL#*host=}
postmaster=$(head -n 1 "${directory%%&*}/data/postmaster.pid")
allowed=$(taskset -cp $$) # "pid 5's current affinity list: 0,1"
allowed=${allowed##* }
trap 'taskset -acp "$allowed" "$postmaster" >/dev/null' EXIT
taskset -acp "${allowed%%[,-]*}" "$postmaster" >/dev/null
taskset -c "${allowed%%[,-]*}" "$@"
