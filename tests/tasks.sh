#!/usr/bin/env bash
# Chapter 06's tasks, compiled eight ways: by two compilers, without
# optimization, with it, and (--sanitized) with each of two sanitizers. What a
# compiler makes of co_await differs from build to build: see the chapter's "Why
# is there a queue?". --sanitized also puts two defects in, which must be seen.
# --full does everything, takes the numbers of tests/tasks.md, and prints its table.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

completions=1000000 sanitized=100000 builds=(O0 O2)
case ${1:-} in
--sanitized) builds=(asan tsan) ;;
--full) completions=10000000 sanitized=1000000 builds=(O0 O2 asan tsan) ;;
esac

# The tests and what they use of the book, as one file.
all() { # BOOK
    cat "$1/tests/tasks.cpp"
    printf '#include "%s"\n' "$1"/common/*.cpp \
        "$1"/chapters/06-coroutines/parts/{async_socket,event_loop,task_group}.cpp \
        "$1"/chapters/05-io-bound/parts/loopback.cpp \
        "$1"/chapters/02-threads/parts/thread_pool.cpp \
        "$1"/chapters/01-processes/parts/{messages,process}.cpp
}
all "$root" >"$work/all.cpp"

flags=(-std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
    -I "$root" -I "$root/chapters")

# try NAME COMPLETIONS COMPILER ...: compiles and runs; leaves NAME.said.
try() {
    if ! "${@:3}" "${flags[@]}" "$work/all.cpp" -lfmt -pthread \
        -o "$work/$1" >"$work/$1.said" 2>&1; then
        sed -i '1s/^/it does not compile: /' "$work/$1.said"
        return
    fi
    timeout 200 "$work/$1" "$2" >"$work/$1.said" 2>&1 ||
        echo "exit status $?" >>"$work/$1.said"
}

# try_all COMPILER EXTRA: clang 14 cannot check calls of coroutines by pointer,
# and g++ 12 warns falsely.
try_all() {
    local build
    for build in "${builds[@]}"; do
        case $build in
        asan)
            try "$1-$build" $sanitized "$1" -O1 -fsanitize=address,undefined \
                -fno-sanitize-recover=all "$2"
            ;;
        tsan) try "$1-$build" $sanitized "$1" -O1 -fsanitize=thread ;;
        O?) try "$1-$build" $completions "$1" "-$build" ;;
        esac
    done
}
try_all g++ -Wno-maybe-uninitialized &
try_all clang++ -fno-sanitize=function &
wait

for compiler in g++ clang++; do
    for build in "${builds[@]}"; do
        name=$compiler-$build times=$completions
        [[ $build != ?san ]] || times=$sanitized
        said=$(<"$work/$name.said")
        matches "$name" "^[1-9][0-9]* cancellations, [0-9]+ items in and out"$'\n'"[0-9]+ checks, $times completions, [0-9]+ frames created and destroyed$" "$said"
        [[ ${1:-} != --full ]] ||
            printf '| %s | %s | %s | %s | %s |\n' "$compiler" "$build" \
                "$(sed -n 's/.* checks, \(.*\) completions.*/\1/p' <<<"$said")" \
                "$(sed -n 's/ cancellations.*//p' <<<"$said")" \
                "$(sed -n 's/ checks,.*//p' <<<"$said")"
    done
done
[[ -n ${1:-} ]] || exit 0

# Does it see anything? A wait that is over throws, and a group that leaves
# errors behind.
mkdir -p "$work/book"
cp -r "$root/chapters" "$root/common" "$root/tests" "$work/book"
all "$work/book" >"$work/book/all.cpp"
spoilt() { # WHAT FILE SED-EXPRESSION TEXT
    local file=$work/book/chapters/06-coroutines/$2
    cp "$file" "$work/kept"
    sed -i "$3" "$file"
    differs "$1: the file has changed" "" "$(diff "$file" "$work/kept")"
    call g++ -std=c++20 -O0 -I "$work/book" -I "$work/book/chapters" \
        "$work/book/all.cpp" -lfmt -pthread -o "$work/spoilt"
    same "$1: it compiles: $err" 0 "$status"
    call timeout 60 "$work/spoilt" 1000
    differs "$1: exit status" 0 "$status"
    matches "$1" "$4" "$err"
    cp "$work/kept" "$file"
}
spoilt "a cancellation that comes too late is thrown all the same" task.hpp \
    's/who_->at == this)/(who_->at == this || who_->cancel_requested))/' \
    'a cancellation that comes late'
spoilt "errors that are lost" parts/task_group.cpp \
    's/errors_.push_back(std::move(error));/if (errors_.empty()) errors_.push_back(std::move(error));/' \
    'all errors, the first first'
