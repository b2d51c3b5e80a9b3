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
 * Carries out what the worker asks of Moodle's own forum.
 *
 * A room is a group; a link has one forum in separate groups whose door (an availability condition)
 * opens for the groups of its rooms. Every call leads to the same end state however often it is made
 * and wherever it is interrupted: the row in local_afterword_done, what it speaks of and the events of
 * it are one transaction, so a task that is killed half way leaves either all or nothing. Membership is
 * the door and comes last, by the order in which the worker asks.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class forum_host {
    /** @var bool what happens now is the room's doing, not a learner's */
    public static $working = false;

    /** The calls, by both of their names, and what does them. */
    const CALLS = [
        'room' => 'ensure_room', 'topic' => 'ensure_topic', 'admit' => 'admit', 'remove' => 'remove',
        'invite' => 'invite', 'post' => 'post_as_bot', 'note' => 'note',
        'ensure_room' => 'ensure_room', 'ensure_topic' => 'ensure_topic', 'post_as_bot' => 'post_as_bot',
    ];

    /**
     * Carries out one request.
     *
     * @param array $request as aw_forum_requests_take() gives it
     * @return array the reply for aw_forum_request_done()
     */
    public static function carry_out(array $request): array {
        $r = ($request['request'] ?? []) + $request;
        $call = self::CALLS[$r['call'] ?? ''] ?? null;
        if ($call === null) {
            return ['outcome' => 'unsupported'];
        }
        $before = self::$working;
        self::$working = true;
        try {
            return self::once((string)$r['key'], $call, $r);
        } catch (refusal $e) {
            return ['outcome' => 'refused', 'reason' => $e->getMessage()];
        } catch (\Throwable $e) {
            return ['outcome' => 'retry', 'reason' => \core_text::substr($e->getMessage(), 0, 300), 'retry_after_ms' => 60000];
        } finally {
            self::$working = $before;
        }
    }

    /**
     * @param string $key
     * @param string $call
     * @param array $r
     * @return array
     */
    private static function once(string $key, string $call, array $r): array {
        global $DB;
        $ref = $url = '';
        $done = $DB->get_record('local_afterword_done', ['requestkey' => $key]);
        if ($done && self::still_true($call, $done)) {
            return self::ok($done->ref, $done->url, false);
        }
        $transaction = $DB->start_delegated_transaction();
        try {
            // The claim first: of two tasks with the same request the second waits here, and fails.
            $claim = (object)['requestkey' => $key, 'requestcall' => $call, 'ref' => '', 'url' => '',
                'userid' => (int)($r['learner'] ?? 0), 'timecreated' => time()];
            if ($done) {
                $claim->id = $done->id;
                $DB->update_record('local_afterword_done', $claim);
            } else {
                $claim->id = $DB->insert_record('local_afterword_done', $claim);
            }
            [$ref, $url] = self::$call($r);
            $DB->update_record('local_afterword_done', (object)['id' => $claim->id, 'ref' => (string)$ref, 'url' => $url]);
            $transaction->allow_commit();
        } catch (\Throwable $e) {
            if ($transaction->is_disposed()) {
                // Committed; it is a mail server or an observer that failed afterwards. Done is done.
                debugging('local_afterword: after ' . $call . ': ' . $e->getMessage(), DEBUG_NORMAL);
                return self::ok((string)$ref, $url, true);
            }
            try {
                $transaction->rollback($e);
            } catch (\Throwable $same) {
                // Rolling back throws what it was given.
                throw $e;
            }
        }
        return self::ok((string)$ref, $url, true);
    }

    /**
     * Did somebody delete since what was made? Then it is made anew; what was sent is never sent twice.
     *
     * @param string $call
     * @param \stdClass $done
     * @return bool
     */
    private static function still_true(string $call, \stdClass $done): bool {
        global $DB;
        switch ($call) {
            case 'ensure_room':
                return $DB->record_exists('groups', ['id' => $done->ref]);
            case 'ensure_topic':
                return $DB->record_exists('forum_discussions', ['id' => $done->ref]);
            case 'admit':
            case 'remove':
                return false; // Cheap, and true only when looked at.
            default:
                return true;
        }
    }

    /**
     * @param string $ref
     * @param string $url
     * @param bool $created
     * @return array
     */
    private static function ok(string $ref, string $url, bool $created): array {
        return ['outcome' => 'ok', 'ref' => $ref, 'url' => $url, 'created' => $created];
    }

    /**
     * The group, the forum and its door.
     *
     * @param array $r
     * @return array ref, url
     */
    private static function ensure_room(array $r): array {
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
     * Separate groups, and a condition that only the rooms' members meet.
     *
     * @param \stdClass $link
     * @param \stdClass $cm
     */
    private static function door(\stdClass $link, \stdClass $cm): void {
        global $DB;
        $groups = $DB->get_fieldset_select('local_afterword_room', 'groupid', 'forumcmid = ?', [$cm->id]);
        $row = $DB->get_record('course_modules', ['id' => $cm->id], 'id, availability, groupmode', MUST_EXIST);
        $wanted = availability::with_groups($row->availability, $groups);
        if ($wanted === $row->availability && $row->groupmode == SEPARATEGROUPS) {
            return;
        }
        $DB->update_record('course_modules', (object)['id' => $cm->id, 'availability' => $wanted, 'groupmode' => SEPARATEGROUPS]);
        rebuild_course_cache($link->courseid, true);
    }

    /**
     * The opening post, in the room's group.
     *
     * @param array $r
     * @return array ref, url
     */
    private static function ensure_topic(array $r): array {
        global $DB;
        $room = self::room($r);
        if (!$room->topicid || !$DB->record_exists('forum_discussions', ['id' => $room->topicid])) {
            $room->topicid = self::add_discussion($room, $r);
            $DB->set_field('local_afterword_room', 'topicid', $room->topicid, ['id' => $room->id]);
        }
        return [$room->topicid, self::discussion_url((int)$room->topicid)];
    }

    /**
     * @param array $r
     * @return \stdClass
     */
    private static function room(array $r): \stdClass {
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
     * @param int $id
     * @return string
     */
    private static function discussion_url(int $id): string {
        return (new \moodle_url('/mod/forum/discuss.php', ['d' => $id]))->out(false);
    }

    /**
     * forum_add_discussion() fires no discussion_created: the page does, and so do we.
     *
     * @param \stdClass $room
     * @param array $r
     * @return int
     */
    private static function add_discussion(\stdClass $room, array $r): int {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/mod/forum/lib.php');
        $forum = $DB->get_record('forum', ['id' => $room->forumid], '*', MUST_EXIST);
        $discussion = (object)[
            'course' => $room->courseid,
            'forum' => $room->forumid,
            'name' => \core_text::substr($r['title'] ?? '', 0, 255),
            'message' => self::html($r),
            'messageformat' => FORMAT_HTML,
            'messagetrust' => 0,
            'mailnow' => 0,
            'groupid' => $room->groupid,
            'timestart' => 0,
            'timeend' => 0,
            'pinned' => 0,
        ];
        $id = (int)forum_add_discussion($discussion, null, null, self::bot()->id);
        $event = \mod_forum\event\discussion_created::create([
            'context' => \context_module::instance($room->forumcmid),
            'objectid' => $id,
            'userid' => self::bot()->id,
            'other' => ['forumid' => $forum->id],
        ]);
        $event->trigger();
        return $id;
    }

    /**
     * @param array $r
     * @return string safe HTML
     */
    private static function html(array $r): string {
        if (($r['html'] ?? '') !== '') {
            return $r['html'];
        }
        return format_text($r['markdown'] ?? '', FORMAT_MARKDOWN, ['context' => \context_system::instance(), 'filter' => false]);
    }

    /**
     * Who writes opening posts.
     *
     * @return \stdClass
     */
    public static function bot(): \stdClass {
        $name = trim((string)get_config('local_afterword', 'botuser'));
        $user = $name !== '' ? \core_user::get_user_by_username($name) : null;
        return $user && empty($user->deleted) ? $user : get_admin();
    }

    /**
     * @param array $r
     * @return \stdClass
     */
    private static function learner(array $r): \stdClass {
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
    private static function admit(array $r): array {
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
    private static function remove(array $r): array {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/group/lib.php');
        $userid = (int)($r['learner'] ?? 0);
        $room = $DB->get_record('local_afterword_room', ['discussion' => $r['discussion']]);
        if ($room && groups_is_member($room->groupid, $userid)) {
            groups_remove_member($room->groupid, $userid);
        }
        return [$userid, ''];
    }

    /**
     * One invitation, by whatever ways the learner prefers.
     *
     * @param array $r
     * @return array ref, url
     */
    private static function invite(array $r): array {
        return self::message('invitation', $r);
    }

    /**
     * @param array $r
     * @return array ref, url
     */
    private static function note(array $r): array {
        return self::message('note', $r);
    }

    /**
     * The notification is a row of this transaction; e-mail and app are told once it is committed.
     *
     * @param string $name
     * @param array $r
     * @return array ref, url
     */
    private static function message(string $name, array $r): array {
        $user = self::learner($r);
        $room = self::room($r);
        $url = $room->topicid ? self::discussion_url((int)$room->topicid) : ($r['url'] ?? '');
        $leave = (new \moodle_url('/local/afterword/leave.php', ['discussion' => $r['discussion']]))->out(false);
        $html = self::html($r) . '<p>' . \html_writer::link($url, s($r['title'] ?? $url)) . '</p><p>' .
            \html_writer::link($leave, get_string('leave', 'local_afterword')) . '</p>';
        $message = new \core\message\message();
        $message->component = 'local_afterword';
        $message->name = $name;
        $message->courseid = $room->courseid;
        $message->userfrom = \core_user::get_noreply_user();
        $message->userto = $user;
        $message->notification = 1;
        $message->subject = get_string('subject' . $name, 'local_afterword', $r['title'] ?? '');
        $message->fullmessage = html_to_text($html);
        $message->fullmessageformat = FORMAT_HTML;
        $message->fullmessagehtml = $html;
        $message->smallmessage = $message->subject;
        $message->contexturl = $url;
        $message->contexturlname = $r['title'] ?? '';
        $id = message_send($message);
        // The learner, or the site, wants none: that is an answer, not a failure.
        return [$id ?: 'none', ''];
    }

    /**
     * A topic of the room's own, or a reply to one.
     *
     * @param array $r
     * @return array ref, url
     */
    private static function post_as_bot(array $r): array {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/mod/forum/lib.php');
        $room = self::room($r);
        if (empty($r['parent_ref']) && empty($r['post_ref']) && (empty($r['topic_ref']) || $r['topic_ref'] == $room->topicid)
                && ($r['title'] ?? '') !== '') {
            $id = self::add_discussion($room, $r);
            return [$id, self::discussion_url($id)];
        }
        $discussion = $DB->get_record('forum_discussions', ['id' => (int)$r['topic_ref']]);
        if (!$discussion) {
            throw new refusal('The topic was deleted; drop this.');
        }
        $id = self::add_reply($discussion, (int)($r['parent_ref'] ?? $discussion->firstpost), $room, $r);
        return [$id, self::discussion_url((int)$discussion->id) . '#p' . $id];
    }

    /**
     * forum_add_new_post() writes in the name of $USER, and fires no post_created.
     *
     * @param \stdClass $discussion
     * @param int $parent
     * @param \stdClass $room
     * @param array $r
     * @return int
     */
    private static function add_reply(\stdClass $discussion, int $parent, \stdClass $room, array $r): int {
        global $DB, $USER;
        $before = $USER;
        \core\session\manager::set_user(self::bot());
        try {
            $id = (int)forum_add_new_post((object)[
                'discussion' => $discussion->id, 'parent' => $parent, 'subject' => $discussion->name,
                'message' => self::html($r), 'messageformat' => FORMAT_HTML, 'messagetrust' => 0, 'itemid' => 0,
                'attachments' => null, 'forum' => $discussion->forum, 'course' => $discussion->course,
            ], null);
        } finally {
            \core\session\manager::set_user($before);
        }
        $forum = $DB->get_record('forum', ['id' => $discussion->forum], 'id, type', MUST_EXIST);
        \mod_forum\event\post_created::create([
            'context' => \context_module::instance($room->forumcmid),
            'objectid' => $id,
            'userid' => self::bot()->id,
            'other' => ['discussionid' => $discussion->id, 'forumid' => $forum->id, 'forumtype' => $forum->type],
        ])->trigger();
        return $id;
    }
}
