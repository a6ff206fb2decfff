#!/usr/bin/env bash
# setup.sh and run_all.sh: what they say, and what they ask apt for.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

setup=$root/tools/setup.sh

# A PATH with everything but what `without` names. apt-get is a stand-in that
# writes down what it is asked for.
mkdir "$work/path"
for directory in /usr/local/bin /usr/bin /bin /usr/sbin /sbin; do
    ln -s "$directory"/* "$work/path" 2>/dev/null
done
rm -f "$work/path/apt-get" "$work/path/sudo"
cat >"$work/path/apt-get" <<STUB
#!/bin/sh
echo "\$*" >>"$work/asked"
STUB
chmod +x "$work/path/apt-get"

without() { rm -f "$work/path/$1"; }
restore() { ln -sf "$(command -v "$1")" "$work/path/$1"; }
with_stub() { call env PATH="$work/path" "$@"; }

with_stub "$setup"
same "everything there: exit status" 0 "$status"
same "everything there: silent" "" "$out$err"
[[ ! -e $work/asked ]]
same "everything there: nothing asked of apt" 0 $?

without hyperfine
with_stub MANY_HANDS_NO_INSTALL=1 "$setup"
same "never installs: exit status" 3 "$status"
matches "never installs" \
    "install it by: .*apt-get install --no-install-recommends hyperfine$" "$err"
[[ ! -e $work/asked ]]
same "never installs: nothing asked of apt" 0 $?

if ((EUID == 0)); then
    with_stub "$setup" # the stand-in installs nothing
    same "still missing after installing: exit status" 3 "$status"
    matches "still missing after installing" "still not found: hyperfine" "$err"
    matches "apt is asked for what is missing, and for nothing else" \
        "install --no-install-recommends hyperfine$" "$(<"$work/asked")"
    rm "$work/asked"
fi
if ((EUID == 0)); then
    # The checkout may be in a directory that is closed to others.
    cp -r "$root/tools" "$work"
    call setpriv --reuid 65534 --regid 65534 --clear-groups env \
        --chdir="$work" PATH="$work/path" HOME=/ tools/setup.sh
    same "no root, no sudo: exit status" 3 "$status"
    matches "no root, no sudo" "no sudo; install it as root by: apt-get" "$err"
fi
without apt-get
with_stub "$setup"
same "no apt: exit status" 3 "$status"
matches "no apt" "names of Debian's packages\): hyperfine" "$err"

with_stub "$root/run_all.sh" --quick
same "run_all.sh passes that on: exit status" 3 "$status"
restore hyperfine

# --- DuckDB cannot be fetched: the rest of the tests goes on ------------------------

cp -r "$root/tools" "$work"
mkdir "$work/tests"
cp "$root/tests/package.json" "$work/tests"
rm "$work/path/npm"
printf '#!/bin/sh\necho "npm: no way out" >&2\nexit 1\n' >"$work/path/npm"
chmod +x "$work/path/npm"
with_stub "$work/tools/setup.sh" --tests
same "npm fails: exit status" 0 "$status"
matches "npm fails" "no way out.*the test parquet, which reads our files by it, will be left out" "$err"
rm "$work/path/npm"
cp "$root/tests/parquet.sh" "$root/tests/lib.sh" "$work/tests"
call bash "$work/tests/parquet.sh"
same "no DuckDB: exit status" 77 "$status"
matches "no DuckDB" "^not tried: " "$out"

# --- Bad usage -----------------------------------------------------------------

for script in "$setup --yess" "$root/run_all.sh --fast" "$root/run_all.sh 99" \
    "$root/run_all.sh --database-url" "$root/run_all.sh --database-url x" \
    "$root/chapters/04-data-parallelism/time.sh --fast" \
    "$root/tests/run.sh --sanitizer" \
    "$root/chapters/05-io-bound/peers.sh nobody 5"; do
    # shellcheck disable=SC2086 # script and arguments
    call env DATABASE_URL=x $script
    same "${script##*/}: exit status" 2 "$status"
    same "${script##*/}: stdout" "" "$out"
    same "${script##*/}: lines on stderr" 1 "$(wc -l <"$work/err")"
done
for script in "$setup" "$root/run_all.sh" "$root/tests/run.sh" \
    "$root/chapters/04-data-parallelism/time.sh"; do
    call "$script" --help
    same "$script --help: exit status" 0 "$status"
    matches "$script --help" "--" "$out"
done
