<?php
// The hand-over: what cannot go now waits with its reason, what is refused is an administrator's to see, nothing throws.
require_once(__DIR__ . '/world.php');

use local_afterword\bridge;
use local_afterword\bridge_exception;
use local_afterword\pending;
use local_afterword\status_page;

$library = library();
$course = course('Hygiene');
attach($course);
$learners = [];
for ($i = 0; $i < 5; $i++) {
    $learners[] = $id = user("u$i");
    enrol($id, $course);
    $DB->insert_record('course_completions', ['userid' => $id, 'course' => $course, 'timecompleted' => 1795521000 + $i]);
}
function complete(int $userid, int $courseid): void {
    happens('\core\event\course_completed', ['userid' => 0, 'relateduserid' => $userid, 'objectid' => $userid], $courseid);
}

// A course the library does not know is registered, with its title, and the event goes then.
$library->refuse = function($event, $library) {
    return isset($library->courses[$event['course']]) ? null : new bridge_exception('course: is not registered', bridge::NOT_FOUND);
};
complete($learners[0], $course);
same(1, count(request_ends()), 'registered and reported');
same('Hygiene', $library->courses[(string)$course]['title'], 'with its title');

// A link that no cron has pushed yet goes before what happens in its course: a completion that came first would open nothing.
$new = course('Knives');
$newlearner = user('new');
enrol($newlearner, $new);
$DB->insert_record('course_completions', ['userid' => $newlearner, 'course' => $new, 'timecompleted' => 1795521000]);
$linkid = attach($new);
$seen = [];
$library->refuse = function($event, $library) use (&$seen) {
    $seen = array_keys($library->links);
    return null;
};
complete($newlearner, $new);
same(1, count(request_ends()), 'reported');
check(in_array("m-$linkid", $seen, true), 'the link was there before');
$library->links = [];
complete($newlearner, $new);
request_ends();
same([], $library->links, 'pushed once');
// Where the link cannot go, the event waits for it.
\local_afterword\link::save($new, 0, ['enabled' => 1, 'prompt' => 'Changed']);
$library->way = 'socket';
$library->unreachable = true;
complete($newlearner, $new);
same([], request_ends(), 'it waits');
$library->unreachable = false;
$library->refuse = null;
same(1, pending::hand_over(), 'and goes');
same('Changed', $library->links["m-$linkid"]['prompt'], 'behind the link');
$library->take();
$library->way = 'extension';

// The disk of the library is full: events wait, in order, and go when there is room.
$library->refuse = function() {
    return new bridge_exception('journal: no space left', 8);
};
complete($learners[1], $course);
complete($learners[2], $course);
same([], request_ends(), 'nothing went');
$rows = array_values($DB->get_records('local_afterword_pending', null, 'id'));
same(2, count($rows), 'two wait');
same(['journal: no space left', '0', (string)$learners[1]], [$rows[0]->reason, $rows[0]->refused, $rows[0]->userid], 'with the reason');
same(0, pending::hand_over(), 'still no room');
same(['2', '1'], [$DB->get_field('local_afterword_pending', 'tries', ['id' => $rows[0]->id]),
    $DB->get_field('local_afterword_pending', 'tries', ['id' => $rows[1]->id])], 'only the first is tried while there is no room');
$library->refuse = null;
same(2, pending::hand_over(), 'both go');
$events = $library->take();
same([(string)$learners[1], (string)$learners[2]], array_column($events, 'learner'), 'in their order');
same('array', gettype($events[0]['attributes']), 'as they were');
same(0, $DB->count_records('local_afterword_pending'), 'none wait');

// Refused for good: shown, not tried again by itself, and an administrator may try again or forget it.
$library->refuse = function($event) {
    return new bridge_exception('learner: is not valid UTF-8', 15, 'learner');
};
complete($learners[3], $course);
complete($learners[4], $course);
request_ends();
$library->refuse = null;
same(0, pending::hand_over(), 'not by itself');
[$a, $b] = array_keys($DB->get_records('local_afterword_pending', ['refused' => 1], 'id'));
$page = new status_page(new moodle_url('/local/afterword/status.php'));
\local_afterword\bridge::set($library);
eval('namespace core\output; class notification { const NOTIFY_ERROR = "error"; const NOTIFY_SUCCESS = "success"; const NOTIFY_WARNING = "warning"; }');
same('success', $page->act('again', (string)$a)[1], 'tried again');
same([(string)$learners[3]], array_column($library->take(), 'learner'), 'it went');
same('success', $page->act('forget', (string)$b)[1], 'forgotten');
same('success', $page->act('retry', '7')[1], 'a dead letter');
same('success', $page->act('drop', '8')[1], 'another');
same([['retry', '7'], ['drop', '8']], $library->letters, 'the library was asked');
same('error', $page->act('burn', '1')[1], 'no such action');
same(0, $DB->count_records('local_afterword_pending'), 'none are left');

// Nothing is hooked: no observer does anything, and the check page is red.
$library->way = 'none';
complete($learners[0], $course);
same([], request_ends(), 'nothing is noted');
same(0, $DB->count_records('local_afterword_pending'), 'and nothing is kept: it is said instead');
$result = (new \local_afterword\check\delivery())->get_result();
same('error', $result->get_status(), 'red');
check(strpos($result->get_summary(), 'Nothing is hooked') === 0, 'and says why');

// The check page in other weathers.
$library->way = 'extension';
foreach ([
    ['ok', []],
    ['error', ['worker_running' => false]],
    ['error', ['oldest_pending_ms' => (time() - 3600) * 1000]],
    ['ok', ['oldest_pending_ms' => (time() - 5) * 1000]],
    ['error', ['lrs' => [['name' => 'main', 'report' => ['alert' => 'unauthorized', 'alert_text' => 'the password was refused']]]]],
    ['ok', ['lrs' => [['name' => 'main', 'report' => ['alert' => 'none']]]]],
    ['warning', ['dead_letters' => 3]],
] as $i => [$wanted, $status]) {
    $library->status = $status + ['worker_running' => true, 'dead_letters' => 0, 'oldest_pending_ms' => 0, 'lrs' => []];
    same($wanted, (new \local_afterword\check\delivery())->get_result()->get_status(), "weather $i");
}

// Administrators are told once the trouble has lasted, once a day, and not of a passing one.
$library->status = ['worker_running' => false];
\local_afterword\alarm::look();
same(0, $DB->count_records('notifications'), 'not at once');
set_config('alarmsince', time() - 1000, 'local_afterword');
\local_afterword\alarm::look();
\local_afterword\alarm::look();
same(1, $DB->count_records('notifications', ['eventtype' => 'trouble']), 'once');
check(strpos($DB->get_field('notifications', 'fullmessage', ['eventtype' => 'trouble']), 'Nothing is lost') !== false, 'and that nothing is lost');
$library->status = ['worker_running' => true];
\local_afterword\alarm::look();
same('0', get_config('local_afterword', 'alarmsince'), 'over');

// A builder that fails does not fail the learner's request, nor the events beside it.
\local_afterword\collector::add('module_completed', $learners[0], $course, time(), []);
complete($learners[1], $course);
try {
    same(['course_completed'], kinds(request_ends()), 'the others go');
} catch (Throwable $e) {
    check(false, 'the request failed: ' . $e->getMessage());
}
check(count($STANDIN_DEBUGGING) >= 1, 'and it is said');
finish();
