#!/bin/bash
# Every PHP file parses; every file of the plugin says its licence; the strings that the plugin uses are there, and those
# that are there are used; nothing newer than PHP 7.4 is written, which Moodle 4.1 still runs on.
set -euo pipefail
. "$(dirname "$0")/moodle_common.sh"
status=0
fail() { echo "FAIL: $*"; status=1; }
cd "$AW_SOURCE"
while read -r file; do
    out=$(php -l "$file" 2>&1) || fail "$out"
done < <(find module/hosts fixtures/moodle tests/integration -name '*.php')

cd "$AFTERWORD_PLUGIN"
while read -r file; do
    grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' "$file" || fail "$file does not say its licence"
    grep -q "@package    local_afterword" "$file" || fail "$file does not say its package"
done < <(find . -name '*.php')
[ -s LICENSE ] || fail "there is no LICENSE"

php -r 'define("MOODLE_INTERNAL", 1); $string = []; require("lang/en/local_afterword.php"); foreach ($string as $k => $v) echo "$k\n";' | sort > "$work/there"
# Names that are put together, or that Moodle asks for by itself.
cat > "$work/made" << 'LIST'
actionagain actiondrop actionforget actionretry waynone wayextension waysocket headcourse headwhat headwhen headwhere headwhy
subjectinvitation subjectnote tagidea tagquestion deadletters waiting statusjournalevents statusjournalpending statusstatements
statusdiscussions statusmembers statusdeadletters leavesure leftnow rejoinednow rejoinsure prompt calltoaction pluginname cachedef_courses
messageprovider:invitation messageprovider:note messageprovider:trouble afterword:managelinks afterword:viewstatus
LIST
{
    grep -rhoE "get_string\('[^']+', 'local_afterword'" --include='*.php' . | sed "s/get_string('//; s/'.*//"
    grep -rhoE "addHelpButton\([^,]+, '[^']+'" --include='*.php' . | sed "s/.*'\([^']*\)'/\1\n\1_help/"
    grep -hoE "'privacy:[a-z]+'" classes/privacy/provider.php | tr -d "'"
    tr ' ' '\n' < "$work/made"
    printf 'prompt_help\ncalltoaction_help\n'
} | grep . | sort -u > "$work/used"
missing=$(comm -13 "$work/there" "$work/used" | tr '\n' ' ')
unused=$(comm -23 "$work/there" "$work/used" | tr '\n' ' ')
[ -z "$missing" ] || fail "strings that are not there: $missing"
[ -z "$unused" ] || fail "strings that nothing uses: $unused"

newer=$(grep -rnE '\bmatch \(|\?->|#\[|\): (static|mixed|never)\b|\bfn\(|public function __construct\((public|private|protected)|\benum [A-Z]|\breadonly ' --include='*.php' . || true)
[ -z "$newer" ] || fail "newer than PHP 7.4: $newer"
[ "$status" = 0 ] && echo "files: $(find . -name '*.php' | wc -l) of the plugin, strings: $(wc -l < "$work/there")"
exit $status
