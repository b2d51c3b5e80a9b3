<?php
// Links: the form, the way to the library, backup and restore, what goes when courses and activities go.
require_once(__DIR__ . '/world.php');
require_once(getenv('AFTERWORD_PLUGIN') . '/backup/moodle2/backup_local_afterword_plugin.class.php');
require_once(getenv('AFTERWORD_PLUGIN') . '/backup/moodle2/restore_local_afterword_plugin.class.php');

use local_afterword\form\link_elements;
use local_afterword\link;
use local_afterword\task\push_links;

$library = library();
$course = course('Lifting');
$forum = module('forum', $course, 'Talk');
$scorm = module('scorm', $course, 'The lifts');
$page = module('page', $course, 'Page');
function push(int $courseid): void {
    $task = new push_links();
    $task->set_custom_data((object)['courseid' => $courseid]);
    $task->execute();
}
function form_of(int $courseid, int $cmid, string $modname): MoodleQuickForm {
    $form = new MoodleQuickForm();
    $wrapper = new class((object)['modulename' => $modname, 'course' => $courseid, 'coursemodule' => $cmid]) {
        private $current;

        public function __construct($current) {
            $this->current = $current;
        }

        public function get_current() {
            return $this->current;
        }
    };
    local_afterword_coursemodule_standard_elements($wrapper, $form);
    return $form;
}

// ---- the form ----

$form = form_of($course, $scorm->cmid, 'scorm');
same(link_elements::PREFIX . 'header', key($form->elements), 'a section of its own');
foreach (array_keys(link::FIELDS) as $name) {
    check(isset($form->elements[link_elements::PREFIX . $name]), "an element for $name");
}
same([0 => 'A new forum, made when first needed', $forum->cmid => 'Talk'], $form->elements['local_afterword_forumcmid'][1][1], 'the forums');
same([], form_of($course, $page->cmid, 'page')->elements, 'not for other activities');
$STANDIN_FORBIDDEN = ['local/afterword:managelinks'];
same([], form_of($course, $scorm->cmid, 'scorm')->elements, 'not without the capability');
$STANDIN_FORBIDDEN = [];

$data = ['local_afterword_enabled' => 1, 'local_afterword_title' => ' ', 'local_afterword_prompt' => '', 'local_afterword_roomcap' => 1,
    'local_afterword_roomby' => ['a', 'b', 'c', 'd', 'e']];
same(['local_afterword_title', 'local_afterword_prompt', 'local_afterword_roomcap', 'local_afterword_roomby'],
    array_keys(local_afterword_coursemodule_validation(null, $data)), 'what is wrong is said at its element');
same([], local_afterword_coursemodule_validation(null, ['local_afterword_enabled' => 0] + $data), 'nothing is wrong where nothing is attached');
same([], local_afterword_coursemodule_validation(null, ['name' => 'A forum']), 'nor in forms of others');

$info = (object)['modulename' => 'scorm', 'coursemodule' => $scorm->cmid, 'local_afterword_enabled' => 1, 'local_afterword_title' => 'After the lifts',
    'local_afterword_prompt' => 'Which one hurts?', 'local_afterword_calltoaction' => 'Take a picture.', 'local_afterword_roomby' => ['cohort', 'country'],
    'local_afterword_roomcap' => 20, 'local_afterword_openson' => 'passed', 'local_afterword_regulated' => 1, 'local_afterword_answerhours' => 24,
    'local_afterword_forumcmid' => $forum->cmid, 'local_afterword_anonymous' => 0];
same($info, local_afterword_coursemodule_edit_post_actions($info, (object)['id' => $course]), 'the module goes on');
$row = link::get($course, $scorm->cmid);
same(['cohort,country', '20', 'passed', '0'], [$row->roomby, $row->roomcap, $row->openson, $row->pushed], 'saved, and not yet pushed');
same(['cohort', 'country'], form_of($course, $scorm->cmid, 'scorm')->defaults['local_afterword_roomby'], 'and shown again');
same(0, link::save(course('Empty'), 0, ['enabled' => 0]), 'nothing is saved where nothing was attached');

// ---- to the library ----

$zip = tempnam(sys_get_temp_dir(), 'zip');
file_put_contents($zip, str_repeat('a package ', 10));
file_storage::$packages[context_module::instance($scorm->cmid)->id] = $zip;
push($course);
$id = 'm-' . $row->id;
same(['id' => $id, 'course' => 'cm-' . $scorm->cmid, 'title' => 'After the lifts', 'prompt' => 'Which one hurts?', 'language' => 'en',
    'provider' => 'host', 'opens_on' => 'passed', 'room' => ['cap' => 20, 'by' => ['cohort', 'country']], 'anonymous' => false,
    'regulated' => true, 'call_to_action' => 'Take a picture.', 'answer_within_hours' => 24], $library->links[$id], 'the link');
same(['title' => 'The lifts', 'package' => sha1_file($zip)], $library->courses['cm-' . $scorm->cmid], 'the package, so that its rules are known');
same(['cm-' . $scorm->cmid], $library->removed, 'a discussion.json in the package does not count here');
check(link::get($course, $scorm->cmid)->pushed > 0, 'and that it was pushed');
$library->courses = [];
push($course);
same([], $library->courses, 'the same package is not read twice');
file_put_contents($zip, str_repeat('another package ', 10));
push($course);
same(1, count($library->courses), 'a changed one is');
file_put_contents($zip, 'no zip');
push($course);
same(['title' => 'The lifts', 'package' => null], $library->courses['cm-' . $scorm->cmid], 'one that cannot be read still counts');

// What the library says against it is kept with the link; what it cannot do now is tried again.
link::save($course, $scorm->cmid, ['enabled' => 1, 'prompt' => 'refuse me']);
push($course);
same('prompt: has an unknown placeholder', link::get($course, $scorm->cmid)->pusherror, 'the reason');
check(isset(form_of($course, $scorm->cmid, 'scorm')->elements['local_afterword_pusherror']), 'is shown to the author');
link::save($course, $scorm->cmid, ['enabled' => 1, 'prompt' => 'Better']);
$library->way = 'none';
$thrown = false;
try {
    push($course);
} catch (\local_afterword\bridge_exception $e) {
    $thrown = true;
}
check($thrown, 'the task fails, so that Moodle runs it again');
$library->way = 'extension';
\local_afterword\link_pusher::push_stale();
same(['Better', null], [$library->links[$id]['prompt'], link::get($course, $scorm->cmid)->pusherror], 'later it goes');
// What an author changes while it is being pushed is pushed again.
$library->meanwhile = function() use ($DB, $row) {
    $DB->set_field('local_afterword_link', 'timemodified', time() + 5, ['id' => $row->id]);
};
link::save($course, $scorm->cmid, ['enabled' => 1, 'prompt' => 'Better']);
push($course);
same('0', link::get($course, $scorm->cmid)->pushed, 'not what the author has now');
$library->meanwhile = null;
\local_afterword\link_pusher::push_stale();
check(link::get($course, $scorm->cmid)->pushed > 0, 'until it is');
link::save($course, $scorm->cmid, ['enabled' => 0]);
push($course);
check(!isset($library->links[$id]), 'taken away again');
same([], \local_afterword\courses::linked(), 'and the course is not reported any more');

// ---- backup and restore ----

link::save($course, $scorm->cmid, ['enabled' => 1]);
attach($course, 0, ['title' => 'After all of it']);
$backup = new backup_local_afterword_plugin();
$ofcourse = $backup->standin_element('course')->standin_rows($course, 0);
$ofmodule = $backup->standin_element('module')->standin_rows($course, $scorm->cmid);
same([['After all of it'], ['After the lifts']], [array_column($ofcourse, 'title'), array_column($ofmodule, 'title')], 'each in its place');
same(array_merge(['id'], backup_local_afterword_plugin::FIELDS), array_keys($ofmodule[0]), 'what the author wrote and nothing else');
same([], $backup->standin_element('module')->standin_rows($course, $page->cmid), 'nothing for other modules');
same(array_keys(link::FIELDS), backup_local_afterword_plugin::FIELDS, 'every field of the form');

$copy = course('Lifting, copied');
$newforum = module('forum', $copy, 'Talk');
$newscorm = module('scorm', $copy, 'The lifts');
$mappings = ['course_module' => [$forum->cmid => $newforum->cmid]];
(new restore_local_afterword_plugin($copy, 0, $mappings))->standin_restore('course', $ofcourse);
(new restore_local_afterword_plugin($copy, $newscorm->cmid, $mappings))->standin_restore('module', $ofmodule);
$restored = link::get($copy, $newscorm->cmid);
same([(string)$newforum->cmid, 'After the lifts', 'Better', '0'], [$restored->forumcmid, $restored->title, $restored->prompt, $restored->pushed],
    'restored, with the copied forum');
same('0', link::get($copy, 0)->forumcmid, 'a forum that was not chosen is not there');
check($restored->id !== $row->id, 'a link of its own');
(new restore_local_afterword_plugin($copy, 0, []))->standin_restore('course', [['title' => 'Other'] + $ofcourse[0]]);
same('After all of it', link::get($copy, 0)->title, 'what is there already stays');

// ---- when things go ----

push($copy);
$DB->insert_record('local_afterword_room', ['discussion' => 'd-1', 'linkid' => $restored->id, 'courseid' => $copy, 'coursekey' => 'x', 'groupid' => 1,
    'forumid' => $newforum->instance, 'forumcmid' => $newforum->cmid, 'timecreated' => 1]);
happens('\core\event\course_module_deleted', ['objectid' => $newforum->cmid], null, $newforum->cmid);
same(['0', 0], [link::get($copy, $newscorm->cmid)->forumcmid, $DB->count_records('local_afterword_room')], 'its forum is gone: a new one when needed');
happens('\core\event\course_module_deleted', ['objectid' => $newscorm->cmid], null, $newscorm->cmid);
same(null, link::get($copy, $newscorm->cmid), 'the activity is gone with its link');
check(!isset($library->links['m-' . $restored->id]), 'also in the library');
happens('\core\event\course_deleted', ['objectid' => $copy, 'courseid' => $copy], $copy);
same(0, $DB->count_records('local_afterword_link', ['courseid' => $copy]), 'the course is gone with the rest');
$DB->delete_records('task_adhoc');
happens('\core\event\course_updated', ['objectid' => $course], $course);
same('{"courseid":' . $course . '}', $DB->get_field('task_adhoc', 'customdata', ['classname' => 'local_afterword\task\push_links']),
    'a renamed course is pushed again');
unlink($zip);
finish();
