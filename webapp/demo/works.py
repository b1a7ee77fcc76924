"""What follows the visits: works started, held and finished, follow-ups made, some of them late."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.agenda.by_phone import may_be_asked
from visits.cases.tasks import close_task
from visits.ground.deadlines import is_public_holiday, midnight_in_paris, today_in_paris
from visits.models.cases import Task, TaskState
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Tenancy
from visits.models.visits import Submission
from visits.models.works import (
    OPEN_STATES,
    HoldWhy,
    Severity,
    WorkOrder,
    WorkOrderState,
)
from visits.sight import Viewer
from visits.sight.homes import landlords_run
from visits.sight.reach import hidden_homes
from visits.works.by_hand import OrderSaid, note_access, open_by_hand
from visits.works.by_link import accept, propose_day, quote
from visits.works.closing_days import note_closing_day
from visits.works.costs import quote_order
from visits.works.giving import contractors, give_order
from visits.works.links import LinkSaid, make_link, note_opened, open_link
from visits.works.moves import PARTS, MoveSaid, move_work_order
from visits.works.work_orders import ESCALATE_AFTER, escalate_work_orders
from webapp.access.auth import Action
from webapp.demo.by_phone import ByPhone
from webapp.demo.calendar import next_office_moment
from webapp.demo.cast import acting
from webapp.demo.story import Story

# Hours until the works start and until they are done, from the shortest to the longest.
STARTS = {"U0": (0.2, 0.9), "U1": (0.3, 1.6), "U2": (0.5, 6), "U3": (30, 200), "P": (200, 900)}
LASTS = {"U0": (0.5, 2.5), "U1": (0.5, 2.2), "U2": (0.5, 5), "U3": (24, 240), "P": (48, 400)}
OFFICE_HOURS = ("U2", "U3", "P")
BACKLOG = timedelta(days=60)  # the weeks just before the demo: the service is short of hands
BACKLOG_HOURS = (24, 2400)
LEFT = timedelta(days=21)  # what came due since is still to be asked on the phone
LATE, HELD, CANCELLED, FORGOTTEN = 0.1, 0.08, 0.025, 0.015
DONE_NOTES = {
    "gas": ("Joint de la cuisinière remplacé, contrôle d’étanchéité fait.",),
    "electricity": (
        "Prise remplacée, circuit contrôlé.",
        "Fils repris sous goulotte, terre vérifiée.",
    ),
    "heating": (
        "Radiateurs purgés, température contrôlée à 20 °C.",
        "Robinet thermostatique remplacé.",
    ),
    "lift": ("Remis en service par l’ascensoriste.",),
    "general": (
        "Détecteur posé au plafond du couloir et testé.",
        "Pile changée, détecteur testé devant le locataire.",
        "Détecteur remplacé.",
    ),
}
DONE = ("Travaux faits.",)
GIVEN = 3
HOLDS = ((HoldWhy.PART, "Pièce commandée."), (HoldWhy.ACCESS, "Second passage à convenir."))
PRAISE = (
    ("Travail propre, artisan aimable.", 5),
    ("Contente, tout fonctionne.", 5),
    ("Réparé, mais il a fallu rappeler deux fois.", 3),
    ("Bien fait.", 4),
)
CHECKED = 0.3
Say = Callable[[datetime], MoveSaid]
CANCEL_NOTES = ("Fait par la famille avant le passage.", "Demande en double.")
FOUND_NOTES = (
    "Cotes relevées, évacuation accessible, pas de mur porteur.",
    "Accès par l’escalier seul ; cotes et photos prises.",
)
CALL_NOTES = (
    "Va bien, pas de nouvelle chute. Tapis retiré.",
    "Contente de l’appel ; le détecteur est posé.",
    "Se sent plus à l’aise depuis la barre d’appui.",
    "Pas de changement. Conseils rappelés.",
    "Souhaite des nouvelles de la douche demandée.",
    "Est allée à l’atelier équilibre du quartier.",
)


def give_some(session: Session, *, by: Viewer, now: datetime) -> None:
    """Give a few of the orders that are open to the contractor."""
    (contractor,) = contractors(session)
    still_open = (
        select(WorkOrder)
        .join(WorkOrder.person)
        .where(WorkOrder.state.in_(OPEN_STATES), Person.protected.is_(False))
        .where(WorkOrder.dwelling_id.is_not(None))
        .order_by(WorkOrder.opened_at, WorkOrder.id)
    )
    for order in session.scalars(still_open.limit(GIVEN)):
        give_order(session, order, contractor.id, viewer=by, now=now)


def open_some(session: Session, *, by: Viewer, now: datetime) -> None:
    """Let somebody ring about a tap, and the caretaker about a light."""
    tap = OrderSaid("plumbing", "U2", "kitchen", "Le robinet de l’évier ne ferme plus.", "tenant")
    light = OrderSaid("electricity", "U3", "stairs", "Éclairage en panne au 2e étage.", "caretaker")
    lived_in = select(Tenancy.dwelling_id).join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
    lived_in = lived_in.where(Tenancy.ended_on.is_(None), Occupancy.ended_on.is_(None))
    homes = select(Dwelling).where(Dwelling.id.not_in(hidden_homes()), Dwelling.id.in_(lived_in))
    home = session.scalars(homes.order_by(Dwelling.reference, Dwelling.id).limit(1)).one()
    for place, said in ((home, tap), (home.residence, light)):
        open_by_hand(session, place, said, viewer=by, now=now - timedelta(hours=3))


def send_some(session: Session, *, by: Viewer, now: datetime) -> None:
    """Send the light of the stairs to a contractor by a link; she accepts, proposes, quotes."""
    by_hand = WorkOrder.opened_by_id.is_not(None)
    lights = select(WorkOrder).where(WorkOrder.residence_id.is_not(None), by_hand)
    light = session.scalars(lights.order_by(WorkOrder.id).limit(1)).one()
    said = "Local électrique au rez-de-chaussée : la gardienne ouvre de 8 h à 12 h."
    note_access(session, light, said, light.person, viewer=by, now=now)
    ago = [now - timedelta(minutes=minutes) for minutes in (150, 110, 105, 90)]
    secret = make_link(session, light, LinkSaid("Électricité Delmotte", 14), viewer=by, now=ago[0])
    link = open_link(session, secret, now=ago[1])
    note_opened(session, link, now=ago[1])
    accept(session, link, now=ago[2])
    quote(session, link, "186,40", "Détecteur et deux hublots, pose comprise", now=ago[2])
    day = today_in_paris(next_office_moment(now + timedelta(days=3)))
    quote_order(session, light, "228", "", contractor="Lumière et Fils", by=by.user_id, now=ago[2])
    propose_day(session, link, MoveSaid(planned_on=day, planned_part="morning"), now=ago[3])


def close_some(session: Session, *, by: Viewer, now: datetime) -> None:
    """Note the next bridge between a holiday and a weekend, or the Friday of next week."""
    (landlord,) = [one.id for one in landlords_run(session, by)][:1]
    coming = [today_in_paris(now) + timedelta(days=ahead) for ahead in range(1, 366)]
    eves = {4: -1, 0: 1}  # a Friday after a holiday, a Monday before one
    bridges = [
        day
        for day in coming
        if day.weekday() in eves
        and is_public_holiday(day + timedelta(days=eves[day.weekday()]))
        and not is_public_holiday(day)
    ]
    note_closing_day(session, landlord, bridges[0], "Pont", viewer=by, now=now)


class Works:
    """The technical service's year, and the calls that were promised."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.rng: Random = story.rng
        self.by_phone = ByPhone(story)
        self.beside: list[Callable[[Submission, datetime], None]] = []
        self.technician: Viewer = acting(story.cast.technician, Action.DO_WORKS)
        self.callers: tuple[Viewer, ...] = (
            acting(story.cast.coordinator, Action.FOLLOW_UP),
            acting(story.cast.social_worker, Action.FOLLOW_UP),
        )

    def schedule_clock(self, first: datetime) -> None:
        """Let the recurring jobs run every morning."""
        self.story.timeline.at(first, self._morning)

    def follow(self, submission: Submission, now: datetime) -> None:
        """Let what a visit opened take its course."""
        ids = [consequence.id for consequence in submission.consequences]
        session = self.story.session
        # Those that another form told of already take their course from there.
        orders = select(WorkOrder).where(WorkOrder.consequence_id.in_(ids))
        for order in sorted(session.scalars(orders), key=lambda order: order.trade):
            self.let_be_done(order, now)
        promised = select(Task).where(Task.consequence_id.in_(ids)).order_by(Task.due_on, Task.id)
        for promise in session.scalars(promised):
            self._let_be_made(promise)
        for follow in self.beside:
            follow(submission, now)

    def _morning(self, now: datetime) -> None:
        self._escalate(now)
        self.story.timeline.at(now + timedelta(days=1), self._morning)

    def _escalate(self, now: datetime) -> None:
        escalate_work_orders(self.story.session, now=now)

    def let_be_done(self, order: WorkOrder, now: datetime) -> None:
        """Let an order be taken on and done, or forgotten."""
        patience = ESCALATE_AFTER.get(Severity(order.severity))
        if patience is not None:
            self.story.timeline.at(now + patience + timedelta(minutes=3), self._escalate)
        if self.rng.random() < FORGOTTEN:
            return
        moves = list(self._course(order))
        at = now
        for hours, state, say in moves:
            at = at + timedelta(hours=hours)
            if order.severity in OFFICE_HOURS:
                at = next_office_moment(at)
            self._put(at, order, state, say)

    def let_be_seen(self, order: WorkOrder, now: datetime) -> None:
        """Let a technician name a day, go and look at a home, and say what was found there."""
        own = Random(f"{order.trade} {order.opened_at}")
        named = next_office_moment(now + timedelta(days=own.uniform(1, 6)))
        there = next_office_moment(named + timedelta(days=own.uniform(3, 14)))
        self._put(named, order, WorkOrderState.PLANNED, _planning(own, there - named))
        self._put(there, order, WorkOrderState.DONE, _noting(own.choice(FOUND_NOTES)))

    def _course(self, order: WorkOrder) -> Iterator[tuple[float, WorkOrderState, Say]]:
        """Give the moves of an order: hours after the one before, the state, what is said."""
        own = Random(f"{order.trade} {order.opened_at}")
        severity = str(order.severity)
        slow = self.rng.uniform(6, 20) if self.rng.random() < LATE else 1.0
        begins = self.rng.uniform(*STARTS[severity]) * slow
        if severity in OFFICE_HOURS and order.opened_at > self.story.now - BACKLOG:
            begins = self.rng.uniform(*BACKLOG_HOURS)
        if severity in OFFICE_HOURS and self.rng.random() < CANCELLED:
            yield begins, WorkOrderState.CANCELLED, _noting(self.rng.choice(CANCEL_NOTES))
            return
        if severity in OFFICE_HOURS:
            yield begins * 0.2, WorkOrderState.ACKNOWLEDGED, _noting("")
            yield begins * 0.3, WorkOrderState.PLANNED, _planning(own, timedelta(hours=begins / 2))
            begins /= 2
        yield begins, WorkOrderState.STARTED, _noting("")
        if severity in OFFICE_HOURS and self.rng.random() < HELD:
            wait, (why, note) = self.rng.uniform(1, 6), self.rng.choice(HOLDS)
            lasts = self.rng.uniform(40, 500)
            yield wait, WorkOrderState.ON_HOLD, _holding(why, note, timedelta(hours=lasts))
            yield lasts, WorkOrderState.STARTED, _noting("")
        notes = DONE_NOTES.get(order.trade, ("Travaux faits.",))
        yield (
            self.rng.uniform(*LASTS[severity]),
            WorkOrderState.DONE,
            _noting(self.rng.choice(notes)),
        )
        if own.random() < CHECKED:
            yield own.uniform(20, 120), WorkOrderState.CHECKED, _checking(*own.choice(PRAISE))

    def _put(self, at: datetime, order: WorkOrder, state: WorkOrderState, say: Say) -> None:
        def move(now: datetime) -> None:
            by = self.technician
            move_work_order(self.story.session, order, state, say(now), viewer=by, now=now)

        self.story.timeline.at(at, move)

    def _let_be_made(self, promise: Task) -> None:
        if self.rng.random() < 0.1:
            return  # still to be made: a list of due calls is never empty
        wait = timedelta(days=self.rng.uniform(0.5, 9))
        at = next_office_moment(midnight_in_paris(promise.due_on) + wait)
        self.story.timeline.at(at, lambda now: self._make(promise, now))

    def _make(self, promise: Task, now: datetime) -> None:
        self.story.session.refresh(promise, ["state", "visit_id"])
        if not promise.is_open or promise.visit_id is not None:
            return
        why, by = self.rng.choice(CALL_NOTES), self.rng.choice(self.callers)
        if self.by_phone.ask(promise, now) or self._is_left(promise, now):
            return
        close_task(self.story.session, promise, TaskState.DONE, why=why, viewer=by, now=now)

    def _is_left(self, promise: Task, now: datetime) -> bool:
        """Leave what came due lately and a form on the phone asks: whoever tries one finds some."""
        lately = promise.due_on > today_in_paris(self.story.now) - LEFT
        return lately and may_be_asked(self.story.session, promise, now=now)


def _noting(note: str) -> Say:
    return lambda now: MoveSaid(note=note)


def _planning(own: Random, ahead: timedelta) -> Say:
    part, told = own.choice(PARTS[:2]), own.choice(("phone", "phone", "message", ""))

    def say(now: datetime) -> MoveSaid:
        day = today_in_paris(min(next_office_moment(now + ahead), now + timedelta(days=300)))
        return MoveSaid(planned_on=day, planned_part=part, told_how=told)

    return say


def _holding(why: HoldWhy, note: str, lasts: timedelta) -> Say:
    return lambda now: MoveSaid(note=note, hold_why=why, hold_until=today_in_paris(now + lasts))


def _checking(note: str, score: int) -> Say:
    return lambda now: MoveSaid(note=note, checked_how="phone", tenant_score=score)
