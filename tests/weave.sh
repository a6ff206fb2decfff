#!/usr/bin/env bash
# What the book's pages quote is true; and weave as a writer uses it: a program
# changes, the check says so, weave mends the page. In a copy of the book.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# The copy's transcripts of loaders run on this server, and so start none.
# Without fsync: nothing is measured here.
[[ ${MANY_HANDS_SERVER:-} == private ]] ||
    with_server PG_OPTIONS="-c fsync=off"

book="$work/a book" # with a space
mkdir "$book"
copy_book "$book"
page=$book/chapters/05-io-bound/README.md
program=$book/chapters/05-io-bound/samples_table.hpp
cat >"$book/tools/with_postgres.sh" <<E2
#!/bin/sh
DATABASE_URL='$DATABASE_URL' MANY_HANDS_SERVER=private exec "\$@"
E2
unset DATABASE_URL MANY_HANDS_SERVER # who needs the server must say so
check() { call "$bin/weave" --check --book "$book"; }
mend() { call "$bin/weave" --book "$book"; }
sum() { (cd "$book" && find . -type f -print0 | sort -z | xargs -0 sha256sum); }

# --- What the pages quote -------------------------------------------------------

before=$(sum)
check
same "the pages are true ($out)" 0 "$status"
matches "they have markers" "^[1-9][0-9]+ markers, 0 errors, 0 out of date" \
    "$(tail -n 1 <<<"$out")"
same "a check changes nothing" "$before" "$(sum)"

# --- One line of a program changes ----------------------------------------------

# From here on without the transcripts of chapters that are not changed, and
# with a single short one in the chapter that is: they take their time.
perl -0pi -e 's/<!-- output.*?<!-- \/output -->\n//gs' \
    "$book"/chapters/0[!5]-*/*.md
perl -0pi -e 's/<!-- output.*?<!-- \/output -->\n/
    index($&, "bin\/load_naive --rows 2000\n") < 0 ? "" : $&/gse' "$page"
sed -i 's/load_naive --rows 2000$/load_naive --rows 200/' "$page"
# What the other chapters' time.sh declare does not change either.
for script in "$book"/chapters/0[!5]-*/time.sh; do
    list=$("$script" --list)
    printf "#!/bin/sh\ncat <<'end'\n%s\nend\n" "$list" >"$script"
done
mend
matches "a command is changed" "0 errors, 1 renewed" "$out"
cp "$page" "$work/before.md"
before=$(sum)
mend
same "nothing to mend" 0 "$status"
same "then nothing changes" "$before" "$(sum)"

sed -i 's/> 65.536/> 32'"'"'768/' "$program"
differs "the program has changed" "$before" "$(sum)"
check
same "an excerpt is out of date: exit status" 1 "$status"
marker=$(grep -n 'code: samples_table.hpp#copy_rows' "$page")
matches "an excerpt is out of date: where" \
    "^chapters/05-io-bound/README.md:${marker%%:*}: code samples_table.hpp#copy_rows" \
    "$out"
matches "an excerpt is out of date: what" "    - .*65'536.*    \+ .*32'768" "$out"
matches "an excerpt is out of date: the only one" \
    "markers, 0 errors, 1 out of date" "$out"
matches "an excerpt is out of date: what to do" "build/bin/weave$" "$out"
mend
same "mended: exit status" 0 "$status"
matches "mended: how many" "0 errors, 1 renewed" "$out"
same "mended: the rest of the page is as it was" \
    "$(sed "s/32'768/65'536/" "$page")" \
    "$(<"$work/before.md")"
check
same "mended: true again" 0 "$status"

sed -i '1i // One more line.' "$program"
check
matches "a line above: the link leads elsewhere" \
    '\+ \[samples_table.hpp, lines ([0-9]+) to .*\]\(samples_table.hpp#L\1-L' "$out"
mend
same "a line above: mended" 0 "$status"

# --- Everything else that makes a check fail ----------------------------------------

# fails WHAT MESSAGE COMMAND ...: after COMMAND, which changes chapter 05 or 06.
fails() {
    mkdir "$work/saved"
    cp -r "$book"/chapters/0[56]-* "$work/saved"
    (cd "$book/chapters/05-io-bound" && "${@:3}")
    differs "$1: it was changed" "$before" "$(sum)"
    check
    same "$1: exit status" 1 "$status"
    matches "$1" "$2" "$out$err"
    mend # cannot
    same "$1: mending does not hide it: exit status" 1 "$status"
    matches "$1: mending does not hide it" "$2" "$out$err"
    rm -r "$book"/chapters/0[56]-*
    mv "$work/saved"/* "$book/chapters"
    rmdir "$work/saved"
}
before=$(sum)
rename() { sed -i "s/$1/$2/" README.md; }
fails "a file is missing" "README.md:[0-9]+: code samples_tabel.hpp#copy_rows: no file" \
    rename 'code: samples_table.hpp' 'code: samples_tabel.hpp'
fails "a name is missing" "nothing there is called flow" \
    rename 'samples_table.hpp#copy_rows' 'samples_table.hpp#flow'
name_twice() {
    sed -i '1i static void load_slice();' load_threads.cpp
    rename 'threads.cpp#worker' 'threads.cpp#load_slice'
}
fails "a name is ambiguous" "lines 1 and [0-9]+ both name load_slice" name_twice
fails "a block never ends" "README.md:[0-9]+: this block never ends: no <!-- /code" \
    sed -i '0,/<!-- \/code -->/{//d}' README.md
fails "two hyphens" "README.md:[0-9]+: two hyphens inside a marker" \
    rename 'output sample' 'output sample --x'
fails "a marker in a table" "README.md:[0-9]+: a marker inside a table" \
    sed -i 's/| the naive loop over/| <!-- n: time(load_naive) -->1<!-- \/n --> /' \
    README.md
fails "a table with a figure that no program printed" \
    "README.md:[0-9]+: table load .*: has no further figure sleeps" \
    rename 'times_as_fast round_trips -->' 'sleeps -->'
fails "a label that no time.sh declares" \
    "README.md:[0-9]+: .*: no time.sh declares the label load_nave" \
    rename 'cores_busy(load_naive)' 'cores_busy(load_nave)'
fails "a label that time.sh does not declare any more" \
    "no time.sh declares the label load_multirow" \
    sed -i 's/1000 15000 load_multirow$/1000 15000 load_multirw/' time.sh
fails "a label without a measurement" \
    "README.md:[0-9]+: .*: no measurement of fetch_new" \
    sed -i -e 's/^variant fetch_threads/variant fetch_new fetch_threads\n&/' time.sh \
    -e 's/cores_busy(load_naive)/cores_busy(fetch_new)/' README.md
fails "a claim that the reference contradicts" \
    "README.md:[0-9]+: claim one-stream-beats-transactions .*: reference.json says: does not hold here: [0-9.]+ k, stated > 9" \
    rename '> 20 \* figure(load_naive@rtt_us=1000, rows_per_s) -->' \
    '> 9000 * figure(load_naive@rtt_us=1000, rows_per_s) -->'
fails "a claim that nobody can read" "README.md:[0-9]+: claim .*none of the relations" \
    rename '> 20 \* figure(load_naive@rtt_us=1000, rows_per_s) -->' \
    'beats load_naive -->'
fails "a source that is none" "does not begin with a source" \
    rename 'S0:201 ' 'S7:201 '
fails "a dead link" "README.md:[0-9]+: the link ../04-parallel/README.md: there is no" \
    rename '04-data-parallelism\/README' '04-parallel\/README'
fails "a program that fails" "load_naive .*ended with status 2" \
    rename 'load_naive --rows 200$' 'load_naive --rows x'
fails "a second page" "loaders.md:[0-9]+: code parts/async_load.cpp#load_raws: nothing there" \
    sed -i 's/async_load.cpp#load_rows/async_load.cpp#load_raws/' \
    ../06-coroutines/loaders.md
fails "a machine with a problem that is none" "loaders.md:[0-9]+: .*no problem dsk" \
    sed -i 's/machine: load cores disk/machine: load cores dsk/' ../06-coroutines/loaders.md
fails "no reference" "the chapter has no reference.json; time.sh --reference" \
    rm reference.json
fails "a broken reference" "weave: reference.json cannot be read" \
    sed -i '1d' reference.json

# --- Transcripts and figures that drift ------------------------------------------------

drifts() { # WHAT MESSAGE COMMAND ...: weave renews it
    (cd "$book/chapters/05-io-bound" && "${@:3}")
    check
    same "$1: exit status" 1 "$status"
    matches "$1" "$2.*0 errors, 1 out of date" "$out"
    mend
    same "$1: renewed" 0 "$status"
    # wal_syncs too: the server's own processes sync now and then.
    same "$1: the page is as it was, but for what varies" "" \
        "$(diff "$saved" "$page" | grep '^[<>]' |
            grep -vE ' (rows_per_s|cores_busy|row_cpu_us|row_waits|rtt_us|wal_syncs): |PostgreSQL [0-9]')"
    cp "$saved" "$page"
}
saved=$work/saved.md
cp "$page" "$saved"
drifts "a transcript's last line" "output sample.*\+ result: 200 rows" \
    rename '^result: 200 rows' 'result: 201 rows'
drifts "a figure" 'n figure.load_threads@workers=48@rtt_us=1000, rows_per_s.*    - 9,999' \
    sed -i '0,/rows_per_s) -->[0-9],[0-9]*</s//rows_per_s) -->9,999</' README.md
drifts "a table" 'table place .*\| 9\.' \
    rename '^\(. .load_naive@cpus=together. . \)[0-9]' '\19'
drifts "a verdict" 'table claims.*\+ \| the \*co-rotinas\* article' \
    rename 'article | 100,000' 'article | 200,000'

# --- Usage ------------------------------------------------------------------------------

for wrong in --chek "--book" "page.md"; do
    call "$bin/weave" $wrong
    same "$wrong: exit status" 2 "$status"
    same "$wrong: stdout" "" "$out"
    matches "$wrong" "^weave: unknown option '$wrong', the options are" "$err"
done
call "$bin/weave" --book "$work"
same "no book: exit status" 3 "$status"
matches "no book" "no book in .*--book DIRECTORY names it" "$err"
