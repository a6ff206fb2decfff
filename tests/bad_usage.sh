#!/usr/bin/env bash
# Bad usage of every program: exit 2, one line on stderr that names option,
# value and allowed range, nothing on stdout, nothing done.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

unset DATABASE_URL # a program that went on would end with 3
cd "$work" || exit

# rejected PROGRAM TEXT ARGUMENTS ...: the line on stderr contains TEXT.
rejected() {
    local program=$1 text=$2
    shift 2
    call "$bin/$program" "$@"
    local what="$program ${*:1:3}"
    what=${what:0:80}
    same "$what: exit status" 2 "$status"
    same "$what: stdout" "" "$out"
    local -a lines
    mapfile lines <"$work/err"
    same "$what: lines on stderr" 1 "${#lines[@]}"
    checks=$((checks + 1))
    [[ ${lines[0]:-} == "$program: "*"$text"*" (try --help)"$'\n' ]] ||
        fail "$what: '${err:0:200}' does not contain '$text'"
}

nines=$(printf '9%.0s' {1..130000}) # the kernel's limit is 128 KiB
for program in samples_sequential samples_threads samples_processes \
    write_floor fresh_sequential fresh_threads load_naive load_threads load_copy \
    load_copy_batches; do
    rows="a whole number from 0 to 1000000000000"
    [[ $program != load_* ]] || rows="a whole number from 1 to 1000000000"
    seed="a whole number from 0 to 1000000000"
    for value in '' ' 5' '5 ' -1 +5 1e3 0x10 5x 1.5 NaN '5,000' \
        9223372036854775808 18446744073709551616 -9223372036854775809 '٥'; do
        rejected "$program" "--rows '$value' is not $rows" --rows "$value"
        rejected "$program" "--seed '$value' is not $seed" "--seed=$value"
    done
    rejected "$program" "--rows '5?6' is not $rows" --rows $'5\n6'
    rejected "$program" "--rows '${nines:0:40}...' is not" --rows "$nines"
    rejected "$program" "--rows without a value, wants $rows" --rows
    rejected "$program" "--rows without a value, wants" --rows --seed 1
    rejected "$program" "--seed given twice, wants $seed once" \
        --seed 1 --rows 5 --seed 1
    for option in --row --ROWS -rows rows -- '' --rows-- 5; do
        rejected "$program" "unknown option '$option', the options are --help" \
            "$option" 5
    done
    rejected "$program" "unknown option '--rows?', the" $'--rows\t' 5
done
for program in samples_sequential samples_threads samples_processes \
    load_threads; do
    for value in 0 1025 -3; do
        rejected "$program" \
            "--workers '$value' is not a whole number from 1 to 1024" \
            --workers "$value"
    done
done
for value in 0 100000001; do
    rejected samples_threads "--batch '$value' is not a whole number from 1 to 100000000" \
        --batch "$value"
done
rejected samples_threads "--out '' is not a text" --out ''
rejected load_naive "unknown option '--workers'" --workers 2 # it has just one

# Every number of every program, by what --help says of it.
numbers=0
for program in "$root"/chapters/*/{,more/,solutions/}*.cpp; do
    program=$(basename "$program" .cpp)
    [[ -x $bin/$program ]] || {
        echo "not tried, its library is not there: $program"
        continue
    }
    call "$bin/$program" --help
    same "$program --help: exit status" 0 "$status"
    help=$out
    rejected "$program" "unknown option '--no-such', the options are --help" \
        --no-such 1
    while read -r option least most; do
        numbers=$((numbers + 1))
        range="a whole number from $least to $most"
        for value in '' 5x 1e3 $((least - 1)) $((most + 1)) \
            -9223372036854775809; do
            rejected "$program" "$option '$value' is not $range" \
                "$option" "$value"
        done
        rejected "$program" "$option without a value, wants $range" "$option"
        rejected "$program" "$option given twice" "$option" "$least" \
            "$option" "$least"
    done < <(sed -nE \
        's/^ +(--[a-z-]+) .*\(a whole number from (-?[0-9]+) to ([0-9]+); default .*/\1 \2 \3/p' \
        <<<"$help")
done
at_most "numbers that were tried" 100 "$numbers"
for program in primes_processes primes_pool primes_lost primes_model; do
    rejected "$program" "--order 'random' is not l" --order random
done
rejected transport "--via 'pigeon' is not pipe, wide-pipe, socketpair, ring, file or atomic-ring" \
    --via pigeon

rejected gil_countdown "--gil 'newest' is not old, new, fair or none" \
    --gil newest

same "files left in the directory" "err out" "$(echo *)"

# --help is good usage.
for program in samples_threads load_threads; do
    call "$bin/$program" --help
    same "$program --help: exit status" 0 "$status"
    same "$program --help: stderr" "" "$err"
    matches "$program --help" "--workers +threads.*\(a whole number from 1 to 1024; default" "$out"
done

# A full disk behind stdout is a failure, not a success.
status=0
"$bin/samples_sequential" --rows 10 >/dev/full 2>"$work/err" || status=$?
same "stdout on a full disk: exit status" 1 "$status"
matches "stdout on a full disk" "^samples_sequential: .*No space left" \
    "$(<"$work/err")"
