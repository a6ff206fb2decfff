#!/usr/bin/env bash
# Runs a loader with the server so many microseconds away; and, for 1000 only,
# kills it half-way before that and counts the rows that are there:
#
#     tools/with_postgres.sh chapters/05-io-bound/dial.sh \
#         1000 load_threads --rows 2000 --workers 16
#
# 0 is without the dial. What survives does not depend on the distance, so it
# is tried once, and without.
set -Eeuo pipefail

here=$(dirname "$(readlink -f "$0")")
bin=$(dirname "$(dirname "$here")")/build/bin
[[ ${1:-} =~ ^[0-9]+$ && -x $bin/${2:-} ]] || {
    echo "dial.sh: '${1:-} ${2:-}' is no number of microseconds and a loader" >&2
    exit 2
}
dial=()
(($1 == 0)) || dial=("$bin/delay_proxy" --rtt-us "$1")
command=("$2") # without the number of rows
for ((i = 3; i <= $#; ++i)); do
    if [[ ${!i} == --rows ]]; then i=$((i + 1)); else command+=("${!i}"); fi
done
survivors=
(($1 != 1000)) || survivors=$("$bin/survivors" "${command[@]}")
"${dial[@]}" "$bin/$2" "${@:3}"
sed -n '/^survivors: /p' <<<"$survivors"
