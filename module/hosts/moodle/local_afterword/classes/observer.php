<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_afterword;

/**
 * What Moodle says happened. An observer only notes it; the collector looks the details up at the
 * end of the request, when grades and completion are settled.
 *
 * The learner of a completion is relateduserid: completions by cron and by a teacher have somebody
 * else as userid.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class observer {
    /**
     * @param \core\event\base $event
     */
    public static function course_completed(\core\event\base $event): void {
        self::note($event, 'course_completed', (int)$event->relateduserid, []);
    }

    /**
     * @param \core\event\base $event
     */
    public static function module_completed(\core\event\base $event): void {
        $state = (int)($event->other['completionstate'] ?? 0);
        // Complete, and complete with a pass. The others, "complete with a fail" among them, are not completions.
        if ($state !== 1 && $state !== 2) {
            return;
        }
        self::note($event, 'module_completed', (int)$event->relateduserid, [
            'cmid' => (int)$event->contextinstanceid,
            'passed' => $state === 2,
            'by' => (int)($event->other['overrideby'] ?? 0),
        ]);
    }

    /**
     * The SCO is in no field of the event: the tracks know it.
     *
     * @param \core\event\base $event
     */
    public static function scorm_submitted(\core\event\base $event): void {
        self::note($event, 'scorm', (int)($event->relateduserid ?: $event->userid), [
            'cmid' => (int)$event->contextinstanceid,
            'scormid' => (int)$event->objectid,
            'attemptid' => (int)($event->other['attemptid'] ?? 0),
        ]);
    }

    /**
     * @param \core\event\base $event
     */
    public static function discussion_created(\core\event\base $event): void {
        self::note_forum($event, 'topic_posted', (int)$event->objectid, 0);
    }

    /**
     * @param \core\event\base $event
     */
    public static function post_created(\core\event\base $event): void {
        self::note_forum($event, 'post_replied', (int)$event->other['discussionid'], (int)$event->objectid);
    }

    /**
     * @param \core\event\base $event
     */
    public static function post_updated(\core\event\base $event): void {
        self::note_forum($event, 'post_edited', (int)$event->other['discussionid'], (int)$event->objectid);
    }

    /**
     * @param \core\event\base $event
     */
    public static function post_deleted(\core\event\base $event): void {
        self::note_forum($event, 'post_deleted', (int)$event->other['discussionid'], (int)$event->objectid);
    }

    /**
     * @param \core\event\base $event
     */
    public static function discussion_viewed(\core\event\base $event): void {
        self::note_forum($event, 'discussion_viewed', (int)$event->objectid, 0);
    }

    /**
     * @param \core\event\base $event
     */
    public static function subscribed(\core\event\base $event): void {
        self::note_forum($event, 'subscribed', (int)$event->other['discussion'], 0);
    }

    /**
     * @param \core\event\base $event
     */
    public static function unsubscribed(\core\event\base $event): void {
        self::note_forum($event, 'unsubscribed', (int)$event->other['discussion'], 0);
    }

    /**
     * @param \core\event\base $event
     */
    public static function enrolled(\core\event\base $event): void {
        self::note($event, 'enrolled', (int)$event->relateduserid, ['enrolmentid' => (int)$event->objectid]);
    }

    /**
     * The registration ends with the last enrolment.
     *
     * @param \core\event\base $event
     */
    public static function unenrolled(\core\event\base $event): void {
        global $DB;
        $left = $DB->record_exists_sql('SELECT 1 FROM {user_enrolments} ue JOIN {enrol} e ON e.id = ue.enrolid
                                         WHERE ue.userid = ? AND e.courseid = ?', [$event->relateduserid, $event->courseid]);
        if (!$left) {
            $DB->delete_records('local_afterword_reg', ['userid' => $event->relateduserid, 'courseid' => $event->courseid]);
        }
    }

    /**
     * Somebody took the learner out of a room.
     *
     * @param \core\event\base $event
     */
    public static function group_member_removed(\core\event\base $event): void {
        global $DB;
        if (forum_host::$working || !courses::reported((int)$event->courseid)) {
            return;
        }
        foreach ($DB->get_records('local_afterword_room', ['groupid' => $event->objectid]) as $room) {
            self::note($event, 'left', (int)$event->relateduserid, ['roomid' => (int)$room->id]);
        }
    }

    /**
     * @param \core\event\base $event
     */
    public static function user_deleted(\core\event\base $event): void {
        // Off unless somebody chose it: training records often have to outlive accounts, and it cannot be undone.
        if (get_config('local_afterword', 'eraseondelete') === '1') {
            erasure::ask((int)$event->objectid);
        }
    }

    /**
     * @param \core\event\base $event
     */
    public static function course_changed(\core\event\base $event): void {
        if (courses::is_linked((int)$event->courseid)) {
            link::push_soon((int)$event->courseid);
        }
    }

    /**
     * @param \core\event\base $event
     */
    public static function module_changed(\core\event\base $event): void {
        if (courses::is_linked((int)$event->courseid)) {
            link::push_soon((int)$event->courseid);
        }
    }

    /**
     * @param \core\event\base $event
     */
    public static function course_deleted(\core\event\base $event): void {
        link::course_deleted((int)$event->objectid);
    }

    /**
     * @param \core\event\base $event
     */
    public static function module_deleted(\core\event\base $event): void {
        link::module_deleted((int)$event->courseid, (int)$event->objectid);
    }

    /**
     * @param \core\event\base $event
     * @param string $what
     * @param int $userid
     * @param array $details
     */
    private static function note(\core\event\base $event, string $what, int $userid, array $details): void {
        if ($userid > 0 && courses::reported((int)$event->courseid)) {
            collector::add($what, $userid, (int)$event->courseid, (int)$event->timecreated, $details);
        }
    }

    /**
     * @param \core\event\base $event
     * @param string $what
     * @param int $discussionid forum_discussions.id
     * @param int $postid
     */
    private static function note_forum(\core\event\base $event, string $what, int $discussionid, int $postid): void {
        // What our own task writes is the room's, not a learner's.
        if (forum_host::$working) {
            return;
        }
        $userid = in_array($what, ['subscribed', 'unsubscribed']) ? $event->relateduserid : $event->userid;
        self::note($event, $what, (int)$userid, ['discussionid' => $discussionid, 'postid' => $postid,
            'forumid' => (int)($event->other['forumid'] ?? 0)]);
    }
}
