#!/usr/bin/env bash
# What chapters 05 to 07 are compared with in Python: it does what it says.
# (run_all.sh --quick, which tests/run_all.sh runs, leaves it out.)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

[[ -n ${WITH_SERVER:-} ]] || with_server WITH_SERVER=1 PG_OPTIONS='-c fsync=off'
the_server

# ends RESULT REFERENCE ...: with that result, as it had expected.
ends() {
    call timeout 60 "$python" "$root/chapters/$2" "${@:3}"
    same "${*:2}: exit status" 0 "$status"
    same "${*:2}: stderr" "" "$err"
    matches "${*:2}" "result: ($1( rows)?) \(expected \\1\)$" "$out"
}
# loads COMMITS ROWS REFERENCE ...: so many rows, in so many commits.
loads() {
    ends "$2" "${@:3}"
    same "${*:3}: commits" "$1" "$(number commits)"
    same "${*:3}: rows that are there" "$2" \
        "$(query 'SELECT count(*) FROM many_hands.samples')"
}

# find_python CODE: the first that can do that, as time.sh looks for it.
find_python() {
    for python in "$(command -v python3)" /usr/bin/python3; do
        "$python" -c "$1" 2>/dev/null && return
    done
    return 1
}

asyncio=06-coroutines/reference.py
if find_python 'import asyncio; asyncio.TaskGroup'; then
    ends '[0-9]+' $asyncio cost 1000 1000 100
    ends 100 $asyncio sleepers 100 10
    for loop in one no-nap nested plain; do
        ends True $asyncio spinner $loop 100000
    done
else
    echo "not tried, no Python 3.11: $asyncio"
fi
if find_python 'import psycopg'; then
    loads 48 48 05-io-bound/reference.py --rows 48
    loads 96 96 05-io-bound/reference.py --rows 96 --workers 8
    loads 1 48 $asyncio shared 48
    loads 1 100 $asyncio pipeline 100
    loads 96 96 07-lazy-connections/reference.py --rows 96 --workers 2 \
        --batch 12 --warm-up
else
    echo "not tried, no psycopg: loaders in Python"
fi
