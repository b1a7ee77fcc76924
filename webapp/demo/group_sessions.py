"""The demo's collective sessions: a workshop each week, a course, an outing, what partners hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from sqlalchemy import case, select

from visits.models.accounts import Organisation
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.portfolio import Residence
from visits.models.sessions import CollectiveSession
from visits.sessions.attendance import enrol, enrolments_of, note_number, note_presence
from visits.sessions.moving import cancel_session, hold_session
from visits.sessions.planning import ELSEWHERE, SessionSaid, plan_session
from visits.sight import Viewer, visible_persons
from webapp.access.auth import Action
from webapp.demo.calendar import day_of, moment
from webapp.demo.cast import LANDLORD, LINKS, PARTNER, YOUNG_PEOPLE, acting
from webapp.demo.partners import team
from webapp.demo.story import Story

EARLIER = timedelta(days=12)
PRESENT = ("came", "came", "came", "came", "absent", "excused")
ILL = "L’animatrice est malade ; les inscrits sont prévenus."


@dataclass(frozen=True)
class _Series:
    """Sessions of the demo: so many weeks, the first so many weeks before it starts."""

    programme: str
    said: SessionSaid
    weeks: int
    weeks_ago: int
    weekday: int
    at: time
    holder: str = ""
    in_residence: bool = False
    cancelled: tuple[int, ...] = ()
    left_open: tuple[int, ...] = ()
    by_name: int = 0


SERIES = (
    _Series(
        "seniors",
        SessionSaid(
            title="Atelier équilibre : rester debout",
            kind="workshop", minutes="60", capacity="12", held_by=ELSEWHERE,
            held_by_name="Gym douce du Beauvaisis (fictive)", cost="85,00",
            payer="Conférence des financeurs", note="Chaussures plates, une bouteille d’eau.",
        ),
        weeks=12, weeks_ago=8, weekday=1, at=time(10), in_residence=True,
        cancelled=(5,), by_name=13,
    ),
    _Series(
        "seniors",
        SessionSaid(
            title="Le numérique sans peine", kind="course", minutes="120", capacity="10",
            place="Médiathèque du quartier Argentine, Beauvais", cost="150",
            payer="Caisse de retraite",
        ),
        weeks=16, weeks_ago=17, weekday=3, at=time(14), holder=PARTNER,
    ),
    _Series(
        "seniors",
        SessionSaid(
            title="Sortie : une journée au parc", kind="outing", minutes="300", capacity="20",
            place="Départ devant la gare de Beauvais", note="Pique-nique à emporter.",
        ),
        weeks=1, weeks_ago=-3, weekday=2, at=time(9, 30), holder=LANDLORD, by_name=7,
    ),
    _Series(
        "seniors",
        SessionSaid(
            title="Réunion d’information : bien vivre chez soi", kind="information",
            minutes="90", place="Salle des fêtes de Clermont",
        ),
        weeks=1, weeks_ago=1, weekday=4, at=time(15), holder=LANDLORD, left_open=(0,),
    ),
    _Series(
        "young_tenants",
        SessionSaid(
            title="Mon premier budget", kind="workshop", minutes="90", capacity="8",
            place="Local du Relais Jeunes, Senlis", cost="60",
        ),
        weeks=5, weeks_ago=3, weekday=2, at=time(18), holder=YOUNG_PEOPLE, by_name=5,
    ),
    _Series(
        "isolated_tenants",
        SessionSaid(
            title="Café-rencontre du jeudi", kind="workshop", minutes="120",
            place="Maison de quartier, Creil", note="Gâteau apporté par les bénévoles.",
        ),
        weeks=6, weeks_ago=4, weekday=3, at=time(15), holder=LINKS, by_name=6,
    ),
)  # fmt: skip


def hold_group_sessions(story: Story) -> None:
    """Plan the sessions of the year's end, hold what has begun, cancel one."""
    for series in SERIES:
        first = _first_day(story, series)
        planned_at = min(moment(first, time(9)) - EARLIER, story.now - timedelta(days=3))
        story.timeline.at(planned_at, partial(_plan, story, series))


def _first_day(story: Story, series: _Series) -> date:
    monday = day_of(story.now) - timedelta(days=day_of(story.now).weekday())
    return monday + timedelta(weeks=-series.weeks_ago, days=series.weekday)


def _plan(story: Story, series: _Series, now: datetime) -> None:
    viewer = _who(story, series, Action.RUN_SESSIONS, now)
    said = replace(series.said, starts_at=moment(_first_day(story, series), series.at))
    if series.holder:
        named = select(Organisation.id).where(Organisation.name == series.holder)
        said = replace(said, held_by=str(story.session.scalars(named).one()))
    if series.in_residence:
        said = replace(said, residence=_common_room(story))
    weeks = str(series.weeks)
    planned = plan_session(
        story.session, series.programme, said, weeks=weeks, viewer=viewer, now=now
    )
    _live(story, series, planned)


def _who(story: Story, series: _Series, action: Action, now: datetime) -> Viewer:
    """Give who acts: the landlord's coordinator, or the association in its own programme."""
    if series.holder in (YOUNG_PEOPLE, LINKS):
        return team(story.session, series.holder).viewer(story.session, action, now)
    return acting(story.cast.coordinator, action)


def _common_room(story: Story) -> str:
    """Give a residence in town, by its reference or address."""
    in_town_first = case((Residence.city == "Beauvais", 0), else_=1)
    ordered = select(Residence).order_by(in_town_first, Residence.reference, Residence.id)
    found = story.session.scalars(ordered.limit(1)).one()
    return found.reference or found.address


def _live(story: Story, series: _Series, planned: Sequence[CollectiveSession]) -> None:
    for turn, one in enumerate(planned):
        enrolled_at = max(one.starts_at - timedelta(days=4), one.planned_at + timedelta(hours=1))
        story.timeline.at(enrolled_at, partial(_enrol, story, series, one))
        if turn in series.cancelled:
            before = one.starts_at - timedelta(hours=20)
            story.timeline.at(before, partial(_cancel, story, series, one))
        elif turn not in series.left_open:
            after = one.ends_at + timedelta(hours=1)
            story.timeline.at(after, partial(_hold, story, series, one))


def _enrol(story: Story, series: _Series, one: CollectiveSession, now: datetime) -> None:
    """Enrol who asked, in the order of their names: those of open cases in the programme."""
    if not series.by_name:
        return
    people = _people(story, series, now)
    open_cases = (Case.programme == series.programme, Case.closed_on.is_(None))
    asking = (
        select(Person)
        .where(Person.id.in_(select(Case.person_id).where(*open_cases)))
        .where(Person.died_on.is_(None), visible_persons(people))
        .order_by(Person.name_key, Person.id)
        .limit(series.by_name)
    )
    for person in story.session.scalars(asking).all():
        enrol(story.session, one, person, or_wait=True, viewer=people, now=now)


def _cancel(story: Story, series: _Series, one: CollectiveSession, now: datetime) -> None:
    viewer = _who(story, series, Action.RUN_SESSIONS, now)
    cancel_session(story.session, one, ILL, turn=one.turn, viewer=viewer, now=now)


def _hold(story: Story, series: _Series, one: CollectiveSession, now: datetime) -> None:
    viewer = _who(story, series, Action.RUN_SESSIONS, now)
    hold_session(story.session, one, turn=one.turn, viewer=viewer, now=now)
    people, rng = _people(story, series, now), Random(f"{one.title} {one.starts_at}")
    enrolled = [each for each in enrolments_of(story.session, one, people) if not each.waiting]
    if enrolled:
        said = {each.id: rng.choice(PRESENT) for each in enrolled}
        note_presence(story.session, one, said, turn=one.turn, viewer=people, now=now)
    elif one.capacity is not None:
        came = str(rng.randint(one.capacity // 2, one.capacity))
        note_number(story.session, one, came, viewer=people, now=now)


def _people(story: Story, series: _Series, now: datetime) -> Viewer:
    return _who(story, series, Action.SEE_PERSONS, now)
