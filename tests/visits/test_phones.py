"""A person's numbers: corrected by hand, a second one, a wrong one never dialled again."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_person, make_user, make_viewer
from tests.visits.portfolio_files import TENANTS, codes, load
from visits.calls.contacts import Attempt, record_attempt
from visits.calls.phones import call_first, end_number, note_number, note_wrong
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.calls import Channel, Disposition
from visits.models.people import AccessEvent, Person
from visits.people.people import sharing_phone, with_homes
from visits.people.phones import numbers_of
from visits.sight import Viewer
from visits.sight.listing import Wanted
from visits.sight.search import search_people

FILE, HAND, THIRD = "+33639980001", "+33639980002", "+33639980003"
WRONG = Disposition.WRONG_NUMBER


@pytest.fixture
def viewer(session: Session) -> Viewer:
    return make_viewer(make_user(session))


def shown(session: Session, person: Person) -> list[tuple[str, str, str]]:
    """Say each number with whose it is and how it stands, as a page does."""
    return [
        (
            one.number,
            one.whose,
            "first" if one.first else "wrong" if one.wrong else "ended" if one.ended_at else "also",
        )
        for one in numbers_of(session, person)
    ]


def nicole(session: Session) -> Person:
    return session.scalars(select(Person).where(Person.reference == "P1")).one()


def file_with(number: str, mobile: str = "") -> str:
    heading = "locataire;logement;role;civilite;nom;prenom;naissance;entree;telephone;tel mobile"
    line = f"P1;L1;titulaire;Mme;PENEL;Nicole;1948-11-24;2010-12-01;{number};{mobile}"
    return f"{heading}\n{line}\n"


def test_a_wrong_number_ends_and_the_right_one_is_called_from_then_on(
    session: Session, now: datetime, viewer: Viewer
) -> None:
    case = make_case(session, by=make_user(session))
    told = Attempt(WRONG, right_number="06 39 98 00 02", right_whose=" sa  fille ")
    record_attempt(session, case, told, viewer=viewer, now=now)
    assert case.person.phone == HAND
    assert shown(session, case.person) == [(HAND, "sa fille", "first"), (FILE, "", "wrong")]
    (hand, wrong) = numbers_of(session, case.person)
    assert (hand.noted_at, wrong.ended_at) == (now, now)
    assert hand.noted_by and hand.noted_by == wrong.ended_by and wrong.noted_by is None


def test_a_wrong_number_without_another_leaves_none_to_call(
    session: Session, now: datetime, viewer: Viewer
) -> None:
    case = make_case(session, by=make_user(session))
    record_attempt(session, case, Attempt(WRONG), viewer=viewer, now=now)
    assert case.person.phone is None
    assert shown(session, case.person) == [(FILE, "", "wrong")]


def test_the_number_that_was_called_is_the_wrong_one(
    session: Session, now: datetime, viewer: Viewer
) -> None:
    case = make_case(session, by=make_user(session))
    person = case.person
    note_number(session, person, HAND, whose="voisin", viewer=viewer, now=now)
    told = Attempt(WRONG, dialled=HAND)
    record_attempt(session, case, told, viewer=viewer, now=now)
    assert shown(session, person) == [(FILE, "", "first"), (HAND, "voisin", "wrong")]


def test_what_is_no_number_is_refused_with_the_call_and_nothing_is_kept(
    session: Session, now: datetime, viewer: Viewer
) -> None:
    case = make_case(session, by=make_user(session))
    same = "06 39 98 00 01"
    for dialled, number, code in (
        (FILE, "06 39", "bad_phone"),
        (FILE, same, "same_number"),
        (None, same, "same_number"),  # as forms say it where she has one number alone
    ):
        told = Attempt(WRONG, dialled=dialled, right_number=number)
        with pytest.raises(Invalid) as refused:
            record_attempt(session, case, told, viewer=viewer, now=now)
        assert refused.value.fields == {"right_number": code}
    assert (case.person.phone, case.attempts) == (FILE, [])


def test_the_second_of_two_clicks_on_a_wrong_number_learns_that_it_was_noted(
    session: Session, now: datetime, viewer: Viewer
) -> None:
    case = make_case(session, by=make_user(session))
    told = Attempt(WRONG, right_number="06 39 98 00 02", seen=0)
    record_attempt(session, case, told, viewer=viewer, now=now)
    with pytest.raises(Conflict):
        record_attempt(session, case, told, viewer=viewer, now=now)


def test_a_letter_that_comes_back_says_nothing_of_a_number(
    session: Session, now: datetime, viewer: Viewer
) -> None:
    case = make_case(session, by=make_user(session))
    told = Attempt(WRONG, channel=Channel.LETTER)
    record_attempt(session, case, told, viewer=viewer, now=now)
    assert case.person.phone == FILE


def test_a_correction_keeps_what_was_there_and_it_can_be_put_again(
    session: Session, now: datetime, viewer: Viewer
) -> None:
    person = make_person(session)
    note_number(session, person, HAND, instead=True, viewer=viewer, now=now)
    assert shown(session, person) == [(HAND, "", "first"), (FILE, "", "ended")]
    before = numbers_of(session, person)[1]
    assert before.id is not None
    call_first(session, person, before.id, viewer=viewer, now=now + timedelta(hours=1))
    assert person.phone == FILE
    assert shown(session, person)[:2] == [(FILE, "", "first"), (HAND, "", "also")]
    assert session.scalars(select(AccessEvent.what)).all() == ["phone_changed"] * 2


def test_a_second_number_stands_beside_the_first_and_can_be_called_first(
    session: Session, now: datetime, viewer: Viewer
) -> None:
    person = make_person(session)
    second = note_number(session, person, HAND, whose="aide", viewer=viewer, now=now)
    assert shown(session, person) == [(FILE, "", "first"), (HAND, "aide", "also")]
    call_first(session, person, second.id, viewer=viewer, now=now)
    assert shown(session, person) == [(HAND, "aide", "first"), (FILE, "", "also")]
    end_number(session, person, second.id, wrong=False, viewer=viewer, now=now)
    assert shown(session, person) == [(FILE, "", "first"), (HAND, "aide", "ended")]
    with pytest.raises(NotFound):
        end_number(session, make_person(session), second.id, wrong=True, viewer=viewer, now=now)


def test_a_file_does_not_write_over_a_number_corrected_by_hand(
    session: Session, now: datetime, viewer: Viewer
) -> None:
    load(session, TENANTS)
    note_number(session, nicole(session), HAND, instead=True, viewer=viewer, now=now)
    plan = load(session, file_with("0639980003"))
    assert codes(plan.warnings) == [(2, "phone_by_hand")]
    told = plan.warnings[0]
    assert (told.value, told.details) == (THIRD, {"day": f"{now:%d/%m/%Y}", "known": HAND})
    assert nicole(session).phone == HAND
    assert plan.counts["persons"]["changed"] == 0


@pytest.mark.parametrize("answer", ["phone_by_hand", "phone_by_hand_2"])
def test_the_number_of_the_file_is_taken_where_whoever_imports_says_so(
    session: Session, now: datetime, viewer: Viewer, answer: str
) -> None:
    load(session, TENANTS)
    note_number(session, nicole(session), HAND, instead=True, viewer=viewer, now=now)
    load(session, file_with("0639980003"), choices={answer: "take"})
    assert shown(session, nicole(session))[:2] == [(THIRD, "", "first"), (HAND, "", "also")]


def test_a_file_that_brings_a_wrong_number_again_changes_nothing(
    session: Session, now: datetime, viewer: Viewer
) -> None:
    load(session, TENANTS)
    note_wrong(session, nicole(session), FILE, viewer=viewer, now=now)
    everything = {"phone_by_hand": "take"}
    plan = load(session, file_with("0639980001"), choices=everything)
    assert codes(plan.warnings) == [(2, "phone_known_wrong")]
    assert nicole(session).phone is None
    load(session, file_with("0639980003", "0639980001"), choices=everything)
    assert nicole(session).phone == THIRD


def test_a_number_found_wrong_by_mistake_is_taken_from_a_file_again(
    session: Session, now: datetime, viewer: Viewer
) -> None:
    load(session, TENANTS)
    person = nicole(session)
    note_wrong(session, person, FILE, viewer=viewer, now=now)
    (wrong,) = numbers_of(session, person)
    assert isinstance(wrong.id, uuid.UUID)
    call_first(session, person, wrong.id, viewer=viewer, now=now)
    assert codes(load(session, file_with("0639980001")).warnings) == []
    assert nicole(session).phone == FILE


def test_a_person_is_found_by_each_of_her_numbers(
    session: Session, now: datetime, viewer: Viewer
) -> None:
    person = make_person(session)
    note_number(session, person, HAND, whose="fille", viewer=viewer, now=now)
    note_wrong(session, person, FILE, viewer=viewer, now=now)
    for number in ("06 39 98 00 01", "06.39.98.00.02"):
        found, near = search_people(session, viewer, number, wanted=Wanted(), options=with_homes())
        assert (list(found.rows), near) == ([person], False)
    protected = make_person(session, protected=True)
    note_number(session, protected, THIRD, viewer=viewer, now=now)
    found, _near = search_people(
        session, viewer, "06 39 98 00 03", wanted=Wanted(), options=with_homes()
    )
    assert found.total == 0


def test_protecting_asks_about_whoever_has_any_number_of_hers(
    session: Session, now: datetime, viewer: Viewer
) -> None:
    person, sister = make_person(session), make_person(session, phone=HAND)
    make_person(session, phone=THIRD)
    note_number(session, person, HAND, whose="soeur", viewer=viewer, now=now)
    assert [one.id for one in sharing_phone(session, viewer, person)] == [sister.id]
    assert [one.id for one in sharing_phone(session, viewer, sister)] == [person.id]
