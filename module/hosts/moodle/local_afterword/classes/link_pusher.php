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
 * Links that the library has not taken yet, tried again by the scheduled task.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class link_pusher {
    /**
     * Pushes what is not pushed; stops where the library cannot be reached.
     */
    public static function push_stale(): void {
        global $DB;
        foreach ($DB->get_records('local_afterword_link', ['pushed' => 0], 'id', '*', 0, 100) as $row) {
            try {
                link::push($row);
            } catch (bridge_exception $e) {
                mtrace('local_afterword: link ' . $row->id . ': ' . $e->getMessage());
                return;
            }
        }
    }
}
