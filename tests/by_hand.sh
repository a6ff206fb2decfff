#!/usr/bin/env bash
# What pages and the heads of programs tell a reader to type works as it is typed:
# what is compiled by hand, and with --full (seven minutes on two cores) also
# every program with the options that are given there.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

[[ -n ${FULL:-} || ${1:-} != --full ]] || with_server FULL=full

# commands_of PAGE: a line each, of what is code there. What weave wrote, it has
# run itself.
commands_of() {
    # shellcheck disable=SC2016 # perl expands
    perl -0777 -ne '
        s/<!-- (code|output|table).*?<!-- \/\1 -->//gs;
        while (s/^ *```\w*\n(.*?)^ *```//ms) {
            my $lines = $1;
            $lines =~ s/\\\n//g;
            print map { s/^\s+|^\$ //gr . "\n" } split /\n/, $lines;
        }
        print map { s/\s+/ /gr . "\n" } /`([^`]+)`/g;' "$1"
}
# with_programs: of these lines those that run or compile a program;
# `NAME --option` is one, too.
with_programs() {
    local line first
    while read -r line; do
        first=${line%% *}
        [[ $line != "$first --"* || ! -x $bin/$first ]] || line=build/bin/$line
        if [[ $line == "g++ -"* || -n ${FULL:-} && $line != cmake* &&
            $line =~ (^|\ )build/bin/[a-z_]+($|\ ) ]]; then
            printf '%s\n' "$line"
        fi
    done
}
mapfile -t commands < <(cd "$root" && {
    git ls-files README.md book.md 'chapters/*.md' |
        while read -r page; do commands_of "$page"; done
    git ls-files 'chapters/*.cpp' | xargs sed -n 's|^//     ||p'
} | with_programs | sort -u)
enough=3
[[ -z ${FULL:-} ]] || enough=300
at_most "commands that are there, at least" $enough "${#commands[@]}"

# A copy of the book: what is compiled is written there.
book=$work/book
mkdir -p "$book/build" "$book/DIRECTORY"
copy_book "$book"
ln -s "$bin" "$book/build/bin"
for command in "${commands[@]}"; do
    expected=0
    case $command in
    *-fsanitize=thread*) expected=66 ;;     # which has found a data race
    "prlimit --nofile=500 "*) expected=3 ;; # as its page says
    esac
    # Whatever program a reader has in mind: this one needs most of what is shared.
    call timeout 600 bash -c "cd '$book' && \
        ${command/FILE.cpp/chapters/06-coroutines/load_coroutines.cpp}"
    same "$command: exit status, ${err:0:300}" $expected "$status"
done
