#!/usr/bin/env bash
# The report in a real browser: light and dark, wide and narrow.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# --- A report of two small chapters, really measured ------------------------------

book=$work/book
mkdir -p "$book/build"
cp -r "$root/tools" "$book/"
ln -s "$bin" "$book/build/bin"
export MANY_HANDS_BUILT=1
chapter() { # NAME EXIT_STATUS OPTIONS...: reads its time.sh
    mkdir -p "$book/chapters/$1"
    {
        # shellcheck disable=SC2016 # expanded by the script that this makes
        echo 'source "$(dirname "$0")/../../tools/time_variants.sh"'
        echo "chapter $1 'Title <of> $1' 1"
        cat
    } >"$book/chapters/$1/time.sh"
    call bash "$book/chapters/$1/time.sh" "${@:3}"
    same "$1: exit status" "$2" "$status"
}
chapter 98-one 0 <<'E2'
problem samples "Samples & files"
variant samples_sequential samples_sequential --rows 200000
variant samples_threads samples_threads --rows 200000 --workers 2
for workers in 1 4; do
    sweep samples_threads@workers=$workers samples_threads --rows 200000 \
        --workers $workers
done
absent missing "a peer that this machine does not have"
go
E2
cat >"$book/chapters/98-one/README.md" <<'E2'
# One

<!-- answer -->
In short: it took <!-- n: ratio(samples_sequential, samples_sequential) -->7<!-- /n --> times.
<!-- /answer -->

<!-- seed: never-ends | S4:1 | "it `never` <ends>" | time(samples_sequential) > 100 -->

> It *never* ends.
> — the *snakes* article; *an old verdict*

<!-- /seed -->

<!-- claim: ends-soon | time(samples_sequential) < 100 -->
It ends soon.
<!-- /claim -->

<!-- claim: many-cores | time(samples_threads) < 100 | cores >= 4000 -->
With many cores it ends.
<!-- /claim -->

<!-- claim: other-tool | time(missing) < 100 -->
Others end, too.
<!-- /claim -->

<!-- claim: all-rows | figure(samples_threads, rows_per_s) > 1000000000000 -->
It makes rows without end.
<!-- /claim -->
E2
chapter 99-two 1 --quick <<'E2'
problem samples "The same problem's name, by a figure" rows_per_s
variant samples_sequential samples_sequential --rows 200000
variant failing samples_sequential --out /nowhere
go
E2
call "$bin/report" write "$book/results"
same "report with a failed variant: exit status" 1 "$status"
matches "its summary has both chapters" "Chapter 98.*Chapter 99" "$out"
matches "at its end: the answer, with the figure measured here" \
    "Chapter 98: Title <of> 98-one. In short: it took 1.0 times" "$out"
flat=$(tr -s '[:space:]' ' ' <<<"$out") # lines break where they must
matches "at its end: the claims by verdict" \
    " holds: ends soon does not hold here: never ends \([0-9.]+ ms, stated > 100 s\); all rows \([0-9.]+ M per second, stated > 1000 G per second\) not measured here: many cores \(needs 4000 cores\); other tool \(missing was not measured: a peer that this machine does not have\)" \
    "$flat"
matches "at its end: none with --quick" \
    "Chapter 99: Title <of> 99-two\. No verdicts with --quick\." "$flat"
matches "at its end: how many" "Of the sources' claims 0 hold on this machine, \
1 does not. Of the book's own 1 holds, 1 does not, 2 were not measured\." "$flat"
call "$bin/report" write "$work"
same "nothing measured: exit status" 3 "$status"
call "$bin/report" nonsense
same "bad usage: exit status" 2 "$status"

# Ratios in the table are those of the raw times: their median.
time_of() { grep -A1 '"times"' "$book/results/98-one/samples/$1.json" | tail -n 1; }
expected=$(for round in {01..10}; do
    echo "$(time_of "$round.samples_sequential") $(time_of "$round.samples_threads")"
done | awk '{ print $1 / $2 }' | sort -g |
    awk '{ v[NR] = $1 } END { r = (v[5] + v[6]) / 2; printf r < 0.995 ? "%.2f" : "%.1f", r }')
matches "the ratio in report.md" "\| samples_threads \|.*\| $expected \|" \
    "$(<"$book/results/report.md")"

# Each claim with what the source says, and why it has no verdict.
for page in md html; do
    text=$(<"$book/results/report.$page")
    text=${text//<strong>/**} text=${text//<\/strong>/**}
    matches "$page: a claim's source and quote" \
        'never ends.*snakes.*article: "it |never ends.*snakes.*article: &quot;it' \
        "$text"
    matches "$page: its verdict" '\*\*does not hold here\*\*' "$text"
    matches "$page: too few cores" 'needs 4000 cores' "$text"
    matches "$page: no such tool" \
        'missing was not measured: a peer that this machine does not have' "$text"
done
same "the old verdict of the page is not the report's" 0 \
    "$(grep -c 'an old verdict' "$book/results/report.html")"

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
  width: innerWidth,
  chapters: all("h2").filter((h) => h.textContent.startsWith("Chapter ")).length,
  title: all("h2").find((h) => h.textContent.startsWith("Chapter ")).textContent,
  glance: all("table")[0].querySelectorAll("tbody tr").length,
  claims: all("table")[1].querySelectorAll("tbody tr").length,
  pictures: all("svg[role=img]").length,
  empty: all("svg[role=img]").filter((s) => s.getBoundingClientRect().height < 50
    || s.querySelectorAll("path, rect, use, polygon").length < 5
    || s.querySelector("title").textContent.length < 20).length,
  duplicate_ids: all("[id]").length - new Set(all("[id]").map((e) => e.id)).size,
  too_wide: document.documentElement.scrollWidth > innerWidth,
  least_contrast_ok: Math.min(...all("p, td, th, li, a, code, strong, em, h1, h2, h3, svg, figcaption")
    .map(contrast)) >= 4.5,
  dark: luminance(paper) < 0.1,
  outside: all("[src], link[href], script[src]").length,
};
const report = document.createElement("pre");
report.id = "facts";
report.textContent = "FACTS " + JSON.stringify(facts);
document.body.append(report);
parent.postMessage(report.textContent, "*");
</script></body></html>
E2
# A phone is narrower than a window of Chromium may be: a frame in one.
cat >"$work/phone.html" <<'E2'
<!doctype html><meta name="color-scheme" content="light dark">
<iframe src="probe.html" width="390" height="800" style="border:0"></iframe>
<pre></pre>
<script>
addEventListener("message", (e) => document.querySelector("pre").textContent = e.data);
</script>
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
    for width in 1280 390; do
        page=$work/probe.html
        ((width > 500)) || page=$work/phone.html
        facts=$(browse "$scheme" 1280 --virtual-time-budget=10000 --dump-dom \
            "file://$page" | sed -n 's/.*FACTS \({[^}]*}\).*/\1/p')
        dark=true
        ((scheme == 0)) || dark=false
        same "scheme $scheme, $width px" "{\"width\":$width,\"chapters\":2,\
\"title\":\"Chapter 98: Title &lt;of&gt; 98-one\",\"glance\":2,\"claims\":5,\
\"pictures\":4,\"empty\":0,\"duplicate_ids\":0,\"too_wide\":false,\
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
