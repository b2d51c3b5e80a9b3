<?php

/**
 * What the afterword extension offers to PHP. arginfo in afterword_arginfo.h is
 * written after this file, and tests/reflection.phpt holds the two together.
 *
 * Every function throws Afterword\Exception when the library refuses.
 */

namespace Afterword {
    class Exception extends \RuntimeException
    {
        /** The member, option or file at fault. The code is one of the AW_E... numbers of afterword.h. */
        public string $where = "";
    }
}

namespace {
    /** Reports one event; true when it is on the disk. Members: docs/abi.md, as in the JSON form. */
    function afterword_notify(array $event): bool {}

    /** What `afterword status --json` prints, and the extension's own version. */
    function afterword_status(): array {}

    /** aw_query(): "links", "discussions", "discussion", "progress", "dead" ... (docs/queries.md). */
    function afterword_query(string $what, array $args = []): array {}

    /** Attaches a discussion to a course, or changes the link of the same id; returns the link's id. */
    function afterword_link_put(array $link): string {}

    function afterword_link_remove(string $id): bool {}

    /** Registers a course: from a SCORM package, or plain with $path null. */
    function afterword_course_add(string $course, string $title = "", ?string $path = null): array {}

    /** Takes up to $max requests to the host's forum, leased for $lease_ms. */
    function afterword_forum_requests_take(int $max = 16, int $lease_ms = 120000): array {}

    /** Answers one of them. */
    function afterword_forum_request_done(string $key, array $reply): bool {}

    /** $action: "retry" or "drop". */
    function afterword_dead_letter(string $action, string $id): bool {}

    /** The version of the library that is loaded. */
    function afterword_version(): string {}
}
