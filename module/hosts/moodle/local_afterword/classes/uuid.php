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
 * Name-based UUIDs (RFC 9562, section 5.5).
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class uuid {
    /** The namespace of URLs. */
    const URL = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';

    /**
     * @param string $namespace a UUID
     * @param string $name
     * @return string
     */
    public static function v5(string $namespace, string $name): string {
        $hash = substr(sha1(hex2bin(str_replace('-', '', $namespace)) . $name, true), 0, 16);
        $hash[6] = chr(ord($hash[6]) & 0x0f | 0x50);
        $hash[8] = chr(ord($hash[8]) & 0x3f | 0x80);
        return implode('-', sscanf(bin2hex($hash), '%8s%4s%4s%4s%12s'));
    }
}
