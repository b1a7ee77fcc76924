"""What somebody asked of calls: the list keeps to it, nobody drops out of sight for it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_user, make_viewer
from visits.calls.call_list import OTHER_WISH, TO_CONTACT, CaseFilter, list_cases
from visits.calls.contacts import Attempt, record_attempt
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, DoNotContact, Invalid, NotFound
from visits.messages.ways import silent_because
from visits.models.calls import CallWish, Channel, Disposition, WishKind
from visits.models.cases import Case, CaseState
from visits.models.mandates import Right
from visits.models.people import Person
from visits.people.call_wishes import (
    Wish,
    end_no_contact,
    note_wish,
    standing_wishes,
    withdraw_wish,
)
from visits.sight.left_alone import is_left_alone_in, wants_none_of
from visits.sight.listing import Wanted
from visits.sight.mandates import Held
from visits.sight.reach import Reach

NOT_THIS = Wish(WishKind.NO_PROGRAMME, programme="seniors")
HOURS = Wish(WishKind.HOURS, from_hour=14, to_hour=17)


class Desk:
    """Somebody who calls one person."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.user = make_user(session)
        self.viewer = make_viewer(self.user)
        self.case: Case = make_case(session, by=self.user)

    def note(self, wish: Wish) -> CallWish:
        """Note a wish of hers."""
        return note_wish(self.session, self.case.person, wish, viewer=self.viewer, now=self.now)

    def is_in(self, state: str) -> bool:
        """Tell whether she is in a list."""
        only = CaseFilter(programme="seniors", state=state)
        found = list_cases(self.session, self.viewer, only=only, wanted=Wanted(), now=self.now)
        return self.case in found.rows


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    """One person to call."""
    return Desk(session, now)


@pytest.mark.parametrize(
    ("hour", "called"), [(12, False), (13, True), (15, True), (16, False)]
)  # Paris is an hour ahead in winter
def test_she_is_called_between_the_hours_she_named(desk: Desk, hour: int, called: bool) -> None:
    desk.note(HOURS)
    desk.now = desk.now.replace(month=1, hour=hour, minute=30)
    assert (desk.is_in(TO_CONTACT), desk.is_in(OTHER_WISH)) == (called, not called)


def test_nobody_calls_before_the_day_she_named(desk: Desk) -> None:
    day = today_in_paris(desk.now) + timedelta(days=3)
    desk.note(Wish(WishKind.NOT_BEFORE, until_on=day))
    for days in range(4):
        found = (desk.is_in(TO_CONTACT), desk.is_in(OTHER_WISH))
        assert found == (days == 3, days < 3), days
        desk.now += timedelta(days=1)


def test_a_promised_call_is_made_whatever_the_hour(desk: Desk) -> None:
    desk.note(HOURS)
    desk.now = desk.now.replace(hour=7)
    desk.case.state, desk.case.call_back_at = CaseState.CALL_BACK, desk.now
    desk.session.flush()
    assert desk.is_in(TO_CONTACT)
    assert not desk.is_in(OTHER_WISH)


def test_who_cannot_be_phoned_is_listed_apart_until_the_wish_is_withdrawn(desk: Desk) -> None:
    said = Attempt(Disposition.NOT_BY_PHONE, note="Sourde : écrire, ou passer.")
    record_attempt(desk.session, desk.case, said, viewer=desk.viewer, now=desk.now)
    desk.session.expire(desk.case)
    (wish,) = standing_wishes(desk.session, desk.viewer, desk.case.person_id)
    assert (wish.kind, wish.note) == (WishKind.NO_PHONE, "Sourde : écrire, ou passer.")
    desk.now += timedelta(days=400)
    assert (desk.is_in(TO_CONTACT), desk.is_in(OTHER_WISH)) == (False, True)
    person = desk.case.person
    with pytest.raises(Invalid):
        withdraw_wish(desk.session, person, wish.id, why=" ", viewer=desk.viewer, now=desk.now)
    withdraw_wish(desk.session, person, wish.id, why="Appareil.", viewer=desk.viewer, now=desk.now)
    assert (desk.is_in(TO_CONTACT), desk.is_in(OTHER_WISH)) == (True, False)


def test_who_wants_a_letter_first_is_called_at_the_moment_that_was_said(desk: Desk) -> None:
    later = desk.now + timedelta(days=10)
    with pytest.raises(Invalid):
        record_attempt(
            desk.session, desk.case, Attempt(Disposition.LETTER_FIRST), viewer=desk.viewer,
            now=desk.now,
        )  # fmt: skip
    said = Attempt(Disposition.LETTER_FIRST, call_back_at=later)
    record_attempt(desk.session, desk.case, said, viewer=desk.viewer, now=desk.now)
    assert desk.case.state is CaseState.CALL_BACK
    assert not desk.is_in(TO_CONTACT)
    desk.now = later
    assert desk.is_in(TO_CONTACT)


def test_a_new_wish_takes_the_place_of_the_one_of_its_kind(desk: Desk) -> None:
    first = desk.note(HOURS)
    day = today_in_paris(desk.now) + timedelta(days=3)
    desk.note(Wish(WishKind.NOT_BEFORE, until_on=day))
    second = desk.note(Wish(WishKind.HOURS, from_hour=8, to_hour=9))
    assert first.withdrawn_at == desk.now
    standing = {
        one.kind: one for one in standing_wishes(desk.session, desk.viewer, desk.case.person_id)
    }
    assert set(standing) == {WishKind.HOURS, WishKind.NOT_BEFORE}
    assert standing[WishKind.HOURS] is second


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish(WishKind.HOURS, from_hour=7, to_hour=9), "from_hour"),
        (Wish(WishKind.HOURS, from_hour=19, to_hour=21), "to_hour"),
        (Wish(WishKind.HOURS, from_hour=14, to_hour=14), "to_hour"),
        (Wish(WishKind.HOURS), "from_hour"),
        (Wish(WishKind.NOT_BEFORE), "until_on"),
        (Wish(WishKind.NO_PHONE, note=" "), "note"),
        (Wish(WishKind.NO_PHONE, note="x" * 201), "note"),
    ],
)
def test_a_wish_that_says_nothing_is_refused(desk: Desk, wish: Wish, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        desk.note(wish)
    assert field in refused.value.fields
    assert standing_wishes(desk.session, desk.viewer, desk.case.person_id) == []


def test_a_wish_of_somebody_else_is_not_found(desk: Desk) -> None:
    wish = desk.note(HOURS)
    other = make_case(desk.session, by=desk.user).person
    with pytest.raises(NotFound):
        withdraw_wish(desk.session, other, wish.id, why="x", viewer=desk.viewer, now=desk.now)


def test_no_contact_at_all_ends_on_its_day_by_itself(desk: Desk) -> None:
    person = desk.case.person
    day = today_in_paris(desk.now) + timedelta(days=30)
    wish = desk.note(Wish(WishKind.NO_CONTACT, until_on=day, note="Deuil"))
    assert person.do_not_contact and not desk.is_in(TO_CONTACT)
    with pytest.raises(DoNotContact):
        called = Attempt(Disposition.AGREED)
        record_attempt(desk.session, desk.case, called, viewer=desk.viewer, now=desk.now)
    assert silent_because(desk.session, person) == "do_not_contact"
    desk.now += timedelta(days=29)
    assert end_no_contact(desk.session, now=desk.now) == 0
    desk.now += timedelta(days=1)
    assert end_no_contact(desk.session, now=desk.now) == 1
    assert not person.do_not_contact and desk.is_in(TO_CONTACT)
    assert (wish.withdrawn_at, wish.withdrawn_by_id) == (desk.now, None)


def test_no_contact_is_withdrawn_and_another_day_takes_its_place(desk: Desk) -> None:
    person, day = desk.case.person, today_in_paris(desk.now) + timedelta(days=30)
    desk.note(Wish(WishKind.NO_CONTACT, until_on=day))
    for_good = desk.note(Wish(WishKind.NO_CONTACT))
    assert [one.id for one in standing_wishes(desk.session, desk.viewer, person.id)] == [
        for_good.id
    ]
    assert end_no_contact(desk.session, now=desk.now + timedelta(days=40)) == 0
    withdraw_wish(
        desk.session, person, for_good.id, why="Elle rappelle", viewer=desk.viewer, now=desk.now
    )
    assert not person.do_not_contact


def test_whoever_the_file_leaves_alone_or_died_stays_so(desk: Desk) -> None:
    person = desk.case.person
    person.do_not_contact = True
    with pytest.raises(Invalid) as refused:
        desk.note(Wish(WishKind.NO_CONTACT))
    assert refused.value.fields == {"wish_kind": "left_alone_already"}
    person.do_not_contact = False
    day = today_in_paris(desk.now) + timedelta(days=1)
    desk.note(Wish(WishKind.NO_CONTACT, until_on=day))
    person.died_on = today_in_paris(desk.now)
    (wish,) = standing_wishes(desk.session, desk.viewer, person.id)
    with pytest.raises(Conflict):
        withdraw_wish(desk.session, person, wish.id, why="erreur", viewer=desk.viewer, now=desk.now)
    desk.session.refresh(wish)
    later = desk.now + timedelta(days=2)
    assert end_no_contact(desk.session, now=later) == 0 and person.do_not_contact
    person.died_on = None  # told of somebody else
    assert end_no_contact(desk.session, now=later) == 1 and not person.do_not_contact


def test_no_contact_for_one_programme_leaves_her_other_one(desk: Desk) -> None:
    person, day = desk.case.person, today_in_paris(desk.now) + timedelta(days=30)
    other = make_case(desk.session, by=desk.user, person=person, programme="young_tenants")
    wish = desk.note(replace(NOT_THIS, until_on=day))
    assert not desk.is_in(TO_CONTACT) and desk.is_in(OTHER_WISH)
    assert not person.do_not_contact and not is_left_alone_in(
        desk.session, person.id, other.programme
    )
    called = Attempt(Disposition.NO_ANSWER)
    with pytest.raises(DoNotContact) as refused:
        record_attempt(desk.session, desk.case, called, viewer=desk.viewer, now=desk.now)
    assert refused.value.code == "do_not_contact_here"
    record_attempt(desk.session, other, called, viewer=desk.viewer, now=desk.now)
    incoming = Attempt(Disposition.WELL, Channel.INCOMING)
    with pytest.raises(Invalid):  # she called herself: what she says is looked at
        record_attempt(desk.session, desk.case, incoming, viewer=desk.viewer, now=desk.now)
    assert silent_because(desk.session, person) == ""
    assert silent_because(desk.session, person, "seniors") == "do_not_contact_here"
    assert silent_because(desk.session, person, "young_tenants") == ""
    assert end_no_contact(desk.session, now=desk.now + timedelta(days=29)) == 0
    assert end_no_contact(desk.session, now=desk.now + timedelta(days=30)) == 1
    desk.now += timedelta(days=30)
    assert wish.withdrawn_at is not None and desk.is_in(TO_CONTACT)


def test_no_contact_for_one_programme_is_withdrawn(desk: Desk) -> None:
    wish = desk.note(NOT_THIS)
    desk.note(Wish(WishKind.NO_CONTACT))
    withdraw_wish(
        desk.session, desk.case.person, wish.id, why="Veut bien", viewer=desk.viewer, now=desk.now
    )
    assert desk.case.person.do_not_contact
    (left,) = standing_wishes(desk.session, desk.viewer, desk.case.person_id)
    assert left.kind is WishKind.NO_CONTACT


def test_nobody_is_chosen_for_a_programme_she_wants_nothing_of(desk: Desk) -> None:
    person = desk.case.person
    wanted = select(Person.id).where(Person.id.not_in(wants_none_of("seniors")))
    assert person.id in desk.session.scalars(wanted).all()
    desk.note(NOT_THIS)
    assert person.id not in desk.session.scalars(wanted).all()


def test_a_wish_of_a_programme_one_does_not_see_is_nobodys(desk: Desk) -> None:
    """It would tell that she is in it."""
    person = desk.case.person
    theirs = make_case(desk.session, by=desk.user, person=person, programme="young_tenants")
    wish = desk.note(NOT_THIS)
    held = Held(person.landlord_id, theirs.programme, None, frozenset({Right.CALL}))
    association = replace(make_viewer(desk.user, Reach.MANDATE), mandates=(held,))
    assert list(standing_wishes(desk.session, association, person.id)) == []
    with pytest.raises(Invalid) as refused:
        note_wish(desk.session, person, NOT_THIS, viewer=association, now=desk.now)
    assert refused.value.fields == {"wish_programme": "bad_choice"}
    with pytest.raises(NotFound):
        withdraw_wish(desk.session, person, wish.id, why="x", viewer=association, now=desk.now)
    own = replace(NOT_THIS, programme=theirs.programme)
    note_wish(desk.session, person, own, viewer=association, now=desk.now)
    (shown,) = standing_wishes(desk.session, association, person.id)
    assert shown.programme == theirs.programme
