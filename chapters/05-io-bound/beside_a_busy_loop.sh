#!/usr/bin/env bash
# Runs a command beside an endless loop of the lowest priority, which keeps
# CPUs awake that would sleep otherwise, and takes hardly any time from it:
#
#     common/scripts/with_postgres.sh chapters/05-io-bound/beside_a_busy_loop.sh \
#         build/bin/load_naive
set -Eeuo pipefail

# It ends with this script, whatever ends this.
# shellcheck disable=SC2016 # expanded by the inner shell
nice -n 19 setpriv --pdeathsig KILL "$BASH" -c 'while :; do :; done' &
loop=$!
trap 'kill "$loop"' EXIT
"$@"
