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
 * SCORM commits from Moodle's stored tracks, in the flattened shape that players send, so that
 * Afterword's own rules decide: Moodle calls every 'failed' and most of SCORM 2004 something else.
 *
 * Tracks are in scorm_scoes_track up to Moodle 4.2, in scorm_attempt, scorm_scoes_value and
 * scorm_element since 4.3.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class scorm_tracks {
    /** Elements that end a session: Moodle's player stores them only when the content finishes. */
    const TOTAL_TIMES = ['cmi.core.total_time', 'cmi.total_time'];

    /**
     * The commits of an attempt: one for each SCO whose tracks changed since.
     *
     * @param array $details cmid, scormid, attemptid (of the event: a number, or the id of scorm_attempt)
     * @param int $userid
     * @param int $since seconds
     * @return array of events, without what every event has
     */
    public static function commits(array $details, int $userid, int $since): array {
        $attempt = self::attempt_number($details['attemptid'], $details['scormid'], $userid);
        $commits = [];
        foreach (self::scos($details['scormid'], $userid, $attempt) as $sco) {
            $changed = max(array_column($sco->tracks, 1));
            if ($changed >= $since) {
                $commits[] = self::commit($details, $userid, $attempt, $sco, $changed);
            }
        }
        return $commits;
    }

    /**
     * @param array $details
     * @param int $userid
     * @param int $attempt
     * @param \stdClass $sco
     * @param int $changed
     * @return array
     */
    private static function commit(array $details, int $userid, int $attempt, \stdClass $sco, int $changed): array {
        $body = json_encode(self::flattened($sco), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE |
            JSON_INVALID_UTF8_SUBSTITUTE);
        return [
            'kind' => 'scorm_commit',
            'key' => "scorm-{$details['cmid']}-{$sco->id}-$userid-$attempt-" . substr(sha1($body), 0, 16),
            'time' => $changed,
            'attempt' => $attempt,
            'activity' => \core_text::substr($sco->identifier, 0, 255),
            'activity_title' => courses::plain($sco->title),
            'terminated' => self::terminated($sco->tracks, $changed),
            'body' => $body,
        ];
    }

    /**
     * The CMI elements, and the mastery score that the package set, which Moodle does not store with them.
     *
     * @param \stdClass $sco
     * @return array
     */
    private static function flattened(\stdClass $sco): array {
        $elements = [];
        foreach ($sco->tracks as $element => $track) {
            if (strpos($element, 'cmi.') === 0) {
                // Moodle writes cmi.interactions_0.id, and N0 in places.
                $elements[preg_replace('/(?:_|\.N?)(\d+)(?=\.|$)/', '.$1', $element)] = (string)$track[0];
            }
        }
        if (isset($elements['cmi.core.lesson_status']) || isset($elements['cmi.core.score.raw'])) {
            $elements += self::thresholds((int)$sco->id);
        }
        ksort($elements);
        return $elements;
    }

    /**
     * The mastery score of SCORM 1.2. Those of 2004 come with the package, which link::register_activity()
     * gives to the library: Moodle's tables do not keep whether a measure counts at all (satisfiedByMeasure,
     * completedByMeasure), and a passing score of 1.0 that nobody asked for would fail everybody.
     *
     * @param int $scoid
     * @return array
     */
    private static function thresholds(int $scoid): array {
        global $DB;
        $mastery = trim((string)$DB->get_field('scorm_scoes_data', 'value', ['scoid' => $scoid, 'name' => 'masteryscore']));
        return $mastery !== '' ? ['cmi.student_data.mastery_score' => $mastery] : [];
    }

    /**
     * The session's end shows in the total time, which is stored with the last commit of a session. A
     * session of no length does not change it: then it is not known.
     *
     * @param array $tracks
     * @param int $changed
     * @return bool|null
     */
    private static function terminated(array $tracks, int $changed): ?bool {
        foreach (self::TOTAL_TIMES as $element) {
            if (isset($tracks[$element]) && $tracks[$element][1] >= $changed) {
                return true;
            }
        }
        return null;
    }

    /**
     * @return bool the tables of Moodle 4.3 and later
     */
    private static function new_tables(): bool {
        global $DB;
        return $DB->get_manager()->table_exists('scorm_attempt');
    }

    /**
     * @param int $attemptid
     * @param int $scormid
     * @param int $userid
     * @return int
     */
    private static function attempt_number(int $attemptid, int $scormid, int $userid): int {
        global $DB;
        if (!self::new_tables()) {
            return $attemptid;
        }
        return (int)$DB->get_field('scorm_attempt', 'attempt', ['id' => $attemptid, 'scormid' => $scormid, 'userid' => $userid]);
    }

    /**
     * What an event of Moodle would call this attempt: its id since 4.3, its number before.
     *
     * @param int $attempt its number
     * @param int $scormid
     * @param int $userid
     * @return int
     */
    public static function attempt_id(int $attempt, int $scormid, int $userid): int {
        global $DB;
        if (!self::new_tables()) {
            return $attempt;
        }
        return (int)$DB->get_field('scorm_attempt', 'id', ['attempt' => $attempt, 'scormid' => $scormid, 'userid' => $userid]);
    }

    /**
     * The SCOs that have tracks in this attempt: id, identifier, title, tracks (element => [value, time]).
     *
     * @param int $scormid
     * @param int $userid
     * @param int $attempt
     * @return array
     */
    private static function scos(int $scormid, int $userid, int $attempt): array {
        global $DB;
        $sql = self::new_tables()
            ? 'SELECT v.id, v.scoid, e.element, v.value, v.timemodified
                 FROM {scorm_attempt} a
                 JOIN {scorm_scoes_value} v ON v.attemptid = a.id
                 JOIN {scorm_element} e ON e.id = v.elementid
                WHERE a.scormid = ? AND a.userid = ? AND a.attempt = ?
             ORDER BY v.id'
            : 'SELECT id, scoid, element, value, timemodified
                 FROM {scorm_scoes_track}
                WHERE scormid = ? AND userid = ? AND attempt = ?
             ORDER BY id';
        $scos = [];
        foreach ($DB->get_records_sql($sql, [$scormid, $userid, $attempt]) as $track) {
            $scos[$track->scoid][$track->element] = [$track->value, (int)$track->timemodified];
        }
        foreach ($scos as $scoid => $tracks) {
            $sco = $DB->get_record('scorm_scoes', ['id' => $scoid], 'id, identifier, title');
            if ($sco) {
                $sco->tracks = $tracks;
            }
            $scos[$scoid] = $sco;
        }
        return array_filter($scos);
    }
}
