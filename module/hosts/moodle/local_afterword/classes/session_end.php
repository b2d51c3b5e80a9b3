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
 * The end of a SCORM session. Moodle's player sends only what changed: content that committed its status before it
 * finished ends with a request that stores the total time and fires no event at all. So that request is looked at by
 * its address: what it stored is reported at its end, as if an event had been fired.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class session_end {
    /** Where a player stores, and what then says that a session ended (in Moodle's spelling of a form). */
    const PLAYER = '/mod/scorm/datamodel.php';
    /** The same by the app's web service. */
    const SERVICE = 'mod_scorm_insert_scorm_tracks';

    /**
     * Called in every request of the site, so it looks at its name first.
     *
     * @param \core\hook\after_config|null $hook
     */
    public static function after_config($hook = null): void {
        if (self::ends_here() && !during_initial_install()) {
            \core_shutdown_manager::register_function([self::class, 'note']);
        }
    }

    /**
     * @return bool
     */
    private static function ends_here(): bool {
        $script = (string)($_SERVER['SCRIPT_NAME'] ?? '');
        if (substr($script, -strlen(self::PLAYER)) === self::PLAYER) {
            return optional_param('cmi__core__total_time', '', PARAM_RAW) . optional_param('cmi__total_time', '', PARAM_RAW) !== '';
        }
        return strpos($script, '/webservice/') !== false && optional_param('wsfunction', '', PARAM_RAW) === self::SERVICE;
    }

    /**
     * At the end of the request. What was not stored (no session, no right to) has not changed, and is not reported.
     */
    public static function note(): void {
        global $DB, $USER;
        try {
            $scormid = (int)$DB->get_field('scorm_scoes', 'scorm', ['id' => optional_param('scoid', 0, PARAM_INT)]);
            $cm = $scormid ? get_coursemodule_from_instance('scorm', $scormid) : false;
            $userid = (int)($USER->id ?? 0);
            if (!$cm || $userid <= 0 || isguestuser() || !courses::reported((int)$cm->course)) {
                return;
            }
            $attemptid = scorm_tracks::attempt_id(optional_param('attempt', 0, PARAM_INT), $scormid, $userid);
            collector::add('scorm', $userid, (int)$cm->course, time(),
                ['cmid' => (int)$cm->id, 'scormid' => $scormid, 'attemptid' => $attemptid]);
            // The collector's own turn may be over already.
            collector::flush();
        } catch (\Throwable $e) {
            debugging('local_afterword: the end of a session was not reported: ' . $e->getMessage(), DEBUG_NORMAL);
        }
    }
}
