--TEST--
A child of a process that has opened the library opens its own; both go on, and the parent's stays sound
--EXTENSIONS--
afterword
pcntl
posix
--FILE--
<?php
$event = ['kind' => 'course_completed', 'learner' => 'u-1', 'course' => 'c-1'];
$before = afterword_status()['journal_events'];
afterword_notify($event);
afterword_query('links'); // The database is open as well.
$children = [];
for ($i = 0; $i < 6; $i++) {
    $pid = pcntl_fork();
    if ($pid === 0) {
        for ($n = 0; $n < 20; $n++) {
            afterword_notify($event);
        }
        afterword_query('links');
        // No shutdown of PHP's, as when PHP-FPM ends a child.
        posix_kill(getmypid(), SIGKILL);
    }
    $children[] = $pid;
}
for ($n = 0; $n < 20; $n++) {
    afterword_notify($event);
}
foreach ($children as $pid) {
    pcntl_waitpid($pid, $status);
}
afterword_query('links');
var_dump(afterword_status()['journal_events'] - $before);
?>
--EXPECT--
int(141)
