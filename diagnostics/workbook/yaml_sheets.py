"""The YAML dress: as a workbook lives in git, with its comments."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from .refusals import Problem, WorkbookRefused
from .tables import COMMENT, COMMENTS, END, SHEETS, Table, Tables, refuse_too_long, refused

WIDTH = 110
SHORT_ROW = 4


class _Loader(yaml.BaseLoader):
    """Make nothing but texts, lists and mappings (`no` stays "no"), and keep what lies between."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.gaps: list[tuple[int, int]] = []
        self._reached = 0

    def get_token(self) -> Any:
        """Hand on a token, noting the gap before it: only there can comments stand."""
        token = super().get_token()  # type: ignore[no-untyped-call]
        if token is not None:
            self.gaps.append((self._reached, token.start_mark.index))
            self._reached = max(self._reached, token.end_mark.index)
        return token


@dataclass(frozen=True, slots=True)
class _Place:
    """Where comments belong: a sheet, or one of its rows; `start` and `end` in the text."""

    sheet: str
    row: int | None
    start: int
    end: int


def read_yaml(data: bytes) -> Tables:
    """Read the sheets of a YAML workbook; raises WorkbookRefused."""
    try:
        text = _decoded(data)
        loader = _Loader(text)
        node = loader.get_single_node()
        loaded = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (ligne {mark.line + 1})" if mark is not None else ""
        raise refused(f"Le fichier YAML est illisible{where}.") from error
    if not isinstance(loaded, dict):
        raise refused("Le fichier YAML doit contenir les feuilles survey, choices et settings.")
    places = sorted(_places(node), key=lambda one: one.start)
    comments = _comments(text, loader.gaps, places)
    return {
        **{
            str(name): _table(str(name), rows, comments)
            for name, rows in loaded.items()
            if name in SHEETS
        },
        COMMENTS: _heads(comments),
    }


def _decoded(data: bytes) -> str:
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if wide else "utf-8-sig")


Comments = dict[tuple[str, int | None], list[str]]


def _table(sheet: str, rows: Any, comments: Comments) -> Table:
    listed = [rows] if isinstance(rows, dict) else rows
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        raise WorkbookRefused([Problem(sheet, None, None, "Une liste de lignes est attendue.")])
    refuse_too_long(sheet, len(listed))
    for number, row in enumerate(listed, start=2):
        for column, cell in row.items():
            if not isinstance(column, str) or not isinstance(cell, str):
                raise WorkbookRefused(
                    [Problem(sheet, number, str(column), "Une cellule ne contient qu’un texte.")]
                )
    columns = list(dict.fromkeys(column for row in listed for column in row))
    return [
        [COMMENT, *columns],
        *(
            ["\n".join(comments.get((sheet, at), ())), *(row.get(one, "") for one in columns)]
            for at, row in enumerate(listed)
        ),
    ]


def _heads(comments: Comments) -> Table:
    heads = [[sheet, "\n".join(lines)] for (sheet, row), lines in comments.items() if row is None]
    return [["sheet", "comment"], *heads]


def _places(root: yaml.Node | None) -> Iterator[_Place]:
    if not isinstance(root, yaml.MappingNode):
        return
    for at, (key, value) in enumerate(root.value):
        name = str(key.value) if at else ""
        yield _Place(name, None, key.start_mark.index, key.end_mark.index)
        rows = value.value if isinstance(value, yaml.SequenceNode) else [value]
        for number, row in enumerate(rows):
            cells = row.value if isinstance(row, yaml.MappingNode) else []
            end = max((cell.end_mark.index for _, cell in cells), default=row.start_mark.index)
            yield _Place(str(key.value), number, row.start_mark.index, end)


def _comments(text: str, gaps: Sequence[tuple[int, int]], places: Sequence[_Place]) -> Comments:
    found: Comments = {}
    starts = [one.start for one in places]
    for start, end in gaps:
        place = start
        for line in text[start:end].splitlines(keepends=True):
            at = place + len(line) - len(line.lstrip())
            if line.lstrip().startswith("#"):
                owner = _owner(at, places, starts=starts, beside=_beside(text, at))
                said = line.strip()[1:].removeprefix(" ").rstrip()
                found.setdefault(owner, []).append(said)
            place += len(line)
    return found


def _beside(text: str, at: int) -> bool:
    """Tell whether a comment stands at the end of a line rather than on its own."""
    return bool(text[text.rfind("\n", 0, at) + 1 : at].strip())


def _owner(
    at: int, places: Sequence[_Place], *, starts: Sequence[int], beside: bool
) -> tuple[str, int | None]:
    following = bisect_right(starts, at)
    if following and (beside or at < places[following - 1].end):
        return places[following - 1].sheet, places[following - 1].row
    if following == len(places):
        return END, None
    return places[following].sheet, places[following].row


def write_yaml(tables: Tables) -> bytes:
    """Write sheets as YAML: a row with few cells on one line, the others a cell a line."""
    heads = {row[0]: row[1] for row in tables.get(COMMENTS, [])[1:]}
    parts = list(_remark(heads.get("", "")))
    for at, (sheet, table) in enumerate(
        (name, table) for name, table in tables.items() if name in SHEETS
    ):
        parts += ["", *(_remark(heads.get(sheet, "")) if at else ()), f"{sheet}:"]
        header, *rows = table
        for row in rows:
            cells = {column: cell for column, cell in zip(header, row, strict=True) if cell}
            parts += [f"  {line}" for line in _remark(cells.pop(COMMENT, ""))]
            parts += [f"  {line}" if line else "" for line in _row(cells)]
    parts += _remark(heads.get(END, ""))
    return ("\n".join(parts).lstrip("\n") + "\n").encode()


def _remark(comment: str) -> list[str]:
    return [f"# {line}".rstrip() for line in comment.splitlines()]


def _row(cells: Mapping[str, str]) -> list[str]:
    if len(cells) <= SHORT_ROW and not any("\n" in cell for cell in cells.values()):
        line = _dumped([dict(cells)], flow=None, width=10_000)
        if len(line) <= WIDTH:
            return line.splitlines()
    # PyYAML breaks lines at U+0085, U+2028 and U+2029 too: such texts are quoted by it.
    return _dumped([dict(cells)], flow=False, width=WIDTH).split("\n")[:-1]


def _dumped(row: list[dict[str, str]], *, flow: bool | None, width: int) -> str:
    return str(
        yaml.safe_dump(
            row, allow_unicode=True, sort_keys=False, width=width, default_flow_style=flow
        )
    )
