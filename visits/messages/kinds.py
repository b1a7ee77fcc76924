"""The table of kinds: by which ways each goes, what it may speak of, for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from visits.models.messages import MessageChannel, MessageKind

LETTER, EMAIL, TEXT = MessageChannel.LETTER, MessageChannel.EMAIL, MessageChannel.TEXT
REMIND_BEFORE = timedelta(hours=48)
# What the post takes: a letter about a day sooner than that would come after it.
POST_TAKES = timedelta(days=3)
# One that is made leaves time to print it.
PRINT_TAKES = timedelta(days=1)
WORTH_FOR = timedelta(days=30)
CONCLUDE_AFTER = timedelta(hours=24)
# A text message may be read by whoever holds the phone: it names nobody, and not what is done
# in a home. It is short, too.
NOT_IN_TEXTS = frozenset({"name", "ring", "works", "company"})
LONGEST = {LETTER: 1500, EMAIL: 1500, TEXT: 300}


@dataclass(frozen=True)
class Kind:
    """A kind of message: its ways in order of preference, and the facts it may speak of."""

    ways: tuple[MessageChannel, ...]
    speaks_of: frozenset[str]
    to_account: bool = False


_VISIT = frozenset({"name", "day", "time", "visitor", "landlord", "ring"})
_NO_VISIT = frozenset({"name", "landlord", "ring"})
_TOLD = frozenset({"name", "link"})
_WORKS = frozenset({"name", "works", "company", "landlord", "ring"})
_WORKS_ON = _WORKS | {"day", "part"}
_PLACE = frozenset({"name", "landlord", "ring", "programme"})

KINDS: Mapping[MessageKind, Kind] = {
    MessageKind.CONFIRMED: Kind((EMAIL, TEXT, LETTER), _VISIT),
    MessageKind.MOVED: Kind((TEXT, EMAIL, LETTER), _VISIT | {"former_day", "former_time"}),
    MessageKind.CANCELLED: Kind((TEXT, EMAIL, LETTER), _VISIT),
    MessageKind.REMINDER: Kind((TEXT, EMAIL), _VISIT),
    MessageKind.ABSENCE_CARD: Kind((EMAIL, LETTER), _VISIT),
    MessageKind.REFUSAL_LETTER: Kind((EMAIL, LETTER), _NO_VISIT),
    MessageKind.FIRST_LETTER: Kind((LETTER, EMAIL), _NO_VISIT),
    MessageKind.DOOR_CARD: Kind((LETTER,), _NO_VISIT),
    MessageKind.TO_CONCLUDE: Kind((EMAIL,), _TOLD | {"day"}, to_account=True),
    MessageKind.DIGEST: Kind((EMAIL,), _TOLD | {"failed", "letters"}, to_account=True),
    MessageKind.WORKS_PLANNED: Kind((EMAIL, TEXT, LETTER), _WORKS_ON),
    MessageKind.WORKS_MOVED: Kind((TEXT, EMAIL, LETTER), _WORKS_ON | {"former_day", "former_part"}),
    MessageKind.WORKS_OFF: Kind((TEXT, EMAIL, LETTER), _WORKS_ON),
    MessageKind.WORKS_ENDED: Kind((EMAIL, TEXT, LETTER), _WORKS),
    MessageKind.HOUSE_PLANNED: Kind((EMAIL, TEXT, LETTER), _WORKS_ON),
    MessageKind.HOUSE_MOVED: Kind((TEXT, EMAIL, LETTER), _WORKS_ON | {"former_day", "former_part"}),
    MessageKind.HOUSE_OFF: Kind((TEXT, EMAIL, LETTER), _WORKS_ON),
    MessageKind.HOUSE_ENDED: Kind((EMAIL, TEXT, LETTER), _WORKS),
    MessageKind.PLACE_ACCEPTED: Kind((EMAIL, LETTER), _PLACE | {"why"}),
    MessageKind.PLACE_REFUSED: Kind((EMAIL, LETTER), _PLACE | {"why", "instead"}),
    MessageKind.PLACE_OFFERED: Kind((EMAIL, LETTER), _PLACE | {"place", "answer_by"}),
    MessageKind.PLACE_WAITS: Kind((EMAIL, LETTER), _PLACE | {"listed_on"}),
    MessageKind.REPORT: Kind((EMAIL,), frozenset({"landlord", "ring", "link", "until"})),
}
# Works of a residence are told as those of a home are, in words of their own.
OF_HOME_WORKS = (
    MessageKind.WORKS_PLANNED,
    MessageKind.WORKS_MOVED,
    MessageKind.WORKS_OFF,
    MessageKind.WORKS_ENDED,
)
OF_HOUSE_WORKS = (
    MessageKind.HOUSE_PLANNED,
    MessageKind.HOUSE_MOVED,
    MessageKind.HOUSE_OFF,
    MessageKind.HOUSE_ENDED,
)
OF_WORKS = (*OF_HOME_WORKS, *OF_HOUSE_WORKS)
TO_PERSONS = tuple(kind for kind, one in KINDS.items() if not one.to_account)
# What a programme says in its own words; works are of no programme, and without its link the
# message of a report would bring nothing.
OF_CASES = tuple(kind for kind in TO_PERSONS if kind not in (*OF_WORKS, MessageKind.REPORT))
# What is of no use once its day has come: a letter of it leaves before the post needs it.
BEFORE_A_DAY = (
    MessageKind.CONFIRMED,
    MessageKind.MOVED,
    MessageKind.CANCELLED,
    MessageKind.REMINDER,
    MessageKind.WORKS_PLANNED,
    MessageKind.WORKS_MOVED,
    MessageKind.WORKS_OFF,
    MessageKind.HOUSE_PLANNED,
    MessageKind.HOUSE_MOVED,
    MessageKind.HOUSE_OFF,
)
# Of no use to anybody without the day: a wording of one names it.
NAMES_A_DAY = (
    MessageKind.CONFIRMED,
    MessageKind.MOVED,
    MessageKind.REMINDER,
    MessageKind.WORKS_PLANNED,
    MessageKind.WORKS_MOVED,
    MessageKind.HOUSE_PLANNED,
    MessageKind.HOUSE_MOVED,
)
OF_A_PLANNED_VISIT = (MessageKind.CONFIRMED, MessageKind.MOVED, MessageKind.REMINDER)


def places_of(kind: MessageKind, channel: MessageChannel) -> frozenset[str]:
    """Give the facts that a wording may name, as `{day}`."""
    said = KINDS[kind].speaks_of
    return said - NOT_IN_TEXTS if channel is TEXT else said
