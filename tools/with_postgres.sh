#!/usr/bin/env bash
# Runs a command with a private PostgreSQL:
#
#     tools/with_postgres.sh build/bin/load_naive
#     tools/with_postgres.sh            (a shell with the server up)
#
# The server listens on a Unix socket in a directory of its own, on no port,
# with PostgreSQL's default durability. DATABASE_URL names it; every PG*
# variable is taken out of the command's environment. When the command ends,
# server and directory are gone, whatever ended it.
#
# PG_BINDIR names the directory of initdb, if you want a certain one.
# PG_OPTIONS holds more server options, such as '-c synchronous_commit=off'.
# MANY_HANDS_SERVERS is where the server's directory goes, /var/tmp by default.
set -Eeuo pipefail

here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=run.sh
source "$here/run.sh"

say() { printf 'with_postgres.sh: %s\n' "$*" >&2; }
place=${MANY_HANDS_SERVERS:-/var/tmp}

# The directory of initdb and postgres. Debian keeps them off PATH.
find_bindir() {
    local candidate on_path
    on_path=$(command -v initdb || true)
    [[ -z $on_path ]] || on_path=$(dirname "$(readlink -f "$on_path")")
    for candidate in "${PG_BINDIR:-}" "$on_path" \
        "$(pg_config --bindir 2>/dev/null || true)" \
        $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -rV)
    do
        if [[ -x $candidate/initdb && -x $candidate/postgres ]]; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    say "PostgreSQL's server programs (initdb, postgres) are missing;" \
        "tools/setup.sh installs them"
    exit 3
}

# --- The keeper: owns the server and its directory -------------------------
# It runs in a session of its own, so that Ctrl-C does not reach it, and waits
# for the end of its standard input. That end comes when the script below
# ends, however it ends: kill -9 closes files too.
keeper() {
    local bindir=$1 data
    server=
    directory=$(mktemp -d "$place/many-hands.XXXXXX")
    # shellcheck disable=SC2317 # called at the end, by run.sh
    cleanup() {
        if [[ -n $server ]]; then
            kill -QUIT "$server" 2>/dev/null || true # stop at once
            wait "$server" || true
        fi
        rm -rf -- "$directory" # never anything but what mktemp made
    }
    data=$directory/data
    local -a as_user=()
    if ((EUID == 0)); then # PostgreSQL refuses to run as root
        local user=postgres
        id -u "$user" >/dev/null 2>&1 || user=nobody
        chown "$user" "$directory"
        as_user=(setpriv --reuid "$(id -u "$user")" --regid "$(id -g "$user")"
            --clear-groups)
    fi
    cd "$directory"
    "${as_user[@]}" "$bindir/initdb" -D "$data" -U many_hands -A trust \
        -E UTF8 --locale=C --no-sync >"$directory/log" 2>&1 || keeper_fails
    local -a more
    read -ra more <<<"${PG_OPTIONS:-}"
    # If this keeper is killed, the server goes too (SIGQUIT: at once).
    "${as_user[@]}" setpriv --pdeathsig QUIT "$bindir/postgres" -D "$data" \
        -c listen_addresses= -c unix_socket_directories="$directory" \
        -c max_connections=200 -c max_wal_size=4GB -c checkpoint_timeout=30min \
        -c jit=off -c many_hands.private=on "${more[@]}" \
        </dev/null >>"$directory/log" 2>&1 &
    server=$!
    # The server writes "ready" into the last line of this file.
    until grep -qs '^ready' "$data/postmaster.pid"; do
        kill -0 "$server" 2>/dev/null || keeper_fails
        sleep 0.02
    done
    printf '%s\n' "postgresql:///postgres?host=$directory&user=many_hands"
    exec >&-
    cat >/dev/null # until the script is gone
}

keeper_fails() {
    say "PostgreSQL did not start; the end of its log:"
    tail -n 5 "$directory/log" >&2
    exit 3
}

if [[ ${1:-} == --keeper ]]; then
    keeper "$2"
    exit
fi

# --- The script: starts the keeper, runs the command -----------------------
if [[ ${1:-} == --find ]]; then # where the server programs are
    find_bindir
    exit
fi
if [[ ${1:-} == --help ]]; then
    sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"
    exit
fi
(($# > 0)) || set -- "${SHELL:-/bin/bash}"

bindir=$(find_bindir)
require_room "$place" 300 "the server's files"
variables=$(compgen -e | grep '^PG' || true)
clean=()
for name in $variables; do
    [[ $name == PG_OPTIONS ]] || clean+=(-u "$name")
done

# Bash closes the two ends of a coprocess in every other child, so nobody
# else holds the keeper's standard input open.
coproc pipes { exec env "${clean[@]}" setsid "$BASH" "$0" --keeper "$bindir"; }
keeper_pid=$!
keeper_in=${pipes[1]}
DATABASE_URL=
read -r DATABASE_URL <&"${pipes[0]}" || true

status=3
if [[ -n $DATABASE_URL && -z $stop_signal ]]; then
    export DATABASE_URL MANY_HANDS_SERVER=private
    run env "${clean[@]}" -u PG_OPTIONS "$@" && status=0 || status=$?
fi

exec {keeper_in}>&- # the keeper stops the server now ...
while kill -0 "$keeper_pid" 2>/dev/null; do
    wait "$keeper_pid" || true # ... and has removed everything here
done
exit "$status"
