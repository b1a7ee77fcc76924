"""Lists that stand in files beside a workbook: read, and written into the form at publishing.

A form that holds its lists needs no file to be answered: not on a tablet without a network, not in
ODK Collect, not when the server checks it. So `pulldata()` becomes a look into such a list too.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from lxml import etree

from ..wellformed import BadForm, read_form
from .reading import Workbook
from .refusals import Problem, WorkbookRefused
from .rewriting import closing
from .scrutiny import type_of
from .tables import INVISIBLE, MOST_COLUMNS, MOST_ROWS

LIST_TYPES = {
    ".csv": "text/csv",
    ".xml": "text/xml",
    ".geojson": "application/geo+json",
}
XFORMS = "{http://www.w3.org/2002/xforms}"
_SELECT = re.compile(r"select[_ ](?:one|multiple)[_ ]from[_ ]file\s+(\S.*)", re.IGNORECASE)
_DECLARED = {"csv-external": ".csv", "xml-external": ".xml"}
_LITERAL = r"\s*('[^']*'|\"[^\"]*\")\s*"
_PULLDATA = re.compile(rf"\bpulldata\s*\({_LITERAL},{_LITERAL},{_LITERAL},")
_RELATIVE = re.compile(r"""('[^']*'|"[^"]*")|(?<![\w.)\]/*])(\.\.?)(?=[/\s,)]|$)""")
_COLUMN = re.compile(r"[^\W\d][\w.-]*")
_LISTED = re.compile(r"(?:randomize\()?instance\('([^']*)'\)/root/item\b")


def lists_wanted(workbook: Workbook) -> dict[str, Problem]:
    """Give the list files a workbook reads, each with what to say when it is not there."""
    wanted: dict[str, Problem] = {}
    for name, at in _mentions(workbook):
        message = f"Cette liste est dans le fichier « {name} » : joignez-le au classeur."
        wanted.setdefault(name, replace(at, message=message))
    return wanted


def _mentions(workbook: Workbook) -> Iterator[tuple[str, Problem]]:
    for row in workbook.survey:
        at = Problem("survey", row.number, "type", "")
        selected = _SELECT.fullmatch(row.get("type").strip())
        if selected is not None:
            yield selected[1].strip(), at
        declared = _DECLARED.get(type_of(row))
        if declared is not None:
            yield f"{row.get('name')}{declared}", at
    for at, cell in _pulling(workbook):
        for found in _PULLDATA.finditer(cell):
            yield f"{found[1][1:-1]}.csv", at


def _pulling(workbook: Workbook) -> Iterator[tuple[Problem, str]]:
    for sheet in ("survey", "consequences"):
        for row in workbook.rows(sheet):
            for column, cell in row.cells.items():
                if "pulldata(" in cell:
                    yield Problem(sheet, row.number, column, ""), cell


def loose_looks(workbook: Workbook) -> Iterator[Problem]:
    """List the `pulldata()` whose list or columns only an answer would tell."""
    message = (
        "pulldata() veut sa liste et ses deux colonnes entre apostrophes : "
        "pulldata('liste', 'colonne voulue', 'colonne cherchée', ${question})."
    )
    for at, cell in _pulling(workbook):
        if len(_PULLDATA.findall(cell)) < cell.count("pulldata("):
            yield replace(at, message=message)


def list_type(name: str) -> str:
    """Give the media type of a list file by its name; empty for another file."""
    return LIST_TYPES.get(PurePath(name).suffix.lower(), "")


def read_list(name: str, data: bytes) -> etree._Element:
    """Read a list file into the `root` element of an instance; raises ValueError, said in French.

    A CSV has its columns' names in its first line, its cells between commas, semicolons or tabs,
    in UTF-8 or Windows-1252. A GeoJSON feature becomes its properties, `id` and `geometry`.
    """
    match PurePath(name).suffix.lower():
        case ".csv":
            return _root(_csv_rows(data))
        case ".geojson":
            return _root(_features(data))
        case ".xml":
            return _xml_list(data)
    raise ValueError("une liste est un fichier .csv, .xml ou .geojson")


def _root(rows: Iterator[Mapping[str, str]]) -> etree._Element:
    root = etree.Element(f"{XFORMS}root")
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise ValueError(f"il passe {MOST_ROWS} lignes")
        item = etree.SubElement(root, f"{XFORMS}item")
        for column, cell in row.items():
            etree.SubElement(item, f"{XFORMS}{column}").text = INVISIBLE.sub("", cell)
    if not len(root):
        raise ValueError("il ne contient aucune ligne")
    return root


def _csv_rows(data: bytes) -> Iterator[Mapping[str, str]]:
    text = _decoded(data)
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        columns = [cell.strip() for cell in next(lines, [])]
        _refuse_columns(columns)
        for line in lines:
            if any(cell.strip() for cell in line):
                pairs = zip(columns, line, strict=False)
                yield {column: cell.strip() for column, cell in pairs if column}
    except csv.Error as error:
        raise ValueError("ce n’est pas un fichier CSV") from error


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _refuse_columns(columns: list[str]) -> None:
    named = [column for column in columns if column]
    wrong = next((column for column in named if not _COLUMN.fullmatch(column)), "")
    if wrong:
        raise ValueError(
            f"la colonne « {wrong[:60]} » ne commence pas par une lettre, ou contient une espace"
        )
    if len(set(named)) < len(named) or not named or len(named) > MOST_COLUMNS:
        raise ValueError("sa première ligne ne nomme pas chaque colonne une fois")


def _features(data: bytes) -> Iterator[Mapping[str, str]]:
    try:
        features = json.loads(data)["features"]
        for feature in features:
            properties = {
                name: str(cell)
                for name, cell in (feature.get("properties") or {}).items()
                if _COLUMN.fullmatch(name) and cell is not None
            }
            ident = {"id": str(feature["id"])} if "id" in feature else {}
            yield {**properties, **ident, "geometry": _geometry(feature["geometry"])}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("ce n’est pas un fichier GeoJSON d’objets") from error


def _geometry(geometry: Mapping[str, Any]) -> str:
    """Write a geometry as ODK does: latitude, longitude, altitude and accuracy of each point."""
    points = geometry["coordinates"]
    if geometry["type"] == "Point":
        points = [points]
    elif geometry["type"] == "Polygon":
        points = points[0]
    elif geometry["type"] != "LineString":
        raise ValueError(geometry["type"])
    return ";".join(f"{float(point[1])} {float(point[0])} 0 0" for point in points)


def _xml_list(data: bytes) -> etree._Element:
    try:
        top = read_form(data)
    except BadForm as error:
        raise ValueError("ce n’est pas un fichier XML bien formé") from error
    # Its `root` is asked for by that name, in no namespace of its own.
    for element in top.iter(etree.Element):
        element.tag = f"{XFORMS}{etree.QName(element).localname}"
    if top.tag != f"{XFORMS}root":
        raise ValueError("son premier élément n’est pas « root »")
    return top


def with_lists(xform: bytes, files: Mapping[str, bytes], workbook: Workbook) -> bytes:
    """Write the lists into a form; raises WorkbookRefused, each problem on the cell that asks.

    A form that reads no file comes back byte for byte.
    """
    top = etree.fromstring(xform)
    listed = [one for one in top.iter(f"{XFORMS}instance") if one.get("src")]
    if not listed:
        return xform
    wanted = lists_wanted(workbook)
    missing = [_filled(instance, top, files, wanted=wanted) for instance in listed]
    problems = [problem for problem in missing if problem]
    problems += _blind_looks(workbook, {one.get("id", ""): one for one in listed if len(one)})
    if problems:
        raise WorkbookRefused(problems)
    _look_up_in_lists(top)
    return etree.tostring(top, encoding="utf-8", xml_declaration=True)


def _blind_looks(workbook: Workbook, lists: Mapping[str, etree._Element]) -> Iterator[Problem]:
    """List the `pulldata()` that name a column their list lacks: they would never find a thing."""
    columns = {ident: _columns(instance) for ident, instance in lists.items()}
    for at, cell in _pulling(workbook):
        for found in _PULLDATA.finditer(cell):
            ident, *named = (found[group][1:-1] for group in (1, 2, 3))
            for column in named:
                if ident in columns and column not in columns[ident]:
                    message = f"Le fichier « {ident}.csv » n’a pas de colonne « {column} »."
                    yield replace(at, message=message)


def _filled(
    instance: etree._Element,
    top: etree._Element,
    files: Mapping[str, bytes],
    *,
    wanted: Mapping[str, Problem],
) -> Problem | None:
    """Write a list into its instance, or tell why it cannot be."""
    name = instance.get("src", "").rpartition("/")[2]
    del instance.attrib["src"]
    at = wanted.get(name) or Problem("survey", None, "type", f"La liste « {name} » manque.")
    if name not in files:
        return at
    try:
        instance.append(read_list(name, files[name]))
        _refuse_missing_columns(instance, top)
    except ValueError as error:
        return replace(at, message=f"Le fichier « {name} » ne convient pas : {error}.")
    return None


def _refuse_missing_columns(instance: etree._Element, top: etree._Element) -> None:
    """Look whether the questions that offer a list find its values and their labels."""
    columns = _columns(instance)
    for itemset in top.iter(f"{XFORMS}itemset"):
        listed = _LISTED.match(itemset.get("nodeset", ""))
        if listed is None or listed[1] != instance.get("id"):
            continue
        for part in itemset:
            if part.get("ref") not in columns:
                raise ValueError(f"il n’a pas de colonne « {part.get('ref')} »")


def _columns(instance: etree._Element) -> set[str]:
    return {etree.QName(cell).localname for item in instance[0] for cell in item}


def _look_up_in_lists(top: etree._Element) -> None:
    for element in top.iter(etree.Element):
        for name in element.attrib:
            if "pulldata" in (value := element.get(name, "")):
                element.set(name, _looked_up(value))


def _looked_up(expression: str) -> str:
    """Write `pulldata('list', 'wanted', 'key', sought)` as a look into the list itself."""
    found = _PULLDATA.search(expression)
    if found is None:
        return expression
    end = closing(expression, found.end())
    ident, wanted, key = (found[group][1:-1] for group in (1, 2, 3))
    # Inside the brackets the list's item is the context: paths from the question say so.
    sought = _RELATIVE.sub(
        lambda one: one[1] or f"current()/{one[2]}", expression[found.end() : end]
    ).strip()
    item = f"instance('{ident}')/root/item[{key} = string({sought})][1]"
    before, after = expression[: found.start()], expression[end + 1 :]
    return _looked_up(f"{before}string({item}/{wanted}){after}")
