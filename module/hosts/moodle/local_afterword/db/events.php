<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Observers. All of them run after the transaction has been committed ('internal' is false), so
 * that nothing is reported which was rolled back.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */

defined('MOODLE_INTERNAL') || die();

$observers = [];
foreach ([
    '\core\event\course_completed' => 'course_completed',
    '\core\event\course_module_completion_updated' => 'module_completed',
    '\mod_scorm\event\status_submitted' => 'scorm_submitted',
    '\mod_scorm\event\scoreraw_submitted' => 'scorm_submitted',
    '\mod_forum\event\discussion_created' => 'discussion_created',
    '\mod_forum\event\post_created' => 'post_created',
    '\mod_forum\event\post_updated' => 'post_updated',
    '\mod_forum\event\post_deleted' => 'post_deleted',
    '\mod_forum\event\discussion_viewed' => 'discussion_viewed',
    '\mod_forum\event\discussion_subscription_created' => 'subscribed',
    '\mod_forum\event\discussion_subscription_deleted' => 'unsubscribed',
    '\core\event\user_enrolment_created' => 'enrolled',
    '\core\event\user_enrolment_deleted' => 'unenrolled',
    '\core\event\group_member_removed' => 'group_member_removed',
    '\core\event\user_deleted' => 'user_deleted',
    '\core\event\course_updated' => 'course_changed',
    '\core\event\course_deleted' => 'course_deleted',
    '\core\event\course_module_updated' => 'module_changed',
    '\core\event\course_module_deleted' => 'module_deleted',
] as $name => $method) {
    $observers[] = [
        'eventname' => $name,
        'callback' => '\local_afterword\observer::' . $method,
        'internal' => false,
    ];
}
unset($name, $method);
