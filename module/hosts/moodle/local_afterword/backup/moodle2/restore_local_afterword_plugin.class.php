<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Links from course and activity backups. A restored link is a link of its own: its discussions open anew.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */

defined('MOODLE_INTERNAL') || die();

/**
 * Restores the link of the course, or of the activity.
 */
class restore_local_afterword_plugin extends restore_local_plugin {
    /** @var array id of the restored row => course module id of its forum in the backup */
    private $forums = [];

    /**
     * @return restore_path_element[]
     */
    protected function define_course_plugin_structure() {
        return [new restore_path_element('local_afterword_course_link', $this->get_pathfor('/link'))];
    }

    /**
     * @return restore_path_element[]
     */
    protected function define_module_plugin_structure() {
        return [new restore_path_element('local_afterword_module_link', $this->get_pathfor('/link'))];
    }

    /**
     * @param array $data
     */
    public function process_local_afterword_course_link($data) {
        $this->restore_link((array)$data, 0);
    }

    /**
     * @param array $data
     */
    public function process_local_afterword_module_link($data) {
        $this->restore_link((array)$data, (int)$this->task->get_moduleid());
    }

    /**
     * What is attached already, in a course that is restored into, stays.
     *
     * @param array $data
     * @param int $cmid
     */
    private function restore_link(array $data, int $cmid) {
        $courseid = (int)$this->task->get_courseid();
        if (\local_afterword\link::get($courseid, $cmid)) {
            return;
        }
        $forum = (int)($data['forumcmid'] ?? 0);
        $data['forumcmid'] = 0;
        $id = \local_afterword\link::save($courseid, $cmid, $data);
        if ($id && $forum) {
            $this->forums[$id] = $forum;
        }
    }

    /**
     * Once all activities are there, the forum is found again.
     */
    public function after_restore_course() {
        $this->map_forums();
    }

    /**
     * The same for an activity's link.
     */
    public function after_restore_module() {
        $this->map_forums();
    }

    /**
     * A forum that was not in the backup is made anew when it is first needed.
     */
    private function map_forums() {
        global $DB;
        foreach ($this->forums as $id => $old) {
            $new = (int)$this->get_mappingid('course_module', $old, 0);
            if ($new) {
                $DB->set_field('local_afterword_link', 'forumcmid', $new, ['id' => $id]);
            }
        }
        $this->forums = [];
    }
}
