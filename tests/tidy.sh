#!/usr/bin/env bash
# clang-tidy, over everything that readers get. (tests/run.sh --sanitizers)
#
# It spends most of a program's seconds in the headers that all programs have.
# So it is shown the programs of a chapter in one file, each in a namespace of
# its own, with their includes before them: half of the time. What it says names
# that file, build-tidy/CHAPTER.cpp, in which a line tells whose text follows.
# (There a program's own function hides all of its name that headers have: a
# program must not overload them.)
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "$0")")")
cd "$root"
mkdir -p build-tidy # within the book, whose .clang-tidy holds for it
rm -f build-tidy/*

# joined HOW FILES...: their includes, each once, and then their text; HOW is
# `programs`, or `parts` if they are made to be linked with each other.
joined() {
    local how=$1
    shift
    awk -v how="$how" '
        function close_last() { if (how == "programs" && text) text = text "}\n" }
        FNR == 1 {
            close_last()
            text = text "// --- " FILENAME "\n"
            if (how == "programs")
                text = text "namespace program_" ++programs " {\n"
        }
        /^#include/ { if (!seen[$2]++) includes = includes $0 "\n"; next }
        { text = text $0 "\n" }
        END { close_last(); printf "%s%s", includes, text }' "$@"
}

flags=(-std=c++20 -I. -Ichapters -Itools/report -Itools/weave
    -isystem "$(pg_config --includedir)" -DMANY_HANDS_COMPILER='""'
    -DASIO_HAS_CO_AWAIT -DASIO_HAS_STD_COROUTINE) # as chapter 06 has them
shopt -s nullglob
alone=() all_parts=()
for chapter in chapters/*/; do
    programs=("$chapter"{,more/,solutions/}*.cpp)
    parts=("$chapter"parts/*.cpp)
    for i in "${!programs[@]}"; do # in a namespace clang 14 misjudges Asio's
        [[ ${programs[i]} == *_asio.cpp ]] || continue
        alone+=("${programs[i]}")
        unset "programs[i]"
    done
    joined programs "${programs[@]}" >"build-tidy/$(basename "$chapter").cpp"
    all_parts+=("${parts[@]}")
    flags+=("-I$chapter"{,more,parts})
done
joined parts common/*.cpp "${all_parts[@]}" >build-tidy/parts.cpp
for tool in tools/*/; do
    joined parts "$tool"*.cpp >"build-tidy/$(basename "$tool").cpp"
done
unseen=$(($(find chapters common tools -name '*.cpp' | wc -l) - ${#alone[@]} -
    $(cat build-tidy/*.cpp | grep -c '^// --- .*/.*[.]cpp$')))
((unseen == 0)) || {
    echo "tidy.sh: $unseen of the book's .cpp files are not seen" >&2
    exit 1
}

# Would it say anything, of the second program of a file?
cat >build-tidy/fine <<'end'
#include <cstdlib>
int main() { return EXIT_SUCCESS; }
end
cat >build-tidy/wrong <<'end'
#include <cstdlib>
int main(int argc, char**) {
    int* none = nullptr;
    return argc > 1 ? *none : EXIT_SUCCESS;
}
end
joined programs build-tidy/fine build-tidy/wrong >build-tidy/wrong.cpp
said=$(clang-tidy --quiet build-tidy/wrong.cpp -- "${flags[@]}" 2>&1) || true
rm build-tidy/{fine,wrong,wrong.cpp}
grep -q 'core.NullDereference' <<<"$said" || {
    printf 'tidy.sh: clang-tidy does not see a defect:\n%s\n' "$said" >&2
    exit 1
}

# Asio need not be there: CMake leaves them out, too.
echo '#include <asio.hpp>' |
    clang++ -std=c++20 -fsyntax-only -x c++ - 2>/dev/null || alone=()
# The largest first. 2>/dev/null: how many warnings system headers would get.
find build-tidy "${alone[@]}" -name '*.cpp' -printf '%s %p\n' | sort -rn |
    cut -d ' ' -f 2 |
    xargs -P "$(nproc)" -I '{}' clang-tidy --quiet '{}' -- "${flags[@]}" \
        2>/dev/null
