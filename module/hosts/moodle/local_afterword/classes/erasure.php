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
 * A person is to be forgotten, in Afterword and at the learning record stores. Asked for here, in one event; done by the
 * worker, once everything that was told of them before has been delivered. Asking again changes nothing.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class erasure {
    /**
     * @param int $userid
     */
    public static function ask(int $userid): void {
        global $DB;
        // What still waits would make them known again. That something was done stays, without whom it was about.
        $DB->delete_records('local_afterword_pending', ['userid' => $userid]);
        $DB->delete_records('local_afterword_reg', ['userid' => $userid]);
        $DB->set_field('local_afterword_done', 'userid', 0, ['userid' => $userid]);
        if (bridge::get()->way() !== 'none') {
            collector::add('deleted', $userid, 0, time(), []);
        }
    }

    /**
     * @param \stdClass $one as the collector noted it
     * @return array of events
     */
    public static function events(\stdClass $one): array {
        return [['kind' => 'learner_deleted', 'key' => 'deleted-' . $one->userid, 'learner' => (string)$one->userid,
            'time_ms' => $one->time * 1000]];
    }
}
