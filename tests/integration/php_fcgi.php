<?php
// php_fcgi.php SOCKET SCRIPT NAME COUNT: a FastCGI client. Asks SCRIPT with n = NAME-0 ... NAME-(COUNT-1), one after
// the other on new connections, and prints the n of each that was answered with "taken n", as soon as it was.
[, $socket, $script, $name, $count] = $argv;

function record(int $type, string $content): string {
    return pack('CCnnCC', 1, $type, 1, strlen($content), 0, 0) . $content;
}

function parameter(string $name, string $value): string {
    return pack('CN', strlen($name), strlen($value) | 0x80000000) . $name . $value;
}

function ask(string $socket, string $script, string $query): string {
    $stream = @stream_socket_client("unix://$socket", $errno, $error, 5);
    if (!$stream) {
        return '';
    }
    stream_set_timeout($stream, 30);
    $parameters = parameter('SCRIPT_FILENAME', $script) . parameter('REQUEST_METHOD', 'GET') . parameter('QUERY_STRING', $query);
    @fwrite($stream, record(1, pack('nCa5', 1, 0, '')) . record(4, $parameters) . record(4, '') . record(5, ''));
    $body = '';
    while (strlen($head = (string)@stream_get_contents($stream, 8)) === 8) {
        $h = unpack('Cversion/Ctype/nid/nlength/Cpadding/Creserved', $head);
        $content = $h['length'] + $h['padding'] > 0 ? (string)stream_get_contents($stream, $h['length'] + $h['padding']) : '';
        if ($h['type'] === 6) {
            $body .= substr($content, 0, $h['length']);
        }
    }
    return explode("\r\n\r\n", $body, 2)[1] ?? '';
}

for ($i = 0; $i < (int)$count; $i++) {
    if (trim(ask($socket, $script, "n=$name-$i")) === "taken $name-$i") {
        echo "$name-$i\n";
    }
}
