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
# the signal goes to all of it.
run_group() {
    env --default-signal=INT,QUIT setsid setpriv --pdeathsig TERM "$@" <&0 &
    running=-$!
    finish_run "$!"
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
