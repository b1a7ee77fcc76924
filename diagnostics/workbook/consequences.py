"""The sheet of ours: what follows from the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from ..codes import CODES, HOMES, OWNERS, Kind, Severity
from ..delays import parse_delay
from ..texts import language_code
from .reading import Row, Workbook
from .refusals import Problem, perhaps

LANGUAGES = ("fr", "en")
GROUP = "what_follows"
GROUP_LABEL = {"fr": "Ce qui va suivre", "en": "What follows"}
_IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_-]{0,60}"
_HOW_MANY = rf"^(?:[1-9]\d{{0,2}}|\$\{{\s*{_IDENTIFIER}\s*\}})?$"
_NUMBERS = ("integer", "calculate", "range")
_NO_NUMBER = "Écrivez un nombre, ou la question qui le dit : ${{lampes_posees}}. Vide : non compté."


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a form calls for when its answers are so; `causes` are the questions it looks at.

    `quantity` says how many items of a kit were fitted or given: a number, or the path of the
    question that tells it, all turns of its repeat together; empty: they are not counted. `home`
    says of what works are: one of `HOMES`; empty: as the nature of the code says.
    """

    name: str
    path: str
    for_each: str
    kind: Kind
    code: str
    severity: str
    due: str
    owner: str
    label: Mapping[str, str]
    when: str
    causes: tuple[str, ...] = ()
    quantity: str = ""
    home: str = ""


def _known(table: Any, what: str) -> validate.Validator:
    class Known(validate.Validator):
        def __call__(self, value: str) -> str:
            if value not in table:
                raise ValidationError(f"{what} « {value} » est inconnu.{perhaps(value, table)}")
            return value

    return Known()


def _delay(value: str) -> None:
    try:
        if value:
            parse_delay(value)
    except ValueError:
        raise ValidationError(
            f"Délai illisible : « {value} ». Écrivez 4h, 5wd (jours ouvrés), 30d ou 6m."
        ) from None


_EMPTY = "Cette cellule est obligatoire."
_MISSING: dict[str, str | list[Any] | dict[Any, Any]] = {"required": _EMPTY}
_FILLED = validate.Length(min=1, error=_EMPTY)


class ConsequenceSchema(Schema):
    """The shape of one row of the sheet."""

    class Meta:
        """Refuse what we do not know."""

        unknown = RAISE

    name = fields.String(
        load_default="", validate=validate.Regexp(rf"^(?:{_IDENTIFIER})?$", error="Nom non valide.")
    )
    when = fields.String(required=True, validate=_FILLED, error_messages=_MISSING)
    for_each = fields.String(load_default="")
    kind = fields.String(
        required=True, validate=_known(list(Kind), "Le genre"), error_messages=_MISSING
    )
    code = fields.String(required=True, validate=_FILLED, error_messages=_MISSING)
    severity = fields.String(
        load_default="", validate=_known(["", *Severity], "Le degré d’urgence")
    )
    due = fields.String(load_default="", validate=_delay)
    owner = fields.String(load_default="", validate=_known(["", *OWNERS], "Le responsable"))
    quantity = fields.String(load_default="", validate=validate.Regexp(_HOW_MANY, error=_NO_NUMBER))
    home = fields.String(load_default="", validate=_known(["", *HOMES], "Le lieu"))
    label = fields.Dict(keys=fields.String(), values=fields.String(), required=True)

    @validates_schema
    def _code_of_kind(self, data: dict[str, Any], **_: Any) -> None:
        codes = CODES[Kind(data["kind"])]
        if data["code"] not in codes:
            said = f"Le code « {data['code']} » est inconnu pour le genre « {data['kind']} »."
            raise ValidationError(said + perhaps(data["code"], codes), "code")

    @validates_schema
    def _counts_a_kit(self, data: dict[str, Any], **_: Any) -> None:
        if data["quantity"] and data["kind"] != Kind.KIT:
            raise ValidationError("Seul le genre kit se compte : videz cette cellule.", "quantity")

    @validates_schema
    def _of_works(self, data: dict[str, Any], **_: Any) -> None:
        if data["home"] and data["kind"] not in (Kind.WORK_ORDER, Kind.HAZARD):
            said = "Seuls un work_order ou un hazard ouvrent des travaux : videz cette cellule."
            raise ValidationError(said, "home")

    @validates_schema
    def _both_languages(self, data: dict[str, Any], **_: Any) -> None:
        for language in LANGUAGES:
            if not data["label"].get(language):
                raise ValidationError("La traduction manque.", f"label::{language}")


_COLUMNS = frozenset(ConsequenceSchema().fields) - {"label"}


def read_consequences(workbook: Workbook) -> tuple[list[tuple[Row, Consequence]], list[Problem]]:
    """Read the rows of the sheet; those that do not pass come back as problems."""
    found: list[tuple[Row, Consequence]] = []
    problems: list[Problem] = []
    names = {row.get("name") for row in workbook.survey if row.get("name")}
    for at, row in enumerate(workbook.consequences, start=1):
        try:
            loaded = ConsequenceSchema().load(_shape(row))
        except ValidationError as error:
            problems.extend(_problems(row, error))
            continue
        one = _consequence(loaded, loaded["name"] or f"consequence_{at}")
        problems.extend(_misfits(row, one, workbook, names=names))
        names.add(one.name)
        found.append((row, one))
    return found, problems


def _shape(row: Row) -> dict[str, Any]:
    shaped: dict[str, Any] = {"label": {}}
    for column, cell in row.cells.items():
        head, _, language = column.partition("::")
        if head == "label":
            shaped["label"][language_code(language) or "fr"] = cell
        elif column in _COLUMNS:
            shaped[column] = cell
    return shaped


def _consequence(loaded: dict[str, Any], name: str) -> Consequence:
    return Consequence(
        name=name,
        path="",
        for_each=loaded["for_each"].strip("${}"),
        kind=Kind(loaded["kind"]),
        code=loaded["code"],
        severity=loaded["severity"],
        due=loaded["due"].replace(" ", ""),
        owner=loaded["owner"],
        label=loaded["label"],
        when=loaded["when"],
        quantity=loaded["quantity"].strip("${ }"),
        home=loaded["home"],
    )


def _problems(row: Row, error: ValidationError) -> list[Problem]:
    messages: dict[str, Any] = dict(error.messages_dict)
    return [
        Problem("consequences", row.number, column, str(message))
        for column, said in messages.items()
        for message in (said if isinstance(said, list) else [said])
    ]


def _misfits(row: Row, one: Consequence, workbook: Workbook, *, names: set[str]) -> list[Problem]:
    problems = []
    if one.name in names:
        message = f"Le nom « {one.name} » est déjà pris."
        problems.append(Problem("consequences", row.number, "name", message))
    repeats = {
        other.get("name")
        for other in workbook.survey
        if other.get("type").replace("_", " ").split() == ["begin", "repeat"]
    }
    if one.for_each and one.for_each not in repeats:
        message = f"La répétition « {one.for_each} » n’existe pas.{perhaps(one.for_each, repeats)}"
        problems.append(Problem("consequences", row.number, "for_each", message))
    if one.quantity and (message := _uncountable(one, workbook)):
        problems.append(Problem("consequences", row.number, "quantity", message))
    return problems


def _uncountable(one: Consequence, workbook: Workbook) -> str:
    """Say why a question tells no number of items; nothing when it does."""
    if one.quantity.isdecimal():
        return ""
    types = {row.get("name"): row.get("type").strip() for row in workbook.survey}
    if one.quantity not in types:
        return f"La question « {one.quantity} » n’existe pas.{perhaps(one.quantity, types)}"
    if types[one.quantity] not in _NUMBERS:
        return f"« {one.quantity} » n’est pas un nombre : choisissez une autre question."
    return ""
