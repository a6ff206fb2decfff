# shellcheck shell=bash
# Sourced by every chapter's time.sh, which declares what to time:
#
#     chapter 05-io-bound TITLE SECONDS
#                                      once, first; about what all of it takes on
#                                      two cores, without --quick and --full
#     needs_postgres                   run under the private server
#     problem NAME TITLE [FIGURE]      variants that do the same work follow;
#                                      compared by time, or by a FIGURE that
#                                      they print, where more is better
#     variant LABEL PROGRAM ...        one of ours, by name or path; the first
#                                      is the baseline, and runs twice a
#                                      round: the A/A pair
#     sweep LABEL PROGRAM ...          one of ours that no claim names, a point
#                                      of a curve: fewer rounds
#     detail LABEL PROGRAM ...         a sweep that --quick does without
#     unless_quick COMMAND ...         any of these, of which the same is true
#     peer LABEL COMMAND ...           a program that is none of ours, or in
#                                      another language; fewer rounds
#     beside "OURS FIGURE ..." LABEL COMMAND ...
#                                      a peer that does the same as OURS: the
#                                      report shows these figures side by side
#     published LABEL VALUE            what a source has printed for it, as the
#                                      problem's figure; seconds if that is time
#     absent LABEL REASON              one that cannot be timed on this machine
#     floor LABEL PROGRAM ...          does less on purpose, to show what the
#                                      rest costs
#     one_core                         an array: put it before a COMMAND that
#                                      shall have one core only
#     find_python MODULE ...           sets python to a python3 that has these
#                                      modules, or to nothing
#     ask_python CODE                  what it prints
#     psycopg_peer LABEL COMMAND ...   a peer in that python, which was asked for
#                                      psycopg, with the book's own server; not
#                                      with --quick
#     version NAME TEXT                of a library or server that is used
#     go                               once, last
#
# LABEL is the program's name, or program@what=value@what=value: an option, or how
# it is run (cpus, rtt_us: the distance of the server). note, no_race and sized
# stand below.
#
# Each round runs every label once, in another order, so that a slow minute of the
# machine hits all of them. Everything measured stays in results/CHAPTER/, that of
# one problem in results/one-problem/CHAPTER/:
#
#     title, variants.tsv, notes.tsv,  what was declared
#     no_race, published.tsv
#     machine.json                     where
#     PROBLEM/ROUND.LABEL.json, .out   hyperfine's file and the program's
#                                      output of one run (LABEL.again: of the
#                                      other half of the A/A pair)
set -Eeuo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
bin=$root/build/bin
# shellcheck source-path=SCRIPTDIR source=run.sh
source "$root/tools/run.sh"

say() { printf 'time.sh: %s\n' "$*" >&2; }

profile=default
only=
list=false reference=false
for argument; do
    case $argument in
    --quick | --full) profile=${argument#--} ;;
    --list) list=true ;;
    --reference) reference=true ;;
    --help)
        cat <<'HELP'
time.sh [--quick | --full | --reference | --list] [problem]

Times the variants of this chapter, or of one problem in it, and prints the
table. --quick runs 2 rounds, and not all of them; --full 20, otherwise 10.

--reference runs 20 rounds, so that one or two disturbed ones leave nothing
undecided, and writes this chapter's reference.json, from which its page
quotes. --list only names the problems, their labels and commands.
HELP
        exit
        ;;
    -*)
        say "unknown option '$argument', the options are --quick --full" \
            "--reference --list --help"
        exit 2
        ;;
    *) only=$argument ;;
    esac
done
if $reference && [[ $profile != default || -n $only ]]; then
    say "--reference measures the whole chapter, with neither --quick nor --full"
    exit 2
fi
arguments=("$@")
case $profile in
quick) rounds=2 few=1 ;;
default) rounds=10 few=3 ;;
full) rounds=20 few=5 ;;
esac
! $reference || rounds=20

chapter() {
    chapter=$1 chapter_title=$2
    : "${3:?about how long it takes, in seconds}" # usual_seconds() reads it
    ! $list || return 0
    command -v hyperfine >/dev/null || {
        say "hyperfine is missing; tools/setup.sh installs it"
        exit 3
    }
    require_room "$root" 300 "measurements and programs"
    # run_all.sh has built everything by now.
    [[ ${MANY_HANDS_BUILT:-} == 1 ]] || (build release build >&2)
}

# An ambient DATABASE_URL is the reader's: only with_postgres.sh and run_all.sh
# set MANY_HANDS_SERVER.
needs_postgres() {
    if $list; then # nobody will connect to it
        DATABASE_URL=none MANY_HANDS_SERVER=private
    elif [[ -z ${MANY_HANDS_SERVER:-} ]]; then
        export MANY_HANDS_BUILT=1
        exec "$root/tools/with_postgres.sh" "$0" "${arguments[@]}"
    else
        local psql
        psql=$("$root/tools/with_postgres.sh" --find)/psql
        version PostgreSQL "$("$psql" -XqAt "$DATABASE_URL" \
            -c 'SHOW server_version')"
    fi
}

# Before a COMMAND: runs it on the first of the CPUs that we have, where two
# workers can only take turns.
allowed=$(taskset -cp $$)
allowed=${allowed##* }
# shellcheck disable=SC2034 # for the chapters
one_core=(/usr/bin/taskset -c "${allowed%%[,-]*}")

# Parallel arrays, one element per declared label.
problems=() titles=() figures=() labels=() kinds=() times=() commands=()
besides=() notes=() versions=() no_races=() publications=()

problem() {
    problem=$1 title=$2 figure=${3:-time}
    kind=baseline
}

declare_label() { # KIND ROUNDS LABEL COMMAND
    [[ -z $only || $only == "$problem" ]] || return 0
    problems+=("$problem") titles+=("$title") figures+=("$figure")
    kinds+=("$1") times+=("$2") labels+=("$3")
    commands+=("$4") besides+=("${5-}")
}

# quote COMMAND ...: sets quoted to it as one text, as hyperfine splits it.
quote() {
    printf -v quoted '%q ' "$@"
    quoted=${quoted% }
}

ours() { # KIND ROUNDS LABEL PROGRAM ...: its name, or the path of a command
    local program=$4
    [[ $program == /* ]] || program=$bin/$program
    quote "$program" "${@:5}"
    declare_label "$1" "$2" "$3" "$quoted"
}

variant() {
    ours "$kind" "$rounds" "$@"
    kind=variant
}

sweep() { ours sweep "$few" "$@"; }

unless_quick() { [[ $profile == quick ]] || "$@"; }

detail() { unless_quick sweep "$@"; }

peer() {
    quote "${@:2}"
    declare_label peer "$few" "$1" "$quoted"
}

beside() {
    quote "${@:3}"
    declare_label peer "$few" "$2" "$quoted" "$1"
}

floor() { ours floor "$rounds" "$@"; }

absent() { declare_label absent 0 "$1" "$2"; }

# sized N: so many rows, or whatever a run does many of; with --quick half.
sized() { if [[ $profile == quick ]]; then echo $(($1 / 2)); else echo "$1"; fi; }

# The first in PATH, or the system's, which has Debian's modules. --list takes
# the first one there is, and asks it nothing: that would take its time.
find_python() {
    local IFS=,
    for python in "$(command -v python3)" /usr/bin/python3; do
        if [[ -x $python ]] && ask_python "import $*" 2>/dev/null; then
            version Python "$(ask_python 'import platform
print(platform.python_implementation(), platform.python_version())')"
            return
        fi
    done
    python=
}

ask_python() { $list || "$python" -c "$1"; }

psycopg_peer() {
    if [[ -n $python && $MANY_HANDS_SERVER == private ]]; then
        unless_quick peer "$@"
    else
        absent "$1" "no python3 with psycopg, or not the book's server"
    fi
}

# What the report should say of the current problem: about its set-up.
note() { notes+=("$problem"$'\t'"$1"); }

published() { publications+=("$problem"$'\t'"$1"$'\t'"$2"); }

# The variants of the current problem do different things: none is the fastest.
no_race() { no_races+=("$problem"); }

version() { versions+=("$1=$2"); }

# --- Running ---------------------------------------------------------------

# time_one INDEX PATH: writes PATH.json and PATH.out.
time_one() {
    # Without a shell, which would cost a millisecond; --output ./file,
    # because a bare word would be one of hyperfine's own. A program that
    # fails leaves its exit status there, and the report speaks of it.
    run_group hyperfine --shell=none --runs 1 --style none --ignore-failure \
        --command-name "${labels[$1]}" --output "$2.out" \
        --export-json "$2.json" "${commands[$1]}" >/dev/null 2>"$2.err" || true
    die_if_stopped
    [[ ! -s $2.json ]] || rm -f "$2.err" # warnings; errors leave no json
}

now_ms() { echo "$((${EPOCHREALTIME/[.,]/} / 1000))"; }

# About how long it still takes: this chapter, from what its labels took so
# far, and the chapters after it, which run_all.sh knows.
time_left() {
    local i ms=0
    for i in "${!labels[@]}"; do
        ms=$((ms + remaining[i] * cost[i]))
    done
    echo ", about $(in_words $((ms / 1000 + 1 + ${MANY_HANDS_AFTER:-0}))) left"
}

show_progress() { # one line that is written over on a terminal
    if [[ -t 2 ]]; then
        printf '\r\033[K%s' "$1" >&2
    else
        printf '%s\n' "$1" >&2
    fi
}

# Runs every label once, or as often as it is due in this round.
time_round() { # ROUND
    local at step i suffix name started
    for ((at = 0; at < ${#plan[@]}; ++at)); do
        # Another order in each round: rotated, and every other one backwards,
        # so that nobody always follows the same neighbour.
        step=$((($1 + at) % ${#plan[@]}))
        (($1 % 2 == 0)) || step=$((${#plan[@]} - 1 - step))
        IFS=: read -r i suffix <<<"${plan[step]}"
        (($1 <= times[i])) || continue
        show_progress "$chapter: round $1 of $rounds, ${labels[i]}$(time_left)"
        name=$part/${problems[i]}/$(printf '%02d' "$1").${labels[i]}$suffix
        started=$(now_ms)
        time_one "$i" "$name"
        cost[i]=$(($(now_ms) - started))
        remaining[i]=$((remaining[i] - 1))
    done
}

go() {
    ((${#labels[@]} > 0)) || {
        say "chapter $chapter has no problem '$only'"
        exit 2
    }
    if $list; then
        for i in "${!labels[@]}"; do
            printf '%s\t%s\t%s\n' "${problems[i]}" "${labels[i]}" \
                "${commands[i]}"
        done
        return
    fi
    # A single problem is only shown; the report is made of whole chapters.
    local target=$root/results/${only:+one-problem/}$chapter round i lock
    part=$target.part # takes the chapter's place when it is complete
    mkdir -p "$root/results"
    exec {lock}>"$root/results/.lock"
    flock -n "$lock" || {
        say "another run is measuring here; two at once would disturb each other"
        exit 1
    }
    # Removes what is incomplete when this script is gone, also by kill -9:
    # that closes the pipe from which this waits to read.
    coproc pipes {
        # shellcheck disable=SC2016 # expanded by the inner shell
        exec setsid "$BASH" -c 'cat >/dev/null
            until rm -rf -- "$1"; do sleep 0.1; done' - "$part" {lock}>&-
    }
    remover=$!
    pipe_in=${pipes[1]}
    # shellcheck disable=SC2317 # called at the end, by run.sh
    cleanup() {
        exec {pipe_in}>&-
        while kill -0 "$remover" 2>/dev/null; do wait "$remover" || true; done
    }
    rm -rf "$part"
    mkdir -p "$part"
    "$bin/report" machine "profile=$profile" ${versions[@]+"${versions[@]}"} >"$part/machine.json"
    printf '%s\n' "$chapter_title" >"$part/title"
    printf '%s\n' ${notes[@]+"${notes[@]}"} >"$part/notes.tsv"
    printf '%s\n' ${no_races[@]+"${no_races[@]}"} >"$part/no_race"
    printf '%s\n' ${publications[@]+"${publications[@]}"} >"$part/published.tsv"
    plan=() cost=() remaining=() # cost: milliseconds of a run
    for i in "${!labels[@]}"; do
        printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "${problems[i]}" \
            "${titles[i]}" "${figures[i]}" "${labels[i]}" "${kinds[i]}" \
            "${times[i]}" "${commands[i]}" "${besides[i]}" \
            >>"$part/variants.tsv"
        mkdir -p "$part/${problems[i]}"
        plan+=("$i:") remaining+=("${times[i]}")
    done
    for i in "${!labels[@]}"; do # the other half of each A/A pair
        [[ ${kinds[i]} == baseline ]] || continue
        plan+=("$i:.again") remaining[i]=$((2 * times[i]))
    done
    # At first a guess: all as long as one another.
    local runs=0 all
    all=$(usual_seconds "$chapter" "$profile")
    ! $reference || all=$((2 * all))
    for i in "${remaining[@]}"; do runs=$((runs + i)); done
    for i in "${!labels[@]}"; do
        cost+=($((1000 * all / (runs + 1))))
    done

    for ((round = 1; round <= rounds; ++round)); do
        time_round "$round"
    done
    [[ ! -t 2 ]] || printf '\r\033[K' >&2
    rm -rf "$target"
    mv "$part" "$target"
    "$bin/report" show "$target"
    if $reference; then
        local quoted_file=$root/chapters/$chapter/reference.json
        if ! "$bin/report" reference "$target" >"$quoted_file.part"; then
            rm -f "$quoted_file.part"
            exit 1
        fi
        mv "$quoted_file.part" "$quoted_file"
    fi
}
