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
 * What learners do in the forums of open rooms: posted, replied, edited, deleted, viewed, subscribed.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class forum_events {
    /**
     * @param \stdClass $one
     * @return array of events; none where the forum is not ours
     */
    public static function events(\stdClass $one): array {
        global $DB;
        $discussion = $DB->get_record('forum_discussions', ['id' => $one->details['discussionid']]);
        $room = self::room($one, $discussion ?: null);
        if (!$room) {
            return [];
        }
        $base = [
            'kind' => $one->what,
            'provider' => 'host',
            'discussion' => $room->discussion,
            'topic' => (string)$one->details['discussionid'],
            'course' => $room->coursekey,
        ];
        $specific = self::specific($one, $discussion ?: null, $base['topic']);
        if ($specific === null) {
            return [];
        }
        $cmid = strpos($room->coursekey, 'cm-') === 0 ? (int)substr($room->coursekey, 3) : 0;
        return event_builder::whole($one, $cmid, $specific + $base);
    }

    /**
     * The room of a discussion: by its group; a discussion for all groups belongs to the room that the
     * learner is in.
     *
     * @param \stdClass $one
     * @param \stdClass|null $discussion
     * @return \stdClass|null
     */
    private static function room(\stdClass $one, ?\stdClass $discussion): ?\stdClass {
        global $DB;
        $forumid = $discussion ? $discussion->forum : $one->details['forumid'];
        $rooms = $forumid ? $DB->get_records('local_afterword_room', ['forumid' => $forumid], 'id') : [];
        foreach ($rooms as $room) {
            if ($discussion && ($room->topicid == $discussion->id || $room->groupid == $discussion->groupid)) {
                return $room;
            }
        }
        foreach ($rooms as $room) {
            if ((!$discussion || $discussion->groupid <= 0) && groups_is_member($room->groupid, $one->userid)) {
                return $room;
            }
        }
        return null;
    }

    /**
     * @param \stdClass $one
     * @param \stdClass|null $discussion
     * @param string $topic
     * @return array|null null: nothing to tell
     */
    private static function specific(\stdClass $one, ?\stdClass $discussion, string $topic): ?array {
        switch ($one->what) {
            case 'topic_posted':
                return $discussion ? self::topic($discussion) : null;
            case 'post_replied':
            case 'post_edited':
                return self::post($one, $discussion);
            case 'post_deleted':
                return ['key' => 'deleted-' . $one->details['postid'], 'post' => (string)$one->details['postid']];
            case 'discussion_viewed':
                return ['key' => "viewed-$topic-{$one->userid}-" . userdate($one->time, '%Y%m%d', 99, false)];
            default:
                return ['key' => "{$one->what}-$topic-{$one->userid}-{$one->time}"];
        }
    }

    /**
     * @param \stdClass $discussion
     * @return array|null
     */
    private static function topic(\stdClass $discussion): ?array {
        global $DB;
        $post = $DB->get_record('forum_posts', ['id' => $discussion->firstpost]);
        return !$post ? null : [
            'key' => 'topic-' . $discussion->id,
            'time' => (int)$post->created,
            'post' => (string)$post->id,
            'title' => \core_text::substr($discussion->name, 0, 255),
            'topic_type' => self::topic_type($discussion, $post),
        ] + self::body($post);
    }

    /**
     * An author says what a topic is with a tag ("question", "idea"); a name that asks is a question.
     *
     * @param \stdClass $discussion
     * @param \stdClass $post
     * @return string
     */
    private static function topic_type(\stdClass $discussion, \stdClass $post): string {
        $tags = array_map('core_text::strtolower', \core_tag_tag::get_item_tags_array('mod_forum', 'forum_posts', $post->id));
        foreach (['idea', 'question'] as $type) {
            if (in_array($type, $tags) || in_array(\core_text::strtolower(get_string('tag' . $type, 'local_afterword')), $tags)) {
                return $type;
            }
        }
        return preg_match('/[?？؟;;]\s*$/u', $discussion->name) && !preg_match('/;\s*$/', $discussion->name)
            ? 'question' : 'discussion';
    }

    /**
     * @param \stdClass $one
     * @param \stdClass|null $discussion
     * @return array|null
     */
    private static function post(\stdClass $one, ?\stdClass $discussion): ?array {
        global $DB;
        $post = $DB->get_record('forum_posts', ['id' => $one->details['postid']]);
        // A private reply is between two people.
        if (!$discussion || !$post || !empty($post->privatereplyto)) {
            return null;
        }
        $event = ['post' => (string)$post->id] + self::body($post);
        if ($post->parent) {
            $event['parent_post'] = (string)$post->parent;
        }
        if ($one->what === 'post_edited') {
            // Who edits may be a moderator; the post stays its author's.
            $event += ['key' => "edited-{$post->id}-{$post->modified}", 'time' => (int)$post->modified,
                'revision' => (int)$post->modified];
            if ($post->userid != $one->userid) {
                $event += ['learner' => (string)$post->userid, 'by' => (string)$one->userid];
            }
            return $event;
        }
        return $event + ['key' => 'post-' . $post->id, 'time' => (int)$post->created];
    }

    /**
     * The text only where the site's settings say so; the library needs none of it.
     *
     * @param \stdClass $post
     * @return array
     */
    private static function body(\stdClass $post): array {
        if (!get_config('local_afterword', 'posttext')) {
            return [];
        }
        return ['body' => content_to_text($post->message, $post->messageformat)];
    }
}
