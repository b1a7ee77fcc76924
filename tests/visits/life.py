"""One person in her home, with all that a death or a move ends."""

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
    make_visit,
)
from tests.visits.portfolio_files import load
from visits.agenda.doors import Knock, report_shut_door
from visits.calls.contacts import Attempt, record_attempt
from visits.cases.tasks import make_task
from visits.life.deaths import record_death
from visits.life.endings import GivenBack, Told
from visits.life.events import events_of
from visits.life.moves import record_departure
from visits.life.taking_back import take_back_event
from visits.models.accounts import Role
from visits.models.calls import Disposition
from visits.models.cases import Case, CaseState, TaskKind
from visits.models.life import HowTold
from visits.models.people import Occupancy
from visits.models.portfolio import Tenancy
from visits.models.visits import VisitState
from visits.sight import Reach

FILE = "Logement;Nom;Prénom;Date de naissance"
DIED = f"{FILE};Date de décès\nL-VIE;VIVANTE;Rose;17/05/1941;09/03/2026\n"


class Life:
    """Somebody in two programmes, with what is due, planned and promised in both."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.user = make_user(session)
        self.visitor = make_user(session, role=Role.VISITOR)
        self.viewer = make_viewer(self.user)
        self.home = make_dwelling(session, reference="L-VIE")
        self.person = make_person(
            session, dwelling=self.home, last_name="VIVANTE", first_name="Rose",
            name_key="vivante rose",
        )  # fmt: skip
        self.lease = session.scalars(
            select(Tenancy).where(Tenancy.dwelling_id == self.home.id)
        ).one()
        self.seniors, self.kit = (self._case(code) for code in ("seniors", "isolated_tenants"))
        self.visit = make_visit(
            session, case=self.kit, visitor=self.visitor, start_at=now + timedelta(days=2)
        )
        self.task = make_task(
            session, self.kit, TaskKind.CHECK, what="Barre d’appui",
            due_on=now.date() + timedelta(days=9), viewer=self.viewer, now=now,
        )  # fmt: skip
        self.task.visit_id = self.visit.id
        session.flush()

    def _case(self, programme: str) -> Case:
        return make_case(
            self.session, by=self.user, person=self.person, dwelling=self.home, programme=programme
        )

    def on_the_phone(self, said: Disposition = Disposition.DEAD) -> None:
        """Tell it in a call of the first programme."""
        attempt = Attempt(said, happened_on=date(2026, 3, 9))
        record_attempt(self.session, self.seniors, attempt, viewer=self.viewer, now=self.now)

    def at_the_door(self, said: Disposition = Disposition.DEAD) -> None:
        """Tell it by a tablet, hours after the door, from a visit that was called off meanwhile."""
        visit = make_visit(self.session, case=self.seniors, visitor=self.visitor)
        visit.state, self.seniors.state = VisitState.CANCELLED, CaseState.AGREED
        knock = Knock(said, at=self.now - timedelta(days=1), report_id=uuid.uuid4())
        eyes = make_viewer(self.visitor, Reach.OWN)
        report_shut_door(self.session, visit, knock, viewer=eyes, now=self.now)

    def on_her_page(self) -> None:
        """Note it on her page."""
        told = Told(HowTold.PAGE, self.user.id, self.now)
        record_death(self.session, self.person, on=date(2026, 3, 9), told=told)

    def by_a_file(self) -> None:
        """Bring a file of the landlord's that tells it."""
        load(self.session, DIED)

    def leave(self) -> None:
        """Note on her page that she left."""
        told = Told(HowTold.PAGE, self.user.id, self.now)
        record_departure(
            self.session, self.person, self.home.id, on=date(2026, 3, 9), where_to="Nice", told=told
        )

    def take_back(self) -> GivenBack:
        """Take the latest event back."""
        self.refresh()
        event = events_of(self.session, self.person.id)[0]
        back = take_back_event(
            self.session, self.person, event.id, reason="Une homonyme", viewer=self.viewer,
            now=self.now,
        )  # fmt: skip
        self.refresh()
        return back

    def refresh(self) -> None:
        """Read all anew."""
        self.session.flush()
        self.session.expire_all()

    @property
    def state(self) -> tuple[object, ...]:
        """How all that may end stands."""
        self.refresh()
        stays = select(Occupancy.ended_on).where(Occupancy.person_id == self.person.id)
        cases = [
            (case.state, case.is_open, case.outcome, case.call_back_at)
            for case in (self.seniors, self.kit)
        ]
        return (
            self.person.died_on, self.person.do_not_contact, *cases, self.visit.state,
            self.task.state, self.task.visit_id, self.lease.ended_on,
            self.session.scalars(stays.order_by(Occupancy.id)).all(),
        )  # fmt: skip
