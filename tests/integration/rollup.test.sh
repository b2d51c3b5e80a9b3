#!/bin/bash
# rollup.test.sh - courses with several SCOs from package to discussion: commits go in by the hook, the
# worker decides, and the discussion opens when the course is done and not before.
set -u
aw=$AW_BUILD/bin/afterword query=$AW_BUILD/tests/query courses=$AW_BUILD/courses
[ -x "$aw" ] && [ -x "$query" ] || { echo "skipped: the command is not built"; exit 77; }
command -v jq >/dev/null || { echo "skipped: jq is not installed"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
chmod 2770 "$dir"
export AFTERWORD_STATE_DIR=$dir/state
unset AFTERWORD_CONFIG
failed=0 count=0 clock=1000

# commit LEARNER COURSE ITEM CMI: one session that ends
commit() {
    clock=$((clock + 1))
    jq -nc --arg l "$1" --arg c "$2" --arg i "$3" --argjson cmi "$4" --argjson t $((1772438400000 + clock * 1000)) \
        '{kind: "scorm_commit", learner: $l, course: $c, activity: $i, terminated: true, time_ms: $t,
          attributes: {country: "GB", cohort: "2026"}, body: ({cmi: $cmi} | tojson)}' >"$dir/event"
    "$aw" notify "$dir/event" >/dev/null || { echo "notify failed: $(cat "$dir/event")"; exit 1; }
}
c2004() { # completion success scaled
    jq -nc --arg c "$1" --arg s "$2" --arg m "$3" '{completion_status: $c, success_status: $s, exit: "normal", mode: "normal",
        credit: "credit", score: (if $m == "" then {} else {scaled: $m} end)}'
}
c12() { # status raw
    jq -nc --arg s "$1" --arg r "$2" '{core: {lesson_status: $s, exit: "", lesson_mode: "normal", credit: "credit",
        score: {raw: $r, min: "", max: ""}}}'
}
# decided LEARNER COURSE COMPLETION SUCCESS DONE/COUNTED: after the worker has run
decided() {
    "$aw" worker --until-idle >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
    local got
    got=$("$query" "$AFTERWORD_STATE_DIR" progress "{\"learner\":\"$1\",\"course\":\"$2\"}" |
        jq -r '"\(.completion) \(.success) \(.done)/\(.counted)"')
    count=$((count + 1))
    [ "$got" = "$3 $4 $5" ] || { echo "FAILED: $1 in $2 is $got, wanted $3 $4 $5"; failed=$((failed + 1)); }
}
# opened LEARNER COURSE N: discussions that the learner is in
opened() {
    local got
    got=$("$query" "$AFTERWORD_STATE_DIR" discussions "{\"learner\":\"$1\",\"course\":\"$2\"}" | jq length)
    count=$((count + 1))
    [ "$got" = "$3" ] || { echo "FAILED: $1 is in $got discussions of $2, wanted $3"; failed=$((failed + 1)); }
}

"$aw" course add "$courses/chemicals-2004.zip" >/dev/null && "$aw" course add "$courses/phishing-12.zip" >/dev/null || exit 1

# 2004 by rollup: the measure is (0.5 label + 0.5 store + 1 test) / 2 and must reach 0.7; opens on passed
commit u1 chemicals-2004 label "$(c2004 completed passed 1)"
decided u1 chemicals-2004 unknown unknown 1/3
opened u1 chemicals-2004 0
commit u1 chemicals-2004 store "$(c2004 completed unknown 1)"
commit u1 chemicals-2004 test "$(c2004 completed passed 0.3)"
decided u1 chemicals-2004 completed failed 3/3
opened u1 chemicals-2004 0
commit u1 chemicals-2004 test "$(c2004 completed passed 0.75)"
decided u1 chemicals-2004 completed passed 3/3
opened u1 chemicals-2004 1
# a retake that fails is told, and closes nothing
commit u1 chemicals-2004 test "$(c2004 completed failed 0)"
decided u1 chemicals-2004 completed failed 3/3
opened u1 chemicals-2004 1
# what is not tracked changes nothing
commit u2 chemicals-2004 reading "$(c2004 completed passed 1)"
decided u2 chemicals-2004 unknown unknown 0/3
opened u2 chemicals-2004 0

# 1.2: all SCOs; opens on completed
commit u1 phishing-12 signs "$(c12 completed '')"
commit u1 phishing-12 report "$(c12 completed '')"
decided u1 phishing-12 incomplete unknown 2/3
opened u1 phishing-12 0
commit u1 phishing-12 inbox "$(c12 completed 50)"
decided u1 phishing-12 incomplete failed 2/3
opened u1 phishing-12 0
commit u1 phishing-12 inbox "$(c12 completed 75)"
decided u1 phishing-12 completed passed 3/3
opened u1 phishing-12 1
# repeating it opens nothing twice
commit u1 phishing-12 inbox "$(c12 passed 100)"
decided u1 phishing-12 completed passed 3/3
opened u1 phishing-12 1

# the same course by another rule
printf '{"scorm":{"courses":{"phishing-12":{"course_rule":["inbox"]}}}}' >"$dir/config.json"
export AFTERWORD_CONFIG=$dir/config.json
commit u3 phishing-12 inbox "$(c12 completed 75)"
decided u3 phishing-12 completed passed 1/1
opened u3 phishing-12 1

[ $failed -eq 0 ] && echo "$count expectations held" || { echo "$failed of $count failed"; exit 1; }
