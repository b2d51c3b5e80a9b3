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
 * What the room itself writes: the opening post, posts of its own, invitations and notes. Called inside the
 * transaction of forum_host.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class forum_post {
    /**
     * The opening post, in the room's group.
     *
     * @param array $r
     * @return array ref, url
     */
    public static function ensure_topic(array $r): array {
        global $DB;
        $room = forum_room::room($r);
        if (!$room->topicid || !$DB->record_exists('forum_discussions', ['id' => $room->topicid])) {
            $room->topicid = self::add_discussion($room, $r);
            $DB->set_field('local_afterword_room', 'topicid', $room->topicid, ['id' => $room->id]);
        }
        return [$room->topicid, self::discussion_url((int)$room->topicid)];
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
     * One invitation, by whatever ways the learner prefers.
     *
     * @param array $r
     * @return array ref, url
     */
    public static function invite(array $r): array {
        return self::message('invitation', $r);
    }

    /**
     * @param array $r
     * @return array ref, url
     */
    public static function note(array $r): array {
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
        $user = forum_room::learner($r);
        $room = forum_room::room($r);
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
    public static function post_as_bot(array $r): array {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/mod/forum/lib.php');
        $room = forum_room::room($r);
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
