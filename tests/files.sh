#!/usr/bin/env bash
# The files of chapter 04 on disks that fail, fill up, or may not be written to:
# exit status 1, one line that names file and reason, and no file that is not
# whole.
# shellcheck disable=SC2016 # expanded by the inner shells
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

programs=(samples_sequential samples_threads samples_processes samples_gil
    samples_returned)
for peer in samples_openmp samples_tbb; do
    [[ ! -x $bin/$peer ]] || programs+=("$peer")
done
made=$work/made
mkdir "$made"
"$bin/samples_sequential" --rows 100000 --out "$made" >/dev/null

# refused WHAT REGEX: the last call has failed as it should, and what it left in
# $target are whole files, or nothing.
refused() {
    same "$1: exit status" 1 "$status"
    same "$1: lines on stderr" 1 "$(wc -l <<<"$err")"
    matches "$1" "$2" "$err"
    whole "$1"
}
whole() {
    local file
    for file in "$target"/*; do
        [[ -e $file ]] || continue
        checks=$((checks + 1))
        cmp -s "$file" "$made/${file##*/}" || fail "$1: $file is not whole"
    done
}
emptied() {
    target=$work/target
    rm -rf "$target"
    mkdir "$target"
}

# --- A call that fails ---------------------------------------------------------

# The third write, sync or close: another file's, as each has two writes.
for failure in "write 3 5:Input/output error" "write 4 28:No space left" \
    "fsync 3 5:Input/output error" "close 3 28:No space left" \
    "fsync 1 122:Disk quota exceeded" "write 1 28:No space left" \
    "rename 2 5:Input/output error"; do
    for program in "${programs[@]}"; do
        emptied
        call env LD_PRELOAD="$bin/libfailing_files.so" \
            FAILS="${failure%%:*}" timeout 60 "$bin/$program" --rows 100000 \
            --workers 2 --out "$target"
        if [[ $program == samples_processes && ${failure%% *} == close ]]; then
            # Its parent closes a file of its own: not what is tried here.
            whole "$program, $failure"
            continue
        fi
        refused "$program, ${failure%%:*}" \
            "samples-[0-9]*.parquet(.[0-9]+.part)?: ${failure#*:}"
    done
done
emptied
call env LD_PRELOAD="$bin/libfailing_files.so" FAILS="write 99 5" \
    "$bin/samples_sequential" --rows 100000 --out "$target"
same "a failure that never comes: exit status" 0 "$status"
same "a failure that never comes: files" 20 "$(find "$target" -type f | wc -l)"

# --- A disk that is full, one that may not be written to -------------------------

# In a name space of mounts of our own, if this machine lets us have one.
emptied
if unshare -rm mount -t tmpfs many-hands "$target" 2>/dev/null; then
    for program in "${programs[@]}"; do
        emptied
        call unshare -rm bash -c '
            mount -t tmpfs -o size=2m many-hands "$1" || exit 99
            "${@:2}"
            status=$?
            cp -r "$1" "$1.copy"
            exit $status' - "$target" timeout 60 "$bin/$program" \
            --rows 100000 --workers 2 --out "$target"
        target=$target.copy
        refused "$program, full disk" "samples-[0-9]*.parquet.[0-9]+.part: No space left"
        same "$program, full disk: half files" "" \
            "$(find "$target" -name '*.part')"
        checks=$((checks + 1)) # or nothing was written before it was full
        [[ -n $(ls "$target") ]] || fail "$program, full disk: no file at all"
        rm -rf "$target"
        emptied
        call unshare -rm bash -c '
            mount -t tmpfs -o ro many-hands "$1" || exit 99
            "${@:2}"' - "$target" "$bin/$program" --rows 100 --out "$target"
        refused "$program, read-only disk" "parquet.[0-9]+.part: Read-only file system"
    done
else
    echo "not tried: a full disk and a read-only one, for this machine lets us" \
        "have no mounts of our own"
fi
# A directory that is another's, or, for who is not root, closed to its owner.
emptied
if ((EUID == 0)); then
    chmod 755 "$target" # ours, and not the stranger's
    call as_stranger 100 samples_sequential --rows 100 --out "$target"
else
    chmod 555 "$target"
    call "$bin/samples_sequential" --rows 100 --out "$target"
fi
refused "no right to write" "parquet.[0-9]+.part: Permission denied"
chmod 755 "$target"

# --- What is in the way ----------------------------------------------------------

echo precious >"$work/precious"
for program in "${programs[@]}"; do
    # What another run has left or is writing, and a link under the final name.
    emptied
    head -c 3000000 /dev/urandom >"$target/samples-000000000000.parquet.1.part"
    ln -s "$work/precious" "$target/samples-000000005000.parquet"
    call "$bin/$program" --rows 100000 --out "$target"
    same "$program, leftovers: exit status" 0 "$status"
    rm "$target/samples-000000000000.parquet.1.part" # it is not ours
    same "$program, leftovers: files" 20 "$(find "$target" -type f | wc -l)"
    whole "$program, leftovers"
    same "$program, leftovers" precious "$(<"$work/precious")"
    for place in "$work/precious" /dev/full "$work/none" ""; do
        [[ -n $place ]] || continue
        call "$bin/$program" --rows 100 --out "$place"
        same "$program, --out $place: exit status" 1 "$status"
        matches "$program, --out $place" "$place is not a directory" "$err"
    done
done

# --- The worker of a run that has died goes on for a while -----------------------

for ((i = 0; i < 3; ++i)); do
    emptied
    "$bin/samples_processes" --rows 8000000 --batch 4000000 --group 2000000 \
        --workers 2 --out "$target" >/dev/null 2>&1 &
    pid=$!
    has_begun() { compgen -G "$target/*.part"; }
    eventually has_begun
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null
    call "$bin/samples_sequential" --rows 5000 --out "$target"
    same "a dead run's worker: exit status" 0 "$status"
    no_part() { ! compgen -G "$target/*.part"; }
    eventually no_part # the worker has seen that its parent is dead
    whole "a dead run's worker"
done
# Two runs in one directory: each file is of one or the other, and whole.
emptied
"$bin/samples_threads" --rows 100000 --out "$target" >/dev/null &
call "$bin/samples_processes" --rows 100000 --out "$target"
same "two runs: exit status of one" 0 "$status"
wait $!
same "two runs: exit status of the other" 0 $?
same "two runs: files" 20 "$(find "$target" -type f | wc -l)"
whole "two runs"

# --- Killed at any moment --------------------------------------------------------

for program in "${programs[@]}"; do
    for milliseconds in 3 10 30 60; do
        emptied
        call timeout -s KILL "0.0$(printf %02d "$milliseconds")" \
            "$bin/$program" --rows 100000000 --batch 5000 --workers 2 \
            --out "$target"
        same "$program, killed: exit status" 137 "$status"
        # Workers end right after their parent.
        settled() {
            local before
            before=$(ls "$target")
            sleep 0.05
            [[ $(ls "$target") == "$before" ]]
        }
        eventually settled
        for file in "$target"/*.parquet; do
            [[ -e $file ]] || continue
            number=$((10#$(tr -dc 0-9 <<<"${file##*/}")))
            ((number < 100000)) || continue # those that we can compare
            checks=$((checks + 1))
            cmp -s "$file" "$made/${file##*/}" ||
                fail "$program, killed: $file is not whole"
        done
    done
done
