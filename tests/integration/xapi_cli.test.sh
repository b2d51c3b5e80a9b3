#!/bin/bash
# `afterword xapi validate` and `afterword profile` as people and scripts call them: lines,
# exit codes 0, 1 and 2, standard input, batches, requests, and the conformance data.
set -uo pipefail
bin=${AW_BUILD:-build/dev}/bin/afterword
data=${AW_SHARED:-}/data/xapi
[ -x "$bin" ] || { echo "skipped: $bin is not built"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0
fault() {
    echo "$1"
    faults=$((faults + 1))
}
# expect CODE WHAT COMMAND...: runs it; output in $work/out, errors in $work/err
expect() {
    local code=$1 what=$2
    shift 2
    "$@" >"$work/out" 2>"$work/err"
    local rc=$?
    [ "$rc" -eq "$code" ] || fault "$what: exit $rc instead of $code: $(head -c 300 "$work/out" "$work/err")"
}
says() { grep -qF -- "$1" "$work/${2:-out}" || fault "\"$1\" is not in: $(head -c 300 "$work/${2:-out}")"; }

good='{"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"http://example.org/v"},"object":{"id":"http://example.org/a"}}'
bad='{"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"http://example.org/v"},"object":{"id":"http://example.org/a"},"context":{"registration":"7"}}'

printf '%s\n\n%s\r\n' "$good" "$good" >"$work/good.jsonl"
expect 0 'two good lines' "$bin" xapi validate "$work/good.jsonl"
printf '{"line":1,"valid":true}\n{"line":3,"valid":true}\n' | cmp -s - "$work/out" || fault "not the lines wanted: $(cat "$work/out")"

printf '%s\n%s' "$good" "$bad" >"$work/bad.jsonl" # no newline at the end
expect 1 'a bad line' "$bin" xapi validate "$work/bad.jsonl"
[ "$(jq -c '[.line,.valid,.path]' "$work/out")" = $'[1,true,null]\n[2,false,"/context/registration"]' ] ||
    fault "not the lines wanted: $(cat "$work/out")"
jq -e 'select(.line==2).reason | length > 10' "$work/out" >/dev/null || fault 'no reason'
expect 1 'standard input' bash -c "'$bin' xapi validate <'$work/bad.jsonl'"
expect 1 'standard input by its name' bash -c "'$bin' xapi validate - <'$work/bad.jsonl'"
printf '[%s,%s]\n' "$good" "$bad" >"$work/batch.jsonl"
expect 1 'a batch' "$bin" xapi validate "$work/batch.jsonl"
says '"path":"/1/context/registration"'
printf '{"actor":1,"actor":2}\n\xff\xfe\n{"a":"\\u0000"}\nnonsense\n' >"$work/json.jsonl"
expect 1 'no JSON' "$bin" xapi validate "$work/json.jsonl"
[ "$(jq -s 'map(select(.valid==false and (.reason|length)>0)) | length' "$work/out")" = 4 ] || fault "not four: $(cat "$work/out")"

sed 's/}$/,"timestamp":"2013-05-18T05:32:34"}/' <<<"$good" >"$work/time.jsonl"
expect 0 'a time without zone is of 1.0.3' "$bin" xapi validate --xapi 1.0.3 "$work/time.jsonl"
expect 1 'and not of 2.0.0' "$bin" xapi validate --xapi=2.0.0 "$work/time.jsonl"
says '"path":"/timestamp"'

expect 2 'another version' "$bin" xapi validate --xapi 0.95 "$work/good.jsonl"
says '0.95' err
expect 2 'two files' "$bin" xapi validate a b
expect 2 'an unknown option' "$bin" xapi validate --colour
expect 2 'no subcommand' "$bin" xapi
expect 2 'another subcommand' "$bin" xapi frobnicate
expect 1 'no such file' "$bin" xapi validate "$work/none"
says "$work/none" err
expect 0 'help' "$bin" xapi validate --help
says '--xapi'
expect 1 'a full disk' bash -c "'$bin' xapi validate '$work/good.jsonl' >/dev/full"

body="--B"$'\r\n'"Content-Type: application/json"$'\r\n\r\n'"$good"$'\r\n'"--B--"$'\r\n'
printf '%s' "$body" >"$work/request"
expect 0 'a request' "$bin" xapi validate --content-type 'multipart/mixed; boundary=B' "$work/request"
expect 1 'of another type' "$bin" xapi validate --content-type 'multipart/form-data; boundary=B' "$work/request"
says 'neither application/json nor multipart/mixed'

expect 0 'the profile' "$bin" profile
cmp -s "$work/out" "${AW_SOURCE:-.}/docs/profile/afterword.jsonld" || fault 'afterword profile prints something else than docs/profile'
expect 1 'statements of no template' "$bin" profile --check - <<<"$(sed 's#}$#,"context":{"contextActivities":{"category":[{"id":"https://w3id.org/xapi/afterword/v1.0"}]}}}#' <<<"$good")"
says 'no template speaks of this statement'
expect 0 'statements of other profiles' "$bin" profile --check "$work/good.jsonl"
says '2 statements, 2 of them of no profile given'
expect 1 'no profile' "$bin" profile --check "$work/good.jsonl" --with "$work/good.jsonl"
expect 2 'words' "$bin" profile something
expect 2 '--with alone' "$bin" profile --with "$work/good.jsonl"

if [ -f "$data/statements-1.0.3.jsonl" ]; then
    for version in 1.0.3 2.0.0; do
        jq -c .statement "$data/statements-$version.jsonl" >"$work/statements"
        jq -r '.expect == 200' "$data/statements-$version.jsonl" >"$work/want"
        "$bin" xapi validate --xapi "$version" "$work/statements" | jq -r .valid >"$work/got"
        diff "$work/want" "$work/got" >"$work/diff" || fault "$version: $(grep -c '^[<>]' "$work/diff") verdicts differ"
    done
    n=0
    while read -r row; do
        n=$((n + 1))
        jq -j .body <<<"$row" >"$work/body"
        "$bin" xapi validate --content-type "$(jq -r .content_type <<<"$row")" "$work/body" >"$work/out"
        rc=$?
        [ "$(jq .expect <<<"$row")" = "$([ $rc = 0 ] && echo 200 || echo 400)" ] || fault "multipart $n: $(cat "$work/out")"
    done <"$data/multipart-1.0.3.jsonl"
else
    echo "the conformance data in $data is absent: verdicts on it are not compared"
fi
echo "$faults faults"
[ "$faults" -eq 0 ]
