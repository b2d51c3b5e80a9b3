<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_afterword;

defined('MOODLE_INTERNAL') || die();

/**
 * Rooms: a room is a group; a link has one forum in separate groups whose door (an availability condition)
 * opens for the groups of its rooms. Called inside the transaction of forum_host.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class forum_room {
    /**
     * The group, the forum and its door.
     *
     * @param array $r
     * @return array ref, url
     */
    public static function ensure_room(array $r): array {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/group/lib.php');
        $link = self::link($r);
        $idnumber = 'afterword-' . $r['discussion'];
        $group = groups_get_group_by_idnumber($link->courseid, $idnumber);
        $groupid = $group ? $group->id : groups_create_group((object)[
            'courseid' => $link->courseid,
            'idnumber' => $idnumber,
            'name' => self::group_name($r, (int)$link->courseid),
            'description' => get_string('groupdescription', 'local_afterword'),
            'descriptionformat' => FORMAT_PLAIN,
            'participation' => 1,
            'visibility' => defined('GROUPS_VISIBILITY_MEMBERS') ? GROUPS_VISIBILITY_MEMBERS : 0,
        ]);
        $cm = self::forum($link);
        self::room_row($r, $link, (int)$groupid, $cm);
        self::door($link, $cm);
        foreach ($r['managers'] ?? [] as $manager) {
            groups_add_member($groupid, (int)$manager, 'local_afterword', $link->id);
        }
        return [$groupid, (new \moodle_url('/mod/forum/view.php', ['id' => $cm->id]))->out(false)];
    }

    /**
     * @param array $r
     * @param int $courseid
     * @return string
     */
    private static function group_name(array $r, int $courseid): string {
        $name = trim(($r['title'] ?? '') . ' ' . ($r['room_name'] ?? ''));
        return \core_text::substr($name !== '' ? $name : $r['discussion'], 0, 254);
    }

    /**
     * @param array $r
     * @return \stdClass the link's row
     */
    private static function link(array $r): \stdClass {
        $link = link::of_key((string)$r['course']);
        if (!$link) {
            throw new refusal("No discussion is attached to \"{$r['course']}\" in Moodle any more; attach it again, or drop this.");
        }
        return $link;
    }

    /**
     * The forum of the link: the author's, or one of our own in the first section.
     *
     * @param \stdClass $link
     * @return \stdClass the course module
     */
    private static function forum(\stdClass $link): \stdClass {
        global $DB;
        // Two rooms of a link that open at once must not make two forums.
        $link = $DB->get_record_sql('SELECT * FROM {local_afterword_link} WHERE id = ?' . self::for_update(), [$link->id]);
        if ($link->forumcmid) {
            $cm = get_coursemodule_from_id('forum', $link->forumcmid, $link->courseid, false, IGNORE_MISSING);
            if ($cm && empty($cm->deletioninprogress)) {
                return $cm;
            }
            throw new refusal('The forum of this link was deleted; choose another one, or a new one, where the discussion is attached.');
        }
        $cm = self::new_forum($link);
        $DB->set_field('local_afterword_link', 'forumcmid', $cm->id, ['id' => $link->id]);
        return $cm;
    }

    /**
     * @return string
     */
    private static function for_update(): string {
        global $DB;
        return in_array($DB->get_dbfamily(), ['postgres', 'mysql', 'oracle']) ? ' FOR UPDATE' : '';
    }

    /**
     * @param \stdClass $link
     * @return \stdClass
     */
    private static function new_forum(\stdClass $link): \stdClass {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/course/modlib.php');
        require_once($CFG->dirroot . '/mod/forum/lib.php');
        $course = get_course($link->courseid);
        $info = (object)[
            'modulename' => 'forum',
            'module' => $DB->get_field('modules', 'id', ['name' => 'forum'], MUST_EXIST),
            'course' => $course->id,
            'section' => self::section($link),
            'visible' => 1,
            'visibleoncoursepage' => 1,
            'name' => $link->title,
            'type' => 'general',
            'introeditor' => ['text' => '', 'format' => FORMAT_HTML, 'itemid' => 0],
            'forcesubscribe' => 0,
            'trackingtype' => 1,
            'assessed' => 0,
            'scale' => 0,
            'grade_forum' => 0,
            'maxbytes' => 0,
            'maxattachments' => 9,
            'groupmode' => SEPARATEGROUPS,
            'groupingid' => 0,
            'cmidnumber' => '',
            'completion' => 0, // Taking part never counts towards completion.
            'availability' => null,
        ];
        $info = add_moduleinfo($info, $course);
        return get_coursemodule_from_id('forum', $info->coursemodule, $course->id, false, MUST_EXIST);
    }

    /**
     * The section of the activity, or the first.
     *
     * @param \stdClass $link
     * @return int its number
     */
    private static function section(\stdClass $link): int {
        global $DB;
        $section = !$link->cmid ? 0 : $DB->get_field_sql('SELECT s.section FROM {course_sections} s
            JOIN {course_modules} m ON m.section = s.id WHERE m.id = ?', [$link->cmid]);
        return (int)$section;
    }

    /**
     * @param array $r
     * @param \stdClass $link
     * @param int $groupid
     * @param \stdClass $cm
     */
    private static function room_row(array $r, \stdClass $link, int $groupid, \stdClass $cm): void {
        global $DB;
        $room = $DB->get_record('local_afterword_room', ['discussion' => $r['discussion']]);
        $values = ['linkid' => $link->id, 'courseid' => $link->courseid, 'coursekey' => (string)$r['course'],
            'groupid' => $groupid, 'forumid' => $cm->instance, 'forumcmid' => $cm->id];
        if ($room) {
            $DB->update_record('local_afterword_room', (object)($values + ['id' => $room->id]));
        } else {
            $DB->insert_record('local_afterword_room', (object)($values + ['discussion' => $r['discussion'],
                'topicid' => 0, 'timecreated' => time()]));
        }
    }

    /**
     * Separate groups, of a grouping, and a condition that only the rooms' members meet.
     *
     * @param \stdClass $link
     * @param \stdClass $cm
     */
    private static function door(\stdClass $link, \stdClass $cm): void {
        global $DB;
        $groups = $DB->get_fieldset_select('local_afterword_room', 'groupid', 'forumcmid = ?', [$cm->id]);
        $row = $DB->get_record('course_modules', ['id' => $cm->id], 'id, availability, groupmode, groupingid', MUST_EXIST);
        $wanted = (object)['id' => $cm->id, 'availability' => availability::with_groups($row->availability, $groups),
            'groupmode' => SEPARATEGROUPS, 'groupingid' => self::grouping($cm, (int)$row->groupingid, $groups)];
        if ($wanted == $row) {
            return;
        }
        $DB->update_record('course_modules', $wanted);
        rebuild_course_cache($link->courseid, true);
    }

    /**
     * The forum shows the groups of its own rooms only. Without that, a learner who is also in a room of another forum
     * of the course could write a topic here for that room, where nobody reads it.
     *
     * @param \stdClass $cm
     * @param int $groupingid the author's own, which our groups join; 0: none
     * @param array $groups
     * @return int
     */
    private static function grouping(\stdClass $cm, int $groupingid, array $groups): int {
        if (!$groupingid) {
            $idnumber = 'afterword-' . $cm->id;
            $grouping = groups_get_grouping_by_idnumber($cm->course, $idnumber);
            $groupingid = (int)($grouping ? $grouping->id : groups_create_grouping((object)[
                'courseid' => $cm->course,
                'idnumber' => $idnumber,
                'name' => \core_text::substr($cm->name, 0, 254),
                'description' => get_string('groupdescription', 'local_afterword'),
                'descriptionformat' => FORMAT_PLAIN,
            ]));
        }
        foreach ($groups as $groupid) {
            groups_assign_grouping($groupingid, $groupid);
        }
        return $groupingid;
    }

    /**
     * @param array $r
     * @return \stdClass
     */
    public static function room(array $r): \stdClass {
        global $DB;
        $room = $DB->get_record('local_afterword_room', ['discussion' => $r['discussion']]);
        if (!$room) {
            // The forum was deleted, and the room with it: what it needs is made again.
            self::ensure_room($r);
            $room = $DB->get_record('local_afterword_room', ['discussion' => $r['discussion']], '*', MUST_EXIST);
        }
        return $room;
    }

    /**
     * @param array $r
     * @return \stdClass
     */
    public static function learner(array $r): \stdClass {
        $user = \core_user::get_user((int)($r['learner'] ?? 0));
        if (!$user || $user->deleted) {
            throw new refusal("The learner \"" . ($r['learner'] ?? '') . '" has no account in Moodle any more; drop this.');
        }
        return $user;
    }

    /**
     * The learner becomes a member: that opens the door.
     *
     * @param array $r
     * @return array ref, url
     */
    public static function admit(array $r): array {
        global $CFG;
        require_once($CFG->dirroot . '/group/lib.php');
        $user = self::learner($r);
        $room = self::room($r);
        if (!groups_add_member((int)$room->groupid, (int)$user->id, 'local_afterword', (int)$room->linkid)) {
            throw new refusal("{$user->id} is not enrolled in the course any more; enrol the learner and retry, or drop this.");
        }
        return [$user->id, ''];
    }

    /**
     * @param array $r
     * @return array ref, url
     */
    public static function remove(array $r): array {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/group/lib.php');
        $userid = (int)($r['learner'] ?? 0);
        $room = $DB->get_record('local_afterword_room', ['discussion' => $r['discussion']]);
        if ($room && groups_is_member($room->groupid, $userid)) {
            groups_remove_member($room->groupid, $userid);
        }
        return [$userid, ''];
    }
}
