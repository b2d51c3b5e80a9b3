<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * A learner leaves a discussion, or comes back: nobody is kept in.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */

require_once(__DIR__ . '/../../config.php');

$discussion = required_param('discussion', PARAM_ALPHANUMEXT);
$action = optional_param('action', '', PARAM_ALPHA);
$room = $DB->get_record('local_afterword_room', ['discussion' => $discussion], '*', MUST_EXIST);
$course = get_course($room->courseid);
require_login($course);
if (isguestuser()) {
    throw new moodle_exception('noguest');
}

$url = new moodle_url('/local/afterword/leave.php', ['discussion' => $discussion]);
$back = new moodle_url('/course/view.php', ['id' => $course->id]);
$PAGE->set_url($url);
$PAGE->set_title(get_string('leave', 'local_afterword'));
$PAGE->set_heading(format_string($course->fullname));

if ($action === 'leave' || $action === 'rejoin') {
    require_sesskey();
    $cmid = strpos($room->coursekey, 'cm-') === 0 ? (int)substr($room->coursekey, 3) : 0;
    $events = \local_afterword\event_builder::whole((object)['userid' => (int)$USER->id, 'courseid' => (int)$course->id,
        'time' => time()], $cmid, [
        'kind' => $action === 'leave' ? 'left' : 'rejoined',
        'key' => $action . '-' . $room->id . '-' . $USER->id . '-' . time(),
        'discussion' => $discussion,
        'provider' => 'host',
    ]);
    foreach ($events as $event) {
        \local_afterword\collector::hand_over($event, (int)$USER->id);
    }
    \core\task\manager::queue_adhoc_task(new \local_afterword\task\carry_out_soon(), true);
    redirect($back, get_string($action === 'leave' ? 'leftnow' : 'rejoinednow', 'local_afterword'));
}

echo $OUTPUT->header();
$member = groups_is_member($room->groupid, $USER->id);
echo $OUTPUT->confirm(get_string($member ? 'leavesure' : 'rejoinsure', 'local_afterword'),
    new moodle_url($url, ['action' => $member ? 'leave' : 'rejoin', 'sesskey' => sesskey()]), $back);
echo $OUTPUT->footer();
