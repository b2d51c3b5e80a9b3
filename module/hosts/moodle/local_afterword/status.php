<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * What is waiting, what was refused and why; with a button to try again.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */

require_once(__DIR__ . '/../../config.php');
require_once($CFG->libdir . '/adminlib.php');

admin_externalpage_setup('local_afterword_status');
$url = new moodle_url('/local/afterword/status.php');
$page = new \local_afterword\status_page($url);

$action = optional_param('action', '', PARAM_ALPHA);
if ($action !== '') {
    require_sesskey();
    [$text, $type] = $page->act($action, required_param('id', PARAM_ALPHANUMEXT));
    redirect($url, $text, null, $type);
}

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('status', 'local_afterword'));
echo $page->html();
echo $OUTPUT->footer();
