--TEST--
Without configuration, or with one that cannot be read, every function says what to do
--EXTENSIONS--
afterword
--INI--
afterword.config=
afterword.state_dir=
--FILE--
<?php
foreach (['afterword_status' => [], 'afterword_query' => ['links'],
          'afterword_notify' => [['kind' => 'course_completed', 'learner' => 'u', 'course' => 'c']]] as $f => $args) {
    try {
        $f(...$args);
    } catch (Afterword\Exception $e) {
        printf("%d %s\n", $e->getCode(), $e->getMessage());
    }
}
echo afterword_version() !== '' ? "version\n" : '';
?>
--EXPECTF--
13 afterword.config: is not set; put afterword.config = /path/to/afterword.json %s
13 afterword.config: is not set; put afterword.config = /path/to/afterword.json %s
13 afterword.config: is not set; put afterword.config = /path/to/afterword.json %s
version
