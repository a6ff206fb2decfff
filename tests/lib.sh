# shellcheck shell=bash disable=SC2034 # variables for the tests
# Sourced by the script tests. A test is a list of checks; each says what it
# expects when it fails, and the script's exit status is 1 if any did.
set -Euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
bin=${MANY_HANDS_BIN:-$root/build-tests/bin}
with_postgres=$root/tools/with_postgres.sh
# Servers stand in memory, if there is room for some: they start in a third of the
# time. A test may set servers_on_disk, or work_in_memory, before it sources this.
place_of_servers=/var/tmp
if [[ $(stat -f -c %T /dev/shm 2>/dev/null) == tmpfs && -w /dev/shm ]] &&
    (($(df --output=avail -k /dev/shm | tail -n 1) > 8 << 20)); then
    [[ -n ${servers_on_disk:-} ]] || place_of_servers=/dev/shm
    [[ -z ${work_in_memory:-} ]] || export TMPDIR=/dev/shm
fi
work=$(mktemp -d)
# This test's own servers: others may run on this machine meanwhile.
export MANY_HANDS_SERVERS
MANY_HANDS_SERVERS=$(mktemp -d "$place_of_servers/test.XXXXXX")
chmod 755 "$work"
chmod 1777 "$MANY_HANDS_SERVERS"
checks=0
failures=0

# The end of every test, also of one that a mistake (set -u) ended early.
finish() {
    # What a test has started does not outlive it.
    local still_running
    mapfile -t still_running < <(jobs -p)
    if ((${#still_running[@]} > 0)); then
        kill -TERM "${still_running[@]}" 2>/dev/null || true
        wait "${still_running[@]}" 2>/dev/null || true
    fi
    (($1 == 0)) || fail "the test itself ended with status $1"
    rm -rf "$work"
    rmdir "$MANY_HANDS_SERVERS" || fail "a server's directory is left"
    echo "$checks checks, $failures failed"
    ((checks > 0 && failures == 0)) || exit 1
    exit 0 # not `exit`: that would give the status before the trap
}
trap 'finish $?' EXIT

fail() {
    failures=$((failures + 1))
    local text="$*"
    ((${#text} < 1500)) || text="${text:0:1200} ... ${text: -250}"
    printf 'FAILED: %s\n' "$text"
}

# Is this a build with a sanitizer? There programs are several times slower.
sanitized() { grep -q -e __tsan_init -e __asan_init "$bin/thread_lifecycle"; }

# with_server NAME=VALUE ...: this test once more, under a private server.
with_server() {
    ((failures == 0)) || exit 1 # what has failed by now is not forgotten
    trap - EXIT
    rm -rf "$work"
    rmdir "$MANY_HANDS_SERVERS"
    exec env MANY_HANDS_SERVERS="$place_of_servers" "$@" "$with_postgres" bash "$0"
}

# same WHAT EXPECTED FOUND
same() {
    checks=$((checks + 1))
    [[ $2 == "$3" ]] || fail "$1: expected '$2', found '$3'"
}

# differs WHAT ONE OTHER
differs() {
    checks=$((checks + 1))
    [[ $2 != "$3" ]] || fail "$1: both are '$2'"
}

# matches WHAT REGEX FOUND
matches() {
    checks=$((checks + 1))
    [[ $3 =~ $2 ]] || fail "$1: '$3' does not match '$2'"
}

# call COMMAND ...: sets status, out, err.
call() {
    status=0
    "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    out=$(<"$work/out")
    err=$(<"$work/err")
}

# runs REGEX PROGRAM ...: one of ours ends with 0, says nothing on stderr, and
# prints what matches.
runs() {
    call timeout 120 "$bin/$2" "${@:3}"
    same "${*:2}: exit status" 0 "$status"
    same "${*:2}: stderr" "" "$err"
    matches "${*:2}" "$1" "$out"
}

# copy_book DIRECTORY: what is under version control, as it stands here.
copy_book() {
    (cd "$root" && git ls-files -z | tar --null -T - -c) | tar -x -C "$1"
}

# as_stranger LIMIT PROGRAM ...: one of ours, by a user without rights, of whom
# there may be so many processes and threads. In a directory that everybody may
# enter: the checkout may be closed to others.
as_stranger() {
    mkdir -p "$work/bin"
    [[ -e $work/bin/$2 ]] || cp -- "$bin/$2" "$work/bin"
    local user=$((100000 + $$)) # of this test alone
    (cd "$work" && timeout 60 setpriv --reuid=$user --regid=$user \
        --clear-groups prlimit --nproc="$1" "$work/bin/$2" "${@:3}")
}

# number NAME: of the figure NAME in the last output.
number() { sed -n "s/^$1: //p" <<<"$out"; }

at_most() { # WHAT NUMBER LIMIT
    checks=$((checks + 1))
    awk -v a="$2" -v b="$3" 'BEGIN { exit !(a <= b) }' || fail "$1: $2 > $3"
}

# Polls until COMMAND ... succeeds, at most 60 s: for what ends by itself.
eventually() {
    checks=$((checks + 1))
    local i
    for ((i = 0; i < 3000; ++i)); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.02
    done
    fail "never happened: $*"
}

# ours ARGUMENTS OF pgrep ...: which of those processes this test has started.
# Another checkout may run the same commands on this machine.
ours() {
    local process found=1
    for process in $(pgrep --runstates DRST "$@"); do
        if grep -qzxF "MANY_HANDS_SERVERS=$MANY_HANDS_SERVERS" \
            "/proc/$process/environ" 2>/dev/null; then
            echo "$process"
            found=0
        fi
    done
    return $found
}

# What our scripts must not leave behind, as a list.
leftovers() {
    find "$MANY_HANDS_SERVERS" -mindepth 1 -maxdepth 1
    # Not zombies: those are gone, and init just has not looked.
    pgrep --runstates DRST -af "postgres.*$MANY_HANDS_SERVERS/"
}

nothing_left() {
    [[ -z $(leftovers) ]]
}

# --- For tests under with_server -------------------------------------------------

# Sets data, its directory, and what query() needs.
the_server() {
    data=${DATABASE_URL#*host=}
    data=${data%%&*}/data
    server_bin=$("$with_postgres" --find)
}
query() { "$server_bin/psql" -XqAt "$DATABASE_URL" -c "$1"; }

# It starts again with the options that it had; as its owner, never as root.
start_server() {
    local -a as_owner=()
    ((EUID != 0)) || as_owner=(setpriv --reuid "$(stat -c %u "$data")"
        --regid "$(stat -c %g "$data")" --clear-groups)
    (cd / && xargs -a "$data/postmaster.opts" "${as_owner[@]}" env) \
        </dev/null >/dev/null 2>&1 &
    eventually query 'SELECT 1'
}
stop_server() { # as a crash does
    local postmaster
    postmaster=$(head -n 1 "$data/postmaster.pid")
    kill -QUIT "$postmaster"
    eventually test ! -e "$data/postmaster.pid"
}
# The EXIT trap of a test that has used them: the keeper does not know the
# server that we have started.
stop_and_finish() {
    local ended=$?
    kill -QUIT "$(head -n 1 "$data/postmaster.pid")" 2>/dev/null
    wait
    finish "$ended"
}
