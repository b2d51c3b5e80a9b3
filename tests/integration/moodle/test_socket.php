<?php
// The worker's socket in a process that lives long, as cron's may: the worker is restarted, or closes what was idle.
require_once(__DIR__ . '/world.php');

use local_afterword\bridge_exception;
use local_afterword\socket;

$path = sys_get_temp_dir() . '/' . getmypid() . '.sock';
set_config('socket', $path, 'local_afterword');

/** A worker that answers one line of each connection, with the connection's number, and closes it. */
function worker(string $path, int $connections): int {
    $listener = stream_socket_server("unix://$path");
    $pid = pcntl_fork();
    if ($pid) {
        fclose($listener);
        return $pid;
    }
    for ($i = 1; $i <= $connections; $i++) {
        $stream = stream_socket_accept($listener, 20);
        fgets($stream);
        fwrite($stream, json_encode(['ok' => true, 'result' => $i]) . "\n");
        fclose($stream);
    }
    posix_kill(getmypid(), SIGKILL); // No end of PHP's, which would be the test's.
}

function refused(): bool {
    try {
        socket::ask(['call' => 'status']);
        return false;
    } catch (bridge_exception $e) {
        return true;
    }
}

$pid = worker($path, 3);
same(1, socket::ask(['call' => 'status']), 'an answer');
usleep(200000);
same(2, socket::ask(['call' => 'status']), 'closed since: opened anew');
usleep(200000);
same(3, socket::ask(['call' => 'status']), 'and again');
pcntl_waitpid($pid, $status);
unlink($path);
usleep(100000);

// No worker: given up for a while, and not for the life of the process.
check(refused(), 'no worker');
$pid = worker($path, 1);
check(refused(), 'nothing is tried again at once: a learner may be waiting');
$when = new ReflectionProperty(socket::class, 'failedat');
$when->setAccessible(true);
$when->setValue(null, time() - socket::AGAIN_SECONDS);
same(1, socket::ask(['call' => 'status']), 'but later');
pcntl_waitpid($pid, $status);
unlink($path);
finish();
