"""The demo's ordered services: a map of what is around a residence, then its yearly check."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy import select

from visits.cases.tasks import visits_due
from visits.choosing.opening import open_by_hand
from visits.ground.deadlines import today_in_paris
from visits.models.cases import Case, WayIn
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.surroundings import OrderedService, OrderedState
from visits.sight import Viewer
from visits.surroundings.ordering import OrderSaid, move_ordered, order_service
from visits.surroundings.path import Side
from webapp.access.auth import Action
from webapp.demo.calendar import day_of, moment, working_days_after
from webapp.demo.cast import LINKS, acting
from webapp.demo.partners import Team, team
from webapp.demo.rounds import Round, make_round
from webapp.demo.story import Story
from webapp.demo.works import Works

PROGRAMME, AREA = "partner_residences", "Agence de Creil-Compiègne"
WALK = "Plan des alentours, avec une locataire de l’immeuble."


@dataclass(frozen=True)
class _Asked:
    """What is ordered how many days ago, of which kind of visit; what is said once it is done."""

    kind: str
    visit_kind: str
    ago: int
    what_for: str
    thanks: str = ""


MAP = _Asked(
    "surroundings", "surroundings", 63,
    "Les locataires de plus de 80 ans demandent où aller à pied, et où s’asseoir.",
    "Complet, merci : le plan est affiché dans le hall.",
)  # fmt: skip
CHECK = _Asked("yearly_check", "residence", 35, "Le contrôle de l’année, avant l’hiver.")


class _Ordering:
    """A residence of an agency is mapped, then checked, by the association that visits there.

    The map was accepted; what the check found waits for the landlord's word.
    """

    def __init__(self, story: Story, works: Works) -> None:
        self.story, self.session, self.works = story, story.session, works
        story.timeline.at(self._day(MAP), self._open)

    def _day(self, asked: _Asked) -> datetime:
        day = working_days_after(day_of(self.story.now - timedelta(days=asked.ago)), 1)
        return moment(day, time(9, 40))

    def _open(self, now: datetime) -> None:
        found = self._tenant()
        if found is None:
            return  # a small demonstration has nobody there without a case
        person, home = found
        opening = acting(self.story.cast.coordinator, Action.ENROL)
        case, _fit = open_by_hand(
            self.session, person, PROGRAMME, way_in=WayIn.REQUEST, motive=WALK, viewer=opening,
            now=now,
        )  # fmt: skip
        self._order(MAP, case, home, now)
        self.story.timeline.at(self._day(CHECK), partial(self._order, CHECK, case, home))

    def _order(self, asked: _Asked, case: Case, home: Dwelling, now: datetime) -> None:
        partner = team(self.session, LINKS)
        said = OrderSaid(
            asked.kind, partner.organisation.id, case.id,
            today_in_paris(now) + timedelta(days=40), asked.what_for,
        )  # fmt: skip
        orders = acting(self.story.cast.coordinator, Action.ORDER_SERVICES)
        ordered = order_service(self.session, home.residence, said, viewer=orders, now=now)
        at = moment(working_days_after(day_of(now), 2), time(11, 15))
        self.story.timeline.at(at, partial(self._accept, asked, ordered, case, partner))

    def _tenant(self) -> tuple[Person, Dwelling] | None:
        """Find somebody of the agency whose case is no other programme’s, by reference."""
        lives = (
            select(Person, Dwelling)
            .join(Occupancy, Occupancy.person_id == Person.id)
            .join(Tenancy, Tenancy.id == Occupancy.tenancy_id)
            .join(Dwelling, Dwelling.id == Tenancy.dwelling_id)
            .join(Dwelling.residence)
            .where(Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None))
            .where(Person.protected.is_(False), Person.died_on.is_(None))
            .where(Person.id.not_in(select(Case.person_id)), Residence.lat.is_not(None))
            .where(Residence.territory.has(name=AREA))
            .order_by(Person.reference, Person.id)
        )
        found = self.session.execute(lives.limit(1)).first()
        return (found[0], found[1]) if found else None

    def _accept(
        self, asked: _Asked, ordered: OrderedService, case: Case, partner: Team, now: datetime
    ) -> None:
        takes = acting(partner.coordinator, Action.SEE_ORDERED)
        self._move(ordered, OrderedState.ACCEPTED, Side.PARTNER, takes, now)
        look = partial(self._look, partner)
        round_ = make_round(self.story, self.works, PROGRAMME, look, asked.visit_kind)
        round_.agree(case, now)
        plan = partial(self._plan, asked, round_, ordered, case, partner)
        self.story.timeline.at(now + timedelta(minutes=9), plan)

    def _look(self, partner: Team, action: Action, now: datetime) -> Viewer:
        return partner.viewer(self.session, action, now)

    def _plan(
        self,
        asked: _Asked,
        round_: Round,
        ordered: OrderedService,
        case: Case,
        partner: Team,
        now: datetime,
    ) -> None:
        tasks = visits_due(self.session, case)
        for days in range(6, 26):
            start_at = moment(working_days_after(day_of(now), days), time(14))
            visit = round_.plan(case, partner.visitor, start_at, now, tasks)
            if visit is not None:
                round_.hold(visit, {})
                later = moment(working_days_after(day_of(start_at), 3), time(10, 5))
                if asked.thanks:
                    self.story.timeline.at(later, partial(self._approve, asked.thanks, ordered))
                return

    def _approve(self, thanks: str, ordered: OrderedService, now: datetime) -> None:
        if ordered.is_delivered:
            judge = acting(self.story.cast.coordinator, Action.JUDGE_ORDERED)
            self._move(ordered, OrderedState.APPROVED, Side.LANDLORD, judge, now, thanks)

    def _move(
        self,
        ordered: OrderedService,
        state: OrderedState,
        side: Side,
        viewer: Viewer,
        now: datetime,
        said: str = "",
    ) -> None:
        turn = ordered.turn
        move_ordered(
            self.session, ordered, state, side=side, turn=turn, said=said, viewer=viewer, now=now
        )


def order_some(story: Story, works: Works) -> None:
    """Let an association map what is around a residence, and check the residence."""
    _Ordering(story, works)
