<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Links in course and activity backups: what the author wrote, and no learner's data.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */

defined('MOODLE_INTERNAL') || die();

/**
 * Adds the link of the course, or of the activity.
 */
class backup_local_afterword_plugin extends backup_local_plugin {
    /** What the author wrote. */
    const FIELDS = ['enabled', 'forumcmid', 'title', 'prompt', 'calltoaction', 'roomby', 'roomcap', 'openson',
        'anonymous', 'regulated', 'answerhours'];

    /**
     * @return backup_plugin_element
     */
    protected function define_course_plugin_structure() {
        return $this->with_link(['courseid' => backup::VAR_COURSEID, 'cmid' => backup_helper::is_sqlparam(0)]);
    }

    /**
     * @return backup_plugin_element
     */
    protected function define_module_plugin_structure() {
        return $this->with_link(['courseid' => backup::VAR_COURSEID, 'cmid' => backup::VAR_MODID]);
    }

    /**
     * @param array $where
     * @return backup_plugin_element
     */
    private function with_link(array $where) {
        $plugin = $this->get_plugin_element();
        $wrapper = new backup_nested_element($this->get_recommended_name());
        $link = new backup_nested_element('link', ['id'], self::FIELDS);
        $plugin->add_child($wrapper);
        $wrapper->add_child($link);
        $link->set_source_table('local_afterword_link', $where);
        return $plugin;
    }
}
