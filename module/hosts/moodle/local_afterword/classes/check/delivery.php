<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_afterword\check;

use core\check\check;
use core\check\result;

/**
 * Red when nothing is being delivered.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class delivery extends check {
    /**
     * @return string
     */
    public function get_name(): string {
        return get_string('checkdelivery', 'local_afterword');
    }

    /**
     * @return \action_link|null
     */
    public function get_action_link(): ?\action_link {
        return new \action_link(new \moodle_url('/local/afterword/status.php'), get_string('status', 'local_afterword'));
    }

    /**
     * @return result
     */
    public function get_result(): result {
        $problems = \local_afterword\alarm::problems(time());
        if (!$problems) {
            return new result(result::OK, get_string('checkok', 'local_afterword'));
        }
        $status = $problems[0][0] === 'error' ? result::ERROR : result::WARNING;
        $details = \html_writer::alist(array_map('s', array_column($problems, 1)));
        return new result($status, s($problems[0][1]), $details);
    }
}
