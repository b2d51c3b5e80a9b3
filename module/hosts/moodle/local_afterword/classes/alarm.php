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
 * Is anything being delivered? One judgement, shown on the check page and told to administrators.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class alarm {
    /** Something waits for so long: not delivered. */
    const LATE_SECONDS = 900;
    /** Administrators are told at most so often. */
    const AGAIN_SECONDS = 86400;

    /**
     * What is wrong, worst first: level ('error' or 'warning'), text. Empty: all is well.
     *
     * @param int $now
     * @return array
     */
    public static function problems(int $now): array {
        if (bridge::get()->way() === 'none') {
            return [['error', get_string('problemnone', 'local_afterword')]];
        }
        try {
            $status = bridge::get()->status();
        } catch (bridge_exception $e) {
            return array_merge([['error', $e->getMessage()]], self::of_table($now));
        }
        $problems = array_merge(self::of_status($status, $now), self::of_table($now));
        usort($problems, function($a, $b) {
            return strcmp($a[0], $b[0]);
        });
        return $problems;
    }

    /**
     * @param array $status
     * @param int $now
     * @return array
     */
    private static function of_status(array $status, int $now): array {
        $problems = [];
        if (empty($status['worker_running'])) {
            $problems[] = ['error', get_string('problemworker', 'local_afterword')];
        }
        $oldest = intdiv((int)($status['oldest_pending_ms'] ?? 0), 1000);
        if ($oldest && $now - $oldest > self::LATE_SECONDS) {
            $problems[] = ['error', get_string('problemlate', 'local_afterword', format_time($now - $oldest))];
        }
        foreach ($status['lrs'] ?? [] as $lrs) {
            $alert = $lrs['report']['alert'] ?? 'none';
            if ($alert !== 'none' && $alert !== '') {
                $problems[] = ['error', get_string('problemlrs', 'local_afterword', (object)['name' => $lrs['name'],
                    'text' => $lrs['report']['alert_text'] ?? $alert])];
            }
        }
        if (!empty($status['dead_letters'])) {
            $problems[] = ['warning', get_string('problemdead', 'local_afterword', $status['dead_letters'])];
        }
        return $problems;
    }

    /**
     * @param int $now
     * @return array
     */
    private static function of_table(int $now): array {
        global $DB;
        $problems = [];
        $oldest = (int)$DB->get_field_sql('SELECT MIN(timecreated) FROM {local_afterword_pending} WHERE refused = 0');
        if ($oldest && $now - $oldest > self::LATE_SECONDS) {
            $problems[] = ['error', get_string('problempending', 'local_afterword', (object)[
                'count' => $DB->count_records('local_afterword_pending', ['refused' => 0]),
                'time' => format_time($now - $oldest)])];
        }
        $refused = $DB->count_records('local_afterword_pending', ['refused' => 1]);
        if ($refused) {
            $problems[] = ['warning', get_string('problemrefused', 'local_afterword', $refused)];
        }
        foreach ($DB->get_records_select('local_afterword_link', 'pusherror IS NOT NULL') as $link) {
            $problems[] = ['warning', get_string('problemlink', 'local_afterword', (object)['title' => $link->title,
                'text' => $link->pusherror])];
        }
        return $problems;
    }

    /**
     * Tells the administrators of errors, once a day while they last.
     */
    public static function look(): void {
        $errors = array_filter(self::problems(time()), function($problem) {
            return $problem[0] === 'error';
        });
        $since = self::kept('alarmsince');
        if (!$errors) {
            if ($since) {
                set_config('alarmsince', 0, 'local_afterword');
            }
            return;
        }
        if (!$since) {
            set_config('alarmsince', time(), 'local_afterword');
            return;
        }
        $told = self::kept('alarmtold');
        if (time() - $since < self::LATE_SECONDS || time() - $told < self::AGAIN_SECONDS) {
            return;
        }
        set_config('alarmtold', time(), 'local_afterword');
        self::tell(array_column($errors, 1));
    }

    /**
     * Several processes of cron live side by side, each with its own memory of the settings: the table knows what the
     * others did.
     *
     * @param string $name
     * @return int
     */
    private static function kept(string $name): int {
        global $DB;
        return (int)$DB->get_field('config_plugins', 'value', ['plugin' => 'local_afterword', 'name' => $name]);
    }

    /**
     * @param string[] $texts
     */
    private static function tell(array $texts): void {
        $url = (new \moodle_url('/local/afterword/status.php'))->out(false);
        foreach (get_admins() as $admin) {
            $message = new \core\message\message();
            $message->component = 'local_afterword';
            $message->name = 'trouble';
            $message->courseid = SITEID;
            $message->userfrom = \core_user::get_noreply_user();
            $message->userto = $admin;
            $message->notification = 1;
            $message->subject = get_string('subjecttrouble', 'local_afterword');
            $message->fullmessage = implode("\n\n", $texts) . "\n\n" . get_string('nothinglost', 'local_afterword') . "\n$url\n";
            $message->fullmessageformat = FORMAT_PLAIN;
            $message->fullmessagehtml = '';
            $message->smallmessage = $message->subject;
            $message->contexturl = $url;
            $message->contexturlname = get_string('status', 'local_afterword');
            message_send($message);
        }
    }
}
