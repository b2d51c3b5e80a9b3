--TEST--
The functions are what afterword.stub.php says they are
--EXTENSIONS--
afterword
--FILE--
<?php
function signature(ReflectionFunction $f): string {
    $parameters = [];
    foreach ($f->getParameters() as $p) {
        $default = '';
        if ($p->isDefaultValueAvailable()) {
            $value = $p->getDefaultValue();
            $default = ' = ' . ($value === [] ? '[]' : ($value === '' ? '""' : ($value === null ? 'null' : $value)));
        }
        $parameters[] = $p->getType() . ' $' . $p->getName() . $default;
    }
    return sprintf('function %s(%s): %s {}', $f->getName(), implode(', ', $parameters), $f->getReturnType());
}
preg_match_all('/^ *(function .*)$/m', file_get_contents(__DIR__ . '/../afterword.stub.php'), $m);
$wanted = $m[1];
$have = array_map(fn($name) => signature(new ReflectionFunction($name)), get_extension_funcs('afterword'));
sort($wanted);
sort($have);
var_dump($wanted === $have, count($have));
print_r(array_diff($wanted, $have) + array_diff($have, $wanted));
$p = new ReflectionProperty('Afterword\Exception', 'where');
echo $p->getType(), ' ', $p->isPublic() ? 'public' : '', "\n";
?>
--EXPECT--
bool(true)
int(10)
Array
(
)
string public
