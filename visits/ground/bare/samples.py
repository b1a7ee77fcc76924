"""Where the samples of a track of a film stand, and blanking everything else."""

import struct
from collections.abc import Iterable, Mapping
from itertools import accumulate

from visits.ground.bare.pieces import BadMedia

Places = Mapping[bytes, tuple[int, int]]
MOST = 5_000_000


def extents(film: bytearray, table: Places) -> list[tuple[int, int]]:
    """List from where to where the samples of a track stand, chunk by chunk."""
    if b"stco" in table:
        offsets = _numbers(film, table[b"stco"], 4, "I")
    elif b"co64" in table:
        offsets = _numbers(film, table[b"co64"], 4, "Q")
    else:
        raise BadMedia
    if not offsets:
        return []
    per_chunk = _samples_of_chunks(film, table[b"stsc"], len(offsets))
    start = table[b"stsz"][0]
    uniform, count = struct.unpack_from(">II", film, start + 4)
    if sum(per_chunk) < count or sum(per_chunk) > MOST:
        raise BadMedia
    if uniform == 1:  # sound of old QuickTime: a sample is not a byte, whatever is said here
        following = sorted(offsets)[1:] + [len(film)]
        return list(zip(sorted(offsets), following, strict=True))
    if uniform:
        return [(at, at + uniform * many) for at, many in zip(offsets, per_chunk, strict=True)]
    sizes = _numbers(film, table[b"stsz"], 8, "I")
    ends = [0, *accumulate(sizes)]
    found, first = [], 0
    for at, many in zip(offsets, per_chunk, strict=True):
        last = min(first + many, len(sizes))
        found.append((at, at + ends[last] - ends[first]))
        first = last
    return found


def blank_between(
    film: bytearray, areas: Iterable[tuple[int, int]], kept: list[tuple[int, int]]
) -> None:
    """Blank what is in an area and in no kept extent."""
    kept = sorted(kept)
    for start, end in areas:
        for first, last in kept:
            if last <= start or first >= end:
                continue
            if first > start:
                film[start:first] = bytes(first - start)
            start = max(start, last)
        if start < end:
            film[start:end] = bytes(end - start)


def _numbers(film: bytearray, place: tuple[int, int], at: int, kind: str) -> tuple[int, ...]:
    """Read a counted list; `at` is where its count stands."""
    start, end = place
    (count,) = struct.unpack_from(">I", film, start + at)
    if count > MOST or start + at + 4 + count * struct.calcsize(kind) > end:
        raise BadMedia
    return struct.unpack_from(f">{count}{kind}", film, start + at + 4)


def _samples_of_chunks(film: bytearray, place: tuple[int, int], chunks: int) -> list[int]:
    start, end = place
    (count,) = struct.unpack_from(">I", film, start + 4)
    if count > chunks or start + 8 + 12 * count > end:
        raise BadMedia
    runs = [struct.unpack_from(">III", film, start + 8 + 12 * number) for number in range(count)]
    firsts = [first for first, _many, _entry in runs] + [chunks + 1]
    if firsts[0] != 1 or firsts != sorted(firsts):
        raise BadMedia
    found: list[int] = []
    for (first, many, _entry), following in zip(runs, firsts[1:], strict=True):
        found += [many] * (following - first)
    return found
