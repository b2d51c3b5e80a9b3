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
 * Which courses are reported, and what they are called outside of Moodle.
 *
 * A Moodle course is the course "5"; a SCORM activity is a course of its own, "cm-12", because
 * whether its package was completed is decided from the package's data and says nothing about the
 * Moodle course around it, which has its own completion criteria.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class courses {
    /**
     * @param int $courseid
     * @param int $cmid 0: the course itself
     * @return string
     */
    public static function key(int $courseid, int $cmid = 0): string {
        return $cmid ? 'cm-' . $cmid : (string)$courseid;
    }

    /**
     * Is anything of this course reported?
     *
     * @param int $courseid
     * @return bool
     */
    public static function reported(int $courseid): bool {
        if (!$courseid || $courseid == SITEID || bridge::get()->way() === 'none') {
            return false;
        }
        return get_config('local_afterword', 'report') === 'all' || self::is_linked($courseid);
    }

    /**
     * @param int $courseid
     * @return bool a discussion is attached to it, or to something in it
     */
    public static function is_linked(int $courseid): bool {
        global $DB;
        return self::lives_long() ? $DB->record_exists('local_afterword_link', ['courseid' => $courseid, 'enabled' => 1])
            : isset(self::cached()['linked'][$courseid]);
    }

    /**
     * The link of a course or activity that the library has not got in its present form. What happens there must not
     * overtake it: a completion that the library knew first would open nothing.
     *
     * @param string $key
     * @return \stdClass|null its row
     */
    public static function unpushed(string $key): ?\stdClass {
        if (!self::lives_long() && !isset(self::cached()['unpushed'][$key])) {
            return null;
        }
        $row = link::of_key($key);
        return $row && $row->enabled && !$row->pushed ? $row : null;
    }

    /**
     * @return int[] ids of the courses that have links
     */
    public static function linked(): array {
        return array_keys(self::all()['linked']);
    }

    /**
     * Cron's process may live for hours, and the cache in its memory with it: there the table is asked.
     *
     * @return bool
     */
    private static function lives_long(): bool {
        return defined('CLI_SCRIPT') && CLI_SCRIPT;
    }

    /**
     * @return array[] linked: course id => 1; unpushed: key => 1
     */
    private static function cached(): array {
        $cache = \cache::make('local_afterword', 'courses');
        $courses = $cache->get('links');
        if (!is_array($courses)) {
            $courses = self::all();
            $cache->set('links', $courses);
        }
        return $courses;
    }

    /**
     * @return array[] as cached()
     */
    private static function all(): array {
        global $DB;
        $courses = ['linked' => [], 'unpushed' => []];
        foreach ($DB->get_records('local_afterword_link', ['enabled' => 1], 'id', 'id, courseid, cmid, pushed') as $link) {
            $courses['linked'][$link->courseid] = 1;
            if (!$link->pushed) {
                $courses['unpushed'][self::key((int)$link->courseid, (int)$link->cmid)] = 1;
            }
        }
        return $courses;
    }

    /**
     * After links have changed.
     */
    public static function forget(): void {
        \cache::make('local_afterword', 'courses')->delete('links');
    }

    /**
     * The title of a course or activity, as plain text.
     *
     * @param int $courseid
     * @param int $cmid
     * @return string
     */
    public static function title(int $courseid, int $cmid = 0): string {
        global $DB;
        if ($cmid) {
            $cm = get_coursemodule_from_id('', $cmid, $courseid, false, IGNORE_MISSING);
            $name = $cm ? $cm->name : '';
        } else {
            $name = (string)$DB->get_field('course', 'fullname', ['id' => $courseid]);
        }
        return self::plain($name);
    }

    /**
     * Plain text of a name that authors may have written with multi-language tags and entities.
     *
     * @param string $name
     * @return string
     */
    public static function plain(string $name): string {
        $text = format_string($name, true, ['context' => \context_system::instance(), 'escape' => false]);
        return \core_text::substr(trim(html_entity_decode(strip_tags($text), ENT_QUOTES, 'UTF-8')), 0, 255);
    }

    /**
     * The language of a course as a BCP 47 tag.
     *
     * @param string $lang Moodle's name of a language pack, such as pt_br; '' for the site's
     * @return string
     */
    public static function language(string $lang): string {
        global $CFG;
        $parts = explode('_', $lang !== '' ? $lang : $CFG->lang);
        // Packs such as de_du or en_kids are styles of writing, not places.
        $notplaces = ['du', 'wp', 'kids', 'comm', 'old', 'ar', 'uni'];
        $region = $parts[1] ?? '';
        if (strlen($region) !== 2 || in_array($region, $notplaces)) {
            return $parts[0];
        }
        return $parts[0] . '-' . strtoupper($region);
    }
}
