"""Referrals: called for by answers, sent, answered, taken back; never without what allows them."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_person, make_user, make_viewer, make_visit
from tests.submissions import QUIET, fill, home_visit
from visits.following.setting_aside import hanging_on, set_aside, take_up
from visits.forms.published import publish_form
from visits.ground.errors import Conflict, Invalid
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.life.deaths import note_death
from visits.life.endings import Told
from visits.life.merging import MOVED
from visits.life.taking_back import take_back_event
from visits.models.accounts import Role, User
from visits.models.cases import Case
from visits.models.life import HowTold
from visits.models.people import PartRefusal, Person, RefusedPart
from visits.models.referrals import Basis, Referral, ReferralStep
from visits.models.visits import Submission, Visit
from visits.referrals.links import LinkWorthless, answer_by_link, make_link, open_link, revoke_link
from visits.referrals.moving import Answer, Sending, answer, remind, send, take_move_back
from visits.referrals.referral_list import SILENT, ReferralFilter, count_referrals
from visits.referrals.referrals import ReferralSaid, open_by_hand
from visits.sight import Reach, Viewer

ALONE = QUIET | {
    "lives_alone": "yes", "someone_to_call": "no", "last_visit": "over_two_weeks",
    "share_ccas": "yes",
}  # fmt: skip
Step = ReferralStep


@pytest.fixture
def coordinator(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def viewer(coordinator: User) -> Viewer:
    return make_viewer(coordinator)


@pytest.fixture
def person(session: Session) -> Person:
    return make_person(session)


@pytest.fixture
def opened(session: Session, person: Person, viewer: Viewer, now: datetime) -> Referral:
    said = ReferralSaid("out", "ccas", "Un appel par semaine.", "consent", agreed_on=now.date())
    return open_by_hand(session, person, said, viewer=viewer, now=now)


@pytest.fixture
def sent(session: Session, opened: Referral, viewer: Viewer, now: datetime) -> Referral:
    said = Sending("CCAS de Creil", "email")
    send(session, opened, said, turn=opened.turn, viewer=viewer, now=now)
    return opened


class House:
    """A visit whose answers call for the social centre, as she agreed."""

    def __init__(self, session: Session, folder: Path, by: User, now: datetime) -> None:
        self.session, self.store, self.now = session, FileStore(folder), now
        self.visitor = make_user(session, role=Role.VISITOR)
        self.case: Case = make_case(session, by=by)
        self.visit: Visit = make_visit(session, case=self.case, visitor=self.visitor)
        publish_form(session, home_visit(), by=None, now=now)

    def send(self) -> Submission:
        return record_submission(
            self.session, self.store, xml=fill(ALONE), files=(), visit_id=self.visit.id,
            viewer=make_viewer(self.visitor, Reach.OWN), now=self.now,
        )  # fmt: skip

    def all(self) -> list[Referral]:
        return list(self.session.scalars(select(Referral).order_by(Referral.id)))


@pytest.fixture
def house(session: Session, tmp_path: Path, coordinator: User, now: datetime) -> House:
    return House(session, tmp_path, coordinator, now)


def test_an_answer_opens_one_that_rests_on_her_agreement(house: House) -> None:
    first, second = house.send(), house.send()
    (referral,) = house.all()
    assert (referral.code, referral.step, referral.basis) == ("ccas", Step.TO_SEND, Basis.CONSENT)
    assert referral.agreed_on == house.now.date()
    assert {one.submission_id for one in referral.findings} == {first.id, second.id}


def test_who_refuses_that_things_are_shared_has_none_opened(house: House) -> None:
    _refuse(house.session, house.case.person_id, house.visitor, house.now)
    house.send()
    assert house.all() == []


def test_answers_set_aside_withdraw_it_and_taken_up_bring_it_back(
    house: House, viewer: Viewer
) -> None:
    submission = house.send()
    (referral,) = house.all()
    hanging = hanging_on(house.session, submission).ids
    assert referral.id in hanging
    set_aside(
        house.session, submission, cancel=hanging, reason="Mauvaise porte.", note={},
        viewer=viewer, now=house.now,
    )  # fmt: skip
    assert referral.step is Step.WITHDRAWN
    take_up(house.session, submission, now=house.now)
    assert referral.step is Step.TO_SEND


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        (ReferralSaid("out", "ccas", "Un appel.", "consent"), {"agreed_on"}),
        (ReferralSaid("out", "ccas", "", ""), {"asked", "basis"}),
        (ReferralSaid("out", "nobody", "Un appel.", "maybe"), {"code", "basis"}),
        (ReferralSaid("up", "", "Un appel.", "duty"), {"direction", "code"}),
        (ReferralSaid("in", "ccas", "Un appel.", "vital"), {"partner"}),
        (ReferralSaid("out", "ars", "x" * 1001, "duty", because="y" * 1001), {"asked"}),
    ],
)
def test_what_is_missing_is_said_field_by_field(
    session: Session, person: Person, viewer: Viewer, now: datetime,
    said: ReferralSaid, fields: set[str],
) -> None:  # fmt: skip
    with pytest.raises(Invalid) as refused:
        open_by_hand(session, person, said, viewer=viewer, now=now)
    without_her = {"because", "decided_with"} if said.basis in ("duty", "vital") else set()
    assert refused.value.fields.keys() == fields | without_her


def test_nobody_decides_alone_without_her_agreement(
    session: Session, person: Person, coordinator: User, viewer: Viewer, now: datetime
) -> None:
    def said(other: uuid.UUID | None) -> ReferralSaid:
        because = "Bleus aux bras, elle dit avoir peur."
        return ReferralSaid(
            "out", "ars", "Signalement.", "duty", because=because, decided_with=other
        )

    for alone in (None, viewer.user_id, uuid.uuid4()):
        with pytest.raises(Invalid) as refused:
            open_by_hand(session, person, said(alone), viewer=viewer, now=now)
        assert refused.value.fields.keys() == {"decided_with"}
    colleague = make_user(
        session, role=Role.SOCIAL_WORKER, organisation_id=coordinator.organisation_id
    )
    referral = open_by_hand(session, person, said(colleague.id), viewer=viewer, now=now)
    assert (referral.decided_with_id, referral.agreed_on) == (colleague.id, None)


def test_it_goes_its_way_and_each_step_is_taken_back(
    session: Session, sent: Referral, viewer: Viewer, now: datetime
) -> None:
    by = {"viewer": viewer, "now": now}
    answer(session, sent, Answer("accepted"), turn=sent.turn, viewer=viewer, now=now)
    with pytest.raises(Invalid) as refused:
        answer(session, sent, Answer("done"), turn=sent.turn, viewer=viewer, now=now)
    assert refused.value.fields == {"reason": "required"}
    wrong = Answer("done", "no_place")
    with pytest.raises(Invalid) as refused:
        answer(session, sent, wrong, turn=sent.turn, viewer=viewer, now=now)
    assert refused.value.fields == {"reason": "bad_choice"}
    done = Answer("done", "help_given", "Un passage par semaine.")
    answer(session, sent, done, turn=sent.turn, viewer=viewer, now=now)
    assert (sent.step, sent.due_on) == (Step.DONE, None)
    for step in (Step.ACCEPTED, Step.SENT, Step.TO_SEND):
        take_move_back(session, sent, turn=sent.turn, **by)
        assert sent.step is step
    assert sent.channel is None
    with pytest.raises(Conflict):
        take_move_back(session, sent, turn=sent.turn, **by)


def test_what_somebody_noted_meanwhile_stands(
    session: Session, sent: Referral, viewer: Viewer, now: datetime
) -> None:
    read = sent.turn
    answer(session, sent, Answer("acknowledged"), turn=read, viewer=viewer, now=now)
    with pytest.raises(Conflict) as refused:
        answer(session, sent, Answer("refused", "no_place"), turn=read, viewer=viewer, now=now)
    assert refused.value.code == "referral_moved_meanwhile"
    assert sent.step is Step.ACKNOWLEDGED


def test_a_silence_is_seen_and_a_reminder_gives_more_time(
    session: Session, sent: Referral, viewer: Viewer, now: datetime
) -> None:
    def silent(at: datetime) -> int:
        only = ReferralFilter(step=SILENT)
        return count_referrals(session, viewer, only=only, today=at.date())

    assert sent.due_on is not None
    late = now + timedelta(days=(sent.due_on - now.date()).days + 1)
    assert (silent(now), silent(late)) == (0, 1)
    remind(session, sent, "Relancé au téléphone.", turn=sent.turn, viewer=viewer, now=late)
    assert (silent(late), sent.step) == (0, Step.SENT)
    take_move_back(session, sent, turn=sent.turn, viewer=viewer, now=late)
    assert silent(late) == 1


def test_a_list_is_looked_through_by_number_or_name_and_signs_alone_speak_of_nobody(
    session: Session, sent: Referral, viewer: Viewer, now: datetime
) -> None:
    def found(text: str) -> int:
        only = ReferralFilter(text=text)
        return count_referrals(session, viewer, only=only, today=now.date())

    assert sent.reference
    said = (sent.reference.lower(), sent.person.last_name.upper(), "?!", "zzz")
    assert [found(text) for text in said] == [1, 1, 0, 0]


def test_nothing_is_sent_while_she_refuses_that_it_is_shared(
    session: Session, opened: Referral, coordinator: User, viewer: Viewer, now: datetime
) -> None:
    _refuse(session, opened.person_id, coordinator, now)
    with pytest.raises(Conflict) as refused:
        send(session, opened, Sending("CCAS", "phone"), turn=0, viewer=viewer, now=now)
    assert refused.value.code == "referral_sharing_refused"
    assert opened.step is Step.TO_SEND


def test_a_death_withdraws_it_and_taken_back_brings_it_back(
    session: Session, sent: Referral, viewer: Viewer, now: datetime
) -> None:
    told = Told(HowTold.PAGE, viewer.user_id, now)
    event = note_death(session, sent.person, on=now.date(), told=told)
    assert sent.step is Step.WITHDRAWN
    reason = "Erreur de personne."
    take_back_event(session, sent.person, event.id, reason=reason, viewer=viewer, now=now)
    assert sent.step is Step.SENT


def test_it_moves_with_her_when_two_files_are_one() -> None:
    assert Referral in MOVED


def test_a_link_shows_it_until_it_is_revoked_or_its_time_is_over(
    session: Session, sent: Referral, viewer: Viewer, now: datetime
) -> None:
    secret = make_link(session, sent, 30, viewer=viewer, now=now)
    link = open_link(session, secret, now=now)
    answer_by_link(session, link, Answer("accepted"), turn=sent.turn, now=now)
    assert sent.step is Step.ACCEPTED
    for withdrawn in ("withdrawn", "sent", "nonsense"):
        with pytest.raises(Conflict):
            answer_by_link(session, link, Answer(withdrawn, "", "Non"), turn=sent.turn, now=now)
    assert _worth(session, secret, now + timedelta(days=31)) == "referral_link_expired"
    assert _worth(session, "guessed", now) == "referral_link_unknown"
    revoke_link(session, sent, viewer=viewer, now=now)
    assert _worth(session, secret, now) == "referral_link_revoked"


def test_a_link_shows_nothing_of_who_is_protected_or_refuses_meanwhile(
    session: Session, sent: Referral, coordinator: User, viewer: Viewer, now: datetime
) -> None:
    secret = make_link(session, sent, 30, viewer=viewer, now=now)
    sent.person.protected = True
    session.flush()
    assert _worth(session, secret, now) == "referral_link_revoked"
    with pytest.raises(Conflict) as refused:
        make_link(session, sent, 30, viewer=viewer, now=now)
    assert refused.value.code == "referral_of_protected"
    sent.person.protected = False
    session.flush()
    assert _worth(session, secret, now) == ""
    _refuse(session, sent.person_id, coordinator, now)
    assert _worth(session, secret, now) == "referral_link_revoked"


def test_a_link_is_made_of_what_was_sent_alone(
    session: Session, opened: Referral, viewer: Viewer, now: datetime
) -> None:
    with pytest.raises(Conflict) as refused:
        make_link(session, opened, 30, viewer=viewer, now=now)
    assert refused.value.code == "referral_not_sent"
    with pytest.raises(Invalid):
        make_link(session, opened, 31, viewer=viewer, now=now)


def _worth(session: Session, secret: str, now: datetime) -> str:
    """Tell why a link shows nothing; empty for one that shows something."""
    try:
        open_link(session, secret, now=now)
    except LinkWorthless as ended:
        return ended.code
    return ""


def _refuse(session: Session, person_id: uuid.UUID, by: User, now: datetime) -> None:
    part = RefusedPart.SHARING
    session.add(PartRefusal(person_id=person_id, part=part, said_at=now, noted_by_id=by.id))
    session.flush()
