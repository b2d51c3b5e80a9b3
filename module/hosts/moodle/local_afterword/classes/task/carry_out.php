<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_afterword\task;

use local_afterword\bridge;
use local_afterword\bridge_exception;
use local_afterword\forum_host;
use local_afterword\pending;
use local_afterword\socket;

/**
 * Every minute: hands over what waits, carries out what the worker asks of Moodle's forum, and tells
 * the administrators when nothing is being delivered.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class carry_out extends \core\task\scheduled_task {
    /** A run ends after so many seconds; the next one goes on. */
    const SECONDS = 50;
    /** So many requests are taken at once. */
    const MAX = 16;
    /** What is not answered by then is offered again. */
    const LEASE_MS = 60000;

    /**
     * @return string
     */
    public function get_name() {
        return get_string('taskcarryout', 'local_afterword');
    }

    /**
     * Runs.
     */
    public function execute() {
        socket::reset();
        if (bridge::get()->way() === 'none') {
            mtrace('local_afterword: nothing is hooked; see the check page.');
            return;
        }
        $went = pending::hand_over();
        if ($went) {
            mtrace("local_afterword: $went waiting events were handed over.");
        }
        \local_afterword\link_pusher::push_stale();
        self::requests(time() + self::SECONDS);
        \local_afterword\alarm::look();
        self::clean_up();
    }

    /**
     * Takes requests and answers them until there are none, or it is late.
     *
     * @param int $until
     * @return int how many were answered
     */
    public static function requests(int $until): int {
        $count = 0;
        do {
            try {
                $requests = bridge::get()->requests_take(self::MAX, self::LEASE_MS);
            } catch (bridge_exception $e) {
                mtrace('local_afterword: ' . $e->getMessage());
                return $count;
            }
            foreach ($requests as $request) {
                $reply = forum_host::carry_out($request);
                mtrace('local_afterword: ' . ($request['request']['call'] ?? $request['call'] ?? '?') . ': ' . $reply['outcome'] .
                    (isset($reply['reason']) ? ' (' . $reply['reason'] . ')' : ''));
                bridge::get()->request_done((string)$request['key'], $reply);
                $count++;
            }
        } while ($requests && time() < $until);
        return $count;
    }

    /**
     * Answers older than half a year are not asked for again.
     */
    private static function clean_up(): void {
        global $DB;
        $DB->delete_records_select('local_afterword_done', "timecreated < ? AND requestcall IN ('invite', 'note', 'remove', 'admit')",
            [time() - 180 * 86400]);
    }
}
