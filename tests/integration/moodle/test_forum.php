<?php
// What the worker asks of Moodle's own forum, carried out; and what learners then do there, reported.
require_once(__DIR__ . '/world.php');

use local_afterword\availability;
use local_afterword\forum_host;
use local_afterword\task\carry_out;

// ---- the door, as a function ----

$door = function(array $ids) {
    return ['op' => '|', 'c' => array_map(function($id) {
        return ['type' => 'group', 'id' => $id];
    }, $ids)];
};
$date = ['type' => 'date', 'd' => '>=', 't' => 5];
foreach ([
    'nothing before' => [null, [7], ['op' => '&', 'c' => [$door([7])], 'showc' => [false]]],
    'the same again' => [json_encode(['op' => '&', 'c' => [$door([7])], 'showc' => [false]]), [7],
        ['op' => '&', 'c' => [$door([7])], 'showc' => [false]]],
    'a second room' => [json_encode(['op' => '&', 'c' => [$door([7])], 'showc' => [false]]), [7, 9],
        ['op' => '&', 'c' => [$door([7, 9])], 'showc' => [false]]],
    'the author\'s own stays' => [json_encode(['op' => '&', 'c' => [$date], 'showc' => [true]]), [7],
        ['op' => '&', 'c' => [$date, $door([7])], 'showc' => [true, false]]],
    'and stays with a second room' => [json_encode(['op' => '&', 'c' => [$date, $door([7])], 'showc' => [true, false]]), [7, 9],
        ['op' => '&', 'c' => [$date, $door([7, 9])], 'showc' => [true, false]]],
    'any of' => [json_encode(['op' => '|', 'c' => [$date], 'show' => true]), [7],
        ['op' => '&', 'c' => [['op' => '|', 'c' => [$date]], $door([7])], 'showc' => [false, false]]],
    'an author\'s groups are not ours' => [json_encode(['op' => '&', 'c' => [$door([3])], 'showc' => [true]]), [7],
        ['op' => '&', 'c' => [$door([3]), $door([7])], 'showc' => [true, false]]],
    'broken' => ['{', [7], ['op' => '&', 'c' => [$door([7])], 'showc' => [false]]],
] as $what => [$before, $groups, $wanted]) {
    same($wanted, json_decode(availability::with_groups($before, $groups), true), "door: $what");
}

// ---- requests ----

$library = library();
$course = course('Lifting');
$ada = user('ada');
$ben = user('ben');
$mentor = user('mentor');
foreach ([$ada, $ben, $mentor] as $id) {
    enrol($id, $course);
}
$stranger = user('stranger');
$link = attach($course, 0, ['title' => 'After lifting']);
$base = ['discussion' => 'disc-1', 'course' => (string)$course, 'title' => 'After lifting', 'room_name' => 'Night'];
function ask(string $key, string $call, array $r): array {
    return forum_host::carry_out(['key' => $key, 'tries' => 0, 'request' => ['call' => $call] + $r]);
}

$room = ask('k-room', 'room', $base + ['managers' => [(string)$mentor]]);
same(['ok', true], [$room['outcome'], $room['created']], 'a room');
$group = $DB->get_record('groups', ['id' => $room['ref']]);
same(['afterword-disc-1', 'After lifting Night'], [$group->idnumber, $group->name], 'is a group');
check(groups_is_member($group->id, $mentor), 'with its managers');
$cm = $DB->get_record('course_modules', ['id' => $DB->get_field('local_afterword_link', 'forumcmid', ['id' => $link])]);
same(['1', '0'], [$cm->groupmode, $cm->completion], 'a forum in separate groups that counts for nothing');
same(['op' => '&', 'c' => [$door([(int)$group->id])], 'showc' => [false]], json_decode($cm->availability, true), 'closed to others');
$topic = ask('k-topic', 'topic', $base + ['html' => '<p>Which one hurts?</p>']);
$discussion = $DB->get_record('forum_discussions', ['id' => $topic['ref']]);
same([$group->id, 'After lifting', get_admin()->id], [$discussion->groupid, $discussion->name, $discussion->userid], 'the opening post, in the group');
same('https://moodle.example/mod/forum/discuss.php?d=' . $topic['ref'], $topic['url'], 'and its address');
same(['ok', (string)$ada], array_values(array_intersect_key(ask('k-admit', 'admit', $base + ['learner' => (string)$ada]), ['outcome' => 1, 'ref' => 1])), 'admitted');
same('local_afterword', $DB->get_field('groups_members', 'component', ['groupid' => $group->id, 'userid' => $ada]), 'by us');
$refused = ask('k-admit-2', 'admit', $base + ['learner' => (string)$stranger]);
same('refused', $refused['outcome'], 'not enrolled: for good');
check(strpos($refused['reason'], 'enrol the learner and retry') !== false, 'and what to do');
same(0, $DB->count_records('local_afterword_done', ['requestkey' => 'k-admit-2']), 'a refusal leaves nothing behind');
enrol($stranger, $course);
same('ok', ask('k-admit-2', 'admit', $base + ['learner' => (string)$stranger])['outcome'], 'the dead letter, retried');

same('ok', ask('k-invite', 'invite', $base + ['learner' => (string)$ada, 'markdown' => 'Come in.'])['outcome'], 'invited');
$notification = $DB->get_record('notifications', ['eventtype' => 'invitation']);
same([(string)$ada, 'local_afterword', 'Join the conversation: After lifting', $topic['url']],
    [$notification->useridto, $notification->component, $notification->subject, $notification->contexturl], 'through Moodle\'s messages');
check(strpos($notification->fullmessagehtml, 'leave.php?discussion=disc-1') !== false, 'with a way to leave');
same('ok', ask('k-note', 'note', $base + ['learner' => (string)$ada, 'markdown' => 'A correction.'])['outcome'], 'a note');
$reply = ask('k-post', 'post', $base + ['topic_ref' => $topic['ref'], 'parent_ref' => (string)$discussion->firstpost, 'html' => '<p>Set right.</p>']);
same([$topic['ref'], get_admin()->id], [$DB->get_field('forum_posts', 'discussion', ['id' => $reply['ref']]),
    $DB->get_field('forum_posts', 'userid', ['id' => $reply['ref']])], 'a post of the room\'s own');
same('2', (string)$USER->id, 'and nobody is logged in as another afterwards');
foreach (['official', 'answer', 'juggle', ''] as $call) {
    same('unsupported', ask("k-$call", $call, $base)['outcome'], "\"$call\" is not for Moodle's forum");
}
$gone = ask('k-gone', 'room', ['discussion' => 'd-x', 'course' => '4711'] + $base);
same('refused', $gone['outcome'], 'nothing is attached there any more');

// Again, under the same keys and under others: the same end, and nothing twice.
$counts = function() use ($DB) {
    return array_map([$DB, 'count_records'], ['groups', 'groupings', 'groupings_groups', 'groups_members', 'forum', 'forum_discussions', 'forum_posts', 'notifications', 'standin_mail']);
};
$before = $counts();
foreach (['k-room' => 'room', 'k-topic' => 'topic', 'k-admit' => 'admit', 'k-invite' => 'invite', 'k-note' => 'note', 'k-post' => 'post'] as $key => $call) {
    $again = ask($key, $call, $base + ['learner' => (string)$ada, 'topic_ref' => $topic['ref'], 'markdown' => 'x']);
    same('ok', $again['outcome'], "$call again");
}
same($topic['ref'], ask('k-topic', 'topic', $base)['ref'], 'the same answer');
foreach (['room', 'topic', 'admit'] as $call) {
    ask("other-$call", $call, $base + ['learner' => (string)$ada, 'markdown' => 'x']);
}
same($before, $counts(), 'no second of anything');

// A second room of the link: the same forum, a group of its own, the door opens for both.
$second = ask('k2-room', 'room', ['discussion' => 'disc-2', 'room_name' => 'Day'] + $base);
ask('k2-topic', 'topic', ['discussion' => 'disc-2', 'html' => 'x'] + $base);
ask('k2-admit', 'admit', ['discussion' => 'disc-2', 'learner' => (string)$ben] + $base);
same(1, $DB->count_records('forum'), 'one forum');
same([$door([(int)$group->id, (int)$second['ref']])], json_decode($DB->get_field('course_modules', 'availability', ['id' => $cm->id]), true)['c'], 'two groups');
// Another link of the same course: its groups are not offered in this forum, nor this forum's there.
$activity = module('scorm', $course, 'The lifts');
attach($course, $activity->cmid, ['title' => 'After the lifts']);
$other = ask('k5-room', 'room', ['discussion' => 'disc-5', 'course' => 'cm-' . $activity->cmid] + $base);
$othercm = $DB->get_record('course_modules', ['id' => $DB->get_field('local_afterword_room', 'forumcmid', ['discussion' => 'disc-5'])]);
$groupsof = function(int $cmid) use ($DB) {
    return $DB->get_fieldset_select('groupings_groups', 'groupid', 'groupingid = ?',
        [$DB->get_field('course_modules', 'groupingid', ['id' => $cmid])]);
};
same([[(string)$group->id, $second['ref']], [$other['ref']]], [array_map('strval', $groupsof($cm->id)), array_map('strval', $groupsof($othercm->id))],
    'each forum has the groups of its rooms');
// A forum of the author's with a grouping keeps it, and our groups join.
$authors = groups_create_grouping((object)['courseid' => $course, 'idnumber' => 'own', 'name' => 'Own']);
$DB->set_field('course_modules', 'groupingid', $authors, ['id' => $othercm->id]);
$third = ask('k6-room', 'room', ['discussion' => 'disc-6', 'course' => 'cm-' . $activity->cmid] + $base);
same([(string)$authors, [$other['ref'], $third['ref']]], [$DB->get_field('course_modules', 'groupingid', ['id' => $othercm->id]),
    array_map('strval', $groupsof($othercm->id))], 'the author\'s grouping');

// An invitation whose e-mail fails was made: the learner has it in Moodle. One that nobody wants is an answer.
putenv('MOODLE_MAIL_FAILS=1');
same('ok', ask('k2-invite', 'invite', ['discussion' => 'disc-2', 'learner' => (string)$ben, 'markdown' => 'x'] + $base)['outcome'], 'invited');
putenv('MOODLE_MAIL_FAILS');
same('ok', ask('k2-invite', 'invite', ['discussion' => 'disc-2', 'learner' => (string)$ben, 'markdown' => 'x'] + $base)['outcome'], 'and not again');
same(1, $DB->count_records('notifications', ['useridto' => $ben]), 'once');
putenv("MOODLE_REFUSES_MESSAGES=$mentor");
same('none', ask('k2-invite-2', 'invite', ['discussion' => 'disc-2', 'learner' => (string)$mentor, 'markdown' => 'x'] + $base)['ref'], 'wants no messages');

// A failure of Moodle's is tried again later and leaves nothing half done.
$DB->pdo->exec('CREATE TRIGGER broken BEFORE INSERT ON forum_posts BEGIN SELECT RAISE(ABORT, \'disk full\'); END');
$before = $counts();
$retry = ask('k3-topic', 'topic', ['discussion' => 'disc-3', 'html' => 'x'] + $base);
same('retry', $retry['outcome'], 'later');
check(strpos($retry['reason'], 'disk full') !== false && $retry['retry_after_ms'] > 0, 'and why');
same($before, $counts(), 'nothing half done');
$DB->pdo->exec('DROP TRIGGER broken');
same('ok', ask('k3-topic', 'topic', ['discussion' => 'disc-3', 'html' => 'x'] + $base)['outcome'], 'and then it works, its room with it');

// The author deletes the forum: said, not repaired behind the author's back.
$DB->set_field('course_modules', 'deletioninprogress', 1, ['id' => $cm->id]);
$refused = ask('k4-room', 'room', ['discussion' => 'disc-4'] + $base);
check($refused['outcome'] === 'refused' && strpos($refused['reason'], 'choose another one') !== false, 'the forum was deleted: what to do');
$DB->set_field('course_modules', 'deletioninprogress', 0, ['id' => $cm->id]);

// ---- the task ----

$library->requests = [
    ['key' => 't-1', 'tries' => 0, 'request' => ['call' => 'admit', 'learner' => (string)$mentor, 'discussion' => 'disc-2'] + $base],
    ['key' => 't-2', 'tries' => 0, 'request' => ['call' => 'official'] + $base],
];
(new carry_out())->execute();
same(['t-1' => 'ok', 't-2' => 'unsupported'], array_map(function($reply) {
    return $reply['outcome'];
}, $library->replies), 'each is answered');
check(groups_is_member($second['ref'], $mentor), 'and done');
same(['ok', 'remove'], [ask('t-3', 'remove', ['learner' => (string)$mentor, 'discussion' => 'disc-2'] + $base)['outcome'], 'remove'], 'removed');
check(!groups_is_member($second['ref'], $mentor), 'is out');

// ---- what the task did is not a learner's doing ----

same([], request_ends(), 'nothing of all this was reported as a learner\'s');

// ---- what learners do ----

$now = 1795600000;
function post(int $userid, int $discussionid, int $parent, int $time, string $message, array $more = []): int {
    global $DB;
    return $DB->insert_record('forum_posts', $more + ['discussion' => $discussionid, 'parent' => $parent, 'userid' => $userid, 'created' => $time,
        'modified' => $time, 'subject' => 's', 'message' => $message]);
}
function topic(int $userid, int $groupid, string $name, int $time): stdClass {
    global $DB, $cm, $course;
    $id = $DB->insert_record('forum_discussions', ['course' => $course, 'forum' => $cm->instance, 'name' => $name, 'userid' => $userid, 'groupid' => $groupid]);
    $first = post($userid, $id, 0, $time, '<p>Text &amp; more</p>');
    $DB->set_field('forum_discussions', 'firstpost', $first, ['id' => $id]);
    return (object)['id' => $id, 'first' => $first];
}
$question = topic($ada, (int)$group->id, 'Who lifts the kegs?', $now);
happens('\mod_forum\event\discussion_created', ['userid' => $ada, 'objectid' => $question->id, 'timecreated' => $now, 'other' => ['forumid' => $cm->instance]], null, (int)$cm->id);
[$posted] = request_ends();
same(['topic_posted', 'host', 'disc-1', (string)$question->id, (string)$question->first, 'question', 'Who lifts the kegs?', (string)$ada, (string)$course, $now * 1000],
    [$posted['kind'], $posted['provider'], $posted['discussion'], $posted['topic'], $posted['post'], $posted['topic_type'], $posted['title'],
    $posted['learner'], $posted['course'], $posted['time_ms']], 'a question');
check(!isset($posted['body']), 'without its text');
$answer = post($ben, $question->id, $question->first, $now + 60, '<p>Use the trolley.</p>');
set_config('posttext', 1, 'local_afterword');
$reply = ['userid' => $ben, 'objectid' => $answer, 'timecreated' => $now + 60, 'other' => ['discussionid' => $question->id, 'forumid' => $cm->instance, 'forumtype' => 'general']];
happens('\mod_forum\event\post_created', $reply, null, (int)$cm->id);
[$replied] = request_ends();
same(['post_replied', (string)$answer, (string)$question->first, 'Use the trolley.'], [$replied['kind'], $replied['post'], $replied['parent_post'], $replied['body']], 'a reply');
set_config('posttext', 0, 'local_afterword');
$DB->set_field('forum_posts', 'modified', $now + 90, ['id' => $answer]);
happens('\mod_forum\event\post_updated', ['userid' => $mentor] + $reply, null, (int)$cm->id);
[$edited] = request_ends();
same(['post_edited', (string)$ben, (string)$mentor, $now + 90], [$edited['kind'], $edited['learner'], $edited['by'], $edited['revision']], 'edited by a moderator: still its author\'s');
happens('\mod_forum\event\post_deleted', $reply, null, (int)$cm->id);
same(['post_deleted'], kinds(request_ends()), 'deleted');
$private = post($mentor, $question->id, $question->first, $now + 100, 'between us', ['privatereplyto' => $ada]);
happens('\mod_forum\event\post_created', ['userid' => $mentor, 'objectid' => $private] + $reply, null, (int)$cm->id);
same([], request_ends(), 'a private reply is nobody else\'s business');
foreach ([$now => 1, $now + 3600 => 1, $now + 86400 => 2] as $time => $distinct) {
    happens('\mod_forum\event\discussion_viewed', ['userid' => $ben, 'objectid' => $question->id, 'timecreated' => $time], null, (int)$cm->id);
    $seen[request_ends()[0]['key']] = 1;
    same($distinct, count($seen), 'one view a day has one key');
}
happens('\mod_forum\event\discussion_subscription_created', ['userid' => $mentor, 'relateduserid' => $ada, 'objectid' => 1,
    'other' => ['forumid' => $cm->instance, 'discussion' => $question->id]], null, (int)$cm->id);
same([['subscribed'], [(string)$ada]], [kinds($e = request_ends()), array_column($e, 'learner')], 'subscribed');
core_tag_tag::$tags[$question->first] = ['Idea'];
happens('\mod_forum\event\discussion_created', ['userid' => $ada, 'objectid' => $question->id, 'other' => ['forumid' => $cm->instance]], null, (int)$cm->id);
same('idea', request_ends()[0]['topic_type'], 'tagged as an idea');
$all = topic($ben, -1, 'For everyone', $now);
happens('\mod_forum\event\discussion_created', ['userid' => $ben, 'objectid' => $all->id, 'other' => ['forumid' => $cm->instance]], null, (int)$cm->id);
same(['disc-2', 'discussion'], [($e = request_ends())[0]['discussion'], $e[0]['topic_type']], 'a topic for all groups is of the learner\'s own room');
$elsewhere = module('forum', $course, 'Announcements');
$DB->insert_record('forum_discussions', ['course' => $course, 'forum' => $elsewhere->instance, 'name' => 'x', 'userid' => $ada]);
happens('\mod_forum\event\discussion_viewed', ['userid' => $ada, 'objectid' => (int)$DB->get_field_sql('SELECT MAX(id) FROM {forum_discussions}')], null, $elsewhere->cmid);
same([], request_ends(), 'other forums are not ours');
groups_remove_member($group->id, $ada);
[$left] = request_ends();
same(['left', 'disc-1', (string)$ada], [$left['kind'], $left['discussion'], $left['learner']], 'taken out by a teacher');
check(local_afterword_allow_group_member_remove(1, 1, 1), 'who may');

// ---- what a dead request would have said is found again, under the same keys ----

set_config('reconciled', $now - 10, 'local_afterword');
$DB->insert_record('course_completions', ['userid' => $ada, 'course' => $course, 'timecompleted' => $now + 5]);
$scorm = module('scorm', $course, 'Drill');
$sco = $DB->insert_record('scorm_scoes', ['scorm' => $scorm->instance, 'identifier' => 'sco', 'title' => 'Sco']);
track($ada, $scorm->instance, $sco, 1, ['cmi.core.lesson_status' => 'passed'], $now + 6);
track($ben, $scorm->instance, $sco, 1, ['cmi.core.lesson_status' => 'incomplete'], $now - 90000);
(new \local_afterword\task\reconcile())->execute();
$found = $library->take();
same(['course_completed', 'scorm_commit', 'topic_posted', 'post_replied', 'topic_posted'], kinds($found), 'completion, SCORM data, posts; not our own');
same([$posted['key'], $replied['key']], [$found[2]['key'], $found[3]['key']], 'under the keys that the observer gave');
$library->refuse = function() {
    return new \local_afterword\bridge_exception('no space', 8);
};
$at = get_config('local_afterword', 'reconciled');
set_config('reconciled', $now - 10, 'local_afterword');
(new \local_afterword\task\reconcile())->execute();
same((string)($now - 10), get_config('local_afterword', 'reconciled'), 'not over before it is handed over');
$library->refuse = null;
$DB->delete_records('config_plugins', ['name' => 'reconciled']);
(new \local_afterword\task\reconcile())->execute();
same([], $library->take(), 'what was before the plugin is not told');
finish();
