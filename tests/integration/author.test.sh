#!/bin/bash
# author.test.sh - the commands for course authors, as an author would use them.
set -u
aw=$AW_BUILD/bin/afterword
courses=$AW_BUILD/courses
[ -x "$aw" ] && [ -f "$courses/lifting-12.zip" ] || { echo "skipped: $aw or the courses are not built"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
chmod 2770 "$dir"
export AFTERWORD_STATE_DIR=$dir/state
unset AFTERWORD_CONFIG
failed=0 count=0

# expect CODE PATTERN COMMAND...: the exit code, and a part of what was printed
expect() {
    local code=$1 pattern=$2 out rc
    shift 2
    out=$("$@" 2>&1)
    rc=$?
    count=$((count + 1))
    if [ $rc -ne "$code" ] || ! grep -qF -- "$pattern" <<<"$out"; then
        printf 'FAILED: %s\n  exit %s, wanted %s with "%s":\n%s\n' "$*" $rc "$code" "$pattern" "$out"
        failed=$((failed + 1))
    fi
}

# A package NAME.zip from files "name=content".
pack() {
    local name=$1 file
    shift
    rm -rf "$dir/pack" "$dir/$name.zip"
    mkdir "$dir/pack"
    for file in "$@"; do
        mkdir -p "$dir/pack/$(dirname "${file%%=*}")"
        printf '%s' "${file#*=}" >"$dir/pack/${file%%=*}"
    done
    (cd "$dir/pack" && zip -q -r "$dir/$name.zip" .)
}
manifest() { # version, mastery element or nothing
    printf '<manifest identifier="m"><metadata><schemaversion>%s</schemaversion></metadata><organizations default="o"><organization identifier="o"><title>T</title><item identifier="i" identifierref="r"><title>Page one</title>%s</item></organization></organizations><resources><resource identifier="r" adlcp:scormtype="sco" href="a.html"/></resources></manifest>' "$1" "${2:-}"
}
link='{"title":"T","prompt":"What did you see at your bench?"}'

# ---- packages
for c in lifting-12 feedback-2004 chemicals-2004 phishing-12; do
    expect 0 "in order" "$aw" course check "$courses/$c.zip"
done
expect 1 "is not a zip file" "$aw" course check "$0"
expect 1 "No such file" "$aw" course check "$dir/nothing.zip"
expect 2 "name one package" "$aw" course check
pack empty "readme.txt=hello"
expect 1 "there is no imsmanifest.xml in it" "$aw" course check "$dir/empty.zip"
pack broken "imsmanifest.xml=<manifest>" "discussion.json=$link"
expect 1 "not well-formed" "$aw" course check "$dir/broken.zip"
pack missing "imsmanifest.xml=$(manifest 1.2)" "discussion.json=$link"
expect 1 "error   manifest: The page of \"Page one\" is not in the package: a.html" "$aw" course check "$dir/missing.zip"
pack mixed "imsmanifest.xml=$(manifest 1.2)" "a.html=API_1484_11" "discussion.json=$link"
expect 1 "the pages talk to SCORM 2004" "$aw" course check "$dir/mixed.zip"
pack other "imsmanifest.xml=$(manifest '2004 4th Edition')" "a.html=LMSInitialize" "discussion.json=$link"
expect 1 "the pages talk to SCORM 1.2" "$aw" course check "$dir/other.zip"
pack silent "imsmanifest.xml=$(manifest 1.2)" "a.html=x" "discussion.json=$link"
expect 0 "No page was found that talks to an LMS" "$aw" course check "$dir/silent.zip"
pack without "imsmanifest.xml=$(manifest 1.2)" "a.html=LMSInitialize"
expect 0 "no discussion.json" "$aw" course check "$dir/without.zip"
pack misplaced "imsmanifest.xml=$(manifest 1.2)" "a.html=LMSInitialize" "x/Discussion.json=$link"
expect 1 "x/Discussion.json" "$aw" course check "$dir/misplaced.zip"
pack typo "imsmanifest.xml=$(manifest 1.2)" "a.html=LMSInitialize" 'discussion.json={"title":"T","promt":"P"}'
expect 1 "prompt" "$aw" course check "$dir/typo.zip"
pack json "imsmanifest.xml=$(manifest 1.2)" "a.html=LMSInitialize" 'discussion.json={"title":"T",'
expect 1 "error   discussion.json:" "$aw" course check "$dir/json.zip"
pack several "imsmanifest.xml=$(manifest 1.2 '<adlcp:masteryscore>0.8</adlcp:masteryscore>')" 'discussion.json={"title":"{kurs}","prompt":"Hello","opens_on":"passed"}'
expect 1 "{kurs} is not a placeholder" "$aw" course check "$dir/several.zip"
expect 1 "did you mean a percentage" "$aw" course check "$dir/several.zip"
expect 1 "2 things to mend, and advice above" "$aw" course check "$dir/several.zip"
expect 1 '"ok": false' "$aw" course check --json "$dir/several.zip"
pack never "imsmanifest.xml=$(manifest 1.2)" "a.html=LMSInitialize" 'discussion.json={"title":"T","prompt":"What did you see?","opens_on":"passed"}'
expect 0 "opens only if the course itself reports" "$aw" course check "$dir/never.zip"

pack named "imsmanifest.xml=$(manifest 1.2)" "a.html=LMSInitialize" 'discussion.json={"course":"elsewhere","title":"T","prompt":"What did you see?"}'
expect 0 'names the course "elsewhere"' "$aw" course check "$dir/named.zip"
expect 1 "leave \"course\" out of it" "$aw" course add "$dir/named.zip"

# ---- courses
expect 0 "There are no courses yet" "$aw" course list
expect 0 "lifting-12: registered, with a discussion" "$aw" course add "$courses/lifting-12.zip"
expect 0 "lifting-12: registered, with a discussion" "$aw" course add "$courses/lifting-12.zip"
expect 0 "fire-101: registered, with a discussion" "$aw" course add --id fire-101 --title "Fire" "$courses/feedback-2004.zip"
expect 0 "plain: registered; no discussion" "$aw" course add --id plain --title "A plain course"
expect 0 "plain  A plain course" "$aw" course list
expect 0 "Lifting without hurting your back" "$aw" course show lifting-12
expect 1 "is not known" "$aw" course show nothing
expect 1 "nothing was added" "$aw" course add "$dir/several.zip"
expect 1 '"several" is not known' "$aw" course show several
expect 2 "name a package" "$aw" course add
expect 0 "plain: removed" "$aw" course remove plain
expect 1 "is not known" "$aw" course remove plain

# ---- links
expect 0 "lifting-12  course lifting-12, local, opens on passed" "$aw" link list
expect 0 "fire-101  course fire-101" "$aw" link list --course fire-101
expect 0 "in order" "$aw" link check
expect 0 "# Heben am eigenen Arbeitsplatz" "$aw" link preview lifting-12 --language de-AT
expect 0 "<strong>A &lt;b&gt;</strong>" "$aw" link preview lifting-12 --course-title "A <b>" --html
expect 0 "own-id" "$aw" link add --id own-id --course x --title T --prompt "Tell us what you saw." --room-by cohort --cap 7
expect 0 '"cap": 7' "$aw" link show own-id
expect 1 "nothing was added" "$aw" link add --course x --title T --prompt "Tell us by {due}."
expect 0 "x" "$aw" link add --anyway --course x --title T --prompt "Tell us by {due}."
expect 1 "{due} needs a due date" "$aw" link check x
expect 1 "1 thing to mend" "$aw" link check
printf '%s' "$link" >"$dir/link.json"
expect 0 "in order" "$aw" link check "$dir/link.json"
expect 0 "y" "$aw" link add "$dir/link.json" --course y
expect 1 "course" "$aw" link add "$dir/link.json"
expect 2 "exclude" "$aw" link add --course z --prompt a --prompt-file b
printf '{"forums":[{"name":"community","type":"local"}]}' >"$dir/config.json"
export AFTERWORD_CONFIG=$dir/config.json
expect 1 "is not among the forums configured here (local, host, community)" "$aw" link add --course z --title T --prompt "Tell us more of it." --provider comunity
expect 0 "z" "$aw" link add --course z --title T --prompt "Tell us more of it." --provider community
unset AFTERWORD_CONFIG
expect 0 "x: removed" "$aw" link remove x own-id y
expect 1 "neither a file nor a link" "$aw" link show x
expect 0 "usage: afterword link add" "$aw" link add --help

[ $failed -eq 0 ] && echo "$count expectations held" || { echo "$failed of $count failed"; exit 1; }
