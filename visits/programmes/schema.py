"""A programme's TOML, both ways: what may stand in it, and how a programme is written."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_dump, pre_load, validate
from marshmallow import validates_schema as checks

from visits.models.accounts import Role
from visits.models.adaptations import OPEN_STEPS
from visits.models.cases import WayIn
from visits.models.mandates import Right
from visits.models.stays import StayKind
from visits.programmes import agreeing
from visits.programmes.audience import AudienceSchema, CriterionSchema, TargetSchema
from visits.programmes.facts import MONEY
from visits.programmes.fields import (
    Amount,
    Day,
    Frozen,
    Several,
    TextSchema,
    YesNo,
    code,
    delay,
    name,
    number,
    one_of,
    some_of,
)
from visits.programmes.shape import (
    ADMISSION_DELAYS,
    COMMISSION,
    INTERVIEW,
    OPENING,
    PERSON,
    WAYS_IN,
    AdaptationStep,
    AdmissionDelay,
    AdmissionRules,
    BudgetLine,
    Cadence,
    Document,
    FollowUp,
    Motive,
    Objective,
    Outcome,
    Partner,
    Programme,
    Protocol,
    RentRule,
    RequestPath,
    Step,
    Support,
    Tier,
    VisitKind,
)

TASKS = ("visit", "call", "review", "check")
OWNERS = ("coordinator", "visitor", "referent", "social_worker", "technician")
# The steps of an adaptation in their order, and whose one may be: of those who follow adaptations.
ADAPTATION_STEPS = tuple(str(step) for step in OPEN_STEPS)
ADAPTATION_OWNERS = (str(Role.COORDINATOR), str(Role.SOCIAL_WORKER))
# Those for which somebody may come.
ADAPTATION_VISITS = ("visit", "first_follow_up", "last_follow_up")
COUNTERS = (
    "cases_opened",
    "persons_visited",
    "visits_done",
    "cases_succeeded",
    "stays_begun",
    "rehoused",
    "sessions_held",
    "staying",
    agreeing.WITH_PAPER,
    agreeing.RENT_WITHIN,
)
# How the keys of a programme with one kind of visit are called in a kind of its own.
ONLY_VISIT = {"forms": "forms", "optional_forms": "optional_forms", "visit_minutes": "minutes"}
FORM = validate.Length(1, 100)


def _in_cents(amount: float) -> None:
    if round(amount, 2) != amount:
        raise ValidationError("deux décimales au plus")


class ProtocolSchema(Frozen):
    """How often to call, when to ask again, and what to say."""

    made = Protocol
    max_calls = number(1, 20)
    letter_after = number(0, 20)
    card_after = number(1, 20)
    soft_refusal_retry_months = number(1, 24)
    script = fields.Nested(TextSchema)

    @checks
    def _on_the_ladder(self, data: dict[str, Any], **_: Any) -> None:
        most = data.get("max_calls", Protocol.max_calls)
        for key in ("letter_after", "card_after"):
            if data.get(key, 0) > most:
                raise ValidationError("plus que max_calls : ce moment n’arrive jamais", key)


class FollowUpSchema(Frozen):
    """When to ask what became of what was promised."""

    made = FollowUp
    months = Several(number(1, 60))
    form = fields.String(validate=FORM)


class SupportSchema(Frozen):
    """How somebody is accompanied."""

    made = Support
    pace = fields.String()
    raise_after = number(1, 20)


class AdmissionDelaySchema(Frozen):
    """How long a step of an admission may take."""

    made = AdmissionDelay
    step = one_of((*ADMISSION_DELAYS, INTERVIEW), required=True)
    delay = delay(required=True)


class AdaptationStepSchema(Frozen):
    """How long a step of an adaptation may take, whose it is, by which visit it is done."""

    made = AdaptationStep
    step = one_of(ADAPTATION_STEPS, required=True)
    delay = delay()
    owner = one_of(ADAPTATION_OWNERS)
    visit_kind = fields.String()

    @checks
    def _says_something(self, data: dict[str, Any], **_: Any) -> None:
        if not data.keys() & {"delay", "owner", "visit_kind"}:
            raise ValidationError("délai, rôle ou type de visite attendu", "delay")
        if "visit_kind" in data and data["step"] not in ADAPTATION_VISITS:
            raise ValidationError("réservé à la visite et aux suivis", "visit_kind")


class DocumentSchema(Frozen):
    """A paper that is expected."""

    made = Document
    code = code()
    name = name()
    optional = YesNo()
    medical = YesNo()


class AdmissionSchema(Frozen):
    """How somebody comes to a place."""

    made = AdmissionRules
    stay = one_of(tuple(str(kind) for kind in StayKind), required=True)
    other_stay = one_of(tuple(str(kind) for kind in StayKind))
    decided_by = one_of((COMMISSION, PERSON))
    inventory = fields.String()
    delays = Several(fields.Nested(AdmissionDelaySchema), data_key="within")
    documents = Several(fields.Nested(DocumentSchema), data_key="document")

    @checks
    def _codes_differ(self, data: dict[str, Any], **_: Any) -> None:
        agreeing.check_codes(data.get("documents", ()), "document")
        agreeing.check_one_medical(data.get("documents", ()))
        agreeing.check_steps(data.get("delays", ()), "within")


class RentSchema(Frozen):
    """Which share of its income a household's rent is to be at most."""

    made = RentRule
    share_at_most = Amount(required=True, validate=validate.Range(0, 1, min_inclusive=False))


class VisitKindSchema(Frozen):
    """A kind of visit."""

    made = VisitKind
    code = code()
    name = name()
    forms = Several(fields.String(validate=FORM), required=True, validate=validate.Length(min=1))
    optional_forms = Several(fields.String(validate=FORM))
    minutes = number(15, 480, required=True)
    ask_first = YesNo()
    by_phone = YesNo()

    @post_dump
    def _without_phone_unsaid(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if not data["by_phone"]:
            del data["by_phone"]
        return data

    @checks
    def _a_form_once(self, data: dict[str, Any], **_: Any) -> None:
        named = [*data["forms"], *data.get("optional_forms", ())]
        if len(set(named)) < len(named):
            raise ValidationError("un formulaire est nommé deux fois", "optional_forms")


class TierSchema(Frozen):
    """How much a person gets."""

    made = Tier
    code = code()
    name = name()
    score_from = number(0, 100)
    minutes = number(15, 480)


class CadenceSchema(Frozen):
    """What comes back in a case, or comes once."""

    made = Cadence
    code = code()
    name = name()
    task = one_of(TASKS, required=True)
    visit_kind = fields.String()
    after = fields.String(load_default=OPENING)
    first_in = delay()
    every = delay()
    window_before = delay()
    grace = delay()
    months = Several(number(1, 12))
    weekdays = Several(number(1, 7))
    until = number(1, 1000)
    owner = one_of(OWNERS)

    @checks
    def _has_a_day(self, data: dict[str, Any], **_: Any) -> None:
        agreeing.check_cadence(data)


class OutcomeSchema(Frozen):
    """What a case may come to."""

    made = Outcome
    code = code()
    name = name()
    success = YesNo()


class MotiveSchema(Frozen):
    """Why a case is opened."""

    made = Motive
    code = code()
    name = name()


class StepSchema(Frozen):
    """A step of a path."""

    made = Step
    code = code()
    name = name()
    delay = delay(required=True)
    owner = one_of(OWNERS)


class PathSchema(Frozen):
    """The way of a request."""

    made = RequestPath
    code = code()
    name = name()
    steps = Several(
        fields.Nested(StepSchema), data_key="step", required=True, validate=validate.Length(min=1)
    )

    @checks
    def _codes_differ(self, data: dict[str, Any], **_: Any) -> None:
        agreeing.check_codes(data["steps"], "step")


class ObjectiveSchema(Frozen):
    """So many of something."""

    made = Objective
    code = code()
    name = name()
    counter = one_of(COUNTERS, required=True)
    number = number(1, 10_000_000)
    by = Day()
    share = Amount(validate=validate.Range(0, 1, min_inclusive=False))
    paper = fields.String(validate=FORM)

    @checks
    def _so_many_or_a_share(self, data: dict[str, Any], **_: Any) -> None:
        agreeing.check_objective(data)


class BudgetLineSchema(Frozen):
    """Money for the programme."""

    made = BudgetLine
    code = code()
    name = name()
    amount = Amount(required=True, validate=[validate.Range(0, 1_000_000_000), _in_cents])
    funder = fields.String(validate=validate.Length(1, 100))
    starts_on = Day()
    ends_on = Day()

    @checks
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("ends_on", date.max) < data.get("starts_on", date.min):
            raise ValidationError("avant starts_on", "ends_on")


class PartnerSchema(Frozen):
    """An organisation that takes part."""

    made = Partner
    organisation = fields.String(required=True, validate=validate.Length(1, 100))
    rights = some_of(tuple(str(right) for right in Right), required=True)


class ProgrammeSchema(Frozen):
    """A programme's TOML, key by key; an unknown one is refused by its name."""

    made = Programme
    code = code()
    name = name()
    position = number(0, 1000)
    ways_in = some_of(tuple(str(way) for way in WayIn))
    horizon_days = number(1, 400)
    retention_months = number(1, 600)
    may_use = some_of(MONEY)
    audience = fields.Nested(AudienceSchema, required=True)
    target = fields.Nested(TargetSchema, required=True)
    protocol = fields.Nested(ProtocolSchema)
    follow_up = fields.Nested(FollowUpSchema)
    support = fields.Nested(SupportSchema)
    admission = fields.Nested(AdmissionSchema)
    rent = fields.Nested(RentSchema)
    visit_kinds = Several(
        fields.Nested(VisitKindSchema), data_key="visit_kind", required=True,
        validate=validate.Length(min=1),
    )  # fmt: skip
    tiers = Several(fields.Nested(TierSchema), data_key="tier")
    targeting = Several(fields.Nested(CriterionSchema), data_key="criterion")
    cadences = Several(fields.Nested(CadenceSchema), data_key="cadence")
    outcomes = Several(fields.Nested(OutcomeSchema), data_key="outcome")
    motives = Several(fields.Nested(MotiveSchema), data_key="motive")
    paths = Several(fields.Nested(PathSchema), data_key="path")
    adaptation = Several(fields.Nested(AdaptationStepSchema), data_key="adaptation_step")
    objectives = Several(fields.Nested(ObjectiveSchema), data_key="objective")
    budget = Several(fields.Nested(BudgetLineSchema), data_key="budget_line")
    partners = Several(fields.Nested(PartnerSchema), data_key="partner")

    @pre_load
    def _name_the_only_visit(self, data: Any, **_: Any) -> Any:
        """Read the programmes published before there were kinds of visits."""
        if not isinstance(data, Mapping) or "visit_kind" in data or not ONLY_VISIT.keys() & data:
            return data
        kept = {key: value for key, value in data.items() if key not in ONLY_VISIT}
        said = {ours: data[theirs] for theirs, ours in ONLY_VISIT.items() if theirs in data}
        names = {"fr": "Visite à domicile", "en": "Home visit"}
        return {**kept, "visit_kind": [{"code": "visit", "name": names, **said}]}

    @checks
    def _agree(self, data: dict[str, Any], **_: Any) -> None:
        for attribute, field in self.fields.items():
            if field.data_key in agreeing.TWICE:
                agreeing.check_codes(data.get(attribute, ()), field.data_key)
        agreeing.check_cadences(data.get("cadences", ()), data["visit_kinds"])
        agreeing.check_pace(data.get("support"), data.get("cadences", ()))
        agreeing.check_inventory(data.get("admission"), data["visit_kinds"])
        agreeing.check_papers(data.get("objectives", ()), data.get("admission"))
        agreeing.check_rents(data.get("objectives", ()), data.get("rent"))
        agreeing.check_steps(data.get("adaptation", ()), "adaptation_step")
        agreeing.check_visits(data.get("adaptation", ()), data["visit_kinds"])

    @checks(skip_on_field_errors=False)
    def _use_only_what_may_be_used(self, data: dict[str, Any], **_: Any) -> None:
        agreeing.check_money(data)

    @post_dump
    def _without_ways_unsaid(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if tuple(data["ways_in"]) == WAYS_IN:
            del data["ways_in"]
        return data


def written(schema: Schema, value: object) -> dict[str, Any]:
    """Write a value as its TOML says it; what says nothing is left out."""
    said: dict[str, Any] = _without_nothing(schema.dump(value))
    return said


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_nothing(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in (None, [], {}, ())}
    if isinstance(value, list):
        return [_without_nothing(inner) for inner in value]
    return value
