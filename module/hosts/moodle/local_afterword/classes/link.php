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
 * Links: what an author attached to a course or to a SCORM activity, and its way to the library.
 *
 * The author's form never waits for the library: the row is saved and pushed by a task, and what the
 * library says against it is shown with the link.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class link {
    /** The fields that an author writes, with what they are where nothing was written. */
    const FIELDS = [
        'enabled' => 0, 'forumcmid' => 0, 'title' => '', 'prompt' => '', 'calltoaction' => '', 'roomby' => '',
        'roomcap' => 50, 'openson' => 'completed', 'anonymous' => 0, 'regulated' => 0, 'answerhours' => 0,
    ];

    /**
     * @param int $courseid
     * @param int $cmid
     * @return \stdClass|null
     */
    public static function get(int $courseid, int $cmid): ?\stdClass {
        global $DB;
        return $DB->get_record('local_afterword_link', ['courseid' => $courseid, 'cmid' => $cmid]) ?: null;
    }

    /**
     * The link of a request of the worker.
     *
     * @param string $coursekey
     * @return \stdClass|null
     */
    public static function of_key(string $coursekey): ?\stdClass {
        global $DB;
        $where = strpos($coursekey, 'cm-') === 0
            ? ['cmid' => (int)substr($coursekey, 3)]
            : ['courseid' => (int)$coursekey, 'cmid' => 0];
        return $DB->get_record('local_afterword_link', $where) ?: null;
    }

    /**
     * @param int $courseid
     * @param int $cmid
     * @param array $values of FIELDS
     * @return int the row's id; 0: nothing is attached
     */
    public static function save(int $courseid, int $cmid, array $values): int {
        global $DB;
        $row = self::get($courseid, $cmid);
        $values = array_intersect_key($values, self::FIELDS);
        if (!$row && empty($values['enabled'])) {
            return 0;
        }
        $new = (object)($values + ($row ? (array)$row : self::FIELDS));
        $new->courseid = $courseid;
        $new->cmid = $cmid;
        $new->roomby = is_array($new->roomby) ? implode(',', $new->roomby) : (string)$new->roomby;
        $new->timemodified = time();
        $new->pushed = 0;
        $new->pusherror = null;
        if ($row) {
            $new->id = $row->id;
            $DB->update_record('local_afterword_link', $new);
        } else {
            $new->timecreated = $new->timemodified;
            $new->id = $DB->insert_record('local_afterword_link', $new);
        }
        courses::forget();
        self::push_soon($courseid);
        return (int)$new->id;
    }

    /**
     * The id under which the library knows the link.
     *
     * @param \stdClass $row
     * @return string
     */
    public static function id(\stdClass $row): string {
        return 'm-' . $row->id;
    }

    /**
     * The JSON form of the library (docs/author-guide.md).
     *
     * @param \stdClass $row
     * @return array
     */
    public static function for_library(\stdClass $row): array {
        global $DB;
        $link = [
            'id' => self::id($row),
            'course' => courses::key((int)$row->courseid, (int)$row->cmid),
            'title' => $row->title,
            'prompt' => $row->prompt,
            'language' => courses::language((string)$DB->get_field('course', 'lang', ['id' => $row->courseid])),
            'provider' => 'host',
            'opens_on' => $row->openson,
            'room' => ['cap' => (int)$row->roomcap],
            'anonymous' => (bool)$row->anonymous,
            'regulated' => (bool)$row->regulated,
        ];
        if (trim((string)$row->calltoaction) !== '') {
            $link['call_to_action'] = $row->calltoaction;
        }
        $by = array_values(array_filter(explode(',', $row->roomby)));
        if ($by) {
            $link['room']['by'] = array_slice($by, 0, 4);
        }
        if ($row->answerhours > 0) {
            $link['answer_within_hours'] = (int)$row->answerhours;
        }
        return $link;
    }

    /**
     * Has the links of a course pushed by the next cron.
     *
     * @param int $courseid
     */
    public static function push_soon(int $courseid): void {
        $task = new task\push_links();
        $task->set_custom_data((object)['courseid' => $courseid]);
        \core\task\manager::queue_adhoc_task($task, true);
    }

    /**
     * Registers the course or activity and gives the link to the library, or takes it away.
     *
     * @param \stdClass $row
     * @throws bridge_exception where the library cannot take it now
     */
    public static function push(\stdClass $row): void {
        global $DB;
        try {
            if ($row->enabled) {
                $row->packagehash = self::register($row);
                bridge::get()->link_put(self::for_library($row));
            } else {
                self::remove_from_library(self::id($row));
            }
            $row->pusherror = null;
        } catch (bridge_exception $e) {
            $row->pusherror = $e->getMessage();
            $DB->set_field('local_afterword_link', 'pusherror', $row->pusherror, ['id' => $row->id]);
            if (!$e->is_final()) {
                throw $e;
            }
        }
        $DB->update_record('local_afterword_link', (object)['id' => $row->id, 'pusherror' => $row->pusherror,
            'packagehash' => $row->packagehash]);
        // What an author has changed in between is not pushed yet.
        $DB->set_field('local_afterword_link', 'pushed', time(), ['id' => $row->id, 'timemodified' => $row->timemodified]);
        if (!$row->pushed) {
            courses::forget();
        }
    }

    /**
     * The library learns the items, mastery scores and rollup rules from the package itself.
     *
     * @param \stdClass $row
     * @return string|null hash of the package
     */
    private static function register(\stdClass $row): ?string {
        if (!$row->cmid) {
            bridge::get()->course_add(courses::key((int)$row->courseid), courses::title((int)$row->courseid));
            return null;
        }
        return self::register_activity((int)$row->courseid, (int)$row->cmid, $row->packagehash);
    }

    /**
     * @param int $courseid
     * @param int $cmid
     * @param string|null $known hash of the package that was registered before
     * @return string|null
     */
    public static function register_activity(int $courseid, int $cmid, ?string $known = null): ?string {
        $key = courses::key($courseid, $cmid);
        $title = courses::title($courseid, $cmid);
        $package = self::package($cmid);
        if (!$package) {
            bridge::get()->course_add($key, $title);
            return null;
        }
        if ($package->get_contenthash() === $known) {
            return $known;
        }
        $path = make_request_directory() . '/package.zip';
        $package->copy_content_to($path);
        // A worker of another user reads it where there is only the socket.
        @chmod(dirname($path), 0755);
        @chmod($path, 0644);
        try {
            bridge::get()->course_add($key, $title, $path);
        } catch (bridge_exception $e) {
            if (!$e->is_final()) {
                throw $e;
            }
            // What Moodle plays and we cannot read still counts, by what its tracks say.
            bridge::get()->course_add($key, $title);
        } finally {
            @unlink($path);
        }
        // A discussion.json in the package makes a link of its own; in Moodle the author's form decides.
        self::remove_from_library($key);
        return $package->get_contenthash();
    }

    /**
     * @param int $cmid
     * @return \stored_file|null
     */
    private static function package(int $cmid): ?\stored_file {
        $context = \context_module::instance($cmid, IGNORE_MISSING);
        if (!$context) {
            return null;
        }
        $files = get_file_storage()->get_area_files($context->id, 'mod_scorm', 'package', 0, 'id', false);
        return $files ? reset($files) : null;
    }

    /**
     * @param string $id
     */
    private static function remove_from_library(string $id): void {
        try {
            bridge::get()->link_remove($id);
        } catch (bridge_exception $e) {
            if ($e->getCode() !== bridge::NOT_FOUND) {
                throw $e;
            }
        }
    }

    /**
     * @param int $courseid
     */
    public static function course_deleted(int $courseid): void {
        global $DB;
        foreach ($DB->get_records('local_afterword_link', ['courseid' => $courseid]) as $row) {
            self::forget_row($row);
        }
        $DB->delete_records('local_afterword_reg', ['courseid' => $courseid]);
        $DB->delete_records('local_afterword_room', ['courseid' => $courseid]);
    }

    /**
     * An activity is gone, with its link; or the forum of a link, which then gets a new one.
     *
     * @param int $courseid
     * @param int $cmid
     */
    public static function module_deleted(int $courseid, int $cmid): void {
        global $DB;
        if ($row = self::get($courseid, $cmid)) {
            self::forget_row($row);
        }
        $DB->delete_records('local_afterword_room', ['forumcmid' => $cmid]);
        $DB->set_field('local_afterword_link', 'forumcmid', 0, ['courseid' => $courseid, 'forumcmid' => $cmid]);
    }

    /**
     * @param \stdClass $row
     */
    private static function forget_row(\stdClass $row): void {
        global $DB;
        try {
            self::remove_from_library(self::id($row));
        } catch (bridge_exception $e) {
            debugging('local_afterword: ' . $e->getMessage(), DEBUG_NORMAL);
        }
        $DB->delete_records('local_afterword_link', ['id' => $row->id]);
        courses::forget();
    }
}
