<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_afterword\task;

/**
 * Queued when a learner completes something: waits a few seconds for the worker to decide, and opens the
 * discussion then. Where cron is kept alive (as it is since Moodle 4.0) that is seconds after completion.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class carry_out_soon extends \core\task\adhoc_task {
    /** A discussion takes a few rounds between worker and task; each round waits at most so long. */
    const WAIT_SECONDS = 5;

    /**
     * @return string
     */
    public function get_name() {
        return get_string('taskcarryout', 'local_afterword');
    }

    /**
     * Runs until nothing has been asked for WAIT_SECONDS.
     */
    public function execute() {
        \local_afterword\socket::reset();
        $latest = time() + carry_out::SECONDS;
        $until = time() + self::WAIT_SECONDS;
        while (time() < min($until, $latest)) {
            if (carry_out::requests($latest)) {
                $until = time() + self::WAIT_SECONDS;
            }
            usleep(200000);
        }
    }
}
