<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_afterword\task;

use local_afterword\bridge;
use local_afterword\collector;
use local_afterword\courses;
use local_afterword\event_builder;

/**
 * Hourly: reports once more what a request may have died before reporting. The keys of events are the
 * same every time, so what was reported before changes nothing.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class reconcile extends \core\task\scheduled_task {
    /** Looks back a little further than the last run, for requests that were under way then. */
    const OVERLAP_SECONDS = 7200;
    /** Never further back than this, after a long stop. */
    const BACK_SECONDS = 2592000;

    /**
     * @return string
     */
    public function get_name() {
        return get_string('taskreconcile', 'local_afterword');
    }

    /**
     * Runs.
     */
    public function execute() {
        $now = time();
        \local_afterword\socket::reset();
        if (bridge::get()->way() === 'none') {
            return;
        }
        $last = (int)get_config('local_afterword', 'reconciled');
        if (!$last) {
            // What happened before the plugin was there is not ours to tell.
            set_config('reconciled', $now, 'local_afterword');
            return;
        }
        $since = max($last - self::OVERLAP_SECONDS, $now - self::BACK_SECONDS);
        $count = 0;
        foreach (self::missed($since) as $one) {
            foreach (event_builder::events($one) as $event) {
                if (!collector::hand_over($event, $one->userid)) {
                    return; // It waits in the table; the rest is found again next time.
                }
                $count++;
            }
        }
        set_config('reconciled', $now, 'local_afterword');
        mtrace("local_afterword: $count events looked at again.");
    }

    /**
     * What happened since, as the collector would have noted it.
     *
     * @param int $since
     * @return \Generator
     */
    public static function missed(int $since): \Generator {
        foreach (self::course_ids() as $courseid) {
            yield from self::completions($courseid, $since);
            yield from self::scorm($courseid, $since);
        }
        yield from self::posts($since);
    }

    /**
     * @return int[]
     */
    private static function course_ids(): array {
        global $DB;
        if (get_config('local_afterword', 'report') !== 'all') {
            return courses::linked();
        }
        return $DB->get_fieldset_select('course', 'id', 'id <> ?', [SITEID]);
    }

    /**
     * @param string $what
     * @param int $userid
     * @param int $courseid
     * @param int $time
     * @param array $details
     * @param int $since
     * @return \stdClass
     */
    private static function one(string $what, int $userid, int $courseid, int $time, array $details, int $since): \stdClass {
        return (object)['what' => $what, 'userid' => $userid, 'courseid' => $courseid, 'time' => $time,
            'details' => $details, 'since' => $since];
    }

    /**
     * @param int $courseid
     * @param int $since
     * @return \Generator
     */
    private static function completions(int $courseid, int $since): \Generator {
        global $DB;
        $rows = $DB->get_records_select('course_completions', 'course = ? AND timecompleted >= ?', [$courseid, $since],
            'id', 'id, userid, timecompleted');
        foreach ($rows as $row) {
            yield self::one('course_completed', (int)$row->userid, $courseid, (int)$row->timecompleted, [], $since);
        }
    }

    /**
     * @param int $courseid
     * @param int $since
     * @return \Generator
     */
    private static function scorm(int $courseid, int $since): \Generator {
        global $DB;
        $sql = $DB->get_manager()->table_exists('scorm_attempt')
            ? 'SELECT MAX(v.id) AS id, a.userid, a.id AS attemptid, s.id AS scormid, MAX(v.timemodified) AS changed
                 FROM {scorm} s JOIN {scorm_attempt} a ON a.scormid = s.id JOIN {scorm_scoes_value} v ON v.attemptid = a.id
                WHERE s.course = ? AND v.timemodified >= ?
             GROUP BY a.userid, a.id, s.id'
            : 'SELECT MAX(v.id) AS id, v.userid, v.attempt AS attemptid, s.id AS scormid, MAX(v.timemodified) AS changed
                 FROM {scorm} s JOIN {scorm_scoes_track} v ON v.scormid = s.id
                WHERE s.course = ? AND v.timemodified >= ?
             GROUP BY v.userid, v.attempt, s.id';
        foreach ($DB->get_records_sql($sql, [$courseid, $since]) as $row) {
            $cm = get_coursemodule_from_instance('scorm', $row->scormid, $courseid);
            if ($cm) {
                yield self::one('scorm', (int)$row->userid, $courseid, (int)$row->changed, ['cmid' => (int)$cm->id,
                    'scormid' => (int)$row->scormid, 'attemptid' => (int)$row->attemptid], $since);
            }
        }
    }

    /**
     * Posts in forums of open rooms, but for our own.
     *
     * @param int $since
     * @return \Generator
     */
    private static function posts(int $since): \Generator {
        global $DB;
        $bot = \local_afterword\forum_post::bot()->id;
        $rows = $DB->get_records_sql('SELECT p.id, p.userid, p.parent, p.created, d.id AS discussionid, d.course, d.forum
                FROM {forum_posts} p JOIN {forum_discussions} d ON d.id = p.discussion
               WHERE p.created >= ? AND p.userid <> ?
                 AND d.forum IN (SELECT forumid FROM {local_afterword_room}) ORDER BY p.id', [$since, $bot]);
        foreach ($rows as $row) {
            yield self::one($row->parent ? 'post_replied' : 'topic_posted', (int)$row->userid, (int)$row->course,
                (int)$row->created, ['discussionid' => (int)$row->discussionid, 'postid' => $row->parent ? (int)$row->id : 0,
                'forumid' => (int)$row->forum], $since);
        }
    }
}
