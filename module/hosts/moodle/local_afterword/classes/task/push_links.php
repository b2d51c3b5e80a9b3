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
 * Gives the links of a course to the library.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class push_links extends \core\task\adhoc_task {
    /**
     * Runs; a library that cannot be reached makes Moodle try again later.
     */
    public function execute() {
        global $DB;
        \local_afterword\socket::reset();
        foreach ($DB->get_records('local_afterword_link', ['courseid' => (int)$this->get_custom_data()->courseid]) as $row) {
            \local_afterword\link::push($row);
        }
    }
}
