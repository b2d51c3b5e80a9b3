--TEST--
afterword_notify(): every member of an event, and what is on the disk afterwards
--EXTENSIONS--
afterword
--FILE--
<?php
$before = afterword_status()['journal_events'];
var_dump(afterword_notify(['kind' => 'course_completed', 'learner' => 5, 'course' => 'c-1']));
var_dump(afterword_notify([
    'kind' => 'course_completed',
    'key' => 'k-1',
    'time_ms' => 1772438400000,
    'utc_offset_min' => -300,
    'attempt' => 2,
    'learner' => 'u-1',
    'learner_name' => null,
    'course' => 'c-1',
    'course_title' => 'Brandschutz für alle',
    'language' => 'de-DE',
    'registration' => '2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a',
    'attributes' => ['cohort' => 'Nurses', 2026 => 7, 'none' => null],
    'success' => true,
    'score' => ['scaled' => 0.9, 'raw' => 90, 'min' => 0, 'max' => 100],
    'duration_ms' => 3600000,
]));
$body = json_encode(['cmi.core.lesson_status' => 'passed']);
$event = ['kind' => 'scorm_commit', 'learner' => 'u-1', 'course' => 'c-1', 'activity' => 'sco-1', 'terminated' => true];
$event['body'] = &$body; // A reference, as foreach leaves them.
var_dump(afterword_notify($event));
var_dump(afterword_status()['journal_events'] - $before);
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
int(3)
