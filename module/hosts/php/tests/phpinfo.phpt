--TEST--
phpinfo() has a block, and the settings are the system's alone
--EXTENSIONS--
afterword
--FILE--
<?php
ob_start();
phpinfo(INFO_MODULES);
$info = ob_get_clean();
foreach (['Afterword => enabled', 'Library version => ' . afterword_version(), 'Opened in this process => no',
          'afterword.config', 'afterword.state_dir'] as $line) {
    var_dump(strpos($info, $line) !== false);
}
var_dump(@ini_set('afterword.state_dir', '/tmp/elsewhere'));
afterword_status();
ob_start();
phpinfo(INFO_MODULES);
var_dump(strpos(ob_get_clean(), 'Opened in this process => yes') !== false);
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(false)
bool(true)
