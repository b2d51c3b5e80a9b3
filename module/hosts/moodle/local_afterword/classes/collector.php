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
 * Collects during the request and hands over once, at its end.
 *
 * Order within a SCORM commit is course_completed first and the score last (the grade can still be 0
 * then), so nothing is looked up before the request is over. In a command-line process, cron above all,
 * there is no learner who waits and the end may be minutes away: there each is handed over at once.
 *
 * What could not be handed over is kept in local_afterword_pending with the reason. Only a process
 * that dies before its end leaves nothing behind; the reconcile task finds what it would have said.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class collector {
    /** @var array what was noted, by what makes it one thing */
    private static $noted = [];
    /** @var bool */
    private static $registered = false;
    /** @var array of the last hand-over: events, seconds */
    public static $last = ['events' => 0, 'seconds' => 0.0];

    /**
     * @param string $what
     * @param int $userid the learner
     * @param int $courseid
     * @param int $time seconds
     * @param array $details
     */
    public static function add(string $what, int $userid, int $courseid, int $time, array $details): void {
        // A commit fires an event for each of its elements; together they are one.
        $one = $what . '/' . $userid . '/' . $courseid . '/' . json_encode($details);
        if (!isset(self::$noted[$one])) {
            self::$noted[$one] = (object)['what' => $what, 'userid' => $userid, 'courseid' => $courseid, 'time' => $time,
                'details' => $details, 'since' => (int)($_SERVER['REQUEST_TIME'] ?? $time)];
        }
        if (self::no_learner_waits()) {
            self::flush();
        } else if (!self::$registered) {
            self::$registered = true;
            \core_shutdown_manager::register_function([self::class, 'flush']);
        }
    }

    /**
     * Hands everything over that was noted. Never throws: the learner's request is done.
     */
    public static function flush(): void {
        $noted = self::$noted;
        self::$noted = [];
        if (!$noted) {
            return;
        }
        $start = microtime(true);
        // A player that closes its window must not stop what it has just completed from being told.
        ignore_user_abort(true);
        $completions = false;
        $count = 0;
        foreach (self::in_order($noted) as $one) {
            try {
                foreach (event_builder::events($one) as $event) {
                    // An erasure that waits must not be deleted with what else waits of the person.
                    self::hand_over($event, $one->what === 'deleted' ? 0 : $one->userid);
                    $completions = $completions || in_array($event['kind'], ['course_completed', 'scorm_commit']);
                    $count++;
                }
            } catch (\Throwable $e) {
                debugging('local_afterword: ' . $one->what . ' was not reported: ' . $e->getMessage(), DEBUG_NORMAL);
            }
        }
        if ($completions) {
            self::ask_for_task();
        }
        self::$last = ['events' => $count, 'seconds' => microtime(true) - $start];
    }

    /**
     * One event to the library, or to the table of those that wait.
     *
     * @param array $event
     * @param int $userid
     * @return bool it is in the journal
     */
    public static function hand_over(array $event, int $userid): bool {
        try {
            self::notify($event);
            return true;
        } catch (bridge_exception $e) {
            pending::keep($event, $userid, $e);
            return false;
        }
    }

    /**
     * Reports an event. A link that cron has not pushed yet goes before it, and a course that the library does not
     * know yet is registered.
     *
     * @param array $event
     */
    public static function notify(array $event): void {
        $link = empty($event['course']) ? null : courses::unpushed((string)$event['course']);
        if ($link) {
            link::push($link);
        }
        try {
            bridge::get()->notify($event);
        } catch (bridge_exception $e) {
            if ($e->getCode() !== bridge::NOT_FOUND || empty($event['course'])) {
                throw $e;
            }
            self::register($event['course'], $event['course_title'] ?? '');
            bridge::get()->notify($event);
        }
    }

    /**
     * A SCORM activity with its package, so that its rules are known before its data.
     *
     * @param string $key
     * @param string $title
     */
    private static function register(string $key, string $title): void {
        global $DB;
        $cmid = strpos($key, 'cm-') === 0 ? (int)substr($key, 3) : 0;
        if ($cmid) {
            link::register_activity((int)$DB->get_field('course_modules', 'course', ['id' => $cmid]), $cmid);
        } else {
            bridge::get()->course_add($key, $title);
        }
    }

    /**
     * For tests: nothing was noted.
     */
    public static function forget(): void {
        self::$noted = [];
        self::$registered = false;
    }

    /**
     * @return bool
     */
    private static function no_learner_waits(): bool {
        return defined('CLI_SCRIPT') && CLI_SCRIPT;
    }

    /**
     * SCORM data before the completions that they led to, a deletion behind everything, the rest as it came.
     *
     * @param array $noted
     * @return array
     */
    private static function in_order(array $noted): array {
        $first = [];
        $rest = [];
        $last = [];
        foreach ($noted as $one) {
            if ($one->what === 'deleted') {
                $last[] = $one;
            } else if ($one->what === 'scorm' || $one->what === 'enrolled') {
                $first[] = $one;
            } else {
                $rest[] = $one;
            }
        }
        return array_merge($first, $rest, $last);
    }

    /**
     * The task that opens the discussion, as soon as cron comes by.
     */
    private static function ask_for_task(): void {
        try {
            \core\task\manager::queue_adhoc_task(new task\carry_out_soon(), true);
        } catch (\Throwable $e) {
            debugging('local_afterword: ' . $e->getMessage(), DEBUG_DEVELOPER);
        }
    }
}
