"""The programmes that ship, one TOML each: whom to visit first, how to call, what to fill."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from visits.errors import NotFound

# What targeting can say of a person; a criterion may ask for these only.
FACTS = (
    "age",
    "lives_alone",
    "floors_to_climb",
    "has_bath",
    "is_adapted",
    "tenancy_years",
    "built_year",
    "in_priority_district",
)


class BadProgramme(ValueError):
    """A programme's TOML does not hold; the message names the file and the fields."""


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
    """A programme of home visits."""

    code: str
    name: Mapping[str, str]
    audience: Audience
    target: Target
    protocol: Protocol
    forms: tuple[str, ...]
    visit_minutes: int
    follow_up_months: tuple[int, ...]
    targeting: tuple[Criterion, ...]


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
            raise ValidationError("needs at_least, at_most or equals")

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
            raise ValidationError("needs either share or number")


class _ProtocolSchema(Schema):
    max_calls = fields.Integer(strict=True, validate=validate.Range(1, 20))
    soft_refusal_retry_months = fields.Integer(strict=True, validate=validate.Range(1, 24))


class _FollowUpSchema(Schema):
    months = fields.List(fields.Integer(strict=True, validate=validate.Range(1, 60)), required=True)


class _ProgrammeSchema(Schema):
    code = fields.String(required=True, validate=validate.Regexp(r"[a-z][a-z0-9_]{1,39}$"))
    name = fields.Nested(_Names, required=True)
    audience = fields.Nested(_AudienceSchema, required=True)
    target = fields.Nested(_TargetSchema, required=True)
    protocol = fields.Nested(_ProtocolSchema, load_default=dict)
    forms = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    visit_minutes = fields.Integer(required=True, strict=True, validate=validate.Range(15, 480))
    follow_up = fields.Nested(_FollowUpSchema, load_default=lambda: {"months": []})
    criterion = fields.List(
        fields.Nested(_CriterionSchema), required=True, validate=validate.Length(min=1)
    )

    @validates_schema
    def _codes_differ(self, data: dict[str, Any], **_: Any) -> None:
        codes = [criterion.code for criterion in data.get("criterion", ())]
        if len(set(codes)) < len(codes):
            raise ValidationError("two criteria have the same code", "criterion")

    @post_load
    def _freeze(self, data: dict[str, Any], **_: Any) -> Programme:
        return Programme(
            code=data["code"],
            name=data["name"],
            audience=Audience(**data["audience"]),
            target=Target(**data["target"]),
            protocol=Protocol(**data["protocol"]),
            forms=tuple(data["forms"]),
            visit_minutes=data["visit_minutes"],
            follow_up_months=tuple(data["follow_up"]["months"]),
            targeting=tuple(data["criterion"]),
        )


def parse_programme(text: str, *, source: str) -> Programme:
    """Read a programme from TOML. Raises BadProgramme naming `source` and what is wrong."""
    try:
        programme: Programme = _ProgrammeSchema().load(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadProgramme(f"{source}: {error}") from None
    except ValidationError as error:
        raise BadProgramme(f"{source}: {error.messages}") from None
    return programme


@cache
def load_programmes() -> Mapping[str, Programme]:
    """Read every programme that ships, by code; read once."""
    found: dict[str, Programme] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        programme = parse_programme(path.read_text(encoding="utf-8"), source=path.name)
        if programme.code in found:
            raise BadProgramme(f"{path.name}: the code {programme.code} is taken")
        found[programme.code] = programme
    return MappingProxyType(found)


def find_programme(code: str) -> Programme:
    """Find a programme that ships. Raises NotFound."""
    try:
        return load_programmes()[code]
    except KeyError:
        raise NotFound("programme_not_found") from None
