#!/usr/bin/env bash
# The report in a real browser: light and dark, wide and narrow.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# --- A report of two small chapters, really measured ------------------------------

book=$work/book
mkdir -p "$book/build"
cp -r "$root/common" "$book/"
ln -s "$bin" "$book/build/bin"
export MANY_HANDS_BUILT=1
chapter() { # NAME: reads its time.sh
    mkdir -p "$book/chapters/$1"
    {
        # shellcheck disable=SC2016 # expanded by the script that this makes
        echo 'source "$(dirname "$0")/../../common/scripts/time_variants.sh"'
        echo "chapter $1 'Title <of> $1'"
        cat
    } >"$book/chapters/$1/time.sh"
    call bash "$book/chapters/$1/time.sh" --quick
    same "$1: exit status" "${2:-0}" "$status"
}
chapter 98-one <<'E2'
problem samples "Samples & files"
variant samples_sequential samples_sequential --rows 200000
variant samples_threads samples_threads --rows 200000 --workers 2
absent missing "a peer that this machine does not have"
go
E2
chapter 99-two 1 <<'E2'
problem samples "The same problem's name, by a figure" rows_per_s
variant samples_sequential samples_sequential --rows 200000
variant failing samples_sequential --out /nowhere
go
E2
call "$bin/report" write "$book/results"
same "report with a failed variant: exit status" 1 "$status"
matches "its summary has both chapters" "Chapter 98.*Chapter 99" "$out"
call "$bin/report" write "$work"
same "nothing measured: exit status" 3 "$status"
call "$bin/report" nonsense
same "bad usage: exit status" 2 "$status"

# Ratios in the table are those of the raw times (of two rounds: their mean).
time_of() { grep -A1 '"times"' "$book/results/98-one/samples/$1.json" | tail -n 1; }
expected=$(awk -v a="$(time_of 01.samples_sequential)" \
    -v b="$(time_of 01.samples_threads)" -v c="$(time_of 02.samples_sequential)" \
    -v d="$(time_of 02.samples_threads)" \
    'BEGIN { r = (a / b + c / d) / 2; printf r < 1 ? "%.2f" : "%.1f", r }')
matches "the ratio in report.md" "\| samples_threads \|.*\| $expected \|" \
    "$(<"$book/results/report.md")"

# --- In the browser ---------------------------------------------------------------

# The page tells about itself: a script is added to a copy of it.
sed 's|</body>||; s|</html>||' "$book/results/report.html" >"$work/probe.html"
cat >>"$work/probe.html" <<'E2'
<script>
const luminance = (colour) => {
  const [r, g, b] = colour.match(/[\d.]+/g).slice(0, 3)
    .map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const paper = getComputedStyle(document.body).backgroundColor;
const contrast = (element) => {
  const [a, b] = [luminance(getComputedStyle(element).color), luminance(paper)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
};
const all = (selector) => [...document.querySelectorAll(selector)];
const facts = {
  chapters: all("h2").length,
  title: all("h2")[0].textContent,
  tables: all("tbody").length,
  rows: all("tbody tr").length,
  pictures: all("svg[role=img]").filter((s) =>
    s.getBoundingClientRect().height > 50 && s.querySelectorAll("use[*|href]").length >= 4).length,
  duplicate_ids: all("[id]").length - new Set(all("[id]").map((e) => e.id)).size,
  too_wide: document.documentElement.scrollWidth > innerWidth,
  least_contrast_ok: Math.min(...all("p, td, th, li, dt, dd, h1, h2, h3, svg, figcaption")
    .map(contrast)) >= 4.5,
  dark: luminance(paper) < 0.1,
  outside: all("[src], link[href], script[src]").length,
};
const report = document.createElement("pre");
report.id = "facts";
report.textContent = "FACTS " + JSON.stringify(facts);
document.body.append(report);
</script></body></html>
E2
browse() { # SCHEME WIDTH MORE ...: 1 is light, 0 is dark
    chromium --headless --no-sandbox --disable-gpu --no-first-run \
        --disable-background-networking --disable-component-update \
        --disable-sync --disable-quic --hide-scrollbars \
        --user-data-dir="$work/profile" --enable-logging=stderr \
        --blink-settings=preferredColorScheme="$1" --window-size="$2",900 \
        "${@:3}" 2>"$work/browser.log"
}
for scheme in 1 0; do
    for width in 1280 500; do # Chromium's windows are at least 500 wide
        facts=$(browse "$scheme" "$width" --dump-dom "file://$work/probe.html" |
            sed -n 's/.*FACTS \({[^}]*}\).*/\1/p')
        dark=true
        ((scheme == 0)) || dark=false
        same "scheme $scheme, $width px" "{\"chapters\":2,\
\"title\":\"Chapter 98: Title &lt;of&gt; 98-one\",\"tables\":2,\"rows\":5,\
\"pictures\":2,\"duplicate_ids\":0,\"too_wide\":false,\
\"least_contrast_ok\":true,\"dark\":$dark,\"outside\":0}" "$facts"
        same "scheme $scheme, $width px: the console" "" \
            "$(grep CONSOLE "$work/browser.log")"
    done
    browse "$scheme" 1280 --screenshot="$work/$scheme.png" \
        "file://$book/results/report.html" >/dev/null
    same "scheme $scheme: a screenshot" PNG "$(head -c 4 "$work/$scheme.png" |
        tail -c 3)"
done
cmp -s "$work/0.png" "$work/1.png"
same "light and dark differ" 1 $?

# As a file of its own, for Markdown, a picture follows the scheme by itself.
matches "report.md shows the picture" '\(pictures/98-one-samples\.svg\)' \
    "$(<"$book/results/report.md")"
matches "the picture's style" 'prefers-color-scheme' \
    "$(<"$book/results/pictures/98-one-samples.svg")"

# --- Without gnuplot: no pictures, and the page says so -----------------------------

mkdir "$work/path"
ln -s /usr/bin/* "$work/path" 2>/dev/null
rm -f "$work/path/gnuplot"
call env PATH="$work/path" "$bin/report" write "$book/results"
matches "no pictures" "No pictures: gnuplot is not installed" \
    "$(<"$book/results/report.html")"
matches "no pictures" "No pictures: gnuplot is not installed" \
    "$(<"$book/results/report.md")"
