"""What a programme is, as its TOML says it: whom to visit first, how to call, what to fill."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from visits.programmes.facts import FACTS

# What the schema says, in French; whatever is not here is said as it is.
IN_FRENCH = (
    (r"Unknown field\.", "champ inconnu"),
    (r"Missing data for required field\.", "champ obligatoire absent"),
    (r"Not a valid (integer|number)\.", "un nombre est attendu"),
    (r"Not a valid string\.", "un texte est attendu"),
    (r"Not a valid list\.", "une liste est attendue"),
    (r"(Not a valid mapping type|Invalid input type)\.", "une table est attendue"),
    (r"Field may not be null\.", "ce champ ne peut pas être vide"),
    (r"Invalid value\.", "valeur impossible"),
    (r"Must be one of: (.+)\.", r"une de ces valeurs est attendue : \1"),
    (
        r"String does not match expected pattern\.",
        "minuscules, chiffres et _ seulement, une lettre d’abord",
    ),
    (r"Shorter than minimum length (\d+)\.", r"au moins \1 attendu"),
    (
        r"Must be greater than (or equal to )?(\S+) and less than (or equal to )?(\S+)\.",
        r"entre \2 et \4",
    ),
    (r"Must be greater than or equal to (\S+)\.", r"au moins \1"),
)


class BadProgramme(ValueError):
    """A programme's TOML does not hold: `problems` are `(field, what is wrong, in French)`."""

    def __init__(self, source: str, problems: Sequence[tuple[str, str]]) -> None:
        self.source, self.problems = source, tuple(problems)
        super().__init__("\n".join(f"{source}: {place}: {said}" for place, said in problems))


@dataclass(frozen=True)
class Condition:
    """One fact and what it must be; bounds are inclusive."""

    fact: str
    at_least: float | None = None
    at_most: float | None = None
    equals: bool | float | str | None = None


@dataclass(frozen=True)
class Criterion:
    """What gives points when all its conditions hold; of a `group` the best one counts."""

    code: str
    points: int
    when: tuple[Condition, ...]
    label: Mapping[str, str]
    group: str | None = None


@dataclass(frozen=True)
class Audience:
    """Whom a programme is for: ages in full years, bounds inclusive."""

    age_min: int
    age_max: int | None = None


@dataclass(frozen=True)
class Target:
    """How many to visit: a share of the audience (0 to 1) or a number."""

    share: float | None = None
    number: int | None = None


@dataclass(frozen=True)
class Protocol:
    """How often to call, and when a soft refusal may be asked again."""

    max_calls: int = 3
    soft_refusal_retry_months: int = 3


@dataclass(frozen=True)
class Programme:
    """A programme of home visits.

    A visit is done when all its `forms` are filled; `optional_forms` may be filled too, and
    `follow_up_form` when something promised to this person is due. The lowest `position` is the
    programme a page shows first.
    """

    code: str
    name: Mapping[str, str]
    position: int
    audience: Audience
    target: Target
    protocol: Protocol
    forms: tuple[str, ...]
    optional_forms: tuple[str, ...]
    visit_minutes: int
    follow_up_months: tuple[int, ...]
    follow_up_form: str | None
    targeting: tuple[Criterion, ...]

    @property
    def all_forms(self) -> tuple[str, ...]:
        """List every form a visit may be filled with, the required ones first."""
        follow_up = (self.follow_up_form,) if self.follow_up_form else ()
        return tuple(dict.fromkeys((*self.forms, *self.optional_forms, *follow_up)))


class _Names(Schema):
    fr = fields.String(required=True, validate=validate.Length(min=1))
    en = fields.String(required=True, validate=validate.Length(min=1))

    @post_load
    def _freeze(self, data: dict[str, str], **_: Any) -> Mapping[str, str]:
        return MappingProxyType(data)


class _ConditionSchema(Schema):
    fact = fields.String(required=True, validate=validate.OneOf(FACTS))
    at_least = fields.Float()
    at_most = fields.Float()
    equals = fields.Raw(validate=lambda value: isinstance(value, bool | int | float | str))

    @validates_schema
    def _ask_something(self, data: dict[str, Any], **_: Any) -> None:
        if len(data) < 2:
            raise ValidationError("indiquez at_least, at_most ou equals")

    @post_load
    def _freeze(self, data: dict[str, Any], **_: Any) -> Condition:
        return Condition(**data)


class _CriterionSchema(Schema):
    code = fields.String(required=True, validate=validate.Regexp(r"[a-z][a-z0-9_]{1,39}$"))
    points = fields.Integer(required=True, strict=True, validate=validate.Range(1, 100))
    when = fields.List(
        fields.Nested(_ConditionSchema), required=True, validate=validate.Length(min=1)
    )
    label = fields.Nested(_Names, required=True)
    group = fields.String()

    @post_load
    def _freeze(self, data: dict[str, Any], **_: Any) -> Criterion:
        return Criterion(**{**data, "when": tuple(data["when"])})


class _AudienceSchema(Schema):
    age_min = fields.Integer(required=True, strict=True, validate=validate.Range(18, 115))
    age_max = fields.Integer(strict=True, validate=validate.Range(18, 115))


class _TargetSchema(Schema):
    share = fields.Float(validate=validate.Range(0, 1, min_inclusive=False))
    number = fields.Integer(strict=True, validate=validate.Range(min=1))

    @validates_schema
    def _one_of_both(self, data: dict[str, Any], **_: Any) -> None:
        if len(data) != 1:
            raise ValidationError("indiquez soit share, soit number")


class _ProtocolSchema(Schema):
    max_calls = fields.Integer(strict=True, validate=validate.Range(1, 20))
    soft_refusal_retry_months = fields.Integer(strict=True, validate=validate.Range(1, 24))


class _FollowUpSchema(Schema):
    months = fields.List(fields.Integer(strict=True, validate=validate.Range(1, 60)), required=True)
    form = fields.String(load_default=None)


class _ProgrammeSchema(Schema):
    code = fields.String(required=True, validate=validate.Regexp(r"[a-z][a-z0-9_]{1,39}$"))
    name = fields.Nested(_Names, required=True)
    audience = fields.Nested(_AudienceSchema, required=True)
    target = fields.Nested(_TargetSchema, required=True)
    protocol = fields.Nested(_ProtocolSchema, load_default=dict)
    position = fields.Integer(strict=True, load_default=100, validate=validate.Range(0, 1000))
    forms = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    optional_forms = fields.List(fields.String(), load_default=list)
    visit_minutes = fields.Integer(required=True, strict=True, validate=validate.Range(15, 480))
    follow_up = fields.Nested(_FollowUpSchema, load_default=lambda: {"months": [], "form": None})
    criterion = fields.List(
        fields.Nested(_CriterionSchema), required=True, validate=validate.Length(min=1)
    )

    @validates_schema
    def _codes_differ(self, data: dict[str, Any], **_: Any) -> None:
        codes = [criterion.code for criterion in data.get("criterion", ())]
        if len(set(codes)) < len(codes):
            raise ValidationError("deux critères ont le même code", "criterion")

    @validates_schema
    def _a_form_once(self, data: dict[str, Any], **_: Any) -> None:
        named = [*data.get("forms", ()), *data.get("optional_forms", ())]
        if len(set(named)) < len(named):
            raise ValidationError("un formulaire est nommé deux fois", "optional_forms")

    @post_load
    def _freeze(self, data: dict[str, Any], **_: Any) -> Programme:
        return Programme(
            code=data["code"],
            name=data["name"],
            position=data["position"],
            audience=Audience(**data["audience"]),
            target=Target(**data["target"]),
            protocol=Protocol(**data["protocol"]),
            forms=tuple(data["forms"]),
            optional_forms=tuple(data["optional_forms"]),
            visit_minutes=data["visit_minutes"],
            follow_up_months=tuple(data["follow_up"]["months"]),
            follow_up_form=data["follow_up"]["form"],
            targeting=tuple(data["criterion"]),
        )


def parse_programme(text: str, *, source: str) -> Programme:
    """Read a programme from TOML. Raises BadProgramme naming `source`, fields and faults."""
    try:
        programme: Programme = _ProgrammeSchema().load(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadProgramme(source, [("TOML", str(error))]) from None
    except ValidationError as error:
        raise BadProgramme(source, list(_faults(error.messages))) from None
    return programme


def _faults(messages: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Lay out what a schema said as one fault a field: `criterion.3.points`."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            named = "" if key == "_schema" else str(key)
            yield from _faults(inner, ".".join(part for part in (place, named) if part))
        return
    for said in messages if isinstance(messages, list) else [messages]:
        yield place, _in_french(str(said))


def _in_french(said: str) -> str:
    for pattern, french in IN_FRENCH:
        if found := re.fullmatch(pattern, said):
            return found.expand(french)
    return said


@cache
def shipped_programmes() -> Mapping[str, str]:
    """Give the TOML of every programme that ships, by its code."""
    found: dict[str, str] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        found[parse_programme(text, source=path.name).code] = text
    return MappingProxyType(found)
