#!/usr/bin/env bash
# with_postgres.sh: a server of our own, nobody else's, and nothing left.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

unset DATABASE_URL
# Another checkout's server, where all are by default, as long as this lasts.
# shellcheck disable=SC2016 # expanded by the inner shell
env -u MANY_HANDS_SERVERS "$with_postgres" \
    sh -c 'echo "$DATABASE_URL" >"$1"; exec sleep 1000' other "$work/other" &
eventually test -s "$work/other"
nothing_left
same "another's server is not taken for ours" 0 $?

# --- Normal ends ---------------------------------------------------------------

call "$with_postgres" "$bin/load_naive" --rows 10
same "a loader: exit status" 0 "$status"
nothing_left
same "nothing is left when it returns" 0 $?
# shellcheck disable=SC2016 # expanded by the inner shell
call "$with_postgres" sh -c 'echo "in: $(cat)"; exit 7'
same "the command's exit status" 7 "$status"
call "$with_postgres" "$work/no-such-command"
same "no such command: exit status" 127 "$status"
# shellcheck disable=SC2016 # expanded by the inner shell
same "standard input is the command's" "in: hello" \
    "$(echo hello | "$with_postgres" sh -c 'echo "in: $(cat)"')"
call "$with_postgres" env PG_BINDIR=/nowhere "$with_postgres" true
same "one inside another" 0 "$status"
nothing_left
same "nothing is left of all these" 0 $?

# --- What the server is like -----------------------------------------------------

# shellcheck disable=SC2016 # expanded by the inner shell
call "$with_postgres" bash -c '
    psql=$("$0" --find)/psql
    for setting in fsync synchronous_commit full_page_writes \
        listen_addresses unix_socket_permissions; do
        "$psql" -XqAt "$DATABASE_URL" -c "SHOW $setting"
    done
    directory=${DATABASE_URL#*host=}
    stat -c "%a %U" "${directory%%&*}"' "$with_postgres"
owner=$(id -un)
((EUID != 0)) || owner=postgres
same "durable by default, on no port, in a closed directory" \
    "on on on  0777 700 $owner" "${out//$'\n'/ }"
call env PG_OPTIONS='-c synchronous_commit=off' "$with_postgres" \
    "$bin/load_copy" --rows 10
matches "PG_OPTIONS reaches the server" "synchronous_commit off" "$out"
call env PG_OPTIONS='-c nonsense' "$with_postgres" true
same "a server that does not start: exit status" 3 "$status"
matches "a server that does not start" "did not start; the end of its log" \
    "$err"
nothing_left
same "a server that does not start leaves nothing" 0 $?
call "$with_postgres" --help
matches "--help" "Runs a command with a private PostgreSQL" "$out"

# --- Two at once, and the reader's own server as a decoy ---------------------------

both=()
for i in 1 2; do
    "$with_postgres" "$bin/load_threads" --rows 3000 --workers 4 \
        >"$work/two.$i" 2>&1 &
    both+=($!)
done
wait "${both[@]}"
for i in 1 2; do
    matches "two at once, number $i" "result: 3000 rows" "$(<"$work/two.$i")"
done

# The decoy logs every connection; all variables of the environment name it.
# shellcheck disable=SC2016 # expanded by the inner shell
call env PG_OPTIONS='-c log_connections=on' "$with_postgres" bash -c '
    decoy=${DATABASE_URL#*host=}
    decoy=${decoy%%&*}
    export PGHOST=$decoy PGPORT=5432 PGUSER=many_hands PGDATABASE=postgres \
        PGPASSWORD=canary PGSERVICE=decoy PGOPTIONS="-c fsync=off" \
        PGPASSFILE=/nowhere PGAPPNAME=decoy PGDATA=$decoy/data
    "$0" "$1/load_naive" --rows 5 || exit
    "$0" bash -c "compgen -e | grep -c ^PG"
    env -u DATABASE_URL "$1/load_naive" --rows 5
    echo "status without DATABASE_URL: $?"
    echo "connections: $(grep -c "connection received" "$decoy/log")"' \
    "$with_postgres" "$bin"
matches "decoy: loaded elsewhere" "result: 5 rows" "$out"
matches "decoy: no PG variable in the command's environment" $'\n0\n' "$out"
matches "decoy: without DATABASE_URL" "status without DATABASE_URL: 3" "$out"
matches "decoy: connections" "connections: 0$" "$out"

# --- As an unprivileged user -----------------------------------------------------

if ((EUID == 0)); then
    # The checkout may be in a directory that is closed to others.
    cp -r "$root/tools" "$bin/load_copy" "$work"
    call setpriv --reuid 65534 --regid 65534 --clear-groups \
        env --chdir="$work" HOME=/ tools/with_postgres.sh ./load_copy --rows 10
    matches "as nobody" "result: 10 rows" "$out"
    nothing_left
    same "as nobody: nothing is left" 0 $?
fi

# --- Signals at every stage --------------------------------------------------------

# Starting takes about 0.7 s here: before, while and after it.
for signal in INT:130 TERM:143 HUP:129 KILL:137; do
    for delay in 0.02 0.2 0.5 1.5; do
        env --default-signal=INT setsid "$with_postgres" sleep 60 \
            >/dev/null 2>&1 &
        pid=$!
        sleep "$delay" # varies the stage; nothing is asserted by time
        kill -s "${signal%:*}" "$pid"
        status=0
        wait "$pid" 2>/dev/null || status=$?
        same "SIG${signal%:*} after $delay s: exit status" "${signal#*:}" \
            "$status"
        if [[ $signal == KILL* ]]; then
            eventually nothing_left # the keeper still cleans up
        else
            nothing_left
            same "SIG${signal%:*} after $delay s: nothing is left" 0 $?
        fi
    done
done
# The whole process group, as Ctrl-C at a terminal does it.
env --default-signal=INT setsid "$with_postgres" "$bin/load_naive" \
    --rows 100000000 >/dev/null 2>&1 &
pid=$!
sleep 1
kill -s INT -- "-$pid"
status=0
wait "$pid" 2>/dev/null || status=$?
same "Ctrl-C: exit status" 130 "$status"
nothing_left
same "Ctrl-C: nothing is left" 0 $?

# --- The other checkout's server has seen nothing of all this ------------------------

same "another's server still answers" 1 \
    "$("$("$with_postgres" --find)/psql" -XqAt "$(<"$work/other")" -c 'SELECT 1')"
