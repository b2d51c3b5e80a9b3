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
 * The door of a forum: a condition on the course module that only members of the rooms meet.
 *
 * A pure function of the tree that is there, so that an author's own conditions stay: ours is one
 * list of groups under the root, shown to nobody who does not meet it.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class availability {
    /**
     * @param string|null $json course_modules.availability
     * @param int[] $groupids the groups of all rooms of this forum
     * @return string
     */
    public static function with_groups(?string $json, array $groupids): string {
        $groups = array_map(function($id) {
            return (object)['type' => 'group', 'id' => (int)$id];
        }, array_values(array_unique($groupids)));
        $door = (object)['op' => '|', 'c' => $groups];
        $root = $json === null || $json === '' ? null : json_decode($json);
        if (!is_object($root) || !isset($root->c)) {
            return json_encode((object)['op' => '&', 'c' => [$door], 'showc' => [false]]);
        }
        if ($root->op !== '&') {
            // The author's "any of" stays whole, next to the door.
            $nested = (object)['op' => $root->op, 'c' => $root->c];
            return json_encode((object)['op' => '&', 'c' => [$nested, $door], 'showc' => [false, false]]);
        }
        $showc = isset($root->showc) ? array_values($root->showc) : array_fill(0, count($root->c), false);
        foreach ($root->c as $i => $child) {
            if (self::is_door($child, $groupids)) {
                $root->c[$i] = $door;
                $showc[$i] = false;
                $root->showc = $showc;
                return json_encode($root);
            }
        }
        $root->c[] = $door;
        $root->showc = array_merge($showc, [false]);
        return json_encode($root);
    }

    /**
     * Ours: "any of" these groups and of no others.
     *
     * @param \stdClass $child
     * @param int[] $groupids
     * @return bool
     */
    private static function is_door(\stdClass $child, array $groupids): bool {
        if (($child->op ?? '') !== '|' || empty($child->c)) {
            return false;
        }
        foreach ($child->c as $condition) {
            if (($condition->type ?? '') !== 'group' || !in_array((int)($condition->id ?? 0), array_map('intval', $groupids), true)) {
                return false;
            }
        }
        return true;
    }
}
