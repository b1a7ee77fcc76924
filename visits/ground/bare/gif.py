"""GIF: keep pictures, how they follow one another and how often; no comments."""

from visits.ground.bare.pieces import BadMedia

PICTURE, EXTENSION, END = 0x2C, 0x21, 0x3B
CONTROL, APPLICATION = 0xF9, 0xFF
LOOPS = b"\x0bNETSCAPE2.0"


def bare_gif(data: bytes) -> bytes:
    """Leave out comments, texts and what applications added, and what follows the end."""
    place = 13 + _table(data[10])
    kept = bytearray(data[:place])
    while data[place] != END:
        if data[place] == PICTURE:
            end = _after_blocks(data, place + 11 + _table(data[place + 9]))
            kept += data[place:end]
        elif data[place] == EXTENSION:
            end = _after_blocks(data, place + 2)
            loops = data.startswith(LOOPS, place + 2) and end - place <= 19
            if data[place + 1] == CONTROL or (data[place + 1] == APPLICATION and loops):
                kept += data[place:end]
        else:
            raise BadMedia
        place = end
    return bytes(kept) + bytes([END])


def _table(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, place: int) -> int:
    while data[place]:
        place += 1 + data[place]
    return place + 1
