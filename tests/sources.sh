#!/usr/bin/env bash
# The sources themselves: shellcheck and clang-format find nothing.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

cd "$root" || exit
mapfile -t scripts < <(find . -path './build*' -prune -o -path ./results \
    -prune -o -name node_modules -prune -o -name '*.sh' -print)
scripts+=(.ci/run)
call shellcheck -x "${scripts[@]}"
same "shellcheck: $out" 0 "$status"
same "scripts were found" 1 "$((${#scripts[@]} > 10))"

mapfile -t sources < <(find chapters common tools tests -name node_modules -prune \
    -o \( -name '*.cpp' -o -name '*.hpp' \) -print)
# Each version of clang-format has opinions of its own; version 14's are ours.
version=$(clang-format --version)
if [[ $version == *"version 14."* ]]; then
    call clang-format --dry-run -Werror "${sources[@]}"
    same "clang-format (clang-format -i mends it): ${err:0:500}" 0 "$status"
else
    echo "not tried: the sources are formatted by clang-format 14, here is $version"
fi
same "sources were found" 1 "$((${#sources[@]} > 20))"

# Readers' machines differ: no path of one machine in what we ship.
call git grep -nE '/(work|root|home)/' -- ':!tests/sources.sh'
same "no absolute path: $out" 1 "$status"
