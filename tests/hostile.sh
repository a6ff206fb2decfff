#!/usr/bin/env bash
# The scripts on bad days: killed by SIGKILL at every stage, Ctrl-C pressed
# twice, and hostile ground. They run, or end with 3 and name what to do; they
# leave nothing.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

book="$work/a book" # with a space
mkdir "$book" "$work/tmp"
copy_book "$book"
export MANY_HANDS_NO_INSTALL=1 # tests/run.sh has installed everything
export TMPDIR=$work/tmp
unset MANY_HANDS_SERVER MANY_HANDS_BIN
all=("$book/run_all.sh" --quick)
# Two chapters of a few programs, soon built and soon finished: the scripts are
# the subject. Of the others there are the parts, which stand on one line.
rm "$book"/chapters/*/time.sh
chapter() { # NAME BUILD: the rest of its time.sh
    {
        echo '#!/usr/bin/env bash'
        # shellcheck disable=SC2016 # expanded by the script that this makes
        echo 'source "$(dirname "$0")/../../tools/time_variants.sh"'
        echo "chapter $1 'A chapter' 1"
        cat
    } >"$book/chapters/$1/time.sh"
    chmod +x "$book/chapters/$1/time.sh"
    echo "$2" >>"$book/chapters/$1/CMakeLists.txt"
}
sed -i '/^parts(/!d' "$book"/chapters/*/CMakeLists.txt
echo 'database_programs(more/costs_of)' \
    >>"$book/chapters/07-lazy-connections/CMakeLists.txt" # for peer.sh
chapter 04-data-parallelism 'programs(samples_sequential samples_processes)' <<'E2'
problem samples "Samples"
variant samples_sequential samples_sequential --rows 3000000
variant samples_processes samples_processes --rows 3000000
go
E2
chapter 05-io-bound 'database_programs(load_naive load_threads load_copy
    delay_proxy)' <<'E2'
needs_postgres
problem load "Rows"
variant load_naive load_naive --rows 4000
variant load_threads load_threads --rows 4000
go
E2

# Processes that belong to the copy: by their directory, program or arguments.
# (Not zombies: those are gone, and init just has not looked.)
processes() {
    local process
    for process in /proc/[0-9]*; do
        [[ $process != /proc/$$ && $process != /proc/$BASHPID ]] || continue
        case $(readlink "$process/cwd" "$process/exe" 2>/dev/null) in
        *"$book"*) echo "${process#/proc/}" ;;
        esac
    done
    pgrep --runstates DRST -f "$book/"
}
# What a run leaves that nobody asked for.
remains() {
    processes
    leftovers
    find "$TMPDIR" -mindepth 1 2>/dev/null
    find /dev/shm -maxdepth 1 -name 'many-hands*'
    find "$book" -name '*.part' 2>/dev/null
}
nothing_remains() { [[ -z $(remains) ]]; }

# --- SIGKILL at every stage of run_all.sh -------------------------------------------

# In the order of the run; each says by which process it is known.
stages=(
    "set-up|tools/setup.sh"
    "configuring|cmake --preset"
    "compiling|cc1plus.*samples"
    "a chapter in memory|bin/samples_sequential"
    "starting the server|bin/initdb"
    "a chapter with a server|bin/load_threads"
)
for stage in "${stages[@]}"; do
    pattern=${stage#*|}
    [[ $stage != compiling* ]] || rm -rf "$book/build"
    setsid "${all[@]}" >"$work/out" 2>"$work/err" </dev/null &
    pid=$!
    there() {
        ! kill -0 "$pid" 2>/dev/null || ours -f "$pattern"
    }
    checks=$((checks + 1))
    until there >/dev/null; do :; done # at once, for short stages
    kill -KILL "$pid" 2>/dev/null || fail "${stage%|*}: ended before it"
    wait "$pid" 2>/dev/null
    eventually nothing_remains
    nothing_remains || fail "after SIGKILL while ${stage%|*}: $(remains)"
done

# The same for whoever is killed inside: the one that called it cleans up.
for inside in 'bash chapters/05-io-bound/time.sh' \
    'bash .*/with_postgres.sh chapters/05-io-bound'; do
    env --default-signal=INT setsid "${all[@]}" 05 >"$work/out" 2>"$work/err" \
        </dev/null &
    pid=$!
    eventually pgrep -f "$book/build/bin/load_naive"
    victim=$(ours -f "^$inside" | head -n 1) # the outermost
    kill -KILL "$victim"
    status=0
    wait "$pid" || status=$?
    same "$inside was killed: exit status" 1 "$status"
    matches "$inside was killed" "not everything could be measured in 05" \
        "$(<"$work/err")"
    eventually nothing_remains
done

# --- Ctrl-C, twice -----------------------------------------------------------------

for pause in 0 0.05 0.3; do
    env --default-signal=INT setsid "${all[@]}" 05 >"$work/out" 2>"$work/err" \
        </dev/null &
    pid=$!
    eventually pgrep -f "$book/build/bin/load_naive"
    kill -INT -- "-$pid"
    sleep "$pause" # varies the stage; nothing is asserted by time
    kill -INT -- "-$pid" 2>/dev/null
    status=0
    wait "$pid" || status=$?
    same "Ctrl-C twice, $pause s: exit status" 130 "$status"
    eventually nothing_remains
done

# After all that it runs as if nothing had been.
call "${all[@]}"
same "after all that: exit status" 0 "$status"
((status == 0)) || tail -n 20 <<<"$err"
matches "after all that: the report" "The report: $book/results" "$out"
eventually nothing_remains

# --- Directories with strange names --------------------------------------------------

long=$(printf 'x%.0s' {1..200})
for name in "with a space" "$long" $'with\na newline' "it's \$HOME; *"; do
    mkdir "$work/$name"
    call env TMPDIR="$work/$name" "${all[@]}"
    same "TMPDIR '${name:0:15}': exit status" 0 "$status"
    call env TMPDIR="$work/$name" "$with_postgres" \
        "$book/chapters/05-io-bound/peers.sh" psql_copy 100
    matches "TMPDIR '${name:0:15}': a peer" "result: 100 " "$out"
    call env TMPDIR="$work/$name" "$with_postgres" \
        "$book/chapters/07-lazy-connections/peer.sh" 100 \
        "$book/chapters/05-io-bound/peers.sh" pgbench ROWS 4 0 2
    for line in "result: 100 " "survivors: 11[0-9]{2}" "cores_busy: "; do
        matches "TMPDIR '${name:0:15}': peer.sh" "$line" "$out"
    done
    same "TMPDIR '${name:0:15}': nothing is left" "" "$(ls -A "$work/$name")"
done
call env TMPDIR="$work/none" "${all[@]}"
same "TMPDIR is not there: exit status" 3 "$status"
matches "TMPDIR is not there" "temporary files go to $work/none, which is not" \
    "$err"

# --- Nowhere to write ------------------------------------------------------------------

if ((EUID == 0)) && unshare --mount true 2>/dev/null; then
    # ground MOUNTS COMMAND ...: in a mount namespace, gone with the command.
    ground() {
        # shellcheck disable=SC2016 # expanded by the inner shell
        unshare --mount bash -c 'eval "$1"; "${@:2}"' bash "$@"
    }
    # shellcheck disable=SC2016 # expanded by ground
    read_only='mount --bind "$book" "$book" && mount -o remount,ro,bind "$book"'
    export book
    call ground "$read_only" "${all[@]}"
    same "a read-only checkout: exit status" 3 "$status"
    matches "a read-only checkout" "go to $book, which is not a directory that you may write to" "$err"
    call ground "$read_only" "$book/chapters/05-io-bound/time.sh"
    same "a read-only checkout, time.sh: exit status" 3 "$status"
    call ground "$read_only" "$book/tests/run.sh"
    same "a read-only checkout, tests: exit status" 3 "$status"
    call ground "$read_only" "$book/tools/with_postgres.sh" \
        "$book/build/bin/load_naive" --rows 10
    same "a read-only checkout, one program: exit status" 0 "$status"
    matches "a read-only checkout, one program" "result: 10 rows" "$out"

    for full in /tmp /var/tmp; do
        # The copy lies below /tmp: it is seen through another directory.
        mount="unset MANY_HANDS_SERVERS; mkdir -p /run/many-hands-test &&
            mount --bind \"\$book\" /run/many-hands-test &&
            mount -t tmpfs -o size=64k none $full &&
            { cat /dev/zero >$full/full 2>/dev/null || true; }; TMPDIR=/tmp"
        call ground "$mount" /run/many-hands-test/run_all.sh --quick 05
        same "$full is full: exit status" 3 "$status"
        matches "$full is full" "go to $full and need [0-9]+ MiB; only 0 MiB are free there" \
            "$err"
    done
    rmdir /run/many-hands-test
else
    echo "not tried: read-only and full directories (not root, or in a container" \
        "that forbids mounts)"
fi
eventually nothing_remains
