# shellcheck shell=bash
# Sourced by the book's scripts. Bash handles a signal only between commands
# and inside `wait`; a script that runs its commands through `run` passes HUP,
# INT and TERM on to the command at once, cleans up and then dies of the same
# signal, so that its caller knows.

stop_signal=
running= # what the signal is passed on to: a process, or -group

on_signal() {
    stop_signal=$1
    [[ -z $running ]] || kill -s "$1" -- "$running" 2>/dev/null || true
}
trap 'on_signal HUP' HUP
trap 'on_signal INT' INT
trap 'on_signal TERM' TERM

cleanup() { :; } # what a script has to do at its end: it defines this again

# shellcheck disable=SC2317 # called by trap
on_exit() {
    local status=$?
    cleanup
    [[ -n $stop_signal ]] || exit "$status"
    trap - EXIT "$stop_signal"
    kill -s "$stop_signal" $$
}
trap on_exit EXIT

die_if_stopped() { [[ -z $stop_signal ]] || exit; }

# require_room DIRECTORY MIB WHAT: ends with 3 unless WHAT, which needs so much
# there, can be written.
require_room() {
    local free
    if [[ ! -d $1 || ! -w $1 ]]; then
        say "$3 go to $1, which is not a directory that you may write to"
        exit 3
    fi
    free=$(df --output=avail -B 1M "$1" | tail -n 1)
    if ((free < $2)); then
        say "$3 go to $1 and need $2 MiB; only $((free)) MiB are free there"
        exit 3
    fi
}

# run COMMAND ...: its exit status. The command keeps the terminal. Commands
# in the background would ignore Ctrl-C and read nothing: env and <&0 undo
# that. If this script is killed (SIGKILL), the command gets SIGTERM.
run() {
    env --default-signal=INT,QUIT setpriv --pdeathsig TERM "$@" <&0 &
    running=$!
    finish_run "$running"
}

# run_group COMMAND ...: the same for tools that start others and do not pass
# signals on (hyperfine, cmake): they get a process group of their own, and
# the signal goes to all of it. Its leader is a shell that waits for the
# command, and ends the group if this script is killed.
run_group() {
    local parent=$BASHPID # not in the command: that is expanded by its child
    # shellcheck disable=SC2016 # expanded by the inner shell
    env --default-signal=INT,QUIT setsid setpriv --pdeathsig TERM "$BASH" -c '
        trap : INT HUP # the command gets them too: wait for its end
        trap "trap : TERM; kill 0" TERM
        ((PPID == $1)) || exit 143 # this script died before setpriv
        env --default-signal=INT,HUP,TERM,QUIT "${@:2}" <&0 &
        until status=0; wait $! || status=$?; ! kill -0 $! 2>/dev/null; do
            :
        done
        exit $status' "$0" "$parent" "$@" <&0 &
    running=-$!
    finish_run "$!"
}

# build PRESET DIRECTORY: configures and builds, in $root. The compiler's
# temporary files stay inside the build, so that none is left elsewhere.
# shellcheck disable=SC2154 # root: of the script that sources this
build() {
    local -x TMPDIR=$root/$2/tmp
    rm -rf "$TMPDIR"
    mkdir -p "$TMPDIR"
    cd "$root" || exit
    run_group cmake --preset "$1" -Wno-dev && run_group cmake --build "$2"
}

finish_run() {
    local status again=5
    while :; do
        # Just started, the command may not have heard the signal: env has not
        # yet undone the shell's ignoring. Say it again for a quarter second.
        if [[ -n $stop_signal ]] && ((again-- > 0)) && kill -0 "$1" 2>/dev/null
        then
            on_signal "$stop_signal"
            sleep 0.05
            continue
        fi
        status=0
        wait "$1" || status=$?
        kill -0 "$1" 2>/dev/null || break # else only a signal ended the wait
    done
    running=
    return "$status"
}

# usual_seconds CHAPTER PROFILE: what measuring it took the last time here, or
# else what its time.sh says, of two cores. --quick takes a sixth of it, and --full
# of chapter 07 took five times as long.
# shellcheck disable=SC2154 # root: of the script that sources this
usual_seconds() {
    cat "$root/results/$1.$2.seconds" 2>/dev/null && return
    local all
    all=$(sed -n "s/^chapter $1 .* \([0-9]*\)$/\1/p" "$root/chapters/$1/time.sh")
    case $2 in
    quick) echo $((all / 6)) ;;
    full) echo $((5 * all)) ;;
    *) echo "$all" ;;
    esac
}

in_words() { # SECONDS
    if (($1 < 90)); then
        echo "$1 s"
    else
        echo "$((($1 + 30) / 60)) min"
    fi
}
