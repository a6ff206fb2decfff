#!/usr/bin/env bash
# Runs a loader with client and server on chosen CPUs, for as long as it takes:
#
#     tools/with_postgres.sh chapters/05-io-bound/placed.sh \
#         together build/bin/load_naive
#
#     together   both on one CPU
#     apart      each on a CPU of its own
#     awake      apart, and on each a loop that runs only when nothing else
#                does (SCHED_IDLE), so that neither CPU ever sleeps
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

[[ -n ${DATABASE_URL:-} ]] || {
    echo "placed.sh: DATABASE_URL is not set; run it under" \
        "tools/with_postgres.sh" >&2
    exit 3
}
# The server's processes: each connection's inherits its CPU from the postmaster.
directory=${DATABASE_URL#*host=}
postmaster=$(head -n 1 "${directory%%&*}/data/postmaster.pid")
loops=()
undo() {
    local allowed
    printf -v allowed '%s,' "${cpus[@]}"
    place_server "${allowed%,}"
    ((${#loops[@]} == 0)) || kill "${loops[@]}"
}
place_server() { # CPUS
    local process
    for process in "$postmaster" $(pgrep -P "$postmaster"); do
        taskset -acp "$1" "$process" >/dev/null 2>&1 || true # it may have ended
    done
}
trap undo EXIT
place_server "$server"
if [[ $1 == awake ]]; then
    for cpu in "$client" "$server"; do # they end with this script, however
        taskset -c "$cpu" chrt -i 0 setpriv --pdeathsig KILL \
            "$BASH" -c 'while :; do :; done' &
        loops+=($!)
    done
fi
taskset -c "$client" "${@:2}"
