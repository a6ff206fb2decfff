#!/usr/bin/env bash
# Nothing lost, nothing twice: load_once, load_once_coroutines and
# load_once_processes, their ledger and their connections, on all the bad days
# that we could think of. A few of each; tests/exactly_once.sh --full takes the numbers of tests/loaders.md and
# prints its table; with ONLY_LOADER=load_once_processes, say, of one loader.
servers_on_disk=yes # a flush must take its time: there are fewer, then
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

if [[ -z ${WITH_SERVER:-} ]]; then
    mkdir "$work/empty"
    for program in load_once load_once_coroutines load_once_processes \
        load_retried \
        pool_connections hostile_names hostile_values; do
        for url in "" "nonsense://" "postgresql://user:canary@[::1]x/postgres" \
            "postgresql:///postgres?host=$work/empty&password=canary"; do
            call env DATABASE_URL="$url" PGHOST=/var/run/postgresql \
                "$bin/$program"
            same "$program '$url': exit status" 3 "$status"
            same "$program '$url': lines on stderr" 1 "$(wc -l <"$work/err")"
            same "$program '$url': tells the secret" "" \
                "$(grep canary "$work/err")"
        done
    done
    # URLs that are no good: one line, soon, and nothing done.
    touch "$work/file"
    long=$(printf 'd%.0s' {1..200}) huge=$(printf 'x%.0s' {1..100000})
    for url in "postgresql:///?host=/$long" "postgresql:///?host=$work/file" \
        "postgresql:///?host=%zz" "postgresql:///?host=%00" "$huge" \
        "postgresql:///?host=$work/empty&port=99999" \
        "postgresql:///?host=$work/empty&dbname=$huge" \
        "postgresql:///?host=$work/empty&nonsense=canary" \
        "postgresql:///?service=none-of-that-name" \
        "postgresql:///a?host=$work/empty,$work/file&port=1" \
        "postgresql:///?host=$work/empty%0Acanary%0A" \
        "postgresql:///?host=$work/empty%20%27;%20DROP%20TABLE%20samples;--" \
        "host=$work/empty password='canary" $'postgresql:///?host=/a\nb' \
        "postgresql://user:canary@/?host=$work/empty&options=-c%20fsync=off"; do
        begin=$SECONDS
        call timeout 60 env DATABASE_URL="$url" "$bin/load_once"
        same "load_once '${url:0:70}': exit status" 3 "$status"
        same "load_once '${url:0:70}': lines on stderr" 1 \
            "$(wc -l <"$work/err")"
        at_most "load_once '${url:0:70}': seconds" $((SECONDS - begin)) 10
        [[ $url != *assword* && $url != *user:* ]] ||
            same "load_once '${url:0:70}': tells the secret" "" \
                "$(grep canary "$work/err")"
    done
    # With fsync: what is found after a crash is what was there.
    with_server WITH_SERVER=1 FULL="$([[ ${1:-} != --full ]] || echo full)"
fi

# times QUICK FULL
times() { if [[ -n $FULL ]]; then echo "$2"; else echo "$1"; fi; }

the_server
trap stop_and_finish EXIT
figure() { sed -n "s/^$1: //p" <<<"$out"; }

RANDOM=7 # the same moments each time, as far as that goes
import=0
lost_or_twice=0
# done_right WHAT: the loader, run last, says that all is there, once.
done_right() {
    same "$1: exit status" 0 "$status"
    same "$1: stderr" "" "$err"
    [[ $status == 0 ]] || lost_or_twice=$((lost_or_twice + 1))
}
# row WHAT HAPPENED | HOW OFTEN | WHAT FOLLOWED
row() {
    [[ -z $FULL ]] || printf '| %s | %s | %s |\n' "$@"
}

# --- The tools -------------------------------------------------------------------

call timeout 120 "$bin/test_pool"
same "test_pool: exit status" 0 "$status"
[[ $status == 0 ]] || fail "$out"
runs "result: gave up: true, replaced: true, sessions: 2" pool_connections
runs "result: 35 served, 5 refused" hostile_names
rows=$(times 3000 1000000)
runs "result: $((3 * rows)) " hostile_values --rows "$rows"
row "hostile values, in three ways each" "$rows rows" "all equal, byte by byte"

call "$bin/pool_limits" --rounds "$(times 4 200)" --late-ms "$(times 10000 50)"
same "pool_limits: exit status" 0 "$status"
for state in busy gone refuses deaf slow; do
    row "acquire within 100 ms: the database is $state" "$(times 4 200)" \
        "gave up $(figure ${state}_p50_ms) ms late, 99th percentile $(figure ${state}_p99_ms)"
done

# With fsync the flushes are there to be counted.
call "$bin/load_naive" --rows 300
at_most "load_naive: flushes for 300 commits" 300 "$(figure wal_syncs)"
call "$bin/load_copy" --rows 300
at_most "load_copy: flushes" "$(figure wal_syncs)" 10
call "$bin/load_threads" --rows 2000 --workers 32
at_most "load_threads: flushes for 2,000 commits" "$(figure wal_syncs)" 1900

# --- Once ---------------------------------------------------------------------------

call "$bin/load_once" --rows 5500
done_right "first run"
same "first run: inserted" 5500 "$(figure inserted)"
expected=$(figure result)
call "$bin/load_once" --rows 5500
done_right "second run"
same "second run: inserted" 0 "$(figure inserted)"
same "second run: result" "$expected" "$(figure result)"
call "$bin/load_once_coroutines" --rows 5500 # reads and writes the same ledger
done_right "a run by tasks"
same "a run by tasks: inserted" 0 "$(figure inserted)"
same "a run by tasks: result" "$expected" "$(figure result)"
call "$bin/load_once_coroutines" --rows 5500 --start anew --import tasks
done_right "a first run by tasks"
same "a first run by tasks: inserted" 5500 "$(figure inserted)"
same "a first run by tasks: result" "$expected" "$(figure result)"
call "$bin/load_once" --rows 5500 --import tasks
done_right "a second one by threads"
same "a second one by threads: inserted" 0 "$(figure inserted)"
call "$bin/load_copy" --rows 5500 # empties the table, and takes the ledger along
same "another loader: result" "$expected" "$(figure result)"
call "$bin/load_once" --rows 5500
done_right "after another loader"
same "after another loader: inserted" 5500 "$(figure inserted)"
for other in "--rows 5499" "--rows 5500 --batch 999" "--rows 5500 --seed 2" \
    "--rows 5500 --import other"; do
    # shellcheck disable=SC2086 # several words
    call "$bin/load_once" $other
    done_right "another import: $other"
    differs "another import: $other: inserted" 0 "$(figure inserted)"
done
for name in "'); DROP TABLE many_hands.samples; --" $'a\tb\n' '"' "\\" "%s"; do
    for inserted in 3000 0; do
        call "$bin/load_once" --rows 3000 --import "$name"
        done_right "import $name"
        same "import $name: inserted" $inserted "$(figure inserted)"
    done
done
query "DELETE FROM many_hands.samples WHERE class_0 < 0.1"
call "$bin/load_once" --rows 3000 --import "%s"
same "rows gone behind its back: exit status" 4 "$status"

# Two at once share the work.
"$bin/load_once" --rows 200000 --import both >"$work/first" 2>&1 &
first=$!
call "$bin/load_once" --rows 200000 --import both
wait "$first" || fail "two at once, the first: $(<"$work/first")"
done_right "two at once"
same "two at once: inserted" 200000 \
    "$(($(figure inserted) + $(sed -n 's/^inserted: //p' "$work/first")))"

# Another import has emptied the table in the middle of this one, and taken out
# the line of its first batch; lines that it wrote after that are there still.
import=$((import + 1))
call "$bin/load_once" --rows 3000 --batch 100 --import $import
query "DELETE FROM many_hands.ledger WHERE batch < 10; DELETE FROM many_hands.samples"
call "$bin/load_once" --rows 3000 --batch 100 --import $import
done_right "emptied by another import, then rerun"
same "emptied by another: inserted" 3000 "$(figure inserted)"

# --- Paths that are hard to write ----------------------------------------------------

# The server's directory by other names, in the URL with each byte as %XX.
encoded() { od -An -v -tx1 <<<"$1" | tr -d '\n' | sed 's/ 0a$//; s/ /%/g'; }
socket_dir=${DATABASE_URL#*host=}
socket_dir=${socket_dir%%&*}
# shellcheck disable=SC2016,SC1003 # nothing shall be expanded
for name in 'a b' "it's" '"quoted"' '%41' '\' '$(touch made)' '`touch made`' \
    'x&user=nobody1' 'x?y' 'x#y' 'a=b' 'ü;--' "'; DROP TABLE samples;--"; do
    ln -s "$socket_dir" "$work/$name"
    url=${DATABASE_URL/host=$socket_dir/host=$(encoded "$work/$name")}
    differs "a path '$name': the URL" "$DATABASE_URL" "$url"
    import=$((import + 1))
    (
        cd "$work" || exit
        call timeout 60 env DATABASE_URL="$url" "$bin/load_once" --rows 1000 \
            --import $import
        echo "$status $err" >"$work/said"
    )
    same "a path '$name'" "0 " "$(<"$work/said")"
done
same "a path is no command" "" "$(find "$work" -name made)"

# --- Whom the server refuses: one line, soon, and no secret -----------------------

query "CREATE ROLE keeper LOGIN PASSWORD 'canary'"
{
    echo 'local all keeper scram-sha-256'
    cat "$data/pg_hba.conf"
} >"$work/hba"
cat "$work/hba" >"$data/pg_hba.conf"
query 'SELECT pg_reload_conf()' >/dev/null
refused() { # WHAT URL EXPECTED
    local begin=$SECONDS
    call timeout 60 env DATABASE_URL="$2" "$bin/load_once" --workers 2
    same "$1: exit status" 3 "$status"
    same "$1: lines on stderr" 1 "$(wc -l <"$work/err")"
    matches "$1" "$3" "$err"
    same "$1: tells the secret" "" "$(cat "$work/out" "$work/err" | grep canary)"
    at_most "$1: seconds" $((SECONDS - begin)) 10
}
base=${DATABASE_URL/user=many_hands/user=keeper}
answers_password() { call env DATABASE_URL="$base&password=x" "$bin/load_once"; [[ $err == *28P01* ]]; }
eventually answers_password # the server has read its file
refused "wrong password" "$base&password=canarybird" "28P01"
refused "no database" "$DATABASE_URL&dbname=none" "3D000"
refused "no role" "$DATABASE_URL&user=nobody1" "28000"
call timeout 60 "$bin/load_once" --workers 300
same "server full: exit status" 3 "$status"
matches "server full" "53300.*too many clients" "$err"

# --- Bad days, for either loader -------------------------------------------------------

# count_of IMPORT: its lines in the ledger.
count_of() { query "SELECT count(*) FROM many_hands.ledger WHERE import LIKE '$1:%'"; }
# kill_after BATCHES PID: when the ledger has more than so many of this import.
kill_after() {
    local begun=0
    while ((begun <= $1)) && kill -0 "$2" 2>/dev/null; do
        begun=$(count_of $import 2>/dev/null) || begun=0 # no ledger yet
    done
    kill -KILL "$2" 2>/dev/null || true
}

# Has a pool started more workers than it should have at a time?
more_than_workers() {
    local started
    started=$(figure workers_started)
    [[ -n $started && $out =~ ,\ ([0-9]+)\ worker ]] &&
        ((started > BASH_REMATCH[1]))
}
# in_mid_load WHAT ACTION ...: while a load is under way; the action's status says
# whether it has done anything. Where there are few
# loads they are long ones, so that none ends before the action comes.
in_mid_rows=$(times 120000 60000)
in_mid_load() {
    import=$((import + 1))
    "$bin/$loader" --rows "$in_mid_rows" --batch 100 --import $import \
        >"$work/load" 2>"$work/load.err" &
    local load=$! begun=0 first=$((RANDOM % 100))
    while ((begun <= first)); do
        begun=$(count_of $import 2>/dev/null || echo 0)
        kill -0 $load 2>/dev/null || break
    done
    if "${@:2}" && ((begun > first)) && kill -0 $load 2>/dev/null; then
        under_way=$((under_way + 1))
    fi
    status=0
    wait $load || status=$?
    out=$(<"$work/load") err=$(<"$work/load.err")
    if [[ $status == 1 && $(figure inserted) == "$in_mid_rows" ]]; then
        # All was loaded, and being counted when it happened.
        same "$1, while it counted: lines on stderr" 1 "$(wc -l <"$work/load.err")"
        call "$bin/$loader" --rows "$in_mid_rows" --batch 100 --import $import
        same "$1, while it counted: inserted after that" 0 "$(figure inserted)"
    elif [[ $(figure retries) != 0 ]] || more_than_workers; then
        interrupted=$((interrupted + 1))
    fi
    done_right "$1"
}
restart_server() {
    stop_server
    start_server
}
kill_backend() { # as the kernel does, when memory is short
    local backend
    backend=$(query "SELECT pid FROM pg_stat_activity WHERE pid <>
        pg_backend_pid() AND application_name = 'many-hands' LIMIT 1
        OFFSET $((RANDOM % 3))") || true
    [[ -n $backend ]] && kill -KILL "$backend" 2>/dev/null
}

kill_worker() { # a process of the pool
    local workers
    mapfile -t workers < <(pgrep -P "$load")
    ((${#workers[@]} > 0)) &&
        kill -KILL "${workers[RANDOM % ${#workers[@]}]}" 2>/dev/null
}

for loader in ${ONLY_LOADER:-load_once load_once_coroutines load_once_processes}; do
    # The connections that load, if there is one worker; which command of the
    # last one is the first that commits rows; at how many places each is cut, at
    # least; and how often all that is tried.
    case $loader in
    load_once)
        loading=(2) first_commit=15
        cuts_least=$(times 5 60) step=$(times 9 1)
        kills=$(times 5 1000) commits=$(times 6 1000) crashes=$(times 2 200)
        ;;
    load_once_coroutines) # the first one of them empties the table
        loading=(2 3) first_commit=5
        cuts_least=$(times 4 50) step=$(times 17 1)
        kills=$(times 3 1000) commits=$(times 3 1000) crashes=$(times 1 200)
        ;;
    load_once_processes) # the parent empties the table, a worker loads
        loading=(2 3) first_commit=8
        cuts_least=$(times 4 50) step=$(times 17 1)
        kills=$(times 3 1000) commits=$(times 3 1000) crashes=$(times 1 200)
        ;;
    esac

    # Killed, and started again.
    kills_in_mid=0 lost_or_twice=0
    for ((i = 0; i < kills; ++i)); do
        import=$((import + 1))
        # 300 batches, some 0.2 s. Every other one is killed by the clock, and
        # so perhaps before it begins, or when all is done.
        "$bin/$loader" --rows 30000 --batch 100 --import $import \
            >/dev/null 2>&1 &
        if ((i % 2 == 0)); then
            kill_after $((RANDOM % 200)) $!
        else
            sleep "0.$((RANDOM % 200 + 100))"
            kill -KILL $! 2>/dev/null || true
        fi
        wait $! 2>/dev/null || true
        call "$bin/$loader" --rows 30000 --batch 100 --import $import
        done_right "$loader killed, then rerun, $i"
        (($(figure inserted) % 30000 == 0)) ||
            kills_in_mid=$((kills_in_mid + 1))
    done
    call "$bin/$loader" --rows 30000 --batch 100 --import $import
    same "$loader, and once more: inserted" 0 "$(figure inserted)"
    at_most "$loader killed with some batches done, and not all, at least" 1 \
        $kills_in_mid
    row "$loader killed (SIGKILL) and started again" \
        "$kills, of them $kills_in_mid with some batches done and not all" \
        "$lost_or_twice loads wrong"

    # The connection cut, before each message of a conversation, or some of them,
    # until none is left. The first connection makes the table and counts it.
    for session in 1 "${loading[@]}"; do
        cuts=0 lost_or_twice=0
        declare -A cut_in=([setup]=0 [load]=0 [count]=0)
        for of in client server; do
            untouched=0 last=""
            for ((at = 1; untouched < 3; at += step)); do
                what="$loader, session $session cut before $of's message $at"
                call timeout 60 "$bin/delay_proxy" --rtt-us 0 --fault-at $at \
                    --fault-of $of --fault-connection "$session" \
                    "$bin/$loader" --rows 300 --batch 100 --workers 1 \
                    --start anew
                # Before there is a pool, and after the load, nothing is tried
                # again, and the program says that it could not; in between it
                # has to go on.
                case $status,$(figure inserted),$(figure retries) in
                0,*,0) phase="" ;;
                0,*,1) phase=load ;;
                [13],,) phase=setup ;;
                1,300,*) phase=count ;;
                *) fail "$what: status $status, $out" && phase="" ;;
                esac
                if [[ -z $phase ]]; then
                    untouched=$((untouched + 1))
                else
                    untouched=0 cuts=$((cuts + 1))
                    cut_in[$phase]=$((cut_in[$phase] + 1))
                    case $last,$phase in
                    load,setup | count,setup | count,load)
                        fail "$what: $phase after $last"
                        ;;
                    esac
                    last=$phase
                fi
                if [[ $phase == setup || $phase == count ]]; then
                    same "$what: lines on stderr" 1 "$(wc -l <"$work/err")"
                    call "$bin/$loader" --rows 300 --batch 100 --workers 1
                fi
                [[ $phase != count ]] ||
                    same "$what: inserted after that" 0 "$(figure inserted)"
                done_right "$what"
            done
            at_most "$loader, session $session, $of: messages until none is left" \
                15 $at
        done
        if [[ $session == 1 ]]; then
            same "$loader: session 1 does not load" 0 "${cut_in[load]}"
            what="the session that counts"
        else
            at_most "$loader, session $session: cuts in the load, at least" \
                "$cuts_least" "${cut_in[load]}"
            what="session $session, which loads, ${cut_in[load]} in mid-load"
        fi
        # A task connects when it has something to load: there is nothing else.
        [[ $session == 1 || $loader == load_once ]] ||
            same "$loader, session $session: cuts elsewhere" 0 \
                $((cuts - cut_in[load]))
        row "$loader: connection cut before each message, in both directions" \
            "$cuts of $what" "$lost_or_twice loads wrong"
    done

    # Between a COMMIT and the answer to it: the server has done it, and nobody
    # has heard. The ledger knows; whoever just tries again doubles a batch.
    sizes=(25 40 50 100 125 200 250 500 1000)
    lost_or_twice=0
    for ((i = 0; i < commits; ++i)); do
        # Some batch, of some size: each has four commands.
        batch=${sizes[RANDOM % ${#sizes[@]}]}
        call timeout 60 "$bin/delay_proxy" --rtt-us 0 --fault-unit commands \
            --fault-at $((first_commit + 4 * (RANDOM % (5000 / batch)))) \
            --fault-connection "${loading[-1]}" "$bin/$loader" --rows 5000 \
            --batch "$batch" --workers 1 --start anew
        done_right "$loader, COMMIT without an answer, $i"
        same "$loader, COMMIT without an answer, $i: retries" 1 \
            "$(figure retries)"
        same "$loader, COMMIT without an answer, $i: found in the ledger" \
            "$batch" "$((5000 - $(figure inserted)))"
    done
    row "$loader: connection cut between COMMIT and its answer" "$commits" \
        "$lost_or_twice loads wrong"

    # The server dies.
    actions=(restart_server kill_backend)
    [[ $loader != load_once_processes ]] || actions+=(kill_worker)
    for action in "${actions[@]}"; do
        lost_or_twice=0 interrupted=0 under_way=0
        rounds=$crashes
        [[ $action != kill_worker ]] || rounds=$kills
        for ((i = 0; i < rounds; ++i)); do
            in_mid_load "$loader, $action, $i" "$action"
        done
        # Without a server a batch is not always interrupted: between two of them
        # the loader may compute, and its connection is replaced.
        at_most "$loader, $action: loads that were under way, at least" 1 \
            $under_way
        [[ -z $FULL && $action != kill_worker ]] ||
            at_most "$loader, $action: loads that it interrupted, at least" 1 \
                $interrupted
        case $action in
        restart_server) what="server stopped at once (SIGQUIT) and started" ;;
        kill_backend) what="a backend killed (SIGKILL), so that all are" ;;
        kill_worker) what="a worker killed (SIGKILL)" ;;
        esac
        row "$loader: $what, in mid-load" \
            "$rounds, of them $interrupted interrupted a batch" \
            "$lost_or_twice loads wrong"
    done
done
