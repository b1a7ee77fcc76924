"""Complaints of who stays: owned, due, answered in time or late, each act taken back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories import make_user, make_viewer
from tests.visits.test_stays import Hall
from visits.ground.deadlines import day_after
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Role
from visits.models.complaints import Complaint
from visits.people.happened import EntryKind
from visits.people.protection import name_for_access, protect
from visits.people.timeline import timeline
from visits.sight import Viewer
from visits.sight.listing import Wanted
from visits.stays.complaint_list import (
    STATES,
    ComplaintFilter,
    answered_in_time,
    count_complaints,
    list_complaints,
)
from visits.stays.complaints import (
    ComplaintSaid,
    answer_complaint,
    complaints_of,
    find_complaint,
    hand_complaint_to,
    note_complaint,
    put_complaint_back,
    take_answer_back,
    take_complaint_on,
    who_may_own,
    withdraw_complaint,
)
from visits.stays.stays import withdraw_stay


class Desk(Hall):
    """A hall with somebody who stays there since two months, and complains."""

    def __init__(self, session: Session, now: object) -> None:
        super().__init__(session, now)  # type: ignore[arg-type]
        self.stay = self.begin(on=self.ago(60))

    def note(self, ago: int = 0, about: str = "noise", words: str = "Du bruit") -> Complaint:
        said = ComplaintSaid(about, words, self.ago(ago))
        return note_complaint(self.session, self.stay, said, viewer=self.viewer, now=self.now)

    def answer(self, one: Complaint, on: date | None, words: str = "Réglé") -> None:
        doing = {"turn": one.turn, "viewer": self.viewer, "now": self.now}
        answer_complaint(self.session, one, words, on, **doing)  # type: ignore[arg-type]

    def doing(self, one: Complaint) -> dict[str, object]:
        return {"turn": one.turn, "viewer": self.viewer, "now": self.now}

    def counts(
        self, only: ComplaintFilter | None = None, viewer: Viewer | None = None
    ) -> list[int]:
        seeing, only = viewer or self.viewer, only or ComplaintFilter()
        return [
            count_complaints(self.session, seeing, only=replace(only, state=one), today=self.today)
            for one in STATES
        ]


@pytest.fixture
def desk(session: Session, now: object) -> Desk:
    return Desk(session, now)


def test_a_complaint_is_due_ten_working_days_after_it_was_made(desk: Desk) -> None:
    one = desk.note(30)
    assert one.due_on == day_after(desk.ago(30), "10wd") and one.is_open
    assert (one.owner_id, one.is_late(one.due_on)) == (desk.user.id, False)
    assert one.is_late(one.due_on + timedelta(days=1))


def test_what_is_missing_or_cannot_be_is_refused_field_by_field(desk: Desk) -> None:
    bare = ComplaintSaid("", " ", None)
    wrong = {
        bare: {"about": "required", "words": "required", "made_on": "required"},
        ComplaintSaid("x", "y" * 1001, desk.ago(-1)): {
            "about": "bad_choice", "words": "too_long", "made_on": "must_not_be_future",
        },
        ComplaintSaid("fee", "y", desk.ago(61)): {"made_on": "complaint_before_stay"},
    }  # fmt: skip
    for said, fields in wrong.items():
        with pytest.raises(Invalid) as refused:
            note_complaint(desk.session, desk.stay, said, viewer=desk.viewer, now=desk.now)
        assert refused.value.fields == fields
    one = desk.note(5)
    for on, words, fields in (
        (None, "", {"answer": "required", "answered_on": "required"}),
        (desk.ago(-1), "x" * 1001, {"answer": "too_long", "answered_on": "must_not_be_future"}),
        (desk.ago(6), "Oui", {"answered_on": "complaint_answered_before"}),
    ):
        with pytest.raises(Invalid) as refused:
            desk.answer(one, on, words)
        assert refused.value.fields == fields
    assert one.is_open and one.turn == 0


def test_each_act_is_taken_back_and_none_is_done_twice(desk: Desk) -> None:
    one, other = desk.note(5), make_viewer(make_user(desk.session))
    with pytest.raises(Conflict):
        desk.note(5)
    with pytest.raises(Conflict):
        take_complaint_on(desk.session, one, **desk.doing(one))  # type: ignore[arg-type]
    take_complaint_on(desk.session, one, turn=one.turn, viewer=other, now=desk.now)
    assert one.owner_id == other.user_id
    with pytest.raises(Conflict) as refused:
        take_complaint_on(desk.session, one, turn=0, viewer=desk.viewer, now=desk.now)
    assert refused.value.code == "complaint_changed_meanwhile"
    desk.answer(one, desk.today)
    for act in (lambda: desk.answer(one, desk.today), lambda: take_on(desk, one)):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "complaint_answered_already"
    take_answer_back(desk.session, one, **desk.doing(one))  # type: ignore[arg-type]
    assert (one.answer, one.answered_on, one.answered_by_id) == (None, None, None)
    with pytest.raises(Conflict):
        take_answer_back(desk.session, one, **desk.doing(one))  # type: ignore[arg-type]
    withdraw_complaint(desk.session, one, "Autre résidence", **desk.doing(one))  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        desk.answer(one, desk.today)
    again = desk.note(5)
    put_complaint_back(desk.session, one, **desk.doing(one))  # type: ignore[arg-type]
    assert one.is_open and again.is_open


def test_a_complaint_is_handed_to_whoever_of_the_house_may_see_it(desk: Desk) -> None:
    one, session = desk.note(5), desk.session
    colleague = make_user(session, role=Role.SOCIAL_WORKER)
    make_user(session, role=Role.TECHNICIAN)
    make_user(session, role=Role.SOCIAL_WORKER, organisation="Another house")
    assert [user.id for user in who_may_own(session, desk.viewer, one)] == [colleague.id]
    for owner, code in (
        ("", "required"),
        ("nobody", "bad_choice"),
        (str(desk.user.id), "bad_choice"),
    ):
        with pytest.raises(Invalid) as refused:
            hand_complaint_to(session, one, owner, **desk.doing(one))  # type: ignore[arg-type]
        assert refused.value.fields == {"owner": code}
    hand_complaint_to(session, one, str(colleague.id), **desk.doing(one))  # type: ignore[arg-type]
    assert (one.owner_id, one.turn) == (colleague.id, 1)
    take_on(desk, one)
    protect(session, desk.person, by=desk.user.id, now=desk.now)
    assert who_may_own(session, desk.viewer, one) == []
    name_for_access(session, desk.person, user_id=colleague.id, by=desk.user.id, now=desk.now)
    assert [user.id for user in who_may_own(session, desk.viewer, one)] == [colleague.id]
    desk.answer(one, desk.today)
    with pytest.raises(Conflict):
        hand_complaint_to(session, one, str(colleague.id), **desk.doing(one))  # type: ignore[arg-type]


def take_on(desk: Desk, one: Complaint) -> None:
    take_complaint_on(desk.session, one, **desk.doing(one))  # type: ignore[arg-type]


def test_the_list_and_its_figure_agree_in_every_state(desk: Desk) -> None:
    waits, late = desk.note(2, "fee"), desk.note(40)
    in_time, too_late = desk.note(41), desk.note(42)
    gone = desk.note(43)
    desk.answer(in_time, in_time.due_on)
    desk.answer(too_late, too_late.due_on + timedelta(days=1))
    withdraw_complaint(desk.session, gone, "Erreur", **desk.doing(gone))  # type: ignore[arg-type]
    found = {
        state: {
            one.id
            for one in list_complaints(
                desk.session, desk.viewer, only=ComplaintFilter(state), wanted=Wanted(),
                today=desk.today,
            ).rows
        }
        for state in STATES
    }  # fmt: skip
    assert found == {
        "open": {waits.id, late.id}, "late": {late.id}, "mine": {waits.id, late.id},
        "in_time": {in_time.id}, "too_late": {too_late.id}, "withdrawn": {gone.id},
        "all": {waits.id, late.id, in_time.id, too_late.id, gone.id},
    }  # fmt: skip
    assert desk.counts() == [len(found[one]) for one in STATES]
    judged = answered_in_time(desk.session, desk.viewer, only=ComplaintFilter(), today=desk.today)
    assert (judged.in_time, judged.judged) == (1, 3)
    assert desk.counts(ComplaintFilter(about="fee"))[0] == 1
    assert desk.counts(ComplaintFilter(text="morel"))[0] == 2
    assert desk.counts(ComplaintFilter(text="nobody"))[0] == 0
    assert desk.counts(ComplaintFilter(first=desk.ago(41), last=desk.ago(40)))[-1] == 2


def test_whoever_does_not_see_the_stay_sees_no_complaint_of_it(desk: Desk) -> None:
    one, other = desk.note(40), make_viewer(make_user(desk.session))
    assert desk.counts(viewer=other)[0] == 1

    def told(viewer: Viewer) -> int:
        viewers = {EntryKind.COMPLAINT: viewer}
        return timeline(desk.session, desk.person, viewers, wanted=Wanted()).total

    assert told(other) == 1
    protect(desk.session, desk.person, by=desk.user.id, now=desk.now)
    assert sum(desk.counts(viewer=other)) == 0 and desk.counts()[0] == 1
    assert (told(other), told(desk.viewer)) == (0, 1)
    assert complaints_of(desk.session, other, desk.stay) == []
    assert complaints_of(desk.session, desk.viewer, desk.stay) == [one]
    with pytest.raises(NotFound):
        find_complaint(desk.session, other, one.id)


def test_no_complaint_is_noted_of_a_stay_that_was_withdrawn(desk: Desk) -> None:
    withdraw_stay(
        desk.session, desk.stay, "Erreur", turn=desk.stay.turn, viewer=desk.viewer, now=desk.now
    )
    with pytest.raises(Conflict) as refused:
        desk.note()
    assert refused.value.code == "stay_withdrawn"
