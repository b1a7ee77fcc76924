"""The shape of a programme: what its TOML comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from visits.models.cases import WayIn
from visits.programmes.facts import is_sealed

# How a case may begin where its programme says nothing of it: in every way.
WAYS_IN = tuple(str(one) for one in WayIn)
# What a cadence counts from, beside the first time of another one.
OPENING, ENTRY, DONE = "opening", "entry", "done"
COUNTED_FROM = frozenset({OPENING, ENTRY, DONE})


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
    """Whom a programme is for: ages in full years, bounds inclusive, and all that `when` asks.

    Of whom it is not known that `when` holds, she is not in it: nobody guesses.
    """

    age_min: int
    age_max: int | None = None
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Target:
    """How many to visit: a share of the audience (0 to 1) or a number."""

    share: float | None = None
    number: int | None = None


@dataclass(frozen=True)
class Protocol:
    """How often to call, when a soft refusal may be asked again, and what a caller says.

    A letter goes out once so many calls were not answered (none: before the first one), a card
    for her door likewise; without a number there is none.
    """

    max_calls: int = 3
    letter_after: int | None = None
    card_after: int | None = None
    soft_refusal_retry_months: int = 3
    script: Mapping[str, str] | None = None


@dataclass(frozen=True)
class FollowUp:
    """After how many months to ask again, and with which form at a visit."""

    months: tuple[int, ...] = ()
    form: str | None = None


@dataclass(frozen=True)
class Support:
    """How somebody is accompanied over months: `pace` is the cadence of visits she is promised.

    A turn of it that passes without one is told to her referent; from `raise_after` in a row on,
    or where she has no referent, to the coordinator.
    """

    pace: str | None = None
    raise_after: int = 2


@dataclass(frozen=True)
class RentRule:
    """Which share of its income (0 to 1) a household's rent, all in, is to be at most."""

    share_at_most: float


# Within which delay each step of an admission is done where a programme says nothing of it.
ADMISSION_DELAYS = {
    "request": "7d",
    "documents": "1m",
    "decision": "1m",
    "waiting": "3m",
    "offered": "7d",
    "entry": "15d",
}
INTERVIEW, COMMISSION, PERSON = "interview", "commission", "person"


@dataclass(frozen=True)
class AdmissionDelay:
    """Within which delay a step of an admission is done."""

    step: str
    delay: str


@dataclass(frozen=True)
class AdaptationStep:
    """Within which delay a step of an adaptation is done, and whose it is: what it says of both.

    Where somebody is visited for it, `visit_kind` is the kind of that visit.
    """

    step: str
    delay: str | None = None
    owner: str | None = None
    visit_kind: str | None = None


@dataclass(frozen=True)
class Document:
    """A paper that is expected of whoever asks for a place; an `optional` one is not waited for.

    A `medical` one is a medical validation of hers, and counts while that is valid.
    """

    code: str
    name: Mapping[str, str]
    optional: bool = False
    medical: bool = False


@dataclass(frozen=True)
class AdmissionRules:
    """How somebody comes to a place: the kind of `stay` it ends in, and what comes before.

    In a place that is let otherwise it ends in `other_stay`; without, nobody is offered one.

    An interview is held where a delay is said for it. `decided_by` is a commission, on whose
    agenda alone anybody is decided on, or a person. `inventory` is the kind of visit whose form
    tells of the place at the entry; without, none is waited for.
    """

    stay: str
    other_stay: str | None = None
    decided_by: str = PERSON
    inventory: str | None = None
    delays: tuple[AdmissionDelay, ...] = ()
    documents: tuple[Document, ...] = ()

    def delay_of(self, step: str) -> str | None:
        """Give within which delay a step is done; None for one that is none here."""
        said = {one.step: one.delay for one in self.delays}
        return said.get(step, ADMISSION_DELAYS.get(step))

    @property
    def medical(self) -> Document | None:
        """Give the paper that is a medical validation, if one is expected."""
        return next((one for one in self.documents if one.medical), None)

    @property
    def interviews(self) -> bool:
        """Tell whether who asks is heard before anything else."""
        return self.delay_of(INTERVIEW) is not None


@dataclass(frozen=True)
class VisitKind:
    """A kind of visit, `minutes` long, done when all its `forms` are filled.

    `ask_first`: the person agrees on the phone before each one; otherwise she agreed to them all.
    `by_phone`: its forms may be filled in during a call as well.
    """

    code: str
    name: Mapping[str, str]
    forms: tuple[str, ...]
    minutes: int
    optional_forms: tuple[str, ...] = ()
    ask_first: bool = True
    by_phone: bool = False


@dataclass(frozen=True)
class Cadence:
    """A rule that makes tasks: when the first one is due, and how often again.

    `task` is a kind of task, for a visit `visit_kind` of which kind. It counts from `after`: the
    `opening` of the case, the person's `entry` into the home, when it was last `done`, or another
    cadence's first time. Where nobody knows when she moved in, it counts from the opening.

    Delays are written as in workbooks, in days, working days or months: the first is due
    `first_in` (else `every`) after that; a task may be done `window_before` it is due, and lapses
    `grace` after, where there is one. It runs in its `months` (1 to 12) and falls on its `weekdays`
    (1 Monday to 7), all when empty; at most `until` times.
    """

    code: str
    name: Mapping[str, str]
    task: str
    visit_kind: str | None = None
    after: str = OPENING
    first_in: str | None = None
    every: str | None = None
    window_before: str | None = None
    grace: str | None = None
    months: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    until: int | None = None
    owner: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What a case may come to; a `success` is what the programme is for."""

    code: str
    name: Mapping[str, str]
    success: bool = False


@dataclass(frozen=True)
class Motive:
    """Why a case is opened by hand: one of those that a programme lists."""

    code: str
    name: Mapping[str, str]


@dataclass(frozen=True)
class Tier:
    """How much a person gets, from a score on; its visits last `minutes`, else as their kind."""

    code: str
    name: Mapping[str, str]
    score_from: int = 0
    minutes: int | None = None


@dataclass(frozen=True)
class Step:
    """A step of a path: within which delay, and who holds it."""

    code: str
    name: Mapping[str, str]
    delay: str
    owner: str | None = None


@dataclass(frozen=True)
class RequestPath:
    """The way of a request: its steps in their order."""

    code: str
    name: Mapping[str, str]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Objective:
    """So many of what `counter` counts, by a day.

    It may be a `share` (0 to 1): of those who stay, those of whom a `paper` of the admission came;
    of those whose rent is known, those who keep to the programme's rule.
    """

    code: str
    name: Mapping[str, str]
    counter: str
    number: int | None = None
    by: date | None = None
    share: float | None = None
    paper: str | None = None


@dataclass(frozen=True)
class BudgetLine:
    """Money for the programme: euros of a funder, between two days."""

    code: str
    name: Mapping[str, str]
    amount: float
    funder: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class Partner:
    """An organisation that takes part, and what for; what it may do here, its mandate says."""

    organisation: str
    rights: tuple[str, ...]


@dataclass(frozen=True)
class Programme:
    """A programme of home visits.

    The first of its `visit_kinds` is the visit that people are called for; `follow_up.form` is
    offered when something promised to this person is due. Tasks are made `horizon_days` ahead.
    A case may begin by one of its `ways_in`; its file is kept `retention_months` after its end.
    Opened by hand it has one of the `motives`, where there are some, and else says why in words.
    Of a household's money its criteria use what it says that it `may_use`. With `support` its cases
    are accompaniments, which have aims and a balance; with `admission` they lead to a place; with
    `rent` what a household pays is held against what it earns. Of the
    steps of an adaptation it says no order: the law and `visits.adaptations.path` own that.
    The lowest `position` is the programme a page shows first.
    """

    code: str
    name: Mapping[str, str]
    audience: Audience
    target: Target
    visit_kinds: tuple[VisitKind, ...]
    position: int = 100
    ways_in: tuple[str, ...] = WAYS_IN
    horizon_days: int = 35
    retention_months: int | None = None
    may_use: tuple[str, ...] = ()
    protocol: Protocol = Protocol()
    follow_up: FollowUp = FollowUp()
    support: Support | None = None
    admission: AdmissionRules | None = None
    rent: RentRule | None = None
    tiers: tuple[Tier, ...] = ()
    targeting: tuple[Criterion, ...] = ()
    cadences: tuple[Cadence, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    motives: tuple[Motive, ...] = ()
    paths: tuple[RequestPath, ...] = ()
    adaptation: tuple[AdaptationStep, ...] = ()
    objectives: tuple[Objective, ...] = ()
    budget: tuple[BudgetLine, ...] = ()
    partners: tuple[Partner, ...] = ()

    def visit_kind(self, code: str | None) -> VisitKind:
        """Give a kind of visit; the first one for a code that is empty or not known."""
        return next((one for one in self.visit_kinds if one.code == code), self.visit_kinds[0])

    def adaptation_step(self, step: str) -> AdaptationStep:
        """Say what it says of a step of an adaptation, which may be nothing."""
        said = (one for one in self.adaptation if one.step == step)
        return next(said, AdaptationStep(step))

    def motive_told(self, said: str) -> Mapping[str, str]:
        """Say by language why a case was opened: the name of a listed motive, else the words."""
        named = (one.name for one in self.motives if one.code == said)
        return next(named, {"fr": said, "en": said})

    def minutes_of(self, kind: str | None, tier: str | None) -> int:
        """Tell how long a visit of a kind lasts with somebody in a tier."""
        own = next((one.minutes for one in self.tiers if one.code == tier), None)
        return own or self.visit_kind(kind).minutes

    @property
    def facts_asked(self) -> frozenset[str]:
        """Name the facts that its public and its criteria ask for."""
        asked = [*self.audience.when, *(one for each in self.targeting for one in each.when)]
        return frozenset(one.fact for one in asked)

    @property
    def sealed_criteria(self) -> frozenset[str]:
        """Name the criteria whose reasons are kept encrypted."""
        return frozenset(
            one.code for one in self.targeting if any(is_sealed(each.fact) for each in one.when)
        )

    @property
    def all_forms(self) -> tuple[str, ...]:
        """List every form a visit may be filled with, the required ones first."""
        required = [form for one in self.visit_kinds for form in one.forms]
        optional = [form for one in self.visit_kinds for form in one.optional_forms]
        follow_up = (self.follow_up.form,) if self.follow_up.form else ()
        return tuple(dict.fromkeys((*required, *optional, *follow_up)))

    def tier_of(self, score: int) -> Tier | None:
        """Give the tier a score comes to: of those it reaches, the one that begins highest."""
        reached = [one for one in self.tiers if one.score_from <= score]
        return max(reached, key=lambda one: one.score_from, default=None)
