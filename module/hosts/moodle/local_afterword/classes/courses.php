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
        return get_config('local_afterword', 'report') === 'all' || isset(self::linked()[$courseid]);
    }

    /**
     * @return array of links: course id => 1
     */
    public static function linked(): array {
        global $DB;
        $cache = \cache::make('local_afterword', 'courses');
        $courses = $cache->get('linked');
        if (!is_array($courses)) {
            $courses = [];
            foreach ($DB->get_records('local_afterword_link', ['enabled' => 1], '', 'id, courseid') as $link) {
                $courses[$link->courseid] = 1;
            }
            $cache->set('linked', $courses);
        }
        return $courses;
    }

    /**
     * After links have changed.
     */
    public static function forget(): void {
        \cache::make('local_afterword', 'courses')->delete('linked');
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
