"""The fields of a programme's TOML: codes, names in both languages, delays, days."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from diagnostics.delays import DelayUnit, parse_delay

CODE = validate.Regexp(r"[a-z][a-z0-9_]{1,39}\Z")
NO_DELAY = "un délai est attendu : 7d, 5wd ou 1m"
NO_HOURS = "un délai en jours, jours ouvrés ou mois est attendu"
NO_DAY = "un jour au moins est attendu"


class Frozen(Schema):
    """A schema that loads into its frozen class, and writes it back."""

    made: type

    @post_load
    def _freeze(self, data: dict[str, Any], **_: Any) -> Any:
        return self.made(**data)


class NamesSchema(Schema):
    """A name in French and in English."""

    fr = fields.String(required=True, validate=validate.Length(1, 200))
    en = fields.String(required=True, validate=validate.Length(1, 200))

    @post_load
    def _freeze(self, data: dict[str, str], **_: Any) -> Mapping[str, str]:
        return MappingProxyType(data)


class TextSchema(NamesSchema):
    """Some sentences in French and in English."""

    fr = fields.String(required=True, validate=validate.Length(1, 2000))
    en = fields.String(required=True, validate=validate.Length(1, 2000))


class Several(fields.List[Any]):
    """A list that becomes a tuple."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(*args, **kwargs))


class Amount(fields.Float):
    """A number, written without a fraction when it has none; true is no number."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, *args, **kwargs)

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return int(value) if isinstance(value, float) and value.is_integer() else value


class WholeNumber(fields.Integer):
    """A whole number; true is none, nor is a text."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, *args, **kwargs)


class YesNo(fields.Boolean):
    """True or false, and nothing that only looks like it."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Day(fields.Date):
    """A day, as TOML knows days."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        raise self.make_error("invalid", input=value, obj_type="date")

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return value


def code() -> fields.String:
    """Ask for a code."""
    return fields.String(required=True, validate=CODE)


def name() -> fields.Nested:
    """Ask for a name in both languages."""
    return fields.Nested(NamesSchema, required=True)


def number(least: int, most: int, *, required: bool = False) -> fields.Integer:
    """Ask for a whole number, bounds inclusive."""
    return WholeNumber(strict=True, required=required, validate=validate.Range(least, most))


def delay(*, required: bool = False) -> fields.String:
    """Ask for a delay of days, working days or months."""
    return fields.String(required=required, validate=_is_delay)


def one_of(known: tuple[str, ...], *, required: bool = False) -> fields.String:
    """Ask for one of some words."""
    return fields.String(required=required, validate=validate.OneOf(known))


def some_of(known: tuple[str, ...], *, required: bool = False) -> Several:
    """Ask for at least one of some words."""
    one = fields.String(validate=validate.OneOf(known))
    return Several(one, required=required, validate=validate.Length(min=1))


def _is_delay(text: str) -> None:
    try:
        delay = parse_delay(text)
    except ValueError:
        raise ValidationError(NO_DELAY) from None
    if delay.unit is DelayUnit.HOURS:
        raise ValidationError(NO_HOURS)
    if delay.amount < 1:
        raise ValidationError(NO_DAY)
