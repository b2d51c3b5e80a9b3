<?php
// kill.php prepare|run: for moodle_killed.test.sh. prepare makes a site; run carries requests out, is killed before its
// write number MOODLE_KILL_AT, and prints in a second line what there is at its end.
require_once(__DIR__ . '/world.php');

$library = library();
if ($argv[1] === 'prepare') {
    $course = course('Lifting');
    enrol(user('ada'), $course);
    enrol(user('ben'), $course);
    attach($course, 0, ['title' => 'After lifting']);
    exit;
}
$course = (int)$DB->get_field('course', 'id', ['fullname' => 'Lifting']);
$ada = $DB->get_field('user', 'id', ['username' => 'ada']);
$ben = $DB->get_field('user', 'id', ['username' => 'ben']);
$base = ['discussion' => 'disc-1', 'course' => (string)$course, 'title' => 'After lifting', 'room_name' => 'A', 'markdown' => 'What now?'];
// As the worker leases them again when a task has died: from the start, under the same keys.
foreach ([['room', 0], ['topic', 0], ['admit', $ada], ['admit', $ben], ['invite', $ada], ['invite', $ben], ['post', 0], ['note', $ada]] as $i => [$call, $learner]) {
    $library->requests[] = ['key' => "key-$i", 'tries' => 0, 'request' => ['call' => $call, 'topic_ref' => '1', 'parent_ref' => '1'] +
        ($learner ? ['learner' => (string)$learner] : []) + $base];
}
\local_afterword\task\carry_out::requests(time() + 60);
$outcomes = array_unique(array_column($library->replies, 'outcome'));
echo implode(',', $outcomes), ' writes=', $DB->writes, "\n";
$orphans = $DB->get_field_sql('SELECT COUNT(*) FROM {forum_posts} WHERE discussion = 0') + $DB->count_records('local_afterword_done', ['ref' => '']);
echo implode(' ', array_map(function($table) use ($DB) {
    return $table . '=' . $DB->count_records($table);
}, ['groups', 'groupings', 'groups_members', 'forum', 'forum_discussions', 'forum_posts', 'notifications', 'local_afterword_room'])), " orphans=$orphans\n";
