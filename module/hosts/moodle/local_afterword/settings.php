<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Settings of the site, and the status page in the reports.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */

defined('MOODLE_INTERNAL') || die();

if ($hassiteconfig) {
    $settings = new admin_settingpage('local_afterword', get_string('pluginname', 'local_afterword'));
    $ADMIN->add('localplugins', $settings);
    if ($ADMIN->fulltree) {
        $settings->add(new admin_setting_heading('local_afterword/way', '', get_string(
            'way' . \local_afterword\bridge::get()->way(), 'local_afterword')));
        $settings->add(new admin_setting_configtext('local_afterword/socket', get_string('socket', 'local_afterword'),
            get_string('socket_desc', 'local_afterword'), '', PARAM_RAW_TRIMMED));
        $settings->add(new admin_setting_configselect('local_afterword/report', get_string('report', 'local_afterword'),
            get_string('report_desc', 'local_afterword'), 'linked', [
                'linked' => get_string('reportlinked', 'local_afterword'),
                'all' => get_string('reportall', 'local_afterword'),
            ]));
        $settings->add(new admin_setting_configmultiselect('local_afterword/attributes',
            get_string('attributes', 'local_afterword'), get_string('attributes_desc', 'local_afterword'),
            ['cohort', 'country', 'department', 'institution'], \local_afterword\learner::choices()));
        $settings->add(new admin_setting_configtext('local_afterword/botuser', get_string('botuser', 'local_afterword'),
            get_string('botuser_desc', 'local_afterword'), '', PARAM_USERNAME));
        $settings->add(new admin_setting_configcheckbox('local_afterword/names', get_string('names', 'local_afterword'),
            get_string('names_desc', 'local_afterword'), 0));
        $settings->add(new admin_setting_configcheckbox('local_afterword/posttext', get_string('posttext', 'local_afterword'),
            get_string('posttext_desc', 'local_afterword'), 0));
        $settings->add(new admin_setting_configcheckbox('local_afterword/eraseondelete',
            get_string('eraseondelete', 'local_afterword'), get_string('eraseondelete_desc', 'local_afterword'), 0));
    }
}

$ADMIN->add('reports', new admin_externalpage('local_afterword_status', get_string('status', 'local_afterword'),
    new moodle_url('/local/afterword/status.php'), 'local/afterword:viewstatus'));
