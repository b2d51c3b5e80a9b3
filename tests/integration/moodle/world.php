<?php
// world.php - a site with courses, learners and a recorder in the library's place, for the tests of the Moodle plugin.
require_once(getenv('AW_SOURCE') . '/fixtures/moodle/standin.php');

use local_afterword\bridge;
use local_afterword\bridge_exception;

/** In the place of the library: keeps what it is told, refuses what it is told to. */
class recorder extends bridge {
    public $events = [];
    public $links = [];
    public $removed = [];
    public $courses = [];
    public $requests = [];
    public $replies = [];
    public $letters = [];
    public $status = ['worker_running' => true, 'dead_letters' => 0, 'oldest_pending_ms' => 0, 'lrs' => []];
    public $way = 'extension';
    /** @var bool the worker does not answer now */
    public $unreachable = false;
    /** @var callable|null called while a link is being put */
    public $meanwhile = null;
    /** @var callable|null event => bridge_exception or null */
    public $refuse = null;

    public function way(): string {
        return $this->way;
    }

    private function reachable(): void {
        if ($this->way === 'none' || $this->unreachable) {
            throw new bridge_exception($this->unreachable ? 'the worker does not answer' : 'nothing is hooked', bridge::NO_WAY);
        }
    }

    public function notify(array $event): void {
        $this->reachable();
        $why = $this->refuse ? ($this->refuse)($event, $this) : null;
        if ($why) {
            throw $why;
        }
        $this->events[] = $event;
    }

    public function status(): array {
        $this->reachable();
        return $this->status;
    }

    public function query(string $what, array $args = []): array {
        return ['dead' => $this->letters];
    }

    public function link_put(array $link): string {
        $this->reachable();
        if ($link['prompt'] === 'refuse me') {
            throw new bridge_exception('prompt: has an unknown placeholder', 1, 'prompt');
        }
        $this->links[$link['id']] = $link;
        if ($this->meanwhile) {
            ($this->meanwhile)();
        }
        return $link['id'];
    }

    public function link_remove(string $id): void {
        $this->reachable();
        $this->removed[] = $id;
        if (!isset($this->links[$id])) {
            throw new bridge_exception('no such link', bridge::NOT_FOUND);
        }
        unset($this->links[$id]);
    }

    public function course_add(string $course, string $title, ?string $path = null): array {
        $this->reachable();
        if ($path !== null && filesize($path) < 20) {
            throw new bridge_exception('not a package', 1, 'path');
        }
        $this->courses[$course] = ['title' => $title, 'package' => $path !== null ? sha1_file($path) : null];
        return [];
    }

    public function requests_take(int $max, int $leasems): array {
        $this->reachable();
        return array_splice($this->requests, 0, $max);
    }

    public function request_done(string $key, array $reply): void {
        $this->replies[$key] = $reply;
    }

    public function dead_letter(string $action, string $id): void {
        $this->letters[] = [$action, $id];
    }

    public function take(): array {
        $events = $this->events;
        $this->events = [];
        return $events;
    }
}

// ---- asserting ----

$failures = 0;

function check($ok, string $what): void {
    global $failures;
    if (!$ok) {
        $failures++;
        $at = debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS);
        $line = end($at)['line'];
        echo "FAIL line $line: $what\n";
    }
}

function same($wanted, $got, string $what): void {
    check($wanted === $got, "$what: wanted " . json_encode($wanted) . ', got ' . json_encode($got));
}

function kinds(array $events): array {
    return array_column($events, 'kind');
}

function finish(): void {
    global $failures;
    if ($failures) {
        echo "$failures failed\n";
        exit(1);
    }
}

// ---- the site ----

function library(): recorder {
    static $recorder = null;
    if ($recorder === null) {
        $recorder = new recorder();
        bridge::set($recorder);
    }
    return $recorder;
}

function user(string $name, array $more = []): int {
    global $DB;
    return $DB->insert_record('user', $more + ['username' => $name, 'firstname' => ucfirst($name), 'lastname' => 'L',
        'email' => "$name@example.org", 'country' => 'GB', 'timezone' => 'Europe/Berlin']);
}

function course(string $name): int {
    global $DB;
    $id = $DB->insert_record('course', ['fullname' => $name, 'shortname' => $name]);
    $DB->insert_record('enrol', ['enrol' => 'manual', 'courseid' => $id]);
    return $id;
}

function enrol(int $userid, int $courseid): int {
    global $DB;
    return $DB->insert_record('user_enrolments', ['enrolid' => $DB->get_field('enrol', 'id', ['courseid' => $courseid]), 'userid' => $userid]);
}

function module(string $modname, int $courseid, string $name): stdClass {
    global $DB;
    $instance = in_array($modname, ['forum', 'scorm']) ? $DB->insert_record($modname, ['course' => $courseid, 'name' => $name]) : 1;
    $cmid = $DB->insert_record('course_modules', ['course' => $courseid, 'module' => $DB->get_field('modules', 'id', ['name' => $modname]),
        'instance' => $instance]);
    context_module::instance($cmid);
    return (object)['cmid' => $cmid, 'instance' => $instance, 'courseid' => $courseid];
}

/** A track as Moodle stores it, in the tables of the version that is stood in for. Returns the attempt's id. */
function track(int $userid, int $scormid, int $scoid, int $attempt, array $elements, int $time): int {
    global $DB;
    if ($DB->get_manager()->table_exists('scorm_scoes_track')) {
        foreach ($elements as $element => $value) {
            $where = ['userid' => $userid, 'scormid' => $scormid, 'scoid' => $scoid, 'attempt' => $attempt, 'element' => $element];
            $DB->delete_records('scorm_scoes_track', $where);
            $DB->insert_record('scorm_scoes_track', $where + ['value' => $value, 'timemodified' => $time]);
        }
        return $attempt;
    }
    $who = ['userid' => $userid, 'scormid' => $scormid, 'attempt' => $attempt];
    $attemptid = $DB->get_field('scorm_attempt', 'id', $who) ?: $DB->insert_record('scorm_attempt', $who);
    foreach ($elements as $element => $value) {
        $elementid = $DB->get_field('scorm_element', 'id', ['element' => $element]) ?: $DB->insert_record('scorm_element', ['element' => $element]);
        $where = ['scoid' => $scoid, 'attemptid' => $attemptid, 'elementid' => $elementid];
        $DB->delete_records('scorm_scoes_value', $where);
        $DB->insert_record('scorm_scoes_value', $where + ['value' => $value, 'timemodified' => $time]);
    }
    return (int)$attemptid;
}

function attach(int $courseid, int $cmid = 0, array $more = []): int {
    return \local_afterword\link::save($courseid, $cmid, $more + ['enabled' => 1, 'title' => 'After', 'prompt' => 'What **now**?']);
}

/** An event in a course or in a module. */
function happens(string $name, array $data, ?int $courseid = null, ?int $cmid = null): void {
    $data['context'] = $cmid ? context_module::instance($cmid) : context_course::instance($courseid);
    standin_event($name, $data)->trigger();
}

/** The end of a request: what is handed over then. */
function request_ends(): array {
    core_shutdown_manager::standin_run();
    \local_afterword\collector::forget();
    return library()->take();
}
