<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Callbacks that Moodle looks for by name.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */

defined('MOODLE_INTERNAL') || die();

/**
 * The end of a SCORM session, up to Moodle 4.4; later ones call the hook of db/hooks.php.
 */
function local_afterword_after_config() {
    \local_afterword\session_end::after_config();
}

/**
 * "Discussion after completion" in the settings of a SCORM activity.
 *
 * @param moodleform_mod $formwrapper
 * @param MoodleQuickForm $mform
 */
function local_afterword_coursemodule_standard_elements($formwrapper, $mform) {
    $current = $formwrapper->get_current();
    if (($current->modulename ?? '') !== 'scorm') {
        return;
    }
    $courseid = (int)$current->course;
    if (!has_capability('local/afterword:managelinks', context_course::instance($courseid))) {
        return;
    }
    $row = \local_afterword\link::get($courseid, (int)($current->coursemodule ?? 0));
    \local_afterword\form\link_elements::add($mform, $courseid, $row, true);
}

/**
 * Checks what was written there.
 *
 * @param moodleform_mod $formwrapper
 * @param array $data
 * @return array of errors
 */
function local_afterword_coursemodule_validation($formwrapper, $data) {
    return \local_afterword\form\link_elements::validate((array)$data);
}

/**
 * Saves it with the activity.
 *
 * @param stdClass $moduleinfo
 * @param stdClass $course
 * @return stdClass
 */
function local_afterword_coursemodule_edit_post_actions($moduleinfo, $course) {
    $values = \local_afterword\form\link_elements::values((array)$moduleinfo);
    if ($moduleinfo->modulename === 'scorm' && $values !== null &&
            has_capability('local/afterword:managelinks', context_course::instance($course->id))) {
        \local_afterword\link::save((int)$course->id, (int)$moduleinfo->coursemodule, $values);
    }
    return $moduleinfo;
}

/**
 * "Discussion after completion" in the course's navigation.
 *
 * @param navigation_node $navigation
 * @param stdClass $course
 * @param context_course $context
 */
function local_afterword_extend_navigation_course($navigation, $course, $context) {
    if (!has_capability('local/afterword:managelinks', $context)) {
        return;
    }
    $navigation->add(get_string('discussionafter', 'local_afterword'),
        new moodle_url('/local/afterword/course.php', ['id' => $course->id]),
        navigation_node::TYPE_SETTING, null, 'local_afterword', new pix_icon('i/messagecontentaudio', ''));
}

/**
 * Checks of the site's status report.
 *
 * @return \core\check\check[]
 */
function local_afterword_status_checks(): array {
    return [new \local_afterword\check\delivery()];
}

/**
 * A teacher may take a learner out of a room.
 *
 * @param int $itemid
 * @param int $groupid
 * @param int $userid
 * @return bool
 */
function local_afterword_allow_group_member_remove($itemid, $groupid, $userid): bool {
    return true;
}
