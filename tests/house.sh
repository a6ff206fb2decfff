#!/usr/bin/env bash
# The order of the house: what stands in the tables, who includes whom, how
# large things are, and whether the sources' claims are answered. Each rule is
# a function that prints what breaks it; it must print nothing for the book,
# and something for a copy that is spoilt on purpose.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

chapters() { (cd "$book/chapters" && printf '%s\n' [0-9]*); }

# Those of the main way and those of more/, of one CHAPTER or of all.
programs() {
    find "$book/chapters/${1:-}" -name '*.cpp' -not -path '*/solutions/*' \
        -not -path '*/parts/*' | sort
}
names() { sed 's|.*/||; s|\.cpp$||'; }

# The tables that a writer wrote: not those between markers.
written_tables() {
    awk '/^<!-- table/ { skip = 1 } /^<!-- \/table/ { skip = 0 }
        !skip && /^\|/' "$@"
}

# The programs that stand first in their rows.
# shellcheck disable=SC2016 # no expansion is meant
in_rows() { sed -n 's/^| *`\([a-z0-9_]*\)` *|.*/\1/p'; }

# --- The rules ----------------------------------------------------------------

# Every program stands in one row of one chapter's tables: its own chapter's.
# Solutions are named in the text.
programs_listed() {
    local chapter program runnable
    local -A rows=()
    for program in $(written_tables "$book"/chapters/*/*.md | in_rows); do
        rows[$program]=$((${rows[$program]:-0} + 1))
    done
    for chapter in $(chapters); do
        # Those whose row says how to run them.
        # shellcheck disable=SC2016 # no expansion is meant
        runnable=$(written_tables "$book/chapters/$chapter"/*.md |
            grep -E '^\| *`([a-z0-9_]*)` *\|.*\|.*`build/bin/\1[ `]' | in_rows)
        for program in $(programs "$chapter" | names); do
            ((${rows[$program]:-0} == 1)) ||
                echo "$program stands in ${rows[$program]:-0} rows"
            [[ $'\n'$runnable$'\n' == *$'\n'$program$'\n'* ]] ||
                echo "$program: not in $chapter, or not how to run it"
        done
        for program in "$book/chapters/$chapter"/solutions/*.cpp; do
            [[ ! -e $program ]] ||
                grep -q "solutions/${program##*/}" \
                    "$book/chapters/$chapter"/*.md ||
                echo "${program##*/} is named nowhere on its page"
        done
        written_tables "$book/chapters/$chapter"/*.md | in_rows |
            grep -vxF -f <(programs "$chapter" | names) |
            sed "s/.*/$chapter lists &, which is not there/"
        # more/ holds what stands under More programs, and nothing else.
        diff <(written_tables <(sed -n '/^## More programs/,/^## /p' \
            "$book/chapters/$chapter"/*.md) | in_rows | sort) \
            <(find "$book/chapters/$chapter" -path '*/more/*.cpp' | names | sort) |
            sed -n "s/^< \(.*\)/\1 is not in $chapter\/more/p
                s/^> \(.*\)/\1 is not under $chapter's More programs/p"
    done
}

# A chapter includes common/*.hpp, itself, and chapters before it; common/ and
# tools/ include no chapter, and nobody but tools/ includes tools/.
includes_backward() {
    local file line path chapter
    (cd "$book" && grep -rnE '^ *# *include +"' chapters --include='*.[ch]pp') |
        while IFS= read -r line; do
            file=${line%%:*} path=${line#*\"}
            path=${path%\"*} chapter=${file#chapters/}
            chapter=${chapter%%/*}
            case $path in
            tools/*) echo "$file includes $path, which is a tool" ;;
            common/*) [[ -e $book/$path ]] || echo "$file: no $path" ;;
            [0-9]*/*)
                [[ ${path%%/*} < $chapter || ${path%%/*} == "$chapter" ]] ||
                    echo "$file includes $path, which is not before it"
                [[ -e $book/chapters/$path ]] || echo "$file: no $path"
                ;;
            *..*)
                [[ $(readlink -f "$book/$(dirname "$file")/$path") == \
                "$(readlink -f "$book/chapters/$chapter")"/* ]] ||
                    echo "$file includes $path, which is not in its chapter"
                ;;
            *) [[ -e $book/${file%/*}/$path ]] || echo "$file: no $path" ;;
            esac
        done
    (cd "$book" && grep -rnE '^ *# *include +"([0-9]|tools|chapters)' common)
    (cd "$book" && grep -rnE '^ *# *include +"([0-9]|chapters)' tools)
}

# Whatever path of the book a page, a script, a program or a test names is
# there. Capital letters stand for something, as in chapters/NN-topic.
paths_there() {
    local path
    (cd "$book" && grep -rohE --include='*.md' --include='*.sh' \
        --include='*.[ch]pp' --include='*.txt' --include='*.json' \
        --exclude-dir='build*' --exclude-dir=results --exclude-dir=node_modules \
        --exclude=house.sh \
        '(^|[^A-Za-z0-9_/.*$"-])(chapters|common|tools|tests)/[A-Za-z0-9_./*-]+' .) |
        sed -E 's/^[^a-z]//; s/[.]+$//' | grep -v '[A-Z*]' | sort -u |
        while IFS= read -r path; do
            [[ -e $book/$path ]] || echo "$path is named, and not there"
        done
}

# What is in parts/ belongs to a header beside it.
parts_have_headers() {
    local part
    for part in "$book"/chapters/*/parts/*; do
        [[ -e ${part%/parts/*}/$(basename "$part" .cpp).hpp ]] ||
            echo "${part#"$book/"}: no header of its name"
    done
}

# A program is one idea: at most 120 lines, half of them at most 45. Headers are
# as long as their idea. common/ is what programs share, and stays small.
sizes() {
    local lines
    find "$book/chapters" -name '*.cpp' -not -path '*/parts/*' \
        -exec wc -l {} + |
        awk -v book="$book/" '$2 != "total" && $1 > 120 {
            sub(book, "", $0); print $2 ": " $1 " lines, at most 120" }'
    lines=$(find "$book/common" -type f -exec cat {} + | wc -l)
    ((lines <= 600)) || echo "common: $lines lines, at most 600"
    lines=$(programs | tr '\n' '\0' | xargs -0 -n 1 wc -l | sort -n |
        awk '{ n[++i] = $1 } END { print n[int((i + 1) / 2)] }')
    ((lines <= 45)) || echo "the median program has $lines lines"
}

# A program's first lines say its name, what it shows and how to run it.
heads() {
    local program name head
    find "$book/chapters" -name '*.cpp' -not -path '*/parts/*' |
        while IFS= read -r program; do
        name=${program##*/} name=${name%.cpp}
        head=$(sed '/^[^/]/,$d' "$program")
        [[ $head == "// $name: "* ]] ||
            echo "$name: its first line is not // $name: what it shows"
        [[ $head == *"build/bin/$name"* ]] ||
            echo "$name: its head does not say how to run it"
    done
}

# tests/seed_claims.txt: complete, and true for the chapters that are there.
claims_answered() {
    local id chapter how where page list=$book/tests/seed_claims.txt listed
    local -A seeds=() headings=()
    for chapter in $(chapters); do
        page=("$book/chapters/$chapter"/*.md)
        seeds[${chapter%%-*}]=$(grep -h '^<!-- seed: ' "${page[@]}")
        headings[${chapter%%-*}]=$'\n'$(grep -h '^## ' "${page[@]}")$'\n'
    done
    {
        for of in 0:37 1:9 2:32 3:41 4:24; do
            printf "C-S${of%:*}-%02d\n" $(seq "${of#*:}")
        done
        printf 'E%d\n' {1..14}
        printf 'F%d\n' {1..36}
    } | sort | diff - <(sed -n 's/^\([CEF][^ ]*\) .*/\1/p' "$list" | sort) |
        sed -n 's/^[<>] /once, and no other claims, not: /p'
    while read -r id chapter how where; do
        where=${where%%#*} where=${where%"${where##*[! ]}"}
        page=("$book/chapters/$chapter"-*/*.md)
        case $how in
        -)
            [[ ! -e ${page[0]} ]] || echo "$id: chapter $chapter is there"
            [[ $chapter == 0[1-9] ]] || echo "$id: there is no chapter $chapter"
            ;;
        marker)
            [[ ${seeds[$chapter]:-} =~ "<!-- seed: $where |"[^|]*" $id"[\ \|] ]] ||
                echo "$id: no seed $where in chapter $chapter that names it"
            ;;
        prose)
            [[ ${headings[$chapter]:-} == *$'\n'"## $where"$'\n'* ]] ||
                echo "$id: chapter $chapter has no heading '$where'"
            ;;
        later)
            [[ -z $(find "$book/chapters" -name "$where.cpp") ]] ||
                echo "$id: $where is there, and does not answer it"
            ;;
        no) [[ -n $where ]] || echo "$id: no reason" ;;
        *) echo "$id: '$how' is none of marker, prose, no, later and -" ;;
        esac
    done < <(grep -E '^[^#]' "$list")
    # And back: every id that a marker names is listed with this marker.
    listed=$'\n'$(<"$list")$'\n'
    grep -ohE '^<!-- seed: [^|]*\|[^|]*' "$book"/chapters/*/*.md |
        while read -r _ _ where _ _ ids; do
            for id in $ids; do
                [[ $listed =~ $'\n'$id\ +[0-9]+\ +marker\ +${where}[$'\n'\ ] ]] ||
                    echo "the seed $where names $id, the list does not"
            done
        done
}

rules=(programs_listed includes_backward paths_there parts_have_headers sizes
    heads claims_answered)
book=$root
for rule in "${rules[@]}"; do
    same "$rule" "" "$($rule)"
done

# --- Do the rules see anything? ---------------------------------------------------

spoilt="$work/a book"
mkdir "$spoilt"
copy_book "$spoilt"
# sees RULE MESSAGE COMMAND ...: after COMMAND in a copy, RULE prints MESSAGE.
sees() {
    book=$work/copy
    cp -r "$spoilt" "$book"
    (cd "$book" && "${@:3}")
    matches "$1 sees it" "$2" "$($1)"
    rm -rf "$book"
}
four=chapters/04-data-parallelism
five=chapters/05-io-bound
repeat() { for ((i = 0; i < $1; ++i)); do echo "// $i"; done >>"$2"; }
sees programs_listed "load_naive stands in 0 rows" \
    sed -i '/^| .load_naive/d' $five/README.md
sees programs_listed "load_naive stands in 2 rows" \
    sed -i '/^| .load_naive/p' $five/README.md
sees programs_listed "new stands in 0 rows" touch $four/new.cpp
sees programs_listed "new.cpp is named nowhere" touch $four/solutions/new.cpp
sees programs_listed "lists load_copy, which is not there" rm $five/load_copy.cpp
sees programs_listed "latch is not in 02-threads/more" \
    mv chapters/02-threads/more/latch.cpp chapters/02-threads
sees programs_listed "deadlock is not under 02-threads's More programs" \
    mv chapters/02-threads/deadlock.cpp chapters/02-threads/more
sees programs_listed "load_copy: not in 05-io-bound, or not how to run it" \
    sed -i '/^| .load_copy/s/build.bin/bin/' $five/README.md
sees includes_backward "thrift.hpp includes 05-io-bound/postgres.hpp, which is not before" \
    sed -i '1i #include "05-io-bound/postgres.hpp"' $four/thrift.hpp
sees includes_backward "load_copy.cpp includes 06-coroutines/task.hpp, which is not before" \
    sed -i '1i #include "06-coroutines/task.hpp"' $five/load_copy.cpp
sees includes_backward "which is not in its chapter" \
    sed -i '1i #include "../05-io-bound/postgres.hpp"' $four/thrift.hpp
sees includes_backward "which is a tool" \
    sed -i '1i #include "tools/report/tables.hpp"' $four/thrift.hpp
sees includes_backward "common/cli.hpp:1:" \
    sed -i '1i #include "04-data-parallelism/sample.hpp"' common/cli.hpp
sees includes_backward "common/cli.hpp:1:" \
    sed -i '1i #include "tools/report/files.hpp"' common/cli.hpp
sees includes_backward "tools/report/files.hpp:1:" \
    sed -i '1i #include "04-data-parallelism/sample.hpp"' tools/report/files.hpp
sees paths_there "common/scripts/setup.sh is named, and not there" \
    sed -i '1i See common/scripts/setup.sh.' $five/README.md
sees paths_there "tests/none.sh is named, and not there" \
    sed -i '1i # See tests/none.sh' tools/setup.sh
sees sizes "load_naive.cpp: [0-9]+ lines, at most 120" \
    repeat 100 $five/load_naive.cpp
sees sizes "common: [0-9]+ lines, at most 600" repeat 200 common/cli.hpp
sees parts_have_headers "load.cpp: no header of its name" \
    touch $five/parts/load.cpp
sees heads "its first line is not // load_naive" sed -i 1d $five/load_naive.cpp
sees heads "does not say how to run it" \
    sed -i 's/bin.load_naive/load_naive/' $five/load_naive.cpp
sees claims_answered "once, and no other claims, not: C-S2-07" \
    sed -i '/^C-S2-07 /d' tests/seed_claims.txt
sees claims_answered "once, and no other claims, not: E3" \
    sed -i '/^E3 /p' tests/seed_claims.txt
sees claims_answered "C-S0-13: no seed the-batch-size-does-not-matter" \
    sed -i 's/^<!-- seed: the-batch-size-does-not-matter/<!-- seed: batches/' $four/README.md
sees claims_answered "the seed the-batch-size-does-not-matter names C-S0-99" \
    sed -i 's/S0:96 C-S0-13/& C-S0-99/' $four/README.md
sees claims_answered "C-S0-12: chapter 04 has no heading" \
    sed -i 's/^## Did they.*/## The same?/' $four/README.md
sees claims_answered "C-S2-21: echo_threads is there" sed -i \
    's/^C-S2-21 .*/C-S2-21  05  later  echo_threads  # death/' tests/seed_claims.txt
sees claims_answered "C-S2-30: there is no chapter 10" \
    sed -i 's/^C-S2-30  08/C-S2-30  10/' tests/seed_claims.txt
sees claims_answered "C-S2-30: chapter 08 is there" \
    cp -r $four chapters/08-which-model
sees claims_answered "C-S0-35: chapter 09 is there" \
    cp -r $four chapters/09-beyond-one-machine
