"""Works that come again: opened in time and once, counted as it was said, paused, ended, again."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_person, make_residence, make_user, make_viewer
from tests.visits.test_duty import Watch, watch
from visits.accounts.accounts import find_organisation
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import OrganisationKind, Role
from visits.models.recurring import RecurringWork
from visits.models.works import WorkOrder, WorkOrderState
from visits.people.protection import protect
from visits.sight import Reach, Viewer
from visits.sight.listing import Wanted
from visits.works.by_hand import OrderSaid, open_by_hand
from visits.works.moves import MoveSaid
from visits.works.recurring import (
    TurnsSaid,
    change_recurring,
    find_recurring,
    let_come_again,
    list_recurring,
    make_recurring_orders,
)
from visits.works.templates import (
    keep_template,
    put_template_back,
    templates_for,
    withdraw_template,
)

__all__ = ["watch"]
BOILER = OrderSaid("heating", "P", "kitchen", "Entretien annuel de la chaudière", "staff")
FIRST = date(2027, 3, 1)


def come_again(watch: Watch, counted_from: str = "planned", **said: Any) -> RecurringWork:
    """Let the yearly check of a boiler come again."""
    turns = TurnsSaid(
        **({"every_months": 12, "counted_from": counted_from, "next_on": FIRST} | said)
    )
    return let_come_again(
        watch.session, watch.open(BOILER), turns, viewer=watch.viewer, now=watch.now
    )


def made(watch: Watch) -> list[WorkOrder]:
    """List the orders that the job opened."""
    own = select(WorkOrder).where(WorkOrder.recurring_for.is_not(None))
    return list(watch.session.scalars(own.order_by(WorkOrder.recurring_for, WorkOrder.id)))


def run(watch: Watch, day: date) -> int:
    """Run the job on a day."""
    return make_recurring_orders(watch.session, now=midnight_in_paris(day))


def test_the_next_order_opens_in_time_and_once_and_the_turn_after_counts_from_the_plan(
    watch: Watch,
) -> None:
    work = come_again(watch)
    assert run(watch, FIRST - timedelta(days=46)) == 0
    assert run(watch, FIRST - timedelta(days=45)) == 1
    assert run(watch, FIRST - timedelta(days=44)) == 0
    (order,) = made(watch)
    assert (order.description, order.trade, order.dwelling) == (
        BOILER.description, BOILER.trade, watch.dwelling,
    )  # fmt: skip
    assert order.due_at is not None and today_in_paris(order.due_at) == FIRST
    assert work.next_on == FIRST.replace(year=2028)
    assert run(watch, FIRST.replace(year=2028)) == 1


def test_counted_from_when_it_was_done_the_next_turn_waits_for_that_day(watch: Watch) -> None:
    work = come_again(watch, "done")
    run(watch, FIRST)
    (order,) = made(watch)
    assert work.next_on is None and run(watch, FIRST + timedelta(days=400)) == 0
    done = FIRST + timedelta(days=20)
    watch.move(order, "done", MoveSaid(note="Fait"), now=midnight_in_paris(done))
    assert run(watch, done) == 0
    assert work.next_on == done.replace(year=2028)


def test_a_turn_that_was_missed_is_late_and_the_one_after_is_still_to_come(watch: Watch) -> None:
    work = come_again(watch)
    assert run(watch, date(2030, 1, 1)) == 1
    assert work.next_on == date(2030, 3, 1)


def test_paused_and_ended_nothing_opens_and_taken_up_again_the_next_turn_is_to_come(
    watch: Watch,
) -> None:
    work = come_again(watch)
    by: Any = {"viewer": watch.viewer, "now": watch.now}
    change_recurring(watch.session, work, "pause", **by)
    assert run(watch, FIRST) == 0
    with pytest.raises(Conflict, match="recurring_elsewhere"):
        change_recurring(watch.session, work, "pause", **by)
    change_recurring(watch.session, work, "end", **by)
    assert run(watch, FIRST) == 0
    later = midnight_in_paris(date(2029, 5, 1))
    change_recurring(watch.session, work, "again", viewer=watch.viewer, now=later)
    assert (work.state, work.next_on) == ("running", date(2030, 3, 1))


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"every_months": 5}, "every_months", "bad_choice"),
        ({"every_months": 0}, "every_months", "required"),
        ({"counted_from": "moon"}, "counted_from", "bad_choice"),
        ({"next_on": None}, "next_on", "required"),
        ({"next_on": date(2020, 1, 1)}, "next_on", "must_be_to_come"),
        ({"next_on": date(2099, 1, 1)}, "next_on", "comes_too_far_ahead"),
    ],
)
def test_turns_that_cannot_be_are_refused_field_by_field(
    watch: Watch, said: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        come_again(watch, **said)
    assert refused.value.fields == {field: code}


def test_what_is_urgent_or_comes_again_already_does_not_come_again(watch: Watch) -> None:
    turns = TurnsSaid(12, "planned", FIRST)
    by: Any = {"viewer": watch.viewer, "now": watch.now}
    with pytest.raises(Conflict, match="may_not_come_again"):
        let_come_again(watch.session, watch.open(), turns, **by)
    order = watch.open(BOILER)
    let_come_again(watch.session, order, turns, **by)
    with pytest.raises(Conflict, match="comes_again_already"):
        let_come_again(watch.session, order, turns, **by)


def test_recurring_works_are_seen_with_their_home_alone(watch: Watch, session: Session) -> None:
    work = come_again(watch)
    theirs = find_organisation(session, "Un autre bailleur", OrganisationKind.LANDLORD).id
    make_residence(session, landlord_id=theirs)
    user = watch.technician
    for landlord, seen in ((watch.landlord.id, [work]), (theirs, [])):
        viewer = Viewer(user.id, user.organisation_id, None, Reach.LANDLORD, landlord_id=landlord)
        listed = list_recurring(session, viewer, state="all", trade="", wanted=Wanted())
        assert list(listed.rows) == seen
    with pytest.raises(NotFound):
        find_recurring(session, work.id, viewer=viewer)


def test_works_of_a_house_are_hidden_with_the_protected_person_who_lives_there_alone(
    watch: Watch, session: Session
) -> None:
    house = watch.dwelling.residence
    stairs = replace(BOILER, place="stairs")
    order = open_by_hand(session, house, stairs, viewer=watch.viewer, now=watch.now)
    session.flush()
    turns = TurnsSaid(every_months=12, counted_from="planned", next_on=FIRST)
    work = let_come_again(session, order, turns, viewer=watch.viewer, now=watch.now)
    person, guardian = make_person(session, dwelling=watch.dwelling), make_user(session)
    protect(session, person, by=guardian.id, now=watch.now)
    listed = list_recurring(session, watch.viewer, state="", trade="", wanted=Wanted())
    assert listed.rows == []
    with pytest.raises(NotFound):
        find_recurring(session, work.id, viewer=watch.viewer)
    assert find_recurring(session, work.id, viewer=make_viewer(guardian)) is work
    make_dwelling(session, residence=house)
    assert find_recurring(session, work.id, viewer=watch.viewer) is work


def test_a_template_is_kept_under_one_name_and_withdrawn(watch: Watch, session: Session) -> None:
    by: Any = {"viewer": watch.viewer, "now": watch.now}
    template = keep_template(session, watch.open(BOILER), " Chaudière ", **by)
    assert (template.name, template.description) == ("Chaudière", BOILER.description)
    with pytest.raises(Invalid):
        keep_template(session, watch.open(BOILER), "chaudière", **by)
    others = make_viewer(make_user(session, role=Role.TECHNICIAN, organisation="Ailleurs"))
    assert list(templates_for(session, others)) == []
    with pytest.raises(NotFound):
        withdraw_template(session, template.id, viewer=others, now=watch.now)
    withdraw_template(session, template.id, **by)
    assert list(templates_for(session, watch.viewer)) == []
    assert list(templates_for(session, watch.viewer, withdrawn=True)) == [template]
    assert list(templates_for(session, others, withdrawn=True)) == []
    with pytest.raises(NotFound):
        put_template_back(session, template.id, viewer=others)
    put_template_back(session, template.id, viewer=watch.viewer)
    assert list(templates_for(session, watch.viewer)) == [template]
    with pytest.raises(NotFound):
        put_template_back(session, template.id, viewer=watch.viewer)
    withdraw_template(session, template.id, **by)
    keep_template(session, watch.open(BOILER), "Chaudière", **by)
    with pytest.raises(Conflict):
        put_template_back(session, template.id, viewer=watch.viewer)


def test_an_order_of_recurring_works_is_moved_as_any_other(watch: Watch) -> None:
    come_again(watch)
    run(watch, FIRST)
    (order,) = made(watch)
    watch.move(order, "acknowledged", MoveSaid(), now=midnight_in_paris(FIRST))
    assert order.state is WorkOrderState.ACKNOWLEDGED
