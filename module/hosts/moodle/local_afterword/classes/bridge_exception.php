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
 * The library, or the way to it, said no.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class bridge_exception extends \RuntimeException {
    /** @var string the field, file or option at fault */
    public $where;

    /**
     * @param string $text what is wrong and what to do
     * @param int $code an AW_E... number; bridge::NO_WAY if the library could not be asked
     * @param string $where
     */
    public function __construct(string $text, int $code, string $where = '') {
        parent::__construct($text, $code);
        $this->where = $where;
    }

    /**
     * Would the same event be refused again, whatever time it is tried? Then an administrator has
     * to look at it; everything else is tried again.
     *
     * @return bool
     */
    public function is_final(): bool {
        return in_array($this->getCode(), [1, 2, 5, 14, 15]); // Invalid, unsupported, limit, JSON, UTF-8.
    }
}
