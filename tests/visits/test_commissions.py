"""A commission: its agenda, what it decides one by one, its minutes."""

import uuid
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories import make_case, make_user, make_viewer
from tests.visits.adapting import COST, NO_VISIT, fund
from visits.adaptations.commissions import (
    agenda_of,
    as_minuted,
    call_commission,
    close_minutes,
    find_commission,
    list_commissions,
    open_minutes_again,
    put_on_agenda,
    take_off_agenda,
    waiting_for_one,
)
from visits.adaptations.deciding import Decided, decide
from visits.adaptations.files import Request, open_by_hand
from visits.adaptations.funding import QuoteSaid, add_quote, choose_quote
from visits.adaptations.moving import move_file, take_move_back
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.adaptations import AdaptationFile, Priority, Step
from visits.models.commissions import Commission
from visits.people.protection import protect
from visits.sight import Viewer
from visits.sight.listing import Wanted


@pytest.fixture
def viewer(session: Session) -> Viewer:
    return make_viewer(make_user(session))


@pytest.fixture
def held(session: Session, viewer: Viewer, now: datetime) -> Commission:
    return call_commission(session, now.date() + timedelta(days=7), viewer=viewer, now=now)


def waiting(session: Session, viewer: Viewer, now: datetime) -> AdaptationFile:
    """Give an adaptation that waits for a decision."""
    case = make_case(session, by=make_user(session))
    assert case.dwelling is not None
    said = Request("shower", "phone", now.date())
    file = open_by_hand(session, case.person, case.dwelling, said, viewer=viewer, now=now)
    session.flush()
    for step in (Step.ELIGIBILITY, Step.FUNDING):
        move_file(
            session,
            file,
            step,
            turn=file.turn,
            said=NO_VISIT,
            priority="next",
            viewer=viewer,
            now=now,
        )
    fund(session, file, viewer=viewer, now=now)
    move_file(session, file, Step.DECISION, turn=file.turn, viewer=viewer, now=now)
    return file


def test_what_waits_is_put_on_one_agenda_and_decided_there(
    session: Session, viewer: Viewer, held: Commission, now: datetime
) -> None:
    file = waiting(session, viewer, now)
    assert waiting_for_one(session, viewer) == [file]
    put_on_agenda(session, held, file, viewer=viewer, now=now)
    assert waiting_for_one(session, viewer) == []
    other = call_commission(session, now.date(), viewer=viewer, now=now)
    with pytest.raises(Conflict, match="on_an_agenda_already"):
        put_on_agenda(session, other, file, viewer=viewer, now=now)
    decide(session, file, Decided("granted"), turn=file.turn, viewer=viewer, now=now)
    (item,) = agenda_of(session, viewer, held)
    session.refresh(item)
    assert item.decided is not None
    with pytest.raises(Conflict, match="decided_already"):
        take_off_agenda(session, held, item.id, viewer=viewer, now=now)
    take_move_back(session, file, turn=file.turn, viewer=viewer, now=now)
    assert item.decided is None
    take_off_agenda(session, held, item.id, viewer=viewer, now=now)
    assert waiting_for_one(session, viewer) == [file]
    with pytest.raises(NotFound):
        take_off_agenda(session, held, item.id, viewer=viewer, now=now)


def test_only_what_waits_for_a_decision_is_put_on_an_agenda(
    session: Session, viewer: Viewer, held: Commission, now: datetime
) -> None:
    file = waiting(session, viewer, now)
    take_move_back(session, file, turn=file.turn, viewer=viewer, now=now)
    with pytest.raises(Conflict, match="not_to_decide"):
        put_on_agenda(session, held, file, viewer=viewer, now=now)


def test_minutes_are_closed_and_opened_again_and_what_was_left_goes_elsewhere(
    session: Session, viewer: Viewer, held: Commission, now: datetime
) -> None:
    file = waiting(session, viewer, now)
    put_on_agenda(session, held, file, viewer=viewer, now=now)
    held.held_on = now.date()
    with pytest.raises(Invalid):
        close_minutes(session, held, "a" * 501, viewer=viewer, now=now)
    close_minutes(session, held, " Présents : tous. ", viewer=viewer, now=now)
    assert (held.note, held.cancelled) == ("Présents : tous.", False)
    with pytest.raises(Conflict, match="minutes_are_closed"):
        put_on_agenda(session, held, file, viewer=viewer, now=now)
    other = call_commission(session, now.date(), viewer=viewer, now=now)
    put_on_agenda(session, other, file, viewer=viewer, now=now)
    open_minutes_again(session, held)
    assert agenda_of(session, viewer, held) == []
    with pytest.raises(Conflict, match="minutes_are_open"):
        open_minutes_again(session, held)


def test_closed_minutes_keep_what_was_decided_that_day_until_they_are_opened_again(
    session: Session, viewer: Viewer, held: Commission, now: datetime
) -> None:
    decided, left = waiting(session, viewer, now), waiting(session, viewer, now)
    for file in (decided, left):
        put_on_agenda(session, held, file, viewer=viewer, now=now)
    decide(session, decided, Decided("granted"), turn=decided.turn, viewer=viewer, now=now)
    held.held_on = now.date()
    session.flush()
    session.refresh(held)
    close_minutes(session, held, "", viewer=viewer, now=now)
    for file in (decided, left):
        dearer = QuoteSaid("Plus cher", COST + 1, now.date())
        quote = add_quote(session, file, dearer, viewer=viewer, now=now)
        choose_quote(session, file, quote.id, viewer=viewer, now=now)
    items = agenda_of(session, viewer, held)
    assert [as_minuted(session, one) for one in items] == [(COST, Priority.NEXT)] * 2
    with pytest.raises(Conflict, match="decided_in_closed_minutes"):
        take_move_back(session, decided, turn=decided.turn, viewer=viewer, now=now)
    open_minutes_again(session, held)
    assert as_minuted(session, items[0]) == (COST + 1, Priority.NEXT)
    take_move_back(session, decided, turn=decided.turn, viewer=viewer, now=now)
    decide(session, decided, Decided("granted"), turn=decided.turn, viewer=viewer, now=now)
    assert [one.decided is not None for one in agenda_of(session, viewer, held)] == [True, False]


def test_one_that_has_not_met_is_cancelled_with_a_reason_and_never_minuted(
    session: Session, viewer: Viewer, held: Commission, now: datetime
) -> None:
    file = waiting(session, viewer, now)
    put_on_agenda(session, held, file, viewer=viewer, now=now)
    with pytest.raises(Invalid) as bare:
        close_minutes(session, held, " ", viewer=viewer, now=now)
    assert bare.value.fields == {"note": "say_why_cancelled"}
    close_minutes(session, held, "Convoquée par erreur", viewer=viewer, now=now)
    assert held.cancelled
    assert list(waiting_for_one(session, viewer)) == [file]
    open_minutes_again(session, held)
    assert (held.cancelled, waiting_for_one(session, viewer)) == (False, [])
    granted = Decided("granted")
    decide(session, file, granted, turn=file.turn, viewer=viewer, now=now)
    with pytest.raises(Conflict, match="commission_not_met"):
        close_minutes(session, held, "Convoquée par erreur", viewer=viewer, now=now)


def test_one_called_for_a_past_day_by_mistake_is_cancelled_while_nothing_was_decided(
    session: Session, viewer: Viewer, now: datetime
) -> None:
    file, yesterday = waiting(session, viewer, now), now.date() - timedelta(days=1)
    held = call_commission(session, yesterday, viewer=viewer, now=now)
    put_on_agenda(session, held, file, viewer=viewer, now=now)
    with pytest.raises(Invalid) as bare:
        close_minutes(session, held, "", cancel=True, viewer=viewer, now=now)
    assert bare.value.fields == {"note": "say_why_cancelled"}
    close_minutes(session, held, "Un dimanche.", cancel=True, viewer=viewer, now=now)
    assert (held.cancelled, list(waiting_for_one(session, viewer))) == (True, [file])
    open_minutes_again(session, held)
    assert (held.cancelled, held.is_open) == (False, True)
    decide(session, file, Decided("granted"), turn=file.turn, viewer=viewer, now=now)
    with pytest.raises(Conflict, match="commission_decided"):
        close_minutes(session, held, "Un dimanche.", cancel=True, viewer=viewer, now=now)
    close_minutes(session, held, "", viewer=viewer, now=now)
    assert not held.cancelled


@pytest.mark.parametrize("day", [None, date(2020, 1, 1), date(2030, 1, 1)])
def test_a_day_far_away_is_refused(
    session: Session, viewer: Viewer, now: datetime, day: date | None
) -> None:
    with pytest.raises(Invalid):
        call_commission(session, day, viewer=viewer, now=now)


def test_another_organisation_finds_no_commission_and_nobody_reads_of_the_protected(
    session: Session, viewer: Viewer, held: Commission, now: datetime
) -> None:
    file = waiting(session, viewer, now)
    put_on_agenda(session, held, file, viewer=viewer, now=now)
    stranger = make_viewer(make_user(session, organisation="Mutuelle"))
    with pytest.raises(NotFound):
        find_commission(session, stranger, held.id)
    with pytest.raises(NotFound):
        find_commission(session, viewer, uuid.uuid4())
    assert list_commissions(session, stranger, wanted=Wanted()).total == 0
    assert list_commissions(session, viewer, wanted=Wanted()).rows == [held]
    protect(session, file.person, by=make_user(session).id, now=now)
    assert agenda_of(session, viewer, held) == []
