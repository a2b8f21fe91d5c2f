<?php

declare(strict_types=1);

require __DIR__ . '/../vendor/autoload.php';

echo Example\Wind::name((int) ($_GET['beaufort'] ?? 0)), "\n";
