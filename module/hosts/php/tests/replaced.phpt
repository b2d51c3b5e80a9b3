--TEST--
A process that has the library open while the state directory is replaced, or removed, goes on in the new one
--EXTENSIONS--
afterword
--FILE--
<?php
$dir = json_decode(file_get_contents(ini_get('afterword.config')), true)['state_dir'];
$event = ['kind' => 'course_completed', 'learner' => 'u-1', 'course' => 'c-1'];
function events(): int {
    return afterword_status()['journal_events'];
}
function put(string $id): string {
    return afterword_link_put(['id' => $id, 'course' => 'c-1', 'title' => 'After', 'prompt' => 'What now?', 'provider' => 'host']);
}
afterword_course_add('c-1', 'One');
put('before');
afterword_notify($event);
afterword_notify($event);
var_dump(events(), afterword_forum_requests_take());

rename($dir, "$dir.away");
mkdir($dir, 0770);
var_dump(afterword_notify($event), events());
var_dump(afterword_query('links'));
afterword_course_add('c-1', 'One');
var_dump(put('after'), count(afterword_query('links')['links'] ?? afterword_query('links')));

// Asked before it is told.
rename($dir, "$dir.again");
rename("$dir.away", $dir);
var_dump(count(afterword_query('links')['links'] ?? afterword_query('links')), afterword_notify($event), events());

// The status of another place is not this one's.
rename($dir, "$dir.away");
rename("$dir.again", $dir);
var_dump(events());
rename($dir, "$dir.again");
rename("$dir.away", $dir);

// In a loop, and nothing grows.
afterword_notify($event);
afterword_query('links');
$start = memory_get_usage();
$fds = count(scandir('/proc/self/fd'));
for ($i = 0; $i < 20; $i++) {
    rename($dir, "$dir.away");
    rename("$dir.again", $dir);
    rename("$dir.away", "$dir.again");
    afterword_notify($event);
    afterword_query('links');
}
var_dump(memory_get_usage() - $start < 4096, count(scandir('/proc/self/fd')) - $fds);
?>
--EXPECT--
int(2)
array(0) {
}
bool(true)
int(1)
array(0) {
}
string(5) "after"
int(1)
int(1)
bool(true)
int(4)
int(2)
bool(true)
int(0)
