--TEST--
afterword_notify(): what is refused, with the library's code, the member and the reason; nothing is recorded
--EXTENSIONS--
afterword
--FILE--
<?php
$before = afterword_status()['journal_events'];
$good = ['kind' => 'course_completed', 'learner' => 'u-1', 'course' => 'c-1'];
foreach ([
    [],
    ['learner' => 'u-1'],
    ['kind' => 7],
    ['kind' => 'graduated'] + $good,
    ['kind' => 'course_completed', 'course' => 'c-1'],
    $good + ['colour' => 'red'],
    $good + [0 => 'x'],
    ['learner' => 1.5] + $good,
    ['learner' => ['u-1']] + $good,
    ['learner' => "u\0-1"] + $good,
    ['learner' => "u-\xff"] + $good,
    $good + ['success' => 'yes'],
    $good + ['attempt' => -1],
    $good + ['utc_offset_min' => 5000000000],
    $good + ['score' => 90],
    $good + ['score' => ['scaled' => '0.9']],
    $good + ['score' => ['percent' => 90]],
    $good + ['score' => ['raw' => NAN]],
    $good + ['attributes' => 'cohort'],
    $good + ['attributes' => ['cohort' => ['x']]],
    $good + ['attributes' => array_fill(0, 17, 'x')],
    $good + ['registration' => 'not-a-uuid'],
    ['kind' => 'scorm_commit', 'learner' => 'u-1', 'course' => 'c-1'],
    $good + ['course_title' => str_repeat('x', 2000)],
] as $event) {
    try {
        afterword_notify($event);
        echo "taken: ", json_encode($event), "\n";
    } catch (Afterword\Exception $e) {
        printf("%d [%s] %s\n", $e->getCode(), $e->where, $e->getMessage());
    }
}
try {
    afterword_notify('course_completed');
} catch (TypeError $e) {
    echo get_class($e), "\n";
}
var_dump(afterword_status()['journal_events'] - $before);
var_dump(is_subclass_of('Afterword\Exception', 'RuntimeException'));
?>
--EXPECTF--
1 [kind] kind: is missing; %s
1 [kind] kind: is missing; %s
1 [kind] kind: must be text such as "course_completed"
2 [kind] kind: "graduated" is not an event kind
1 [learner] learner: is missing; course_completed needs it
1 [event] event: "colour" is not a member of an event
1 [event] event: has the number 0 where a member's name belongs
1 [learner] learner: must be text, or left out
1 [learner] learner: must be text, or left out
15 [learner] learner: holds the character U+0000
15 [learner] learner: is not valid UTF-8 at byte 2; send text as UTF-8
1 [success] success: must be true or false, or left out
1 [attempt] attempt: must be a whole number from 0 to 4294967295, or left out
1 [utc_offset_min] utc_offset_min: must be a whole number of 32 bits, or left out
1 [score] score: must be an array of scaled, raw, min and max, or left out
1 [scaled] scaled: must be a number, or left out
1 [score] score: has a member that is none of scaled, raw, min and max: "percent"
1 [score_raw] score_raw: is not a finite number
1 [attributes] attributes: must be an array of texts by name, or left out
1 [attributes] attributes: must be text, or left out
5 [attributes] attributes: has 17; at most 16 are taken
1 [registration] registration: is not a UUID such as %s
1 [body] body: is missing; scorm_commit needs it
5 [course_title] course_title: is longer than 1024 bytes
TypeError
int(0)
bool(true)
