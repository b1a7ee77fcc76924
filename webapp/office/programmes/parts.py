"""What a programme is made of, part by part: one table that is filled in, said and compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p


@dataclass(frozen=True)
class Field:
    """A key of the TOML, how it is called and typed; of `rows` the fields of each.

    `note` is said beside what it holds, where that is not plain.
    """

    key: str
    label: Any
    kind: str
    choices: str = ""
    hint: Any = ""
    fields: tuple["Field", ...] = ()
    note: Any = ""

    @property
    def is_step(self) -> bool:
        """Tell whether it chooses the step that its row is about: the row is called by it."""
        return self.key == "step" and self.kind == "choice"


GONE_ALONG = _l("Begun on a case’s page by whoever decides: each step done makes the next one due.")
SET_ASIDE = _l("What is set aside: it stands under “Money”, beside what was asked, paid and spent.")


@dataclass(frozen=True)
class Part:
    """What is filled in on one page."""

    code: str
    title: Any
    lead: Any
    fields: tuple[Field, ...]
    counted: bool = False

    @property
    def keys(self) -> frozenset[str]:
        """Name the keys of the TOML that this part says."""
        return frozenset(field.key.partition(".")[0] for field in self.fields)


CODE = Field("code", _l("Short name"), "code")
NAME = Field("name", _l("Name"), "names")
CONDITIONS = Field(
    "when",
    _l("When"),
    "conditions",
    hint=_l("All must hold. A person of whom one is not known does not count: nobody guesses."),
)

VISIT_KIND = (
    CODE,
    NAME,
    Field("forms", _l("Forms that must be filled"), "ticks", "form"),
    Field("optional_forms", _l("Forms filled if there is time"), "ticks", "form"),
    Field("minutes", _l("Minutes"), "number", hint=_l("From 15 to 480.")),
    Field("ask_first", _l("The person is called before each one"), "tick"),
    Field("by_phone", _l("Its forms may be filled in on the phone too"), "tick"),
)
CADENCE = (
    CODE,
    NAME,
    Field("task", _l("What"), "choice", "task"),
    Field("visit_kind", _l("Kind of visit"), "choice", "visit_kind", _l("For a visit only.")),
    Field("every", _l("Comes back every"), "delay", hint=_l("Empty: once only.")),
    Field(
        "first_in",
        _l("The first time after"),
        "delay",
        hint=_l("Empty: as often as it comes back."),
    ),
    Field("after", _l("Counted from"), "choice", "after"),
    Field(
        "months", _l("In these months only"), "number_ticks", "month", _l("None ticked: all year.")
    ),
    Field(
        "weekdays", _l("On these days only"), "number_ticks", "weekday", _l("None ticked: any day.")
    ),
    Field("window_before", _l("May be done so long before"), "delay"),
    Field("grace", _l("Too late, and let go, after"), "delay", hint=_l("Empty: it stays due.")),
    Field("until", _l("How many times at most"), "number"),
    Field("owner", _l("Who"), "choice", "owner"),
)
CRITERION = (
    CODE,
    Field("label", _l("What is said of it"), "names"),
    Field("points", _l("Points"), "number", hint=_l("From 1 to 100.")),
    CONDITIONS,
    Field(
        "group",
        _l("Group"),
        "group",
        hint=_l("A word of yours: of one group only the best counts."),
    ),
)
TIER = (
    CODE,
    NAME,
    Field(
        "minutes",
        _l("Minutes of a visit"),
        "number",
        hint=_l("From 15 to 480; empty: as the kind of visit says."),
    ),
    Field("score_from", _l("From how many points on"), "number", hint=_l("From 0 to 100.")),
)
ADMISSION_DELAY = (
    Field("step", _p("an admission", "Step"), "choice", "admission_step"),
    Field("delay", _l("Within"), "delay"),
)
ADAPTATION_STEP = (
    Field("step", _p("an adaptation", "Step"), "choice", "adaptation_step"),
    Field("delay", _l("Within"), "delay"),
    Field("owner", _l("Who"), "choice", "adaptation_owner"),
    Field(
        "visit_kind",
        _l("Kind of visit"),
        "choice",
        "visit_kind",
        _l("For the visit before the works and for follow-ups; without, a follow-up is a call."),
    ),
)
DOCUMENT = (
    CODE,
    NAME,
    Field("optional", _l("Nobody waits for it"), "tick"),
    Field(
        "medical",
        _l("It is the medical validation"),
        "tick",
        hint=_l("It is noted on her own page, and counts while it is valid."),
    ),
)
OUTCOME = (CODE, NAME, Field("success", _l("This is what the programme is for"), "tick"))
STEP = (
    CODE,
    NAME,
    Field("delay", _l("Within"), "delay"),
    Field("owner", _l("Who"), "choice", "owner"),
)
OBJECTIVE = (
    CODE,
    NAME,
    Field("counter", _l("What is counted"), "choice", "counter"),
    Field("number", _l("How many"), "number"),
    Field("by", _l("Due by"), "day"),
    Field("paper", _l("Of whom this paper came"), "choice", "paper", _l("For a share only.")),
    Field("share", _l("Or which share, in %"), "share"),
)
BUDGET_LINE = (
    CODE,
    NAME,
    Field("amount", _l("Euros"), "euros"),
    Field("funder", _l("Who pays"), "text"),
    Field("starts_on", _l("First day"), "day"),
    Field("ends_on", _l("Last day"), "day"),
)
PARTNER = (
    Field("organisation", _l("Organisation"), "text"),
    Field("rights", _l("What for"), "ticks", "right"),
)

PARTS = (
    Part(
        "public",
        _l("Public"),
        _l("Whom the programme is for, how many of them, and how they come into it."),
        (
            NAME,
            Field("audience.age_min", _l("From age"), "number", hint=_l("From 16 to 115.")),
            Field("audience.age_max", _l("To age"), "number", hint=_l("Empty: no upper age.")),
            Field("audience.when", _l("And only those who"), "conditions", hint=CONDITIONS.hint),
            Field(
                "target.number", _l("How many to visit"), "number", hint=_l("A number, or a share.")
            ),
            Field("target.share", _l("Or which share of them, in %"), "share"),
            Field(
                "may_use",
                _l("May use, of a household's money"),
                "ticks",
                "money",
                _l("Only what your files give and you may use for this; kept encrypted."),
            ),
            Field("ways_in", _l("Ways in"), "ticks", "way_in", _l("None ticked: all of them.")),
            Field(
                "motive",
                _l("Motive"),
                "rows",
                fields=(CODE, NAME),
                hint=_l("Why a case is opened by hand. With none here, it is written."),
            ),
            Field(
                "position",
                _l("Place in lists"),
                "number",
                hint=_l("The lowest comes first; empty: at the end."),
            ),
        ),
        counted=True,
    ),
    Part(
        "visits",
        _l("Visits"),
        _l("The kinds of visits. The first one is what people are called for."),
        (Field("visit_kind", _l("Kind of visit"), "rows", fields=VISIT_KIND),),
    ),
    Part(
        "rhythm",
        _l("Rhythm"),
        _l("What is due in a case, and how often: calls, visits, reviews."),
        (
            Field("cadence", _l("What comes"), "rows", fields=CADENCE),
            Field(
                "horizon_days",
                _l("How many days ahead it is shown"),
                "number",
                hint=_l("From 1 to 400; empty: 35."),
            ),
            Field(
                "support.pace",
                _l("Visits that an accompaniment promises"),
                "choice",
                "pace",
                _l("Each one missed is told to the referent. Empty: nobody waits for them."),
            ),
            Field(
                "support.raise_after",
                _l("Missed in a row before the coordinator is told"),
                "number",
                hint=_l("From 1 to 20; empty: 2. It also makes an accompaniment without a pace."),
            ),
        ),
    ),
    Part(
        "calls",
        _l("Calls"),
        _l("How often somebody is called before she counts as out of reach, and asked again."),
        (
            Field(
                "protocol.max_calls",
                _l("Calls at most"),
                "number",
                hint=_l("From 1 to 20; empty: 3."),
            ),
            Field(
                "protocol.letter_after",
                _l("A letter goes out after so many calls nobody answered"),
                "number",
                hint=_l("0: before the first call; empty: no letter."),
            ),
            Field(
                "protocol.card_after",
                _l("A card for the door after so many calls nobody answered"),
                "number",
                hint=_l("From 1 to the calls at most; empty: no card."),
            ),
            Field(
                "protocol.soft_refusal_retry_months",
                _l("Months before asking again who said “not now”"),
                "number",
                hint=_l("From 1 to 24; empty: 3."),
            ),
            Field(
                "protocol.script",
                _l("What a caller says"),
                "sentences",
                hint=_l("Shown at the call desk: who is calling, why, what is asked."),
            ),
            Field(
                "follow_up.months",
                _l("Months after which what was promised is asked about"),
                "numbers",
                hint=_l("Such as 1, 6, 12."),
            ),
            Field("follow_up.form", _l("Form that asks about it"), "choice", "form"),
        ),
    ),
    Part(
        "order",
        _l("Whom first"),
        _l(
            "Points order the list of whom to call; they never refuse anybody."
            " Without any, the oldest come first."
        ),
        (
            Field("criterion", _l("Criterion"), "rows", fields=CRITERION),
            Field("tier", _l("Tier"), "rows", fields=TIER),
        ),
        counted=True,
    ),
    Part(
        "outcomes",
        _l("Ways to end"),
        _l("How a case may end. What a case was closed with cannot be taken away."),
        (Field("outcome", _l("Outcome"), "rows", fields=OUTCOME),),
    ),
    Part(
        "admission",
        _l("Admission"),
        _l("How somebody comes to a place: what is asked of her, who decides. Else leave it."),
        (
            Field(
                "admission.stay",
                _l("Kind of stay it ends in"),
                "choice",
                "stay_kind",
                _l("Empty: this programme gives nobody a place."),
            ),
            Field(
                "admission.other_stay",
                _l("Kind of stay in places that are let otherwise"),
                "choice",
                "stay_kind",
                _l("Empty: nobody is offered such a place."),
            ),
            Field("admission.decided_by", _l("Who decides"), "choice", "admission_decider"),
            Field(
                "admission.inventory",
                _l("Visit for the entry inventory"),
                "choice",
                "visit_kind",
                _l("Nobody enters before it is done. Empty: none is waited for."),
            ),
            Field(
                "admission.within",
                _l("How long a step may take"),
                "rows",
                fields=ADMISSION_DELAY,
                hint=_l("Who asks is heard in an interview where a delay is said for it."),
            ),
            Field("admission.document", _l("Paper expected"), "rows", fields=DOCUMENT),
        ),
    ),
    Part(
        "paths",
        _l("Paths"),
        _l("The way of a request: its steps, each with its delay and who holds it."),
        (
            Field(
                "path",
                _l("Path"),
                "rows",
                fields=(CODE, NAME, Field("step", _p("a path", "Step"), "rows", fields=STEP)),
                hint=GONE_ALONG,
                note=GONE_ALONG,
            ),
            Field(
                "adaptation_step",
                _l("Step of an adaptation"),
                "rows",
                fields=ADAPTATION_STEP,
                hint=_l(
                    "Its own delay, or whose it is, for those in this programme. What is left "
                    "empty follows the rule book; the order of the steps never changes."
                ),
            ),
        ),
    ),
    Part(
        "means",
        _l("Means"),
        _l("Objectives, money, partners, and how long files are kept."),
        (
            Field("objective", _l("Objective"), "rows", fields=OBJECTIVE),
            Field(
                "rent.share_at_most",
                _l("Rent all in: at most this share of the household’s income, in %"),
                "share",
                hint=_l("Empty: it is held against nothing."),
            ),
            Field(
                "budget_line",
                _l("Budget line"),
                "rows",
                fields=BUDGET_LINE,
                hint=SET_ASIDE,
                note=SET_ASIDE,
            ),
            Field(
                "partner",
                _l("Partner"),
                "rows",
                fields=PARTNER,
                hint=_l("What an organisation may do here, its mandate says."),
            ),
            Field(
                "retention_months",
                _l("Months a file is kept after its end"),
                "number",
                hint=_l("From 1 to 600. A closed case says until when; none is deleted by it."),
                note=_l("Those kept longer are listed; no file is deleted by it."),
            ),
        ),
    ),
)
BY_CODE = {part.code: part for part in PARTS}


def valued(fields: tuple[Field, ...], said: dict[str, Any]) -> Iterator[tuple[Field, Any]]:
    """Give each field with what is said of it, None where nothing is."""
    for field in fields:
        value: Any = said
        for key in field.key.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        yield field, value


def label_of(at: str) -> str:
    """Call the field of a fault as its page does: “What comes 2 · Comes back every”."""
    fields = tuple(field for part in PARTS for field in part.fields)
    said, rest = [], at
    while rest:
        found = _at(fields, rest)
        if found is None:
            break
        said.append(str(found.label))
        rest, fields = rest[len(found.key) + 1 :], found.fields
        number, _dot, after = rest.partition(".")
        if number.isdigit():
            said[-1] += f" {int(number) + 1}"
            rest = after
    return " · ".join(said)


def _at(fields: tuple[Field, ...], place: str) -> Field | None:
    within = (field for field in fields if f"{place}.".startswith(f"{field.key}."))
    around = (field for field in fields if field.key.startswith(f"{place}."))
    return next(within, None) or next(around, None)
