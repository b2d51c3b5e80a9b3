<?php
// What Moodle fires, in the order in which a real 4.5 and a real 4.1 fired it, and what the library is told at the end.
require_once(__DIR__ . '/world.php');

$library = library();
$_SERVER['REQUEST_TIME'] = $now = 1795521086;
$ada = user('ada', ['department' => 'Ward 3', 'timezone' => 'America/New_York']);
$teacher = user('teacher');
$course = course('Fire &amp; <b>safety</b>');
$other = course('Not ours');
enrol($ada, $course);
enrol($ada, $other);
$scorm = module('scorm', $course, 'Drill');
$sco = $DB->insert_record('scorm_scoes', ['scorm' => $scorm->instance, 'identifier' => 'drill-sco', 'title' => 'The drill']);
$DB->insert_record('scorm_scoes_data', ['scoid' => $sco, 'name' => 'masteryscore', 'value' => '80']);
attach($course);

// ---- one commit that completes the course: four events, one hand-over, the SCORM data first ----

$DB->insert_record('course_completions', ['userid' => $ada, 'course' => $course, 'timecompleted' => $now]);
$item = $DB->insert_record('grade_items', ['courseid' => $course, 'itemtype' => 'course', 'gradepass' => 50]);
$attempt = track($ada, $scorm->instance, $sco, 1, ['x.start.time' => '1', 'cmi.core.score.raw' => '90', 'cmi.core.score.max' => '100',
    'cmi.interactions_0.id' => 'q1', 'cmi.interactions_0.objectives_0.id' => 'o1', 'cmi.core.lesson_status' => 'passed',
    'cmi.core.total_time' => '00:03:10'], $now);
happens('\mod_scorm\event\scoreraw_submitted', ['userid' => $ada, 'relateduserid' => $ada, 'objectid' => $scorm->instance, 'timecreated' => $now,
    'other' => ['attemptid' => $attempt, 'cmielement' => 'cmi.core.score.raw', 'cmivalue' => '90']], null, $scorm->cmid);
// At this moment the grade is not settled yet.
happens('\core\event\course_completed', ['userid' => $ada, 'relateduserid' => $ada, 'objectid' => 1, 'timecreated' => $now,
    'other' => ['relateduserid' => $ada]], $course);
happens('\core\event\course_module_completion_updated', ['userid' => $ada, 'relateduserid' => $ada, 'objectid' => 1, 'timecreated' => $now,
    'other' => ['relateduserid' => $ada, 'overrideby' => null, 'completionstate' => 1]], null, $scorm->cmid);
happens('\mod_scorm\event\status_submitted', ['userid' => $ada, 'relateduserid' => $ada, 'objectid' => $scorm->instance, 'timecreated' => $now,
    'other' => ['attemptid' => $attempt, 'cmielement' => 'cmi.core.lesson_status', 'cmivalue' => 'passed']], null, $scorm->cmid);
same([], $library->events, 'nothing is handed over before the request ends');
same(1, count(core_shutdown_manager::$registered), 'one hand-over is registered');
$DB->insert_record('grade_grades', ['itemid' => $item, 'userid' => $ada, 'finalgrade' => 90]);
$events = request_ends();
same(['scorm_commit', 'course_completed'], kinds($events), 'a commit and a completion');
[$commit, $completed] = $events;
same('cm-' . $scorm->cmid, $commit['course'], 'a SCORM activity is a course of its own');
same('Drill', $commit['course_title'], 'with its name');
same('drill-sco', $commit['activity'], 'the SCO is that of the tracks, not the course module');
same(1, $commit['attempt'], 'the number of the attempt');
same(true, $commit['terminated'] ?? null, 'the total time was stored: the session is over');
same($now * 1000, $commit['time_ms'], 'when');
same(['cmi.core.lesson_status' => 'passed', 'cmi.core.score.max' => '100', 'cmi.core.score.raw' => '90', 'cmi.core.total_time' => '00:03:10',
    'cmi.interactions.0.id' => 'q1', 'cmi.interactions.0.objectives.0.id' => 'o1', 'cmi.student_data.mastery_score' => '80'],
    json_decode($commit['body'], true), 'the flattened shape, with the mastery score of the package and without Moodle\'s own rows');
same((string)$course, $completed['course'], 'the course');
same('Fire & safety', $completed['course_title'], 'plain text');
same((string)$ada, $completed['learner'], 'the learner');
same(-300, $completed['utc_offset_min'], 'the learner\'s own time zone, in winter');
same(['country' => 'GB', 'department' => 'Ward 3'], $completed['attributes'], 'attributes that are set');
same(['raw' => 90.0, 'min' => 0.0, 'max' => 100.0, 'scaled' => 0.9], $completed['score'], 'the grade at the end of the request');
same(true, $completed['success'], 'passed: above the grade to pass');
check(!isset($completed['learner_name']) && !isset($completed['learner_email']), 'no name and no e-mail');
check((bool)preg_match('/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/', $completed['registration']), 'a UUID');
check($completed['registration'] !== $commit['registration'], 'the activity\'s registration is its own');
same(1, $DB->count_records('task_adhoc', ['classname' => 'local_afterword\task\carry_out_soon']), 'the task that opens is asked for');

// ---- the same again has the same keys ----

happens('\core\event\course_completed', ['userid' => $ada, 'relateduserid' => $ada, 'objectid' => 1, 'timecreated' => $now], $course);
happens('\mod_scorm\event\status_submitted', ['userid' => $ada, 'relateduserid' => $ada, 'objectid' => $scorm->instance, 'timecreated' => $now + 5,
    'other' => ['attemptid' => $attempt]], null, $scorm->cmid);
same(array_column($events, 'key'), array_column(request_ends(), 'key'), 'the same things have the same keys');

// ---- Moodle's own player: the content commits its result, and finishes in a request that fires no event ----

$cleo = user('cleo');
enrol($cleo, $course);
$committed = track($cleo, $scorm->instance, $sco, 1, ['cmi.core.score.raw' => '85', 'cmi.core.lesson_status' => 'passed'], $now);
happens('\mod_scorm\event\status_submitted', ['userid' => $cleo, 'relateduserid' => $cleo, 'objectid' => $scorm->instance, 'timecreated' => $now,
    'other' => ['attemptid' => $committed, 'cmielement' => 'cmi.core.lesson_status', 'cmivalue' => 'passed']], null, $scorm->cmid);
$got = request_ends();
same([['scorm_commit'], null], [kinds($got), $got[0]['terminated'] ?? null], 'a result, in a session that goes on');
$finish = ['scoid' => $sco, 'attempt' => 1, 'cmi__core__total_time' => '00:04:00'];
$stores = function(string $script, array $post, int $when) use ($now, $cleo) {
    $_SERVER['SCRIPT_NAME'] = $script;
    $_SERVER['REQUEST_TIME'] = $when;
    $_POST = $post;
    $GLOBALS['USER'] = (object)['id' => $cleo];
    standin_after_config();
    $got = request_ends();
    [$_POST, $GLOBALS['USER'], $_SERVER['REQUEST_TIME']] = [[], (object)['id' => 2], $now];
    return $got;
};
track($cleo, $scorm->instance, $sco, 1, ['cmi.core.total_time' => '00:04:00'], $now + 40);
$got = $stores('/mod/scorm/datamodel.php', $finish, $now + 40);
same([['scorm_commit'], true, (string)$cleo], [kinds($got), $got[0]['terminated'] ?? null, $got[0]['learner'] ?? null], 'the end of the session');
same([], $stores('/mod/scorm/datamodel.php', $finish, $now + 50), 'nothing was stored: nothing to tell');
same([], $stores('/mod/scorm/datamodel.php', ['cmi__core__total_time' => ''] + $finish, $now + 40), 'no end of a session');
same([], $stores('/mod/scorm/player.php', $finish, $now + 40), 'another page');
same([], $stores('/mod/scorm/datamodel.php', ['scoid' => 999] + $finish, $now + 40), 'no such SCO');
$service = ['wsfunction' => 'mod_scorm_insert_scorm_tracks', 'scoid' => $sco, 'attempt' => 1];
same(['scorm_commit'], kinds($stores('/webservice/rest/server.php', $service, $now + 40)), 'the app\'s way');
same([], $stores('/webservice/rest/server.php', ['wsfunction' => 'core_get_string'] + $service, $now + 40), 'another service');

// ---- the learner is relateduserid: by cron, by a teacher ----

happens('\core\event\course_completed', ['userid' => 0, 'relateduserid' => $ada, 'objectid' => 1], $course);
same([(string)$ada], array_column(request_ends(), 'learner'), 'cron completed it, the learner did it');
$page = module('page', $course, 'Read this');
foreach ([[0, []], [1, ['activity_completed']], [2, ['activity_completed']], [3, []], [4, []]] as [$state, $wanted]) {
    happens('\core\event\course_module_completion_updated', ['userid' => $teacher, 'relateduserid' => $ada, 'objectid' => 2,
        'other' => ['completionstate' => $state, 'overrideby' => $teacher]], null, $page->cmid);
    $got = request_ends();
    same($wanted, kinds($got), "completion state $state");
    if ($got) {
        same([(string)$ada, (string)$teacher, $state === 2 ? true : null],
            [$got[0]['learner'], $got[0]['by'], $got[0]['success'] ?? null], "who, by whom, and passed only in state 2 ($state)");
    }
}
happens('\core\event\course_module_completion_updated', ['userid' => $teacher, 'relateduserid' => $ada, 'objectid' => 1,
    'other' => ['completionstate' => 1, 'overrideby' => $teacher]], null, $scorm->cmid);
$got = request_ends();
same([['course_completed'], 'cm-' . $scorm->cmid, 'marked complete by a teacher'], [kinds($got), $got[0]['course'], $got[0]['reason']],
    'a teacher marked the SCORM activity: a basis of its own');

// ---- a failed attempt is never a completion ----

$ben = user('ben');
enrol($ben, $course);
$failed = track($ben, $scorm->instance, $sco, 3, ['cmi.core.lesson_status' => 'failed', 'cmi.core.score.raw' => '20'], $now + 1);
happens('\mod_scorm\event\status_submitted', ['userid' => $ben, 'relateduserid' => $ben, 'objectid' => $scorm->instance, 'timecreated' => $now,
    'other' => ['attemptid' => $failed, 'cmielement' => 'cmi.core.lesson_status', 'cmivalue' => 'failed']], null, $scorm->cmid);
$got = request_ends();
same(['scorm_commit'], kinds($got), 'failed: the data, and the library decides');
same(3, $got[0]['attempt'], 'its attempt');
check(!isset($got[0]['terminated']), 'no total time: not known whether it is over');

// ---- only the SCO whose tracks changed; SCORM 2004 has its thresholds from the package alone ----

$sco2 = $DB->insert_record('scorm_scoes', ['scorm' => $scorm->instance, 'identifier' => 'second', 'title' => 'Second']);
$DB->insert_record('scorm_scoes_data', ['scoid' => $sco2, 'name' => 'threshold', 'value' => '0.8']);
track($ben, $scorm->instance, $sco2, 3, ['cmi.completion_status' => 'completed', 'cmi.interactions.N0.id' => 'q', 'cmi.score.scaled' => '0.5',
    'cmi.score.raw' => '5'], $now + 100);
$_SERVER['REQUEST_TIME'] = $now + 99;
happens('\mod_scorm\event\scoreraw_submitted', ['userid' => $ben, 'relateduserid' => $ben, 'objectid' => $scorm->instance, 'timecreated' => $now + 100,
    'other' => ['attemptid' => $failed]], null, $scorm->cmid);
$got = request_ends();
same(['second'], array_column($got, 'activity'), 'the SCO that changed in this request');
same(['cmi.completion_status' => 'completed', 'cmi.interactions.0.id' => 'q', 'cmi.score.raw' => '5', 'cmi.score.scaled' => '0.5'],
    json_decode($got[0]['body'], true), 'Moodle stores 2004 thresholds without whether they count: not passed on');

// ---- nothing where nothing is attached, after a rollback, for guests, for a completion that was taken back ----

$DB->insert_record('course_completions', ['userid' => $ada, 'course' => $other, 'timecompleted' => $now]);
happens('\core\event\course_completed', ['userid' => $ada, 'relateduserid' => $ada, 'objectid' => 9], $other);
same([], request_ends(), 'a course without a discussion is not reported');
$transaction = $DB->start_delegated_transaction();
happens('\core\event\course_completed', ['userid' => $ada, 'relateduserid' => $ada, 'objectid' => 1], $course);
try {
    $transaction->rollback(new Exception('no'));
} catch (Exception $e) {
    same('no', $e->getMessage(), 'rolled back');
}
same([], request_ends(), 'what was rolled back did not happen');
$DB->set_field('course_completions', 'timecompleted', null, ['userid' => $ada, 'course' => $course]);
happens('\core\event\course_completed', ['userid' => $ada, 'relateduserid' => $ada, 'objectid' => 1], $course);
same([], request_ends(), 'taken back in the same request');
$DB->set_field('course_completions', 'timecompleted', $now, ['userid' => $ada, 'course' => $course]);
foreach (['needsupdate' => 1, 'hidden' => 1, 'gradetype' => 2, 'grademax' => 0] as $field => $value) {
    $before = $DB->get_field('grade_items', $field, ['id' => $item]);
    $DB->set_field('grade_items', $field, $value, ['id' => $item]);
    happens('\core\event\course_completed', ['userid' => $ada, 'relateduserid' => $ada, 'objectid' => 1], $course);
    check(!isset(request_ends()[0]['score']), "no grade where $field is $value");
    $DB->set_field('grade_items', $field, $before, ['id' => $item]);
}

// ---- settings: all courses, names ----

set_config('report', 'all', 'local_afterword');
set_config('names', 1, 'local_afterword');
set_config('attributes', 'cohort,profile_shift', 'local_afterword');
foreach (['B team' => '', 'A team' => 'a-team'] as $name => $idnumber) {
    $cohort = $DB->insert_record('cohort', ['name' => $name, 'idnumber' => $idnumber]);
    $DB->insert_record('cohort_members', ['cohortid' => $cohort, 'userid' => $ada]);
}
$field = $DB->insert_record('user_info_field', ['shortname' => 'shift', 'name' => 'Shift']);
$DB->insert_record('user_info_data', ['userid' => $ada, 'fieldid' => $field, 'data' => 'night']);
happens('\core\event\course_completed', ['userid' => $ada, 'relateduserid' => $ada, 'objectid' => 9], $other);
$got = request_ends();
same(['Ada L', 'ada@example.org'], [$got[0]['learner_name'], $got[0]['learner_email']], 'names where the site says so');
same(['cohort' => 'a-team', 'profile_shift' => 'night'], $got[0]['attributes'], 'the first cohort by name, and profile fields');

// ---- the registration is the enrolment's, and ends with it ----

$first = \local_afterword\learner::registration($ada, $course);
enrol($ada, $course);
same($first, \local_afterword\learner::registration($ada, $course), 'a second way of being enrolled changes nothing');
$DB->delete_records('user_enrolments', ['userid' => $ada]);
happens('\core\event\user_enrolment_deleted', ['relateduserid' => $ada, 'objectid' => 1], $course);
same(null, \local_afterword\learner::registration($ada, $course), 'nobody without an enrolment has one');
enrol($ada, $course);
check(\local_afterword\learner::registration($ada, $course) !== $first, 'who comes back begins anew');
same([], $STANDIN_DEBUGGING, 'no complaint');
finish();
