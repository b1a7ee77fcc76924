"""What visitors carry and mind: kit items handed out, measures noted at some doors."""

from datetime import datetime, timedelta

from visits.models.cases import Case
from visits.models.people import AlertCode, PersonAlert
from visits.people.measures import end_alert, note_alert
from visits.stock.bags import bag_of, put_in_bag
from webapp.access.auth import Action
from webapp.demo.calendar import next_office_moment
from webapp.demo.cast import acting
from webapp.demo.story import Story

REFILL = timedelta(days=14)
# A full bag. Rug tape is handed out once and forgotten: one bag or another stands below zero.
FULL = {"led": 90, "aerator": 30, "shower_head": 6, "pressure_reducer": 2, "night_light": 6}
AT_FIRST = FULL | {"rug_tape": 6}
MINDED = (
    AlertCode.HARD_OF_HEARING,
    AlertCode.SLOW_TO_THE_DOOR,
    AlertCode.CALL_HELPER_FIRST,
    AlertCode.PET_IN_THE_HOME,
    AlertCode.NO_VOICEMAIL,
    AlertCode.INTERPRETER,
    AlertCode.TWO_VISITORS,
    AlertCode.PLAIN_CLOTHES,
)
SHARE = 0.05


def fill_bags(story: Story, since: datetime) -> None:
    """Hand the visitors their kits at first, and fill their bags up every fortnight."""
    caller = acting(story.cast.coordinator, Action.HAND_OUT_KITS)

    def hand_out(now: datetime) -> None:
        full = AT_FIRST if now < since + timedelta(days=1) else FULL
        for visitor in story.cast.visitors:
            bag = bag_of(story.session, visitor.id)
            for item, number in full.items():
                if (short := number - bag.get(item, 0)) > 0:
                    put_in_bag(story.session, visitor.id, item, short, viewer=caller, now=now)
        story.timeline.at(next_office_moment(now + REFILL), hand_out)

    story.timeline.at(since, hand_out)


def note_alerts(story: Story, enrolled: list[Case], since: datetime) -> None:
    """Note what to mind at one door in twenty; some measures end, some are due for review."""
    number = max(len(MINDED), round(len(enrolled) * SHARE))
    chosen = story.rng.sample(enrolled, min(number, len(enrolled)))
    span = (story.now - since) * 0.9
    for place, case in enumerate(chosen):
        at = next_office_moment(since + span * story.rng.random())
        _note(story, case, MINDED[place % len(MINDED)], at)


def _note(story: Story, case: Case, code: AlertCode, at: datetime) -> None:
    viewer = acting(story.cast.social_worker, Action.NOTE_ALERTS)
    ends = story.rng.random() < 0.15

    def note(now: datetime) -> None:
        alert = note_alert(story.session, case.person, code, viewer=viewer, now=now)
        if ends:
            later = next_office_moment(now + timedelta(days=90))
            story.timeline.at(later, lambda then: end(alert, then))

    def end(alert: PersonAlert, now: datetime) -> None:
        end_alert(story.session, alert, viewer=viewer, now=now)

    story.timeline.at(at, note)
