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
 * The way to the library: the PHP extension, or the worker's Unix socket, or none.
 *
 * Everything that the plugin asks of Afterword goes through here, and fails with a
 * bridge_exception that says what to do.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class bridge {
    /** The library could not be reached at all. */
    const NO_WAY = -1;
    /** AW_ENOTFOUND. */
    const NOT_FOUND = 3;

    /** @var bridge|null */
    private static $instance = null;

    /**
     * @return bridge
     */
    public static function get(): bridge {
        if (self::$instance === null) {
            self::$instance = new self();
        }
        return self::$instance;
    }

    /**
     * Another one, for tests; null: the real one again.
     *
     * @param bridge|null $instance
     */
    public static function set(?bridge $instance): void {
        self::$instance = $instance;
    }

    /**
     * @return string "extension", "socket" or "none"
     */
    public function way(): string {
        if (function_exists('afterword_notify')) {
            return 'extension';
        }
        return socket::configured() ? 'socket' : 'none';
    }

    /**
     * Reports one event; it is on the disk when this returns.
     *
     * @param array $event
     */
    public function notify(array $event): void {
        if ($this->way() === 'socket') {
            socket::ask($event);
            return;
        }
        $this->call('afterword_notify', [$event]);
    }

    /**
     * @return array what `afterword status --json` prints
     */
    public function status(): array {
        return $this->either('afterword_status', [], ['call' => 'status']);
    }

    /**
     * @param string $what
     * @param array $args
     * @return array
     */
    public function query(string $what, array $args = []): array {
        return $this->either('afterword_query', [$what, $args],
            ['call' => 'query', 'what' => $what, 'args' => (object)$args]);
    }

    /**
     * @param array $link
     * @return string its id
     */
    public function link_put(array $link): string {
        return $this->either('afterword_link_put', [$link], ['call' => 'link_put', 'link' => $link]);
    }

    /**
     * @param string $id
     */
    public function link_remove(string $id): void {
        $this->either('afterword_link_remove', [$id], ['call' => 'link_remove', 'id' => $id]);
    }

    /**
     * @param string $course
     * @param string $title
     * @param string|null $path of a SCORM package
     * @return array
     */
    public function course_add(string $course, string $title, ?string $path = null): array {
        $request = ['call' => 'course_add', 'course' => $course, 'title' => $title];
        if ($path !== null) {
            $request['path'] = $path;
        }
        return (array)$this->either('afterword_course_add', [$course, $title, $path], $request);
    }

    /**
     * @param int $max
     * @param int $leasems
     * @return array of requests to the host's forum
     */
    public function requests_take(int $max, int $leasems): array {
        return $this->either('afterword_forum_requests_take', [$max, $leasems],
            ['call' => 'forum_requests_take', 'max' => $max, 'lease_ms' => $leasems]);
    }

    /**
     * @param string $key
     * @param array $reply
     */
    public function request_done(string $key, array $reply): void {
        $this->either('afterword_forum_request_done', [$key, $reply],
            ['call' => 'forum_request_done', 'key' => $key, 'reply' => $reply]);
    }

    /**
     * @param string $action "retry" or "drop"
     * @param string $id
     */
    public function dead_letter(string $action, string $id): void {
        $this->either('afterword_dead_letter', [$action, $id],
            ['call' => 'dead_letter', 'action' => $action, 'id' => $id]);
    }

    /**
     * @param string $function of the extension
     * @param array $args
     * @param array $request the same for the socket
     * @return mixed
     */
    private function either(string $function, array $args, array $request) {
        return $this->way() === 'socket' ? socket::ask($request) : $this->call($function, $args);
    }

    /**
     * @param string $function
     * @param array $args
     * @return mixed
     */
    private function call(string $function, array $args) {
        if (!function_exists($function)) {
            throw new bridge_exception('Nothing is hooked: the PHP extension "afterword" is not loaded and no socket ' .
                'of the worker is set. Install the extension, or set the socket in the plugin\'s settings.', self::NO_WAY);
        }
        try {
            return $function(...$args);
        } catch (\Afterword\Exception $e) {
            throw new bridge_exception($e->getMessage(), $e->getCode(), $e->where);
        }
    }
}
