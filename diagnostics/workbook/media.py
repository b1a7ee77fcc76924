"""Pictures, sounds and films that a workbook shows beside its words: they travel with the form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .list_files import LIST_TYPES, list_type, lists_wanted
from .reading import Workbook
from .refusals import Problem

LARGEST_MEDIA = 5_000_000
# What a tablet's browser shows, by how the file begins; never SVG, which can carry a program.
_BEGINNINGS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "audio/wav"),
    (re.compile(rb"ID3|\xff[\xfb\xf3\xf2]"), "audio/mpeg"),
    (re.compile(rb"OggS"), "audio/ogg"),
    (re.compile(rb"....ftypM4A", re.DOTALL), "audio/mp4"),
    (re.compile(rb"....ftyp", re.DOTALL), "video/mp4"),
    (re.compile(rb"\x1aE\xdf\xa3"), "video/webm"),
)
_MEDIA = re.compile(r"(?:media::)?(image|audio|video|big-image)(::.*)?")
# A question that asks for a picture may show one to begin with, to be drawn on.
_PICTURED = frozenset(["image", "photo", "add image prompt", "add photo prompt"])


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file beside a workbook: a list it reads, or a picture, sound or film it shows."""

    name: str
    media_type: str
    data: bytes

    @property
    def shown(self) -> bool:
        """Tell whether it travels with the form: a list is written into it instead."""
        return self.media_type not in LIST_TYPES.values()


def media_column(column: str) -> re.Match[str] | None:
    """Recognise a media column: group 1 is what it shows, group 2 `::` and its language."""
    return _MEDIA.fullmatch(column)


def files_wanted(workbook: Workbook) -> dict[str, Problem]:
    """Give the files a workbook names, each with what to say when it is not there."""
    return {**_media_wanted(workbook), **lists_wanted(workbook)}


def _media_wanted(workbook: Workbook) -> dict[str, Problem]:
    wanted: dict[str, Problem] = {}
    for sheet in ("survey", "choices"):
        for row in workbook.rows(sheet):
            for column, name in row.cells.items():
                if media_column(column):
                    message = f"Le fichier « {name} » n’est pas joint au classeur : il manquera."
                    wanted.setdefault(name, Problem(sheet, row.number, column, message))
    for row in workbook.survey:
        name = row.get("default")
        if name and row.get("type").strip().lower() in _PICTURED:
            message = f"Le fichier « {name} » n’est pas joint au classeur : il manquera."
            wanted.setdefault(name, Problem("survey", row.number, "default", message))
    return wanted


def media_problems(workbook: Workbook, files: Mapping[str, bytes]) -> Iterator[Problem]:
    """List the media files that no tablet shows, each on the cell that names it."""
    for name, at in _media_wanted(workbook).items():
        if name not in files:
            continue
        if len(files[name]) > LARGEST_MEDIA:
            message = f"Le fichier « {name} » passe {LARGEST_MEDIA // 1_000_000} Mo."
            yield Problem(at.sheet, at.row, at.column, message)
        elif not _media_type(files[name]):
            message = (
                f"Le fichier « {name} » ne se montre pas sur la tablette : donnez une image PNG, "
                "JPEG, GIF ou WebP, un son MP3, M4A, Ogg ou WAV, un film MP4 ou WebM."
            )
            yield Problem(at.sheet, at.row, at.column, message)


def used_files(workbook: Workbook, files: Mapping[str, bytes]) -> tuple[FormFile, ...]:
    """Give those of the files that the workbook names, with what each is."""
    return tuple(
        FormFile(name, list_type(name) or _media_type(files[name]), files[name])
        for name in sorted(files_wanted(workbook))
        if name in files
    )


def _media_type(data: bytes) -> str:
    return next((kind for begins, kind in _BEGINNINGS if begins.match(data)), "")
