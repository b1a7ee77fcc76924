"""What a refusal offers instead leads to something owned and dated, or is listed until it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from tests.factories import make_case, make_person, make_user, make_viewer
from tests.visits.adapting import NO_VISIT, fund
from visits.adaptations.alternatives import (
    Alternative,
    alternatives_of,
    decline,
    find_alternative,
    first_waiting,
    offer_what_was_decided,
    take_declined_back,
)
from visits.adaptations.deciding import Decided, ask_review, decide, standing_decision
from visits.adaptations.file_list import (
    INSTEAD,
    INSTEAD_LATE,
    AdaptationFilter,
    count_adaptations,
    list_adaptations,
)
from visits.adaptations.files import Request, hand_to, open_by_hand
from visits.adaptations.moving import move_file, take_move_back
from visits.cases.tasks import close_task
from visits.following.alternatives import order_instead, plan_instead
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.access import Demand
from visits.homes.matching import Needs
from visits.models.accounts import User
from visits.models.adaptations import AdaptationFile, Step
from visits.models.alternatives import AlternativeAnswer, AlternativeOffered
from visits.models.cases import TaskState
from visits.models.people import Person
from visits.models.works import WorkOrder, WorkOrderState
from visits.sight.listing import Wanted
from visits.transfers.wishes import WishSaid, close_wish, open_wish
from visits.works.by_hand import OrderSaid
from visits.works.moves import MoveSaid, move_work_order

REASON = ("load_bearing", "Le mur de la salle de bain porte l’immeuble.")
SEAT = "Un siège de bain pivotant, posé sous un mois."
ORDER = OrderSaid("plumbing", "P", "bathroom", SEAT, "staff")


@dataclass
class Desk:
    """A coordinator who refuses Mme Morel a shower, with something instead."""

    session: Session
    now: datetime
    user: User
    person: Person
    file: AdaptationFile

    def refuse(self, instead: Mapping[str, str], outcome: str = "refused") -> None:
        viewer = make_viewer(self.user)
        said = Decided(outcome, *REASON, instead, "not_yet")
        decide(self.session, self.file, said, turn=self.file.turn, viewer=viewer, now=self.now)

    def all(self) -> list[Alternative]:
        self.session.expire_all()
        return alternatives_of(self.session, self.file, standing_decision(self.session, self.file))

    def listed(self, step: str = INSTEAD, *, days: int = 0) -> list[str]:
        viewer, today = make_viewer(self.user), self.now.date() + timedelta(days=days)
        only = AdaptationFilter(step=step)
        found = list_adaptations(
            self.session, viewer, only=only, wanted=Wanted(sort="due"), today=today
        )
        assert count_adaptations(self.session, viewer, only=only, today=today) == found.total
        waiting = first_waiting(self.session, [self.file.id])
        page = [one for one in self.all() if one.waits]
        assert bool(waiting) == bool(page)
        if step == INSTEAD and not self.person.protected:
            assert bool(found.rows) == bool(page)
        return [one.reference for one in found.rows]

    def order(self) -> WorkOrder:
        (one,) = self.all()
        viewer = make_viewer(self.user)
        return order_instead(self.session, self.file, one, ORDER, viewer=viewer, now=self.now)


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    user = make_user(session)
    viewer = make_viewer(user)
    person = make_person(session, last_name="MOREL")
    case = make_case(session, by=user, person=person)
    assert case.dwelling is not None
    said = Request("shower", "phone", now.date(), "Une douche.")
    file = open_by_hand(session, person, case.dwelling, said, viewer=viewer, now=now)
    for step in (Step.ELIGIBILITY, Step.FUNDING, Step.DECISION):
        if step is Step.DECISION:
            fund(session, file, viewer=viewer, now=now)
        move_file(
            session, file, step, turn=file.turn, said=NO_VISIT, priority="next", viewer=viewer,
            now=now,
        )  # fmt: skip
    session.flush()
    return Desk(session, now, user, person, file)


def test_a_refusal_s_alternative_is_somebody_s_by_a_day_and_listed_until_something_is_opened(
    desk: Desk,
) -> None:
    assert desk.listed() == []
    desk.refuse({"aid": SEAT})
    (one,) = desk.all()
    assert one.what == SEAT
    assert one.whose == desk.user
    assert one.offered.due_on == date(2026, 3, 31)  # fifteen working days after 10 March
    assert desk.listed() == [desk.file.reference]
    assert desk.listed(INSTEAD_LATE, days=21) == []
    assert desk.listed(INSTEAD_LATE, days=22) == [desk.file.reference]
    waiting = first_waiting(desk.session, [desk.file.id])
    assert waiting == {desk.file.id: (one.offered.due_on, desk.user.name)}
    order = desk.order()
    assert (order.dwelling_id, order.person_id) == (desk.file.dwelling_id, desk.person.id)
    assert desk.listed() == desk.listed(INSTEAD_LATE, days=99) == []
    (one,) = desk.all()
    assert one.answer is not None
    assert one.answer.order == order
    with pytest.raises(Conflict, match="alternative_answered"):
        find_alternative([one], one.offered.id, to_answer=True)
    with pytest.raises(NotFound, match="alternative_not_found"):
        find_alternative([], one.offered.id)


def test_an_order_that_is_cancelled_lets_the_alternative_wait_again(desk: Desk) -> None:
    desk.refuse({"lesser_works": SEAT})
    order = desk.order()
    said = MoveSaid(note="Le locataire était absent.")
    viewer = make_viewer(desk.user)
    move_work_order(
        desk.session, order, WorkOrderState.CANCELLED, said, viewer=viewer, now=desk.now
    )
    assert desk.listed() == [desk.file.reference]
    desk.order()
    assert desk.listed() == []


def test_what_is_to_do_in_her_case_is_of_whoever_has_the_file_and_waits_again_when_withdrawn(
    desk: Desk,
) -> None:
    viewer, due = make_viewer(desk.user), desk.now.date() + timedelta(days=20)
    desk.refuse({"aid": SEAT})
    (one,) = desk.all()
    with pytest.raises(Invalid) as refused:
        plan_instead(desk.session, desk.file, one, SEAT, None, viewer=viewer, now=desk.now)
    assert refused.value.fields == {"due_on": "required"}
    task = plan_instead(desk.session, desk.file, one, SEAT, due, viewer=viewer, now=desk.now)
    assert (task.case_id, task.due_on) == (desk.file.case_id, due)
    assert task.owner_id == desk.user.id
    assert desk.listed() == []
    close_task(desk.session, task, TaskState.DONE, why="Posé.", viewer=viewer, now=desk.now)
    assert desk.listed() == []
    task.state = TaskState.OPEN
    close_task(desk.session, task, TaskState.WITHDRAWN, why="Non.", viewer=viewer, now=desk.now)
    assert desk.listed() == [desk.file.reference]


def test_without_an_open_case_nothing_is_to_do_there(desk: Desk) -> None:
    desk.refuse({"aid": SEAT})
    desk.file.case_id = None
    (one,) = (desk.session.flush(), desk.all())[1]
    viewer = make_viewer(desk.user)
    with pytest.raises(Conflict, match="no_case_for_alternative"):
        plan_instead(
            desk.session, desk.file, one, SEAT, desk.now.date(), viewer=viewer, now=desk.now
        )


def test_a_move_is_wished_for_and_waits_again_when_the_wish_is_withdrawn(desk: Desk) -> None:
    viewer = make_viewer(desk.user)
    desk.refuse({"transfer": "Un logement adapté en rez-de-chaussée."})
    (one,) = desk.all()
    with pytest.raises(Conflict, match="move_is_wished_for"):
        order_instead(desk.session, desk.file, one, ORDER, viewer=viewer, now=desk.now)
    with pytest.raises(Conflict, match="move_is_wished_for"):
        plan_instead(
            desk.session, desk.file, one, SEAT, desk.now.date(), viewer=viewer, now=desk.now
        )
    assert desk.listed() == [desk.file.reference]
    said = WishSaid(["stairs"], Needs(demands=(Demand.REACH,)), desk.now.date())
    wish = open_wish(
        desk.session, desk.person, said, instead_of=desk.file, viewer=viewer, now=desk.now
    )
    assert desk.listed() == []
    assert [one.wish for one in desk.all()] == [wish]
    close_wish(
        desk.session,
        wish,
        "withdrawn",
        why="Reste chez elle.",
        turn=wish.turn,
        viewer=viewer,
        now=desk.now,
    )
    assert desk.listed() == [desk.file.reference]


def test_what_she_declines_says_why_and_is_taken_back(desk: Desk) -> None:
    viewer = make_viewer(desk.user)
    desk.refuse({"aid": SEAT})
    (one,) = desk.all()
    with pytest.raises(Invalid) as refused:
        decline(desk.session, desk.file, one, " ", viewer=viewer, now=desk.now)
    assert refused.value.fields == {"why": "required"}
    with pytest.raises(Conflict, match="alternative_not_declined"):
        take_declined_back(desk.session, desk.file, one, viewer=viewer, now=desk.now)
    decline(desk.session, desk.file, one, "Elle a le sien.", viewer=viewer, now=desk.now)
    assert desk.listed() == []
    (one,) = desk.all()
    take_declined_back(desk.session, desk.file, one, viewer=viewer, now=desk.now)
    assert desk.listed() == [desk.file.reference]
    order = desk.order()
    (one,) = desk.all()
    assert one.answer is not None
    assert one.answer.order == order
    with pytest.raises(Conflict, match="alternative_not_declined"):
        take_declined_back(desk.session, desk.file, one, viewer=viewer, now=desk.now)


def test_a_refusal_taken_back_or_decided_anew_offers_nothing_any_more(desk: Desk) -> None:
    viewer = make_viewer(desk.user)
    desk.refuse({"aid": SEAT})
    take_move_back(desk.session, desk.file, turn=desk.file.turn, viewer=viewer, now=desk.now)
    assert desk.listed() == []
    desk.refuse({"aid": SEAT})
    assert len(desk.listed()) == 1
    ask_review(
        desk.session, desk.file, said="Mon fils a vu le mur.", turn=desk.file.turn,
        viewer=viewer, now=desk.now,
    )  # fmt: skip
    assert desk.listed() == [desk.file.reference]  # it is still promised
    granted = Decided("granted")
    decide(desk.session, desk.file, granted, turn=desk.file.turn, viewer=viewer, now=desk.now)
    assert desk.listed() == []


def test_of_a_part_that_is_granted_the_lesser_works_go_their_way_on_the_path(desk: Desk) -> None:
    desk.refuse({"lesser_works": "Un receveur bas.", "aid": SEAT}, "in_part")
    assert [one.what for one in desk.all()] == [SEAT]
    assert desk.listed() == [desk.file.reference]


def test_whose_an_alternative_is_follows_whoever_gets_the_file(desk: Desk) -> None:
    desk.refuse({"aid": SEAT})
    other = make_user(desk.session, name="Nadia Bel", organisation_id=desk.user.organisation_id)
    hand_to(desk.session, desk.file, other.id, viewer=make_viewer(desk.user), now=desk.now)
    desk.session.flush()
    assert [one.whose for one in desk.all()] == [other]
    assert first_waiting(desk.session, [desk.file.id])[desk.file.id][1] == "Nadia Bel"


def test_alternatives_of_who_died_or_is_hidden_are_listed_for_nobody(desk: Desk) -> None:
    desk.refuse({"aid": SEAT})
    desk.person.protected = True
    desk.session.flush()
    assert desk.listed() == []
    desk.person.protected = False
    desk.person.died_on = desk.now.date()
    desk.session.flush()
    assert desk.listed() == []


def test_refusals_of_before_are_given_their_days_once(desk: Desk) -> None:
    desk.refuse({"aid": SEAT})
    desk.session.execute(delete(AlternativeAnswer))
    desk.session.execute(delete(AlternativeOffered))
    assert desk.listed() == []
    later = desk.now + timedelta(days=40)
    assert offer_what_was_decided(desk.session, now=later) == 1
    assert offer_what_was_decided(desk.session, now=later) == 0
    (one,) = desk.all()
    assert one.offered.due_on == date(2026, 3, 31)
