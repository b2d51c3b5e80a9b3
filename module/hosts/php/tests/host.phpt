--TEST--
Links, courses, queries, requests to the host's forum and dead letters
--EXTENSIONS--
afterword
--FILE--
<?php
function refused(callable $f): void {
    try {
        $f();
        echo "taken\n";
    } catch (Afterword\Exception $e) {
        printf("%d %s\n", $e->getCode(), $e->where);
    }
}
var_dump(is_array(afterword_course_add('course-of-host', 'Host & Co')));
$link = ['id' => 'link-of-host', 'course' => 'course-of-host', 'title' => 'After', 'prompt' => 'What **now**?', 'provider' => 'host'];
var_dump(afterword_link_put($link), afterword_link_put(['title' => 'Later'] + $link));
$found = afterword_query('links', ['course' => 'course-of-host']);
var_dump(count($found['links'] ?? $found));
var_dump(is_array(afterword_query('courses')), is_array(afterword_query('courses', [])));
var_dump(afterword_forum_requests_take(1, 1000));
var_dump(afterword_link_remove('link-of-host'));
refused(fn() => afterword_link_remove('link-of-host'));
refused(fn() => afterword_link_put(['title' => 'no prompt']));
refused(fn() => afterword_link_put(['title' => "\xff"]));
refused(fn() => afterword_course_add('x', 'y', '/nonexistent/package.zip'));
refused(fn() => afterword_query('everything'));
refused(fn() => afterword_query('links', ['colour' => 'red']));
refused(fn() => afterword_forum_requests_take(0));
refused(fn() => afterword_forum_requests_take(1, 0));
refused(fn() => afterword_forum_request_done('no such key', ['outcome' => 'retry']));
refused(fn() => afterword_dead_letter('retry', '99999999'));
refused(fn() => afterword_dead_letter('burn', '1'));
$status = afterword_status();
var_dump($status['extension'] === afterword_version(), isset($status['journal_events']));
?>
--EXPECTF--
bool(true)
string(12) "link-of-host"
string(12) "link-of-host"
int(1)
bool(true)
bool(true)
array(0) {
}
bool(true)
3 %s
1 %s
14 link
%d %s
2 %s
1 %s
1 max
1 lease_ms
3 key
3 %S
%d %s
bool(true)
bool(true)
