<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Attaches a discussion to the course: what opens when a learner has completed it.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */

require_once(__DIR__ . '/../../config.php');

$courseid = required_param('id', PARAM_INT);
$course = get_course($courseid);
require_login($course);
$context = context_course::instance($courseid);
require_capability('local/afterword:managelinks', $context);

$url = new moodle_url('/local/afterword/course.php', ['id' => $courseid]);
$back = new moodle_url('/course/view.php', ['id' => $courseid]);
$PAGE->set_url($url);
$PAGE->set_pagelayout('admin');
$PAGE->set_title(get_string('discussionafter', 'local_afterword'));
$PAGE->set_heading(format_string($course->fullname, true, ['context' => $context]));

$form = new \local_afterword\form\course_link_form($url, [
    'courseid' => $courseid,
    'row' => \local_afterword\link::get($courseid, 0),
]);
if ($form->is_cancelled()) {
    redirect($back);
}
if ($data = $form->get_data()) {
    \local_afterword\link::save($courseid, 0, \local_afterword\form\link_elements::values((array)$data));
    redirect($back, get_string('saved', 'local_afterword'), null, \core\output\notification::NOTIFY_SUCCESS);
}

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('discussionafter', 'local_afterword'));
echo html_writer::tag('p', get_string('discussionafter_desc', 'local_afterword'));
$form->display();
echo $OUTPUT->footer();
