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
 * Every call leads to the same end state however often it is made and wherever it is interrupted: the row in
 * local_afterword_done, what it speaks of and the events of it are one transaction, so a task that is killed
 * half way leaves either all or nothing. Membership is the door and comes last, by the order in which the
 * worker asks.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class forum_host {
    /** @var bool what happens now is the room's doing, not a learner's */
    public static $working = false;

    /** The calls of the worker, and what does them. */
    const CALLS = [
        'room' => [forum_room::class, 'ensure_room'],
        'topic' => [forum_post::class, 'ensure_topic'],
        'admit' => [forum_room::class, 'admit'],
        'remove' => [forum_room::class, 'remove'],
        'invite' => [forum_post::class, 'invite'],
        'post' => [forum_post::class, 'post_as_bot'],
        'note' => [forum_post::class, 'note'],
    ];

    /**
     * Carries out one request.
     *
     * @param array $request as aw_forum_requests_take() gives it
     * @return array the reply for aw_forum_request_done()
     */
    public static function carry_out(array $request): array {
        $r = ($request['request'] ?? []) + $request;
        $call = (string)($r['call'] ?? '');
        if (!isset(self::CALLS[$call])) {
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
            [$ref, $url] = (self::CALLS[$call])($r);
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
            case 'room':
                return $DB->record_exists('groups', ['id' => $done->ref]);
            case 'topic':
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
}
