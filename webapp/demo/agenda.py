"""When the demo's visitors work, what they can do, and who is away soon."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from visits.agenda.absences import AbsenceSaid, Doing, hit_by, note_absence
from visits.agenda.availabilities import DaySaid, HoursSaid, note_day, note_hours, say_terms
from visits.agenda.visitors import PLANNING
from visits.models.accounts import Role, User
from visits.sight import Viewer
from webapp.access.auth import Action
from webapp.demo.calendar import day_of, working_days_after
from webapp.demo.cast import LANDLORD, PARTNER, TOURING, acting
from webapp.demo.story import BASES, Story

NOTED_BEFORE = timedelta(days=2, hours=3)
MORNING, DAY = (time(9), time(12, 30)), (time(9), time(17, 30))
LANGUAGES = (("ar",), ("ar", "es"), ("pt",), ("en", "pl"), (), ("tr",), ("fsl",))
SKILLS = (
    ("falls", "adaptation"), ("energy", "hoarding"), ("falls", "memory"), ("energy",),
    ("memory",), ("digital",), ("young", "digital"),
)  # fmt: skip
AWAY = "Congés posés au printemps."


def keep_days(story: Story) -> None:
    """Let coordinators note their visitors' hours, and one absence to come."""
    story.timeline.at(story.now - NOTED_BEFORE, lambda now: _keep(story, now))


def _keep(story: Story, now: datetime) -> None:
    of_role = select(User).where(User.role == Role.VISITOR).order_by(User.email, User.id)
    for number, visitor in enumerate(story.session.scalars(of_role).all()):
        viewer = _keeper(story, visitor)
        start = ""
        if visitor in story.cast.visitors[:TOURING]:
            lat, lon = BASES[story.cast.visitors.index(visitor)]
            start = f"{lat}, {lon}"
        first = day_of(now) - timedelta(days=60)
        for weekday in range(5):
            hours = MORNING if weekday == 2 else DAY
            said = HoursSaid(weekday, *hours, first, start=start)
            note_hours(story.session, visitor.id, said, viewer=viewer, now=now)
        say_terms(
            story.session,
            visitor.id,
            buffer="10",
            most="7",
            languages=LANGUAGES[number % len(LANGUAGES)],
            skills=SKILLS[number % len(SKILLS)],
            viewer=viewer,
            now=now,
        )
        _otherwise(story, visitor, viewer, number, now)
    _away(story, now)


def _otherwise(story: Story, visitor: User, viewer: Viewer, number: int, now: datetime) -> None:
    day = working_days_after(day_of(now), 8 + number)
    said = DaySaid(day, "less", time(14), time(17, 30))
    if number % 2 == 0:
        note_day(story.session, visitor.id, said, viewer=viewer, now=now)


def _away(story: Story, now: datetime) -> None:
    """Let one of the landlord’s visitors be on leave in three weeks, a partner’s in training."""
    own, partner = (
        next(one for one in story.cast.visitors if one.organisation.name == name)
        for name in (LANDLORD, PARTNER)
    )
    first = _monday_after(day_of(now) + timedelta(days=21))
    leave = AbsenceSaid(first, first + timedelta(days=4), "away_holiday", AWAY)
    course = AbsenceSaid(first + timedelta(days=8), first + timedelta(days=8), "away_training")
    for visitor, said in ((own, leave), (partner, course)):
        assert said.first_on is not None and said.last_on is not None
        viewer, span = _keeper(story, visitor), (said.first_on, said.last_on)
        hit = hit_by(story.session, visitor.id, *span, viewer=viewer, now=now)
        back = {one.id: Doing() for one in hit.visits}
        note_absence(story.session, visitor.id, said, doing=back, viewer=viewer, now=now)


def _monday_after(day: date) -> date:
    return day + timedelta(days=7 - day.weekday())


def _keeper(story: Story, visitor: User) -> Viewer:
    """Give who keeps a visitor's days: the coordinator of her own organisation."""
    keeping = select(User).where(
        User.organisation_id == visitor.organisation_id, User.role.in_(PLANNING)
    )
    return acting(story.session.scalars(keeping.order_by(User.id).limit(1)).one(), Action.PLAN)
