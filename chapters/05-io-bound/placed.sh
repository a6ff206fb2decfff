#!/usr/bin/env bash
# Runs a loader with client and server on chosen CPUs, for as long as it takes:
#
#     tools/with_postgres.sh chapters/05-io-bound/placed.sh \
#         together build/bin/load_naive
#
#     together   both on one CPU
#     apart      each on a CPU of its own
#     awake      apart, and on each a loop of the lowest priority, so that
#                neither CPU ever sleeps
set -Eeuo pipefail

mapfile -t cpus < <(
    allowed=$(taskset -cp $$) # "pid 5's current affinity list: 0,2-3"
    tr , '\n' <<<"${allowed##* }" | while IFS=- read -r first last; do
        seq "$first" "${last:-$first}"
    done
)
client=${cpus[0]}
case ${1:-} in
together) server=$client ;;
apart | awake)
    server=${cpus[1]:-}
    [[ -n $server ]] || {
        echo "placed.sh: '$1' needs two CPUs; there is one" >&2
        exit 3
    }
    ;;
*)
    echo "placed.sh: '${1:-}' is none of together, apart and awake" >&2
    exit 2
    ;;
esac

# Each connection's server process inherits its CPU from the postmaster.
directory=${DATABASE_URL#*host=}
postmaster=$(head -n 1 "${directory%%&*}/data/postmaster.pid")
loops=()
undo() {
    local allowed
    printf -v allowed '%s,' "${cpus[@]}"
    taskset -acp "${allowed%,}" "$postmaster" >/dev/null
    ((${#loops[@]} == 0)) || kill "${loops[@]}"
}
trap undo EXIT
taskset -acp "$server" "$postmaster" >/dev/null
if [[ $1 == awake ]]; then
    for cpu in "$client" "$server"; do # they end with this script, however
        taskset -c "$cpu" nice -n 19 setpriv --pdeathsig KILL \
            "$BASH" -c 'while :; do :; done' &
        loops+=($!)
    done
fi
taskset -c "$client" "${@:2}"
