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
 * Events that could not be handed over: kept with the reason, tried again by the scheduled task.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class pending {
    /** More than so many are not kept: the disk of a site is not ours to fill. */
    const MAX = 100000;

    /**
     * @param array $event
     * @param int $userid
     * @param bridge_exception $why
     */
    public static function keep(array $event, int $userid, bridge_exception $why): void {
        global $DB;
        if ($DB->count_records('local_afterword_pending') >= self::MAX) {
            // The reconcile task finds completions, SCORM data and posts again once there is room.
            debugging('local_afterword: ' . self::MAX . ' events wait already; one more was not kept. ' .
                $why->getMessage(), DEBUG_NORMAL);
            return;
        }
        $DB->insert_record('local_afterword_pending', (object)[
            'userid' => $userid,
            'event' => json_encode($event, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE),
            'reason' => $why->getMessage(),
            'refused' => $why->is_final() ? 1 : 0,
            'tries' => 1,
            'timecreated' => time(),
        ]);
    }

    /**
     * Tries the oldest again; stops at the first that the library cannot take now.
     *
     * @param int $max
     * @return int how many went
     */
    public static function hand_over(int $max = 1000): int {
        global $DB;
        $went = 0;
        foreach ($DB->get_records('local_afterword_pending', ['refused' => 0], 'id', '*', 0, $max) as $row) {
            try {
                collector::notify((array)json_decode($row->event, true));
                $DB->delete_records('local_afterword_pending', ['id' => $row->id]);
                $went++;
            } catch (bridge_exception $e) {
                $row->tries++;
                $row->reason = $e->getMessage();
                $row->refused = $e->is_final() ? 1 : 0;
                $DB->update_record('local_afterword_pending', $row);
                if (!$e->is_final()) {
                    break;
                }
            }
        }
        return $went;
    }

    /**
     * @param int $id
     */
    public static function retry(int $id): void {
        global $DB;
        $DB->set_field('local_afterword_pending', 'refused', 0, ['id' => $id]);
    }

    /**
     * @param int $id
     */
    public static function drop(int $id): void {
        global $DB;
        $DB->delete_records('local_afterword_pending', ['id' => $id]);
    }
}
