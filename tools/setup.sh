#!/usr/bin/env bash
# Looks for what the book needs and installs what is missing.
#
#     tools/setup.sh            compiler, libraries, PostgreSQL, ...
#     tools/setup.sh --tests    and what the tests need beside it
#     tools/setup.sh --peers    and the libraries we compare with
#     --yes                     do not ask (on a terminal) before installing
#
# Installing works through apt, as root or with sudo (and npm, for --tests, into
# tests/). Elsewhere, or with MANY_HANDS_NO_INSTALL=1, it names what is missing
# and ends with 3. It never leaves a PostgreSQL service running that was not
# running before.
set -Eeuo pipefail

say() { printf 'setup.sh: %s\n' "$*" >&2; }

here=$(dirname "$(readlink -f "$0")")
root=$(dirname "$here")

# --- What is needed: one line each, `package  how to see that it is there` --
# tool NAME: on PATH. header NAME: the compiler finds it. python NAME: the
# system's python3 imports it. sanitizer: clang++ has ThreadSanitizer.
needed() {
    cat <<'LIST'
g++                  compiler
cmake                tool cmake
ninja-build          tool ninja
libfmt-dev           header fmt/core.h
libpq-dev            header libpq-fe.h
nlohmann-json3-dev   header nlohmann/json.hpp
postgresql           server
hyperfine            tool hyperfine
gnuplot-nox          tool gnuplot
LIST
    ! $tests || cat <<'LIST'
catch2               header catch2
clang                tool clang++
libclang-rt-dev      sanitizer
clang-format         tool clang-format
clang-tidy           tool clang-tidy
shellcheck           tool shellcheck
cmark-gfm            tool cmark-gfm
pandoc               tool pandoc
chromium             tool chromium
nodejs               tool node
npm                  tool npm
procps               tool pgrep
git                  tool git
LIST
    if $tests || $peers; then
        cat <<'LIST'
libtbb-dev           header tbb/tbb.h
libasio-dev          header asio.hpp
LIST
    fi
    ! $peers || cat <<'LIST'
python3              tool python3
python3-numpy        python numpy
python3-pandas       python pandas
python3-psycopg      python psycopg
LIST
}

includes() {
    local compiler=${CXX:-c++}
    command -v "$compiler" >/dev/null || compiler=g++
    printf '#include <%s>\n' "$1" |
        "$compiler" -std=c++20 -E -x c++ - >/dev/null 2>&1
}

there() {
    case $1 in
    tool) command -v "$2" >/dev/null ;;
    header)
        if [[ $2 == catch2 ]]; then # version 2 or version 3
            includes catch2/catch.hpp || includes catch2/catch_all.hpp
        else
            includes "$2" || includes "postgresql/$2"
        fi
        ;;
    compiler) includes concepts ;;
    server) "$here/with_postgres.sh" --find >/dev/null 2>&1 ;;
    sanitizer)
        echo 'int main() {}' | clang++ -fsanitize=thread -x c++ - \
            -o /dev/null 2>/dev/null
        ;;
    python) /usr/bin/python3 -c "import $2" 2>/dev/null ;;
    esac
}

tests=false peers=false yes=false
for argument; do
    case $argument in
    --tests) tests=true ;;
    --peers) peers=true ;;
    --yes) yes=true ;;
    --help)
        sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"
        exit
        ;;
    *)
        say "unknown option '$argument', the options are" \
            "--tests --peers --yes --help"
        exit 2
        ;;
    esac
done

find_missing() {
    missing=()
    local package kind name
    while read -r package kind name; do
        there "$kind" "$name" || missing+=("$package")
    done < <(needed)
}

# The reading test needs one package from npm, of the version that
# package.json names, kept inside tests/.
install_node_modules() {
    local wanted found
    wanted=$(sed -n 's|.*"@duckdb/node-api": "\(.*\)".*|\1|p' \
        "$root/tests/package.json")
    found=$(sed -n 's|^ *"version": "\(.*\)".*|\1|p' \
        "$root/tests/node_modules/@duckdb/node-api/package.json" 2>/dev/null) ||
        true
    [[ $found != "$wanted" ]] || return 0
    local -a fetch=(npm install --no-package-lock --prefix "$root/tests")
    if [[ ${MANY_HANDS_NO_INSTALL:-} == 1 ]]; then
        say "missing: DuckDB for node; install it by: ${fetch[*]}"
        exit 3
    fi
    "${fetch[@]}" --no-audit --no-fund --loglevel=error >&2 ||
        say "no DuckDB for node, as npm says above: the test parquet, which" \
            "reads our files by it, will be left out"
}

find_missing
if ((${#missing[@]} == 0)); then
    ! $tests || install_node_modules
    exit 0
fi

as_root=()
command="apt-get install --no-install-recommends ${missing[*]}"
if ((EUID != 0)); then
    as_root=(sudo)
    command="sudo $command"
fi
if ! command -v apt-get >/dev/null; then
    say "missing (names of Debian's packages): ${missing[*]}"
    exit 3
elif [[ ${MANY_HANDS_NO_INSTALL:-} == 1 ]]; then
    say "missing; install it by: $command"
    exit 3
elif ((EUID != 0)) && ! command -v sudo >/dev/null; then
    say "missing, and there is no sudo; install it as root by: ${command#sudo }"
    exit 3
fi

apt() {
    "${as_root[@]}" env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get "$@"
}

say "missing: ${missing[*]}"
apt -qq update || say "could not refresh the package lists; going on"
# Simulated, to tell the size before anybody agrees to it.
size=$(LC_ALL=C apt-get install --assume-no \
    -o Debug::NoLocking=1 --no-install-recommends "${missing[@]}" 2>/dev/null |
    sed -n 's/^After.*, \(.*\) of add.*/\1/p') ||
    true
say "about to run: $command (${size:-size unknown} on disk)"
if ! $yes && [[ -t 0 && -t 2 ]]; then
    read -rp 'Press Enter to install, Ctrl-C to stop. ' _
fi

# Debian's package creates a cluster and starts it on port 5432, for good.
# This line says no; it goes away again, and so does nothing that was there.
no_cluster=/etc/postgresql-common/createcluster.d/many-hands.conf
remove_no_cluster() {
    "${as_root[@]}" rm -f "$no_cluster"
    [[ -e /etc/postgresql-common/createcluster.conf ]] || # install failed
        "${as_root[@]}" rmdir -p --ignore-fail-on-non-empty \
            "$(dirname "$no_cluster")"
}
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
    trap remove_no_cluster EXIT
    "${as_root[@]}" mkdir -p "$(dirname "$no_cluster")"
    echo 'create_main_cluster = false' |
        "${as_root[@]}" tee "$no_cluster" >/dev/null
fi

apt -q -y install --no-install-recommends "${missing[@]}" >&2
find_missing
if ((${#missing[@]} > 0)); then
    say "installed, but still not found: ${missing[*]}"
    exit 3
fi
! $tests || install_node_modules
