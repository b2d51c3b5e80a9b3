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
 * From what an observer noted to events of the library, with keys that are the same however often
 * the same thing is reported: by the observer, by the reconcile task, after a restore of the journal.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class event_builder {
    /**
     * @param \stdClass $one what the collector noted: what, userid, courseid, time, details, since
     * @return array of events
     */
    public static function events(\stdClass $one): array {
        switch ($one->what) {
            case 'course_completed':
                return self::course_completed($one);
            case 'module_completed':
                return self::module_completed($one);
            case 'scorm':
                return self::scorm($one);
            case 'enrolled':
                return self::whole($one, 0, ['kind' => 'learner_enrolled', 'key' => 'enrolled-' . $one->details['enrolmentid']]);
            case 'left':
                return self::left($one);
            case 'deleted':
                return erasure::events($one);
            default:
                return forum_events::events($one);
        }
    }

    /**
     * Adds what every event has; nothing if the learner is gone.
     *
     * @param \stdClass $one
     * @param int $cmid
     * @param array $event
     * @return array
     */
    public static function whole(\stdClass $one, int $cmid, array $event): array {
        global $DB;
        $time = $event['time'] ?? $one->time;
        unset($event['time']);
        $learner = learner::members($one->userid, $one->courseid, $cmid, $time);
        if (!$learner) {
            return [];
        }
        $event += $learner + [
            'time_ms' => $time * 1000,
            'course' => courses::key($one->courseid, $cmid),
            'course_title' => courses::title($one->courseid, $cmid),
            'language' => courses::language((string)$DB->get_field('course', 'lang', ['id' => $one->courseid])),
        ];
        return [array_filter($event, function($value) {
            return $value !== null && $value !== '' && $value !== [];
        })];
    }

    /**
     * The row of course_completions says when; the gradebook says how well, if it is settled.
     *
     * @param \stdClass $one
     * @return array
     */
    private static function course_completed(\stdClass $one): array {
        global $DB;
        $row = $DB->get_record('course_completions', ['userid' => $one->userid, 'course' => $one->courseid]);
        if (!$row || !$row->timecompleted) {
            return []; // Taken back in the same request.
        }
        return self::whole($one, 0, [
            'kind' => 'course_completed',
            'key' => "completed-{$one->courseid}-{$one->userid}-{$row->timecompleted}",
            'time' => (int)$row->timecompleted,
        ] + self::grade($one->userid, $one->courseid));
    }

    /**
     * The course grade, read and never recalculated in a learner's request. A hidden grade is the
     * teacher's to show.
     *
     * @param int $userid
     * @param int $courseid
     * @return array score and success, as far as they are known
     */
    private static function grade(int $userid, int $courseid): array {
        global $DB;
        $grade = $DB->get_record_sql("SELECT g.finalgrade, g.hidden, i.hidden AS itemhidden, i.grademin, i.grademax,
                                             i.gradepass, i.needsupdate, i.gradetype
                                        FROM {grade_items} i
                                        JOIN {grade_grades} g ON g.itemid = i.id AND g.userid = ?
                                       WHERE i.itemtype = 'course' AND i.courseid = ?", [$userid, $courseid]);
        if (!$grade || $grade->finalgrade === null || $grade->needsupdate || $grade->hidden || $grade->itemhidden ||
                $grade->gradetype != 1 || $grade->grademax <= $grade->grademin) {
            return [];
        }
        $raw = (float)$grade->finalgrade;
        $min = (float)$grade->grademin;
        $max = (float)$grade->grademax;
        $members = ['score' => ['raw' => $raw, 'min' => $min, 'max' => $max]];
        if ($raw >= $min && $raw <= $max) {
            $members['score']['scaled'] = ($raw - $min) / ($max - $min);
        }
        if ($grade->gradepass > 0) {
            $members['success'] = $raw >= (float)$grade->gradepass;
        }
        return $members;
    }

    /**
     * An activity of the course. A SCORM activity is decided from its tracks instead, unless a teacher
     * marked it complete: that is a decision of its own, and it says whose.
     *
     * @param \stdClass $one
     * @return array
     */
    private static function module_completed(\stdClass $one): array {
        $cmid = $one->details['cmid'];
        $cm = get_coursemodule_from_id('', $cmid, $one->courseid, false, IGNORE_MISSING);
        if (!$cm) {
            return [];
        }
        $by = $one->details['by'];
        $override = $by ? ['by' => (string)$by, 'reason' => 'marked complete by a teacher'] : [];
        if ($cm->modname === 'scorm') {
            return !$by ? [] : self::whole($one, $cmid, ['kind' => 'course_completed',
                'key' => "override-$cmid-{$one->userid}-{$one->time}"] + $override);
        }
        return self::whole($one, 0, [
            'kind' => 'activity_completed',
            'key' => "module-$cmid-{$one->userid}-{$one->time}",
            'activity' => courses::key($one->courseid, $cmid),
            'activity_title' => courses::plain($cm->name),
            'success' => $one->details['passed'] ? true : null,
        ] + $override);
    }

    /**
     * @param \stdClass $one
     * @return array
     */
    private static function scorm(\stdClass $one): array {
        $events = [];
        foreach (scorm_tracks::commits($one->details, $one->userid, $one->since) as $commit) {
            $events = array_merge($events, self::whole($one, $one->details['cmid'], $commit));
        }
        return $events;
    }

    /**
     * @param \stdClass $one
     * @return array
     */
    private static function left(\stdClass $one): array {
        global $DB;
        $room = $DB->get_record('local_afterword_room', ['id' => $one->details['roomid']]);
        if (!$room) {
            return [];
        }
        return self::whole($one, 0, ['kind' => 'left', 'key' => "left-{$room->id}-{$one->userid}-{$one->time}",
            'discussion' => $room->discussion, 'course' => $room->coursekey, 'provider' => 'host']);
    }
}
