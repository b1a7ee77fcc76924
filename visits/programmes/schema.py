"""The schema of a programme's TOML: what may stand in it, and what must hold."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from marshmallow import (
    Schema,
    ValidationError,
    fields,
    post_load,
    pre_load,
    validate,
    validates_schema,
)

from diagnostics.delays import DelayUnit, parse_delay
from visits.programmes.facts import FACTS
from visits.programmes.shape import (
    Audience,
    Cadence,
    Condition,
    Criterion,
    Outcome,
    Programme,
    Protocol,
    Target,
    VisitKind,
)

CODE = validate.Regexp(r"[a-z][a-z0-9_]{1,39}$")
OPENING, DONE = "opening", "done"
TASKS = ("visit", "call", "review", "check")
OWNERS = ("coordinator", "visitor", "referent", "social_worker", "technician")
# How the keys of a programme with one kind of visit are called in a kind of its own.
ONLY_VISIT = {"forms": "forms", "optional_forms": "optional_forms", "visit_minutes": "minutes"}
TWICE = {
    "criterion": "deux critères ont le même code",
    "visit_kind": "deux genres de visite ont le même code",
    "cadence": "deux cadences ont le même code",
    "outcome": "deux issues ont le même code",
}


def _is_delay(text: str) -> None:
    try:
        delay = parse_delay(text)
    except ValueError:
        raise ValidationError("un délai est attendu : 7d, 5wd ou 1m") from None
    if delay.unit is DelayUnit.HOURS:
        raise ValidationError("un délai en jours, jours ouvrés ou mois est attendu")
    if delay.amount < 1:
        raise ValidationError("un jour au moins est attendu")


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(one) if isinstance(one, list) else one for name, one in data.items()}


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
    code = fields.String(required=True, validate=CODE)
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
    age_min = fields.Integer(required=True, strict=True, validate=validate.Range(16, 115))
    age_max = fields.Integer(strict=True, validate=validate.Range(16, 115))


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


class _VisitKindSchema(Schema):
    code = fields.String(required=True, validate=CODE)
    name = fields.Nested(_Names, required=True)
    forms = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    optional_forms = fields.List(fields.String(), load_default=list)
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(15, 480))
    ask_first = fields.Boolean(load_default=True)

    @validates_schema
    def _a_form_once(self, data: dict[str, Any], **_: Any) -> None:
        named = [*data.get("forms", ()), *data.get("optional_forms", ())]
        if len(set(named)) < len(named):
            raise ValidationError("un formulaire est nommé deux fois", "optional_forms")

    @post_load
    def _freeze(self, data: dict[str, Any], **_: Any) -> VisitKind:
        return VisitKind(**_tuples(data))


class _CadenceSchema(Schema):
    code = fields.String(required=True, validate=CODE)
    name = fields.Nested(_Names, required=True)
    task = fields.String(required=True, validate=validate.OneOf(TASKS))
    visit_kind = fields.String()
    after = fields.String(load_default=OPENING)
    first_in = fields.String(validate=_is_delay)
    every = fields.String(validate=_is_delay)
    window_before = fields.String(validate=_is_delay)
    grace = fields.String(validate=_is_delay)
    months = fields.List(fields.Integer(strict=True, validate=validate.Range(1, 12)))
    weekdays = fields.List(fields.Integer(strict=True, validate=validate.Range(1, 7)))
    until = fields.Integer(strict=True, validate=validate.Range(1, 1000))
    owner = fields.String(validate=validate.OneOf(OWNERS))

    @validates_schema
    def _has_a_day(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("first_in") and not data.get("every"):
            raise ValidationError("indiquez first_in, every, ou les deux")
        if data.get("visit_kind") and data.get("task") != "visit":
            raise ValidationError("réservé aux visites", "visit_kind")

    @post_load
    def _freeze(self, data: dict[str, Any], **_: Any) -> Cadence:
        return Cadence(**_tuples(data))


class _OutcomeSchema(Schema):
    code = fields.String(required=True, validate=CODE)
    name = fields.Nested(_Names, required=True)
    success = fields.Boolean(load_default=False)

    @post_load
    def _freeze(self, data: dict[str, Any], **_: Any) -> Outcome:
        return Outcome(**data)


class ProgrammeSchema(Schema):
    """A programme's TOML, key by key; an unknown one is refused by its name."""

    code = fields.String(required=True, validate=CODE)
    name = fields.Nested(_Names, required=True)
    audience = fields.Nested(_AudienceSchema, required=True)
    target = fields.Nested(_TargetSchema, required=True)
    protocol = fields.Nested(_ProtocolSchema, load_default=dict)
    position = fields.Integer(strict=True, load_default=100, validate=validate.Range(0, 1000))
    visit_kind = fields.List(fields.Nested(_VisitKindSchema), validate=validate.Length(min=1))
    cadence = fields.List(fields.Nested(_CadenceSchema), load_default=list)
    horizon_days = fields.Integer(strict=True, load_default=35, validate=validate.Range(1, 400))
    outcome = fields.List(fields.Nested(_OutcomeSchema), load_default=list)
    follow_up = fields.Nested(_FollowUpSchema, load_default=lambda: {"months": [], "form": None})
    criterion = fields.List(
        fields.Nested(_CriterionSchema), required=True, validate=validate.Length(min=1)
    )

    @pre_load
    def _name_the_only_visit(self, data: Any, **_: Any) -> Any:
        """Read the programmes published before there were kinds of visits."""
        if not isinstance(data, Mapping) or "visit_kind" in data or "forms" not in data:
            return data
        kept = {key: value for key, value in data.items() if key not in ONLY_VISIT}
        said = {ours: data[theirs] for theirs, ours in ONLY_VISIT.items() if theirs in data}
        names = {"fr": "Visite à domicile", "en": "Home visit"}
        return {**kept, "visit_kind": [{"code": "visit", "name": names, **said}]}

    @validates_schema
    def _visits_somehow(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("visit_kind"):
            raise ValidationError("champ obligatoire absent", "visit_kind")

    @validates_schema
    def _codes_differ(self, data: dict[str, Any], **_: Any) -> None:
        for field, said in TWICE.items():
            codes = [one.code for one in data.get(field, ())]
            if len(set(codes)) < len(codes):
                raise ValidationError(said, field)

    @validates_schema
    def _cadences_hold(self, data: dict[str, Any], **_: Any) -> None:
        kinds = {one.code for one in data.get("visit_kind", ())}
        after = {one.code: one.after for one in data.get("cadence", ())}
        for cadence in data.get("cadence", ()):
            if cadence.visit_kind and cadence.visit_kind not in kinds:
                raise ValidationError(f"{cadence.code} : genre de visite inconnu", "cadence")
            seen, at = set[str](), cadence.code
            while at in after and at not in seen:
                seen.add(at)
                at = after[at]
            if at not in (OPENING, DONE):
                said = "attend une cadence qui l’attend" if at in after else "cadence inconnue"
                raise ValidationError(f"{cadence.code} : {said} ({at})", "cadence")

    @post_load
    def _freeze(self, data: dict[str, Any], **_: Any) -> Programme:
        return Programme(
            code=data["code"],
            name=data["name"],
            position=data["position"],
            audience=Audience(**data["audience"]),
            target=Target(**data["target"]),
            protocol=Protocol(**data["protocol"]),
            visit_kinds=tuple(data["visit_kind"]),
            cadences=tuple(data["cadence"]),
            horizon_days=data["horizon_days"],
            outcomes=tuple(data["outcome"]),
            follow_up_months=tuple(data["follow_up"]["months"]),
            follow_up_form=data["follow_up"]["form"],
            targeting=tuple(data["criterion"]),
        )
