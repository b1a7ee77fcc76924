"""Whom a programme is for and whom first, as its TOML says it: facts, criteria, how many."""

from typing import Any

from marshmallow import ValidationError, fields, validate
from marshmallow import validates_schema as checks

from visits.programmes import agreeing
from visits.programmes.facts import ANSWER, FACTS, OUTCOME, kind_of
from visits.programmes.fields import Amount, Frozen, NamesSchema, Several, code, number
from visits.programmes.shape import Audience, Condition, Criterion, Target

LONGEST_FACT = 100


def _is_fact(said: str) -> None:
    if len(said) > LONGEST_FACT or kind_of(said) is None:
        known = f"{', '.join(FACTS)}, {ANSWER}…, {OUTCOME}…"
        raise ValidationError(f"une de ces valeurs est attendue : {known}")


class ConditionSchema(Frozen):
    """One fact and what it must be."""

    made = Condition
    fact = fields.String(required=True, validate=_is_fact)
    at_least = Amount()
    at_most = Amount()
    equals = fields.Raw(validate=lambda value: isinstance(value, bool | int | float | str))

    @checks
    def _ask_something(self, data: dict[str, Any], **_: Any) -> None:
        if len(data) < 2:
            raise ValidationError("indiquez at_least, at_most ou equals")
        if data.get("at_most", float("inf")) < data.get("at_least", float("-inf")):
            raise ValidationError("plus petit que at_least", "at_most")
        kind = kind_of(data["fact"])
        assert kind is not None  # the field has asked
        agreeing.check_condition(data, kind)


class CriterionSchema(Frozen):
    """What gives points."""

    made = Criterion
    code = code()
    group = fields.String(validate=validate.Length(1, 40))
    points = number(1, 100, required=True)
    when = Several(fields.Nested(ConditionSchema), required=True, validate=validate.Length(min=1))
    label = fields.Nested(NamesSchema, required=True)


class AudienceSchema(Frozen):
    """Whom a programme is for."""

    made = Audience
    age_min = number(16, 115, required=True)
    age_max = number(16, 115)
    when = Several(fields.Nested(ConditionSchema))

    @checks
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("age_max", 115) < data["age_min"]:
            raise ValidationError("plus petit que age_min", "age_max")


class TargetSchema(Frozen):
    """How many to visit."""

    made = Target
    share = Amount(validate=validate.Range(0, 1, min_inclusive=False))
    number = number(1, 1_000_000)

    @checks
    def _one_of_both(self, data: dict[str, Any], **_: Any) -> None:
        if len(data) != 1:
            raise ValidationError("indiquez soit share, soit number")
