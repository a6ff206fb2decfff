#!/usr/bin/env bash
# Measures this machine: sets up, builds, times every chapter's programs and
# writes a report, results/report.html (and report.md).
#
#     ./run_all.sh                    everything
#     ./run_all.sh 04 io-bound        some chapters, by number or name
#
#     --quick                2 rounds instead of 10: a first impression
#     --full                 20 rounds, and the sizes of the book's sources
#     --yes                  do not ask (on a terminal) before installing
#     --database-url URL     use this PostgreSQL server instead of a private
#                            one; works in a schema many_hands of its own,
#                            which must not exist, and drops it at the end
#     --help                 this text
set -Eeuo pipefail

root=$(dirname "$(readlink -f "$0")")
# shellcheck source=tools/run.sh
source "$root/tools/run.sh"
say() { printf 'run_all.sh: %s\n' "$*" >&2; }
usage_error() {
    say "$* (try --help)"
    exit 2
}

profile=default
database_url=
setup=()
wanted=()
while (($# > 0)); do
    case $1 in
    --quick | --full) profile=${1#--} ;;
    --yes) setup=(--yes) ;;
    --database-url)
        [[ ${2:-} == postgres*://* ]] || usage_error "--database-url" \
            "'${2:-}' is not a URL that begins with postgresql://"
        database_url=$2
        shift
        ;;
    --help)
        sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"
        exit
        ;;
    -*)
        usage_error "unknown option '$1', the options are --quick --full" \
            "--yes --database-url --help"
        ;;
    *) wanted+=("$1") ;;
    esac
    shift
done

# --- Which chapters ---------------------------------------------------------

all=()
for script in "$root"/chapters/*/time.sh; do
    all+=("$(basename "$(dirname "$script")")")
done
chapters=()
for name in "${wanted[@]-}"; do
    found=false
    for chapter in "${all[@]}"; do # 05-io-bound is 05, io-bound or both
        if [[ -z $name || $name == "$chapter" || $name == "${chapter%%-*}" ||
            $name == "${chapter#*-}" ]]; then
            chapters+=("$chapter")
            found=true
        fi
    done
    $found || usage_error "no chapter '$name', the chapters are ${all[*]}"
done

# --- Set-up and build -------------------------------------------------------

require_room "$root" 300 "programs and measurements"
require_room "${TMPDIR:-/tmp}" 50 "temporary files"
run "$root/tools/setup.sh" "${setup[@]}" || {
    status=$?
    die_if_stopped
    exit "$status"
}
cd "$root"
if [[ ${MANY_HANDS_BUILT:-} != 1 ]]; then # else build/bin is somebody's
    say "building"
    mkdir -p build
    if ! build release build >build/log 2>&1; then
        die_if_stopped
        tail -n 30 build/log >&2
        say "the build failed; the whole log is in $root/build/log"
        exit 1
    fi
fi

# --- Measurements -----------------------------------------------------------

# The reader's server: everything happens in a schema that we make and drop.
if [[ -n $database_url ]]; then
    query() { psql -XqAt "$database_url" -c "$1"; }
    query 'CREATE SCHEMA many_hands' || {
        say "cannot make the schema many_hands there; if it is left from a" \
            "run that was killed: DROP SCHEMA many_hands CASCADE"
        exit 3
    }
    # shellcheck disable=SC2317 # called at the end, by run.sh
    cleanup() {
        query 'SET client_min_messages = warning; DROP SCHEMA many_hands CASCADE'
    }
    export DATABASE_URL=$database_url MANY_HANDS_SERVER=given
else
    unset MANY_HANDS_SERVER
fi

case $profile in
default) options=() ;;
*) options=("--$profile") ;;
esac
left=0
for chapter in "${chapters[@]}"; do
    left=$((left + $(usual_seconds "$chapter" "$profile")))
done
say "measuring ${#chapters[@]} chapters, about $(in_words "$left");" \
    "leave the machine alone meanwhile"

mkdir -p results
export MANY_HANDS_BUILT=1
failed=() failure=1
for chapter in "${chapters[@]}"; do
    left=$((left - $(usual_seconds "$chapter" "$profile")))
    started=$SECONDS
    if MANY_HANDS_AFTER=$left run "chapters/$chapter/time.sh" "${options[@]}" \
        >/dev/null; then
        echo "$((SECONDS - started + 1))" >"results/$chapter.$profile.seconds"
    else
        (($? != 3)) || failure=3 # something is missing, as it said
        failed+=("$chapter")
    fi
    [[ -z $stop_signal ]] || break
done

# --- Report -----------------------------------------------------------------

# Of the chapters that are complete, also after Ctrl-C.
status=0
build/bin/report write results || status=$?
if ((status != 3)); then
    printf '\nThe report: %s\n            %s\n' \
        "$root/results/report.html" "$root/results/report.md"
fi
die_if_stopped
if ((${#failed[@]} > 0)); then
    say "not everything could be measured in ${failed[*]}"
    exit "$failure"
fi
exit "$status"
