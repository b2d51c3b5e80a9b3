<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Version of the plugin.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */

defined('MOODLE_INTERNAL') || die();

$plugin->component = 'local_afterword';
$plugin->version   = 2026112405;
$plugin->requires  = 2022112800; // Moodle 4.1.
$plugin->supported = [401, 501];
$plugin->maturity  = MATURITY_BETA;
$plugin->release   = '0.1.0';
