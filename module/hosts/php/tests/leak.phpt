--TEST--
100,000 calls, refused ones among them, leave no memory behind
--EXTENSIONS--
afterword
--INI--
memory_limit=64M
--FILE--
<?php
function rss(): int {
    preg_match('/^VmRSS:\s+(\d+)/m', file_get_contents('/proc/self/status'), $m);
    return (int)$m[1];
}
$good = ['kind' => 'course_completed', 'learner' => 5, 'course' => 'c-1', 'course_title' => str_repeat('title ', 40),
    'attributes' => ['cohort' => 'A', 2026 => 12], 'score' => ['raw' => 90.5, 'max' => 100], 'success' => true];
$bad = [
    $good + ['colour' => 'red'],
    ['attributes' => ['a' => 1, 'b' => ['x']]] + $good,
    ['learner' => "\xff" . str_repeat('x', 100)] + $good,
    ['score' => ['raw' => 'x']] + $good,
];
function round_of(int $calls, array $good, array $bad): void {
    for ($i = 0; $i < $calls; $i++) {
        if ($i % 50 === 0) {
            afterword_notify($good);
        } else if ($i % 50 === 1) {
            afterword_query('links', ['course' => 'c-' . $i]);
        } else if ($i % 50 === 2) {
            try {
                afterword_link_put(['title' => 'x' . $i]);
            } catch (Afterword\Exception $e) {
            }
        } else {
            try {
                afterword_notify($bad[$i % 4]);
            } catch (Afterword\Exception $e) {
            }
        }
    }
}
round_of(5000, $good, $bad); // Caches and buffers find their size.
$memory = memory_get_usage();
$rss = rss();
round_of(100000, $good, $bad);
gc_collect_cycles();
$more = memory_get_usage() - $memory;
$rssmore = rss() - $rss;
echo $more < 4096 ? "memory steady\n" : "PHP's memory grew by $more bytes\n";
echo $rssmore < 2048 ? "process steady\n" : "the process grew by $rssmore KiB\n";
?>
--EXPECT--
memory steady
process steady
