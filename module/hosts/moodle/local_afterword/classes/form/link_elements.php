<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_afterword\form;

use local_afterword\learner;
use local_afterword\link;

/**
 * The elements with which an author attaches a discussion, the same for a course and for an activity.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class link_elements {
    /** Before the names of our elements: they live among those of other forms. */
    const PREFIX = 'local_afterword_';

    /**
     * @param \MoodleQuickForm $mform
     * @param int $courseid
     * @param \stdClass|null $row of local_afterword_link
     * @param bool $section among others; else the page is about nothing else, and says so itself
     */
    public static function add(\MoodleQuickForm $mform, int $courseid, ?\stdClass $row, bool $section): void {
        $p = self::PREFIX;
        if ($section) {
            $mform->addElement('header', $p . 'header', get_string('discussionafter', 'local_afterword'));
        }
        $mform->addElement('advcheckbox', $p . 'enabled', get_string('enabled', 'local_afterword'));
        $mform->addHelpButton($p . 'enabled', 'enabled', 'local_afterword');
        if ($row && (string)$row->pusherror !== '') {
            $mform->addElement('static', $p . 'pusherror', get_string('pusherror', 'local_afterword'), s($row->pusherror));
        }
        $mform->addElement('select', $p . 'forumcmid', get_string('forum', 'local_afterword'), self::forums($courseid));
        $mform->addHelpButton($p . 'forumcmid', 'forum', 'local_afterword');
        $mform->addElement('text', $p . 'title', get_string('title', 'local_afterword'), ['size' => 60, 'maxlength' => 255]);
        $mform->setType($p . 'title', PARAM_TEXT);
        foreach (['prompt' => 8, 'calltoaction' => 4] as $name => $rows) {
            $mform->addElement('textarea', $p . $name, get_string($name, 'local_afterword'), ['rows' => $rows, 'cols' => 70]);
            $mform->setType($p . $name, PARAM_RAW); // Markdown; the library shows raw HTML as text.
            $mform->addHelpButton($p . $name, $name, 'local_afterword');
        }
        $mform->addElement('autocomplete', $p . 'roomby', get_string('roomby', 'local_afterword'), self::room_choices(),
            ['multiple' => true]);
        $mform->addHelpButton($p . 'roomby', 'roomby', 'local_afterword');
        $mform->addElement('text', $p . 'roomcap', get_string('roomcap', 'local_afterword'), ['size' => 6]);
        $mform->setType($p . 'roomcap', PARAM_INT);
        $mform->addElement('select', $p . 'openson', get_string('openson', 'local_afterword'), [
            'completed' => get_string('opensoncompleted', 'local_afterword'),
            'passed' => get_string('opensonpassed', 'local_afterword'),
        ]);
        $mform->addElement('advcheckbox', $p . 'anonymous', get_string('anonymous', 'local_afterword'));
        $mform->addHelpButton($p . 'anonymous', 'anonymous', 'local_afterword');
        $mform->addElement('advcheckbox', $p . 'regulated', get_string('regulated', 'local_afterword'));
        $mform->addHelpButton($p . 'regulated', 'regulated', 'local_afterword');
        $mform->addElement('text', $p . 'answerhours', get_string('answerhours', 'local_afterword'), ['size' => 6]);
        $mform->setType($p . 'answerhours', PARAM_INT);
        self::set_defaults($mform, $row);
    }

    /**
     * @param \MoodleQuickForm $mform
     * @param \stdClass|null $row
     */
    private static function set_defaults(\MoodleQuickForm $mform, ?\stdClass $row): void {
        foreach (link::FIELDS as $name => $default) {
            $value = $row ? $row->$name : $default;
            if ($name === 'roomby') {
                $value = array_filter(explode(',', (string)$value));
            }
            $mform->setDefault(self::PREFIX . $name, $value);
            if ($name !== 'enabled') {
                $mform->hideIf(self::PREFIX . $name, self::PREFIX . 'enabled');
            }
        }
        $mform->hideIf(self::PREFIX . 'answerhours', self::PREFIX . 'regulated');
    }

    /**
     * @param int $courseid
     * @return array course module id => name
     */
    private static function forums(int $courseid): array {
        $forums = [0 => get_string('newforum', 'local_afterword')];
        foreach (get_fast_modinfo($courseid)->get_instances_of('forum') as $cm) {
            $forums[$cm->id] = $cm->get_formatted_name();
        }
        return $forums;
    }

    /**
     * @return array
     */
    private static function room_choices(): array {
        return array_intersect_key(learner::choices(), array_flip(learner::wanted()));
    }

    /**
     * What an author should mend, by element.
     *
     * @param array $data of the form
     * @return array
     */
    public static function validate(array $data): array {
        $values = self::values($data);
        $errors = [];
        if ($values === null || empty($values['enabled'])) {
            return $errors;
        }
        foreach (['title', 'prompt'] as $name) {
            if (trim((string)$values[$name]) === '') {
                $errors[self::PREFIX . $name] = get_string('required');
            }
        }
        if (strlen((string)$values['prompt']) > 65536) {
            $errors[self::PREFIX . 'prompt'] = get_string('toolong', 'local_afterword');
        }
        if ((int)$values['roomcap'] < 2 || (int)$values['roomcap'] > 100000) {
            $errors[self::PREFIX . 'roomcap'] = get_string('roomcapwrong', 'local_afterword');
        }
        if (count((array)$values['roomby']) > 4) {
            $errors[self::PREFIX . 'roomby'] = get_string('roombytoomany', 'local_afterword');
        }
        return $errors;
    }

    /**
     * Our values out of a form's.
     *
     * @param array $data
     * @return array|null null: the form had none of our elements
     */
    public static function values(array $data): ?array {
        if (!array_key_exists(self::PREFIX . 'enabled', $data)) {
            return null;
        }
        $values = [];
        foreach (link::FIELDS as $name => $default) {
            $values[$name] = $data[self::PREFIX . $name] ?? $default;
        }
        return $values;
    }
}
