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
 * What is told about a learner: an id, a time zone, the attributes that make rooms, and the
 * registration. Name and e-mail only where the site's settings say so.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class learner {
    /** At most so many attributes go into an event. */
    const ATTRIBUTES_MAX = 16;

    /**
     * The members of an event that describe the learner.
     *
     * @param int $userid
     * @param int $courseid
     * @param int $cmid of an activity that counts as a course of its own
     * @param int $time seconds, for the offset of the time zone
     * @return array|null null: no such learner (deleted, guest)
     */
    public static function members(int $userid, int $courseid, int $cmid, int $time): ?array {
        global $DB;
        $user = $DB->get_record('user', ['id' => $userid]);
        if (!$user || $user->deleted || isguestuser($user)) {
            return null;
        }
        $members = [
            'learner' => (string)$userid,
            'utc_offset_min' => self::utc_offset_min($user, $time),
            'registration' => self::registration($userid, $courseid, $cmid),
            'attributes' => self::attributes($user),
        ];
        if (get_config('local_afterword', 'names')) {
            $members['learner_name'] = fullname($user);
            $members['learner_email'] = $user->email;
        }
        return $members;
    }

    /**
     * @param \stdClass $user
     * @param int $time
     * @return int
     */
    private static function utc_offset_min(\stdClass $user, int $time): int {
        $zone = \core_date::get_user_timezone_object($user);
        return intdiv($zone->getOffset(new \DateTime('@' . $time)), 60);
    }

    /**
     * The attributes that the site chose. A learner in several cohorts is told by the first by
     * name, so that a room does not change from one event to the next.
     *
     * @param \stdClass $user
     * @return array
     */
    public static function attributes(\stdClass $user): array {
        global $DB;
        $wanted = self::wanted();
        $attributes = [];
        foreach (array_intersect(['country', 'department', 'institution', 'city'], $wanted) as $name) {
            $attributes[$name] = (string)($user->$name ?? '');
        }
        if (in_array('cohort', $wanted)) {
            $cohorts = $DB->get_records_sql('SELECT c.id, c.name, c.idnumber FROM {cohort} c
                                               JOIN {cohort_members} m ON m.cohortid = c.id
                                              WHERE m.userid = ? ORDER BY c.name, c.id', [$user->id]);
            $first = reset($cohorts);
            $attributes['cohort'] = !$first ? '' : ((string)$first->idnumber !== '' ? $first->idnumber : $first->name);
        }
        foreach ($DB->get_records_sql('SELECT f.shortname, d.data FROM {user_info_field} f
                                         JOIN {user_info_data} d ON d.fieldid = f.id
                                        WHERE d.userid = ?', [$user->id]) as $field) {
            if (in_array('profile_' . $field->shortname, $wanted)) {
                $attributes['profile_' . $field->shortname] = (string)$field->data;
            }
        }
        $attributes = array_filter(array_map(function($value) {
            return \core_text::substr(trim($value), 0, 60);
        }, $attributes), 'strlen');
        return array_slice($attributes, 0, self::ATTRIBUTES_MAX, true);
    }

    /**
     * @return string[] names of the attributes that the site chose
     */
    public static function wanted(): array {
        $setting = get_config('local_afterword', 'attributes');
        return array_filter(explode(',', $setting === false ? 'cohort,country,department,institution' : $setting));
    }

    /**
     * Names and labels to choose from, in settings and in forms.
     *
     * @return array
     */
    public static function choices(): array {
        global $DB;
        $choices = [
            'cohort' => get_string('cohort', 'cohort'),
            'country' => get_string('country'),
            'department' => get_string('department'),
            'institution' => get_string('institution'),
            'city' => get_string('city'),
        ];
        foreach ($DB->get_records('user_info_field', null, 'sortorder', 'id, shortname, name') as $field) {
            $choices['profile_' . $field->shortname] = format_string($field->name);
        }
        return $choices;
    }

    /**
     * The registration: one UUID from enrolment to the accepted answer. Made of the learner's first
     * enrolment in the course and then kept, so that a second way of being enrolled, or the end of
     * the first, does not make another learner of the same person. Forgotten when the learner is no
     * longer enrolled at all: who comes back begins anew.
     *
     * @param int $userid
     * @param int $courseid
     * @param int $cmid
     * @return string|null null: not enrolled
     */
    public static function registration(int $userid, int $courseid, int $cmid = 0): ?string {
        global $DB;
        $who = ['userid' => $userid, 'courseid' => $courseid];
        $registration = $DB->get_field('local_afterword_reg', 'registration', $who);
        if (!$registration) {
            $enrolment = $DB->get_field_sql('SELECT MIN(ue.id) FROM {user_enrolments} ue
                                               JOIN {enrol} e ON e.id = ue.enrolid
                                              WHERE ue.userid = ? AND e.courseid = ?', [$userid, $courseid]);
            if (!$enrolment) {
                return null;
            }
            $registration = uuid::v5(uuid::v5(uuid::URL, self::site()), "enrolment/$enrolment");
            try {
                $DB->insert_record('local_afterword_reg', (object)($who + ['registration' => $registration, 'timecreated' => time()]));
            } catch (\dml_exception $e) {
                // Another request was faster; it made the same one.
                $registration = $DB->get_field('local_afterword_reg', 'registration', $who) ?: $registration;
            }
        }
        return $cmid ? uuid::v5($registration, courses::key($courseid, $cmid)) : $registration;
    }

    /**
     * What tells this site from others for good: never its address, which changes when it moves.
     *
     * @return string
     */
    private static function site(): string {
        $site = (string)get_config('local_afterword', 'siteid');
        if ($site === '') {
            $site = get_site_identifier();
            set_config('siteid', $site, 'local_afterword');
        }
        return 'https://w3id.org/xapi/afterword/moodle/' . $site;
    }
}
