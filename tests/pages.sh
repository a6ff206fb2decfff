#!/usr/bin/env bash
# The book's pages: Markdown's readers show them as they are meant. That what
# they quote is true, weave.sh checks.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# --- How they are shown ----------------------------------------------------------

# GitHub's reader; pandoc's readers of GitHub's Markdown and of its own.
# Comments are invisible, so they go before we look.
show() { # READER FILE
    case $1 in
    github) cmark-gfm -e table -e strikethrough --unsafe "$2" ;;
    pandoc-gfm) pandoc -f gfm -t html --no-highlight "$2" ;;
    pandoc) pandoc -f markdown -t html --no-highlight "$2" ;;
    esac | perl -pe 's/<!--.*?-->//g'
}
count() { grep -oE -- "$1" <<<"$2" | wc -l; }

mapfile -t pages < <(cd "$root" && git ls-files -- README.md book.md \
    'chapters/*.md')
same "pages were found" 1 "$((${#pages[@]} >= 4))"
for page in "${pages[@]}"; do
    text=$(<"$root/$page")
    code=$(($(grep -c '^ *```' <<<"$text") / 2))
    tables=$(grep -cE '^\|(:--|--:)' <<<"$text")
    headings=$(awk '/^```/ { code = !code } !code && /^#/ { n++ } END { print n }' \
        <<<"$text")
    for reader in github pandoc-gfm pandoc; do
        html=$(show "$reader" "$root/$page")
        same "$page by $reader: pieces of code" "$code" "$(count '<pre' "$html")"
        same "$page by $reader: tables" "$tables" "$(count '<table' "$html")"
        same "$page by $reader: headings" "$headings" \
            "$(count '<h[1-6]' "$html")"
        # What a reader did not understand, it shows as text.
        shown=$(perl -0pe 's/<pre.*?<\/pre>//gs; s/<code>[^<]*<\/code>//g' \
            <<<"$html")
        same "$page by $reader: markers, seen" 0 "$(count '&lt;!--' "$shown")"
        same "$page by $reader: Markdown, seen" "" \
            "$(grep -E '^\|| \| `|^(<p>)?\]|\]\(' <<<"$shown")"
    done
done

# Each chapter answers in one sentence, with figures: the report's first screen.
for page in "$root"/chapters/*/README.md; do
    matches "$page: its answer" \
        $'\n<!-- answer -->\n[^<]+<!-- n: [^\n]*\n.*<!-- /answer -->\n' \
        "$(<"$page")"
done

# --- Every kind of marker, where it is hard -----------------------------------------

cat >"$work/page.md" <<'E2'
Text before a block.
<!-- code: a.cpp#b -->
```cpp
int b;
```
[a.cpp, lines 1 to 1](a.cpp#L1-L1)
<!-- /code -->
Text *after* it took <!-- n: time(a) -->1.9<!-- /n --> times *as long*,
or <!-- n: time(b) -->3<!-- /n -->.

<!-- table: p -->

| `a` | b |
|:--|--:|
| c | d |

<!-- /table -->

1. In a list it took <!-- n: time(c) -->4<!-- /n --> s, *measured*.

<!-- seed: x | S0:1 C-S0-01 | "~ 4,29 | 5" | time(a) > 1.0 * time(b) | cores >= 2 -->
What a source *says*.
<!-- /seed -->

<!-- output varies -->
```
$ build/bin/a --rows 3
<3 rows>
```
<!-- /output -->
E2
for reader in github pandoc-gfm pandoc; do
    html=$(show "$reader" "$work/page.md" | tr '\n' ' ')
    for expected in \
        'Text before a block' 'int b; *</code></pre>' \
        '<a href="a.cpp#L1-L1">a.cpp, lines 1 to 1</a>' \
        'Text <em>after</em> it took 1.9 times <em>as long</em>, or 3\.' \
        '<th[^>]*><code>a</code></th>.*<td[^>]*>c</td>' \
        '<li>.*In a list it took 4 s, <em>measured</em>\.' \
        '<p>What a source <em>says</em>\. *</p>' \
        '\$ build/bin/a --rows 3 &lt;3 rows&gt; *</code></pre>'; do
        matches "$reader" "$expected" "$html"
    done
    same "$reader shows no marker" 0 "$(count '(seed|output|table|code):' "$html")"
done

# The rules that weave has are needed: without them GitHub shows this.
printf '%s\n' 'It was' '<!-- n: x -->2<!-- /n --> times *slow*.' >"$work/page.md"
matches "a marker at the beginning of a line" '2 times \*slow\*\.' \
    "$(show github "$work/page.md")"
