<?php
// live.php STAGE: the plugin with the real library behind it (extension or socket), for moodle_library.test.sh. The site is
// the stand-in's; its database goes from stage to stage.
require_once(getenv('AW_SOURCE') . '/fixtures/moodle/standin.php');
require_once(__DIR__ . '/world.php');

use local_afterword\bridge;

if (getenv('SOCKET')) {
    set_config('socket', getenv('SOCKET'), 'local_afterword');
}
same(getenv('SOCKET') ? 'socket' : 'extension', bridge::get()->way(), 'the way to the library');
function id_of(string $table, string $field, string $value): int {
    global $DB;
    return (int)$DB->get_field($table, 'id', [$field => $value]);
}
function library_says(string $what, array $args): array {
    $answer = bridge::get()->query($what, $args);
    return $answer[$what] ?? $answer;
}

switch ($argv[1]) {
    case 'prepare':
        $course = course('Lifting week');
        foreach (['ada' => 'GB', 'ben' => 'GB'] as $name => $country) {
            enrol(user($name, ['country' => $country]), $course);
        }
        $scorm = module('scorm', $course, 'Lifting');
        $DB->insert_record('scorm_scoes', ['scorm' => $scorm->instance, 'identifier' => 'lifting-sco', 'title' => 'Lifting']);
        file_storage::$packages[context_module::instance($scorm->cmid)->id] = getenv('PACKAGE');
        attach($course, 0, ['title' => 'After the week', 'prompt' => 'What would you change about **{course}**?', 'roomby' => ['country']]);
        attach($course, $scorm->cmid, ['title' => 'After lifting', 'prompt' => 'Show us.', 'openson' => 'passed']);
        \local_afterword\link_pusher::push_stale();
        same([], array_filter(array_column($DB->get_records('local_afterword_link'), 'pusherror')), 'the library takes both links');
        same(2, count(library_says('links', [])), 'and has these alone: not the one in the package');
        break;

    case 'learn': // ada passes, ben fails; the Moodle course is completed by ada.
        $course = id_of('course', 'fullname', 'Lifting week');
        $scorm = $DB->get_record('scorm', ['name' => 'Lifting']);
        $cm = get_coursemodule_from_instance('scorm', $scorm->id);
        $sco = id_of('scorm_scoes', 'identifier', 'lifting-sco');
        $now = time();
        foreach (['ada' => ['passed', '90'], 'ben' => ['failed', '20']] as $name => [$status, $raw]) {
            $user = id_of('user', 'username', $name);
            $attempt = track($user, (int)$scorm->id, $sco, 1, ['cmi.core.lesson_status' => $status, 'cmi.core.score.raw' => $raw,
                'cmi.core.score.min' => '0', 'cmi.core.score.max' => '100', 'cmi.core.total_time' => '00:03:10'], $now);
            $_SERVER['REQUEST_TIME'] = $now;
            if ($name === 'ada') {
                $DB->insert_record('course_completions', ['userid' => $user, 'course' => $course, 'timecompleted' => $now]);
                happens('\core\event\course_completed', ['userid' => $user, 'relateduserid' => $user, 'objectid' => 1], $course);
            }
            happens('\mod_scorm\event\status_submitted', ['userid' => $user, 'relateduserid' => $user, 'objectid' => (int)$scorm->id,
                'other' => ['attemptid' => $attempt]], null, (int)$cm->id);
            core_shutdown_manager::standin_run();
            \local_afterword\collector::forget();
        }
        same(0, $DB->count_records('local_afterword_pending'), 'nothing waits');
        break;

    case 'task':
        echo \local_afterword\task\carry_out::requests(time() + 30), "\n";
        break;

    case 'talk':
        $room = $DB->get_record('local_afterword_room', ['coursekey' => (string)id_of('course', 'fullname', 'Lifting week')]);
        $ada = id_of('user', 'username', 'ada');
        check(groups_is_member($room->groupid, $ada), 'ada was let in');
        check(!groups_is_member($room->groupid, id_of('user', 'username', 'ben')), 'ben was not');
        same(2, $DB->count_records('notifications', ['useridto' => $ada, 'eventtype' => 'invitation']), 'one invitation for each discussion');
        $id = $DB->insert_record('forum_discussions', ['course' => $room->courseid, 'forum' => $room->forumid, 'name' => 'Who lifts alone?',
            'userid' => $ada, 'groupid' => $room->groupid]);
        $post = $DB->insert_record('forum_posts', ['discussion' => $id, 'userid' => $ada, 'created' => time(), 'modified' => time(), 'subject' => 's', 'message' => 'm']);
        $DB->set_field('forum_discussions', 'firstpost', $post, ['id' => $id]);
        happens('\mod_forum\event\discussion_viewed', ['userid' => $ada, 'objectid' => (int)$room->topicid], null, (int)$room->forumcmid);
        happens('\mod_forum\event\discussion_created', ['userid' => $ada, 'objectid' => $id, 'other' => ['forumid' => $room->forumid]], null, (int)$room->forumcmid);
        core_shutdown_manager::standin_run();
        break;

    case 'judge':
        $cmkey = 'cm-' . get_coursemodule_from_instance('scorm', id_of('scorm', 'name', 'Lifting'))->id;
        foreach (['ada' => ['passed', 'passed because raw 90 >= mastery 80'], 'ben' => ['failed', 'failed because raw 20 < mastery 80']] as $name => [$success, $because]) {
            $progress = bridge::get()->query('progress', ['learner' => (string)id_of('user', 'username', $name), 'course' => $cmkey]);
            same([$success, $because], [$progress['success'], $progress['because']], "the decision on $name, by the rules of SCORM");
        }
        $ada = (string)id_of('user', 'username', 'ada');
        same(2, count(library_says('discussions', ['learner' => $ada])), 'ada is in two discussions');
        same([], library_says('discussions', ['learner' => (string)id_of('user', 'username', 'ben')]), 'ben in none');
        $status = bridge::get()->status();
        same([0, 0, 1], [$status['dead_letters'], $status['journal_pending'], $status['topics']], 'nothing was refused, and the topic is known');
        break;

    case 'forget':
        $ada = id_of('user', 'username', 'ada');
        set_config('eraseondelete', '1', 'local_afterword');
        $DB->set_field('user', 'deleted', 1, ['id' => $ada]);
        standin_event('\core\event\user_deleted', ['objectid' => $ada, 'relateduserid' => $ada, 'context' => context_system::instance()])->trigger();
        core_shutdown_manager::standin_run();
        same(0, $DB->count_records('local_afterword_reg', ['userid' => $ada]), 'no registration here');
        break;

    case 'forgotten':
        $status = bridge::get()->status();
        same([0, 0, 0], [$status['dead_letters'], $status['erasures_waiting'], $status['members']], 'the only member is forgotten');
        same([], library_says('discussions', ['learner' => (string)id_of('user', 'username', 'ada')]), 'ada is in no discussion');
        break;
}
same([], $STANDIN_DEBUGGING, 'no complaint');
finish();
