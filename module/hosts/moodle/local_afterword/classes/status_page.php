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
 * The content of status.php.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class status_page {
    /** So many rows of each table are shown. */
    const ROWS = 100;

    /** @var \moodle_url */
    private $url;

    /**
     * @param \moodle_url $url
     */
    public function __construct(\moodle_url $url) {
        $this->url = $url;
    }

    /**
     * A button was pressed.
     *
     * @param string $action retry, drop (dead letters); again, forget (events that wait)
     * @param string $id
     * @return array what to say, and how
     */
    public function act(string $action, string $id): array {
        try {
            switch ($action) {
                case 'retry':
                case 'drop':
                    bridge::get()->dead_letter($action, $id);
                    break;
                case 'again':
                    pending::retry((int)$id);
                    pending::hand_over();
                    break;
                case 'forget':
                    pending::drop((int)$id);
                    break;
                default:
                    return [get_string('unknownaction', 'local_afterword'), \core\output\notification::NOTIFY_ERROR];
            }
        } catch (bridge_exception $e) {
            return [s($e->getMessage()), \core\output\notification::NOTIFY_ERROR];
        }
        return [get_string('done', 'local_afterword'), \core\output\notification::NOTIFY_SUCCESS];
    }

    /**
     * @return string
     */
    public function html(): string {
        return $this->problems() . $this->numbers() . $this->dead() . $this->waiting();
    }

    /**
     * @return string
     */
    private function problems(): string {
        global $OUTPUT;
        $html = '';
        foreach (alarm::problems(time()) as [$level, $text]) {
            $html .= $OUTPUT->notification(s($text), $level === 'error' ? \core\output\notification::NOTIFY_ERROR
                : \core\output\notification::NOTIFY_WARNING);
        }
        return $html !== '' ? $html
            : $OUTPUT->notification(get_string('checkok', 'local_afterword'), \core\output\notification::NOTIFY_SUCCESS);
    }

    /**
     * @return string
     */
    private function numbers(): string {
        $table = new \html_table();
        $table->attributes['class'] = 'generaltable mb-4';
        $table->data[] = [get_string('way', 'local_afterword'), get_string('way' . bridge::get()->way(), 'local_afterword')];
        try {
            $status = bridge::get()->status();
        } catch (bridge_exception $e) {
            return \html_writer::table($table);
        }
        foreach (['journal_events', 'journal_pending', 'statements', 'discussions', 'members', 'dead_letters'] as $name) {
            $table->data[] = [get_string('status' . str_replace('_', '', $name), 'local_afterword'), (int)($status[$name] ?? 0)];
        }
        foreach ($status['lrs'] ?? [] as $lrs) {
            $table->data[] = [get_string('statuslrs', 'local_afterword', s($lrs['name'])), (int)($lrs['pending'] ?? 0)];
        }
        return \html_writer::table($table);
    }

    /**
     * Dead letters: what was refused for good, and the reason.
     *
     * @return string
     */
    private function dead(): string {
        try {
            $dead = bridge::get()->query('dead', ['limit' => self::ROWS]);
        } catch (bridge_exception $e) {
            return '';
        }
        $rows = [];
        foreach ($dead['dead'] ?? $dead as $letter) {
            $rows[] = [userdate((int)strtotime($letter['at'])), s($letter['sink']), s($letter['subject']),
                s($letter['code'] . ': ' . $letter['reason']),
                $this->button('retry', (string)$letter['id']) . $this->button('drop', (string)$letter['id'])];
        }
        return $this->table('deadletters', ['when', 'where', 'what', 'why', ''], $rows);
    }

    /**
     * Events that did not get to the library yet.
     *
     * @return string
     */
    private function waiting(): string {
        global $DB;
        $rows = [];
        foreach ($DB->get_records('local_afterword_pending', null, 'refused DESC, id', '*', 0, self::ROWS) as $row) {
            $event = (array)json_decode($row->event, true);
            $rows[] = [userdate($row->timecreated), s($event['kind'] ?? ''), s($event['course_title'] ?? ''), s($row->reason),
                $this->button('again', $row->id) . ($row->refused ? $this->button('forget', $row->id) : '')];
        }
        return $this->table('waiting', ['when', 'what', 'course', 'why', ''], $rows);
    }

    /**
     * @param string $title
     * @param string[] $head
     * @param array $rows
     * @return string
     */
    private function table(string $title, array $head, array $rows): string {
        global $OUTPUT;
        $html = $OUTPUT->heading(get_string($title, 'local_afterword'), 3);
        if (!$rows) {
            return $html . \html_writer::tag('p', get_string('nonehere', 'local_afterword'));
        }
        $table = new \html_table();
        $table->head = array_map(function($name) {
            return $name === '' ? '' : get_string('head' . $name, 'local_afterword');
        }, $head);
        $table->data = $rows;
        return $html . \html_writer::table($table);
    }

    /**
     * @param string $action
     * @param string $id
     * @return string
     */
    private function button(string $action, string $id): string {
        global $OUTPUT;
        return $OUTPUT->single_button(new \moodle_url($this->url, ['action' => $action, 'id' => $id, 'sesskey' => sesskey()]),
            get_string('action' . $action, 'local_afterword'));
    }
}
