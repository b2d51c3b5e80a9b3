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
 * The worker's Unix socket, for sites that cannot load the extension: JSON, one value a line.
 *
 * One connection, opened when first needed. The worker closes it when it ends, and after five idle minutes; a process
 * of cron's may live longer, so one that was used before is opened anew, once. A worker that does not answer costs the
 * learner at most CONNECT_SECONDS plus ANSWER_SECONDS once: after a failure nothing more is tried for AGAIN_SECONDS,
 * longer than most requests, and what was to be said is kept in the table of pending events.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class socket {
    /** How long a connection may take. */
    const CONNECT_SECONDS = 0.2;
    /** How long an answer may take. */
    const ANSWER_SECONDS = 2;
    /** After a failure nothing is tried for so long. */
    const AGAIN_SECONDS = 10;
    /** The longest answer. */
    const ANSWER_BYTES = 9000000;

    /** @var resource|null */
    private static $stream = null;
    /** @var int the process that opened it */
    private static $pid = 0;
    /** @var string|null why this process has given up */
    private static $failed = null;
    /** @var int when */
    private static $failedat = 0;
    /** @var bool the connection has carried an answer before */
    private static $used = false;

    /**
     * @return bool
     */
    public static function configured(): bool {
        return self::path() !== '';
    }

    /**
     * @return string
     */
    public static function path(): string {
        return trim((string)get_config('local_afterword', 'socket'));
    }

    /**
     * Sends one request and waits for its answer.
     *
     * @param array $request
     * @return mixed the result; true where there is none
     */
    public static function ask(array $request) {
        if (self::$failed !== null && self::$pid === getmypid() && time() - self::$failedat < self::AGAIN_SECONDS) {
            throw new bridge_exception(self::$failed, bridge::NO_WAY);
        }
        $line = json_encode($request, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
        if ($line === false) {
            throw new bridge_exception('cannot be written as JSON: ' . json_last_error_msg(), 15, 'event');
        }
        if (self::$used && self::$stream !== null && self::$pid === getmypid() && self::closed_by_worker(self::$stream)) {
            self::reset();
        }
        $stream = self::open();
        self::write($stream, $line . "\n");
        $answer = self::read($stream);
        self::$used = true;
        return self::result($answer);
    }

    /**
     * Between two requests the worker says nothing, so what can be read is the end.
     *
     * @param resource $stream
     * @return bool
     */
    private static function closed_by_worker($stream): bool {
        $read = [$stream];
        $none = [];
        return (bool)@stream_select($read, $none, $none, 0);
    }

    /**
     * Forgets the connection, and that it failed.
     */
    public static function reset(): void {
        if (self::$stream !== null && self::$pid === getmypid()) {
            fclose(self::$stream);
        }
        self::$stream = null;
        self::$used = false;
        self::$failed = null;
    }

    /**
     * @return resource
     */
    private static function open() {
        if (self::$stream !== null && self::$pid === getmypid()) {
            return self::$stream;
        }
        self::$pid = getmypid();
        self::$failed = null;
        $stream = @stream_socket_client('unix://' . self::path(), $errno, $text, self::CONNECT_SECONDS);
        if (!$stream) {
            self::fail('The worker does not listen on ' . self::path() . " ($text). Start `afterword worker`, or " .
                'correct the socket in the plugin\'s settings.');
        }
        stream_set_timeout($stream, self::ANSWER_SECONDS);
        self::$stream = $stream;
        return $stream;
    }

    /**
     * @param resource $stream
     * @param string $bytes
     */
    private static function write($stream, string $bytes): void {
        while ($bytes !== '') {
            $n = @fwrite($stream, $bytes);
            if (!$n) {
                self::fail('The worker closed the connection on ' . self::path() . '.');
            }
            $bytes = substr($bytes, $n);
        }
    }

    /**
     * @param resource $stream
     * @return string
     */
    private static function read($stream): string {
        $answer = '';
        while (substr($answer, -1) !== "\n") {
            $more = @fgets($stream, 65536);
            if ($more === false || strlen($answer) > self::ANSWER_BYTES) {
                self::fail('The worker did not answer on ' . self::path() . ' within ' . self::ANSWER_SECONDS . ' s.');
            }
            $answer .= $more;
        }
        return $answer;
    }

    /**
     * @param string $answer
     * @return mixed
     */
    private static function result(string $answer) {
        $value = json_decode($answer, true);
        if (!is_array($value) || !isset($value['ok'])) {
            self::fail('What listens on ' . self::path() . ' is not the worker of Afterword.');
        }
        if (!$value['ok']) {
            $where = $value['where'] ?? '';
            throw new bridge_exception(($where !== '' ? "$where: " : '') . ($value['text'] ?? ''), (int)($value['code'] ?? 0), $where);
        }
        return array_key_exists('result', $value) ? $value['result'] : true;
    }

    /**
     * @param string $text
     */
    private static function fail(string $text): void {
        self::reset();
        self::$failed = $text;
        self::$failedat = time();
        throw new bridge_exception($text, bridge::NO_WAY);
    }
}
