#!/bin/bash
# link_check.test.sh - wrong links: `afterword link check` finds each before a learner does.
set -u
aw=$AW_BUILD/bin/afterword
[ -x "$aw" ] && [ -x "$AW_BUILD/bin/fixture_forums" ] || { echo "skipped: $aw or fixture_forums is not built"; exit 77; }
dir=$(mktemp -d) || exit 1
forum=
trap '[ -n "$forum" ] && kill "$forum" 2>/dev/null; rm -rf "$dir"' EXIT
unset AFTERWORD_CONFIG AFTERWORD_STATE_DIR
failed=0 count=0
T='"title":"T","prompt":"What would you change at your own bench?"'
says() { # PATTERN JSON-MEMBERS or a link's id: it is said
    count=$((count + 1))
    local what=$2
    case $2 in '"'*) printf '{%s}' "$2" >"$dir/l.json"; what=$dir/l.json ;; esac
    "$aw" link check "$what" >"$dir/out" 2>&1
    grep -qF -- "$1" "$dir/out" && return
    printf 'FAILED: %s\n  wanted "%s":\n%s\n' "$2" "$1" "$(cat "$dir/out")"
    failed=$((failed + 1))
}

# ---- of itself, on an author's own machine
says 'error   title: {kurs} is not a placeholder' '"title":"T {kurs}","prompt":"What would you change?"'
says 'error   prompt: {due-date} stays as it is; write {due}' '"title":"T","prompt":"What would you change by {due-date}?"'
says 'advice  prompt: has no text in "de"' '"title":{"en":"T","de":"D"},"prompt":"What would you change?"'
says 'error   title: "english" is not a language tag' '"title":{"english":"T"},"prompt":"What would you change?"'
says 'error   cap: is 0' "$T"',"room":{"cap":0}'
says 'error   room.cap: of 3 is below min_anonymous' "$T"',"room":{"cap":3},"anonymous":true'
says 'error   experts: nobody is named to answer' "$T"',"regulated":true'
says 'error   answer_within_hours: is text; it must be a whole number' "$T"',"regulated":true,"experts":["x"],"answer_within_hours":"2 days"'
says 'error   link: "anonymus" is not known here; did you mean "anonymous"' "$T"',"anonymus":true'
says 'error   prompt: is longer than 65536 bytes' '"title":"T","prompt":"'"$(head -c 70000 /dev/zero | tr '\0' a)"'"'
says 'advice  prompt: is long' '"title":"T","prompt":"'"$(head -c 4000 /dev/zero | tr '\0' a)"' What next?"'
says 'HTML in it, which is shown as text' '"title":"T","prompt":"<script>alert(1)</script> What would you change?"'
says 'javascript:alert(1) is left out for safety' '"title":"T","prompt":"What of [this](javascript:alert(1)) would you change?"'
says 'picture http://x.example/a.png is not https' '"title":"T","prompt":"What is ![it](http://x.example/a.png)?"'
says 'a picture without a description' '"title":"T","prompt":"What is ![](https://x.example/a.png)?"'
says 'points into the package' '"title":"T","prompt":"What is in [it](page.html)?"'
says 'plain text' '"title":"**T**","prompt":"What would you change?"'
says 'error   experts: entry 1, " ruth", has a space' "$T"',"experts":[" ruth"]'
says 'error   opens_on: must be' "$T"',"opens_on":"finished"'
says 'error   title: is missing' '"prompt":"What would you change?"'
says '3 things to mend' '"title":"{kurs}","prompt":"What would you change?","opens_on":"finished","min_anonymous":1'

# ---- against what is known here
export FORUM_KEY=nodebb-token
config() { # the forum's address
    cat >"$dir/config.json" <<END
{"state_dir": "$dir/state", "courses": {"unknown": "accept"}, "site": {"home_page": "https://learn.example.org"},
 "forums": [{"name": "local", "type": "local"},
            {"name": "community", "type": "nodebb", "url": "$1", "token_env": "FORUM_KEY", "uid": 1, "template_cid": 2}]}
END
}
config http://127.0.0.1:9
export AFTERWORD_CONFIG=$dir/config.json
says '"forum" is not among the forums configured here (local, host, community)' "$T"',"provider":"forum"'
says 'error   provider: "community" cannot be used now' "$T"',"provider":"community"'
"$AW_BUILD/bin/fixture_forums" nodebb >"$dir/listening" 2>&1 &
forum=$!
for _ in $(seq 100); do grep -q listening "$dir/listening" && break; sleep 0.1; done
config "http://$(sed -n 's/^listening on //p' "$dir/listening")"
says 'in order' "$T"',"provider":"community"'
says 'in order' "$T"',"experts":["ruth"],"room":{"by":["cohrot"]}' # nobody was heard of yet: no ground to doubt
id=$("$aw" link add --id l --course fire-101 --title T --prompt "What would you change at your own bench?" --anonymous --anyway 2>/dev/null)
says 'advice  course: "fire-101" is not registered, and nobody was seen in it yet' l
printf '%s\n' '{"kind":"course_completed","learner":"ruth","course":"fire-101","attributes":{"cohort":"Spring"}}' | "$aw" notify
"$aw" worker --until-idle 2>/dev/null
says 'advice  anonymous: the room "T" has 1 member; below 5' l
says 'advice  experts: "rut" has not been heard of here' "$T"',"experts":["ruth","rut"]'
says 'advice  room.by: no learner here has "cohrot"' "$T"',"room":{"by":["cohort","cohrot"]}'
says 'in order' "$T"',"experts":["ruth"],"room":{"by":["cohort"]}'
grep -q 'advice' "$dir/out" && { echo "FAILED: advice where nothing is wrong: $(cat "$dir/out")"; failed=$((failed + 1)); }
says 'neither a file nor a link' nothing

[ $failed -eq 0 ] && echo "$count wrong links, each found" || { echo "$failed of $count failed"; exit 1; }
