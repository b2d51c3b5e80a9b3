<?php
// The privacy API: what is kept is declared, exported and deleted.
require_once(__DIR__ . '/world.php');

use core_privacy\local\metadata\collection;
use core_privacy\local\request\approved_contextlist;
use core_privacy\local\request\approved_userlist;
use core_privacy\local\request\userlist;
use core_privacy\local\request\writer;
use local_afterword\privacy\provider;

$library = library();
$course = course('Fire');
attach($course);
$ada = user('ada');
$ben = user('ben');
foreach ([$ada, $ben] as $id) {
    enrol($id, $course);
    \local_afterword\learner::registration($id, $course);
    \local_afterword\pending::keep(['kind' => 'course_completed', 'learner' => (string)$id], $id, new \local_afterword\bridge_exception('full', 6));
    $DB->insert_record('local_afterword_done', ['requestkey' => "k-$id", 'requestcall' => 'invite', 'ref' => '1', 'url' => '', 'userid' => $id, 'timecreated' => 5]);
}

// Every table with a userid is declared, with strings that are there.
$declared = provider::get_metadata(new collection())->items;
foreach (simplexml_load_file(getenv('AFTERWORD_PLUGIN') . '/db/install.xml')->TABLES->TABLE as $table) {
    foreach ($table->FIELDS->FIELD as $field) {
        if ((string)$field['NAME'] === 'userid') {
            check(isset($declared[(string)$table['NAME']][0]['userid']), $table['NAME'] . ' is declared');
        }
    }
}
check(isset($declared['afterword']), 'what leaves the site is declared');
foreach ($declared as [$fields, $summary]) {
    foreach (array_merge(array_values($fields), [$summary]) as $string) {
        check(get_string($string, 'local_afterword') !== '', $string);
    }
}

$system = context_system::instance();
$ofcourse = context_course::instance($course);
$person = context_user::instance($ada);
context_user::instance($ben);
$contexts = provider::get_contexts_for_userid($ada);
$ids = array_map('intval', $contexts->get_contextids());
sort($ids);
same([(int)$system->id, (int)$ofcourse->id, (int)$person->id], $ids, 'the course, the site, and the person');
foreach ([$system, $ofcourse] as $context) {
    $list = new userlist($context);
    provider::get_users_in_context($list);
    $found = $list->get_userids();
    sort($found);
    same([$ada, $ben], $found, 'who is in context ' . $context->contextlevel);
}

$list = new userlist($person);
provider::get_users_in_context($list);
same([$ada], $list->get_userids(), 'who is in a person\'s own context');

provider::export_user_data(new approved_contextlist((object)['id' => $ada], $contexts->get_contextids()));
$export = writer::$exported;
$site = $export[CONTEXT_SYSTEM . '/0']['Afterword'];
same([1, 1, 'full'], [count($site->waiting), count($site->requests), $site->waiting[0]->reason], 'what waits and what was done');
same((string)$ada, $site->waiting[0]->event['learner'], 'the learner\'s own');
same(1, count($export[CONTEXT_COURSE . "/$course"]['Afterword']->registrations), 'the registration');

provider::delete_data_for_user(new approved_contextlist((object)['id' => $ada], $contexts->get_contextids()));
same([(int)$person->id], array_map('intval', provider::get_contexts_for_userid($ada)->get_contextids()), 'nothing is left of ada here');
$forget = function(int $userid) {
    return [['learner_deleted', "deleted-$userid", (string)$userid]];
};
$told = function() {
    return array_map(function($e) {
        return [$e['kind'], $e['key'], $e['learner']];
    }, request_ends());
};
same([], library()->events, 'nothing is handed over in the request');
same($forget($ada), $told(), 'and Afterword is asked to forget her');
check($DB->record_exists('local_afterword_done', ['requestkey' => "k-$ada", 'userid' => 0]), 'but that she was invited: never twice');
same(3, count(provider::get_contexts_for_userid($ben)->get_contextids()), 'ben\'s is there');
provider::delete_data_for_users(new approved_userlist($ofcourse, [$ben]));
same(2, count(provider::get_contexts_for_userid($ben)->get_contextids()), 'his registration is gone');
provider::delete_data_for_all_users_in_context($system);
same(1, count(provider::get_contexts_for_userid($ben)->get_contextids()), 'and the rest');
same([], $told(), 'a course or the site: Afterword goes on knowing him');
provider::delete_data_for_users(new approved_userlist(context_user::instance($ben), [$ada]));
same([], $told(), 'somebody else\'s context');
provider::delete_data_for_users(new approved_userlist(context_user::instance($ben), [$ben]));
same($forget($ben), $told(), 'he, as one of many');
provider::delete_data_for_all_users_in_context(context_user::instance($ben));
same($forget($ben), $told(), 'asked once more: the same');
\local_afterword\learner::registration($ben, $course);
provider::delete_data_for_all_users_in_context($ofcourse);
same(0, $DB->count_records('local_afterword_reg'), 'a whole course');

// ---- an account is deleted ----

$cleo = user('cleo');
enrol($cleo, $course);
$deleted = function(int $userid) {
    standin_event('\core\event\user_deleted', ['objectid' => $userid, 'relateduserid' => $userid,
        'context' => context_system::instance()])->trigger();
};
$deleted($cleo);
same([], $told(), 'training records outlive accounts unless the site says otherwise');
set_config('eraseondelete', '1', 'local_afterword');
\local_afterword\learner::registration($cleo, $course);
\local_afterword\pending::keep(['kind' => 'course_completed', 'learner' => (string)$cleo], $cleo, new \local_afterword\bridge_exception('full', 6));
$deleted($cleo);
same($forget($cleo), $told(), 'with the account');
same([0, 0], [$DB->count_records('local_afterword_pending'), $DB->count_records('local_afterword_reg')], 'nothing follows that makes her known again');

$library->refuse = function() {
    return new \local_afterword\bridge_exception('no space', 6);
};
$deleted($cleo);
same([], $told(), 'Afterword cannot take it now');
provider::delete_data_for_all_users_in_context($system);
\local_afterword\erasure::ask($cleo);
$library->refuse = null;
\local_afterword\collector::forget();
same(1, \local_afterword\pending::hand_over(), 'it waited, whatever else was deleted');
same($forget($cleo), $told(), 'and is told later');
finish();
