"""Small drawn pictures that stand for a visitor's photos: no camera, no home, no face."""

import struct
import zlib
from functools import lru_cache
from math import sin

WIDTH, HEIGHT = 160, 120
KINDS = 12
_WALLS = ((214, 203, 184), (196, 207, 212), (222, 214, 204), (203, 212, 196))
_FLOORS = ((146, 116, 84), (120, 124, 130), (168, 142, 110))


@lru_cache(maxsize=KINDS)
def photo(kind: int) -> bytes:
    """Draw a wall, a floor and something lying on it, as a PNG; `kind` 0 to `KINDS` - 1."""
    wall, floor = _WALLS[kind % len(_WALLS)], _FLOORS[kind % len(_FLOORS)]
    left, width = 20 + 9 * (kind % 7), 36 + 6 * (kind % 5)
    rows = bytearray()
    for y in range(HEIGHT):
        rows.append(0)
        for x in range(WIDTH):
            colour = wall if y < 70 else floor
            if 82 <= y < 104 and left <= x - (y - 82) // 2 < left + width:
                colour = (164 - 8 * (kind % 4), 62, 58) if (x + y) % 9 else (230, 214, 190)
            shade = 1.0 - 0.25 * abs(x - WIDTH / 2) / WIDTH - 0.1 * (y / HEIGHT)
            rows.extend(int(part * shade) for part in colour)
    return _png(bytes(rows))


def signature() -> bytes:
    """Draw a hand that signs: dark waves on white, as a PNG."""
    rows = bytearray()
    for y in range(HEIGHT):
        rows.append(0)
        for x in range(WIDTH):
            wave = HEIGHT / 2 + (26 - x / 8) * sin(x / 7)
            inked = 16 < x < WIDTH - 16 and abs(y - wave) < 4
            rows.extend((23, 38, 46) if inked else (255, 255, 255))
    return _png(bytes(rows))


def _png(rows: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
