#!/usr/bin/env bash
# Headers compose: all of them in one file, with both compilers, and in two files
# of a program; and each compiles alone (--alone). No two things in the book have
# one name.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# all_of BOOK: its headers, as programs name them.
all_of() {
    (cd "$1" && printf '%s\n' common/*.hpp chapters/*/*.hpp) |
        sed 's|^chapters/||'
}
flags=(-std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
    -fsyntax-only -isystem "$(pg_config --includedir)")

# alone BOOK COMPILER: the headers that need another one before them.
alone() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    all_of "$1" | xargs -P "$(nproc)" -I '{}' bash -c '
        echo "#include \"$1\"" | "${@:2}" -x c++ - 2>/dev/null || echo "$1"
        ' alone '{}' "$2" "${flags[@]}" -I "$1" -I "$1/chapters"
}

# together BOOK COMPILER [-r]: what the compiler says of all of them in one file,
# chapter by chapter, or by their names backwards.
together() {
    local order=(cat)
    [[ ${3:-} != -r ]] || order=(sort -t / -k 2 -r)
    all_of "$1" | "${order[@]}" | sed 's/.*/#include "&"/' |
        "$2" "${flags[@]}" -I "$1" -I "$1/chapters" -x c++ - 2>&1 | head -n 20
}

same "headers were found" 1 "$(($(all_of "$root" | wc -l) > 40))"
if [[ ${1:-} == --alone ]]; then
    same "headers that do not compile alone" "" "$(alone "$root" g++)"
    exit 0
fi
same "g++, all in one program" "" "$(together "$root" g++)"
same "clang++, all in one program" "" "$(together "$root" clang++)"
same "clang++, in another order" "" "$(together "$root" clang++ -r)"

# What is in all of a program's files must not be defined twice.
all_of "$root" | sed 's/.*/#include "&"/' >"$work/one.cpp"
cp "$work/one.cpp" "$work/two.cpp"
echo 'int main() {}' >>"$work/two.cpp"
call g++ "${flags[@]/-fsyntax-only/-O0}" -I "$root" -I "$root/chapters" \
    "$work/one.cpp" "$work/two.cpp" "${bin%/*}"/libcommon{_database,}.a \
    -lfmt -lpq -pthread -o "$work/all"
same "a program of two files: ${err:0:600}" 0 "$status"
call "$work/all"
same "it runs" 0 "$status"

# --- Does the test see anything? ------------------------------------------------

mkdir -p "$work/book/common" "$work/book/chapters/01-one" \
    "$work/book/chapters/02-two"
echo 'struct crew {};' >"$work/book/chapters/01-one/a.hpp"
echo 'enum class crew { one };' >"$work/book/chapters/02-two/b.hpp"
echo 'inline std::string name;' >"$work/book/common/c.hpp"
echo 'inline int number;' >"$work/book/common/d.hpp"
same "a header that includes too little" "common/c.hpp" \
    "$(alone "$work/book" g++)"
echo 'inline int count;' >"$work/book/common/c.hpp"
for compiler in g++ clang++; do
    matches "two of one name, by $compiler" "crew" \
        "$(together "$work/book" "$compiler")"
done
