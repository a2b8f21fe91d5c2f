<?php

declare(strict_types=1);

namespace Example;

final class Wind
{
    private const NAMES = ['calm', 'light air', 'light breeze', 'gentle breeze', 'moderate breeze'];

    public static function name(int $beaufort): string
    {
        return self::NAMES[$beaufort] ?? 'stay in port';
    }
}
