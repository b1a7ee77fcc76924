"""The file of an adaptation: opened by a finding or by hand, found, taken in hand."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from diagnostics.codes import ADAPTATIONS
from visits.adaptations.path import due_on, stand
from visits.adaptations.to_do import case_open, hand_over, keep_to_do, lacking
from visits.cases.cases import home_of
from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Role, User
from visits.models.adaptations import (
    OPEN_STEPS,
    AdaptationFile,
    AdaptationMove,
    Asked,
    Step,
)
from visits.models.cases import Case
from visits.models.people import AccessKind, Person
from visits.models.portfolio import Dwelling
from visits.models.visits import Consequence, Visit
from visits.sight import Viewer, visible_cases
from visits.sight.access_log import log_access
from visits.sight.adaptations import visible_adaptations

WISH_LENGTH = 500
# A letter that lay longer in a drawer is a mistyped year.
OLDEST = timedelta(days=2 * 366)
# What a visit finds and what a commission asks for are opened from there.
BY_HAND = tuple(one for one in Asked if one not in (Asked.VISIT, Asked.COMMISSION))


@dataclass(frozen=True)
class Request:
    """An adaptation as somebody asked for it, by phone, by letter, at the counter."""

    code: str
    asked: str
    asked_on: date | None
    wish: str = ""
    own_cost: bool = False


def open_for_finding(
    session: Session, case: Case, consequence: Consequence, *, now: datetime
) -> AdaptationFile:
    """Open the file that a finding calls for, or add the finding to the one that is open."""
    assert case.dwelling_id is not None  # elsewhere somebody asks instead
    file = _open_one(session, case.person_id, consequence.code)
    if file is not None:
        if consequence not in file.findings:
            file.findings.append(consequence)
        if file.case_id is None:
            _be_of(file, case)
        session.flush()
        return file
    file = _new(case.person_id, case.dwelling_id, consequence.code, now=now)
    _be_of(file, case)
    file.findings = [consequence]
    file.asked, file.asked_on = Asked.VISIT, today_in_paris(now)
    stand(session, file, Step.ACKNOWLEDGE, now=now)
    session.add(file)
    session.flush()
    return file


def open_by_hand(
    session: Session,
    person: Person,
    dwelling: Dwelling,
    said: Request,
    *,
    viewer: Viewer,
    now: datetime,
) -> AdaptationFile:
    """Open a file for what somebody asked; raises Invalid, field by field.

    What is open already for her is told, not opened twice.
    """
    return open_checked(
        session, person, dwelling, checked(said, ways=BY_HAND, now=now), viewer=viewer, now=now
    )


def open_checked(
    session: Session,
    person: Person,
    dwelling: Dwelling,
    said: Request,
    *,
    viewer: Viewer,
    now: datetime,
) -> AdaptationFile:
    """Open a file for a request that was `checked`; raises Invalid for one that is open."""
    assert said.asked_on is not None  # it was required
    known = _open_one(session, person.id, said.code)
    if known is not None:
        raise Invalid({"code": "adaptation_already_open"}, reference=known.reference)
    file = _new(person.id, dwelling.id, said.code, now=now)
    file.asked, file.asked_on = Asked(said.asked), said.asked_on
    file.wish, file.own_cost = said.wish or None, said.own_cost
    file.opened_by_id, case = viewer.user_id, _open_case(session, viewer, person)
    if case is not None:
        _be_of(file, case)
    stand(session, file, Step.ACKNOWLEDGE, now=now)
    # It waits for an answer since it was asked, however late somebody wrote it down.
    file.due_on = due_on(session, file, Step.ACKNOWLEDGE, on=file.asked_on)
    session.add(file)
    log(session, file, "adaptation_open", viewer=viewer, now=now)
    return file


def home_to_adapt(session: Session, person: Person) -> Dwelling:
    """Give the home of somebody that may be adapted; raises Conflict where she has none here."""
    home = home_of(session, person)
    if home is None:
        raise Conflict("no_home_to_adapt")
    return session.get_one(Dwelling, home)


def _be_of(file: AdaptationFile, case: Case) -> None:
    """Let a file be of a case, and its steps to come take as long as that programme says."""
    file.case_id, file.programme_version_id = case.id, case.programme_version_id


def _open_case(session: Session, viewer: Viewer, person: Person) -> Case | None:
    """Give an open case of hers that the viewer may see: who works by a mandate finds it there."""
    hers = (Case.person_id == person.id, Case.closed_on.is_(None), visible_cases(viewer))
    first = select(Case).join(Case.person).where(*hers).order_by(Case.opened_at, Case.id)
    return session.scalars(first.limit(1)).first()


def _open_one(session: Session, person_id: uuid.UUID, code: str) -> AdaptationFile | None:
    """Find a person's open file of an adaptation; two that look at once wait for each other."""
    take_turn(session, f"adaptations of {person_id}")
    hers = (AdaptationFile.person_id == person_id, AdaptationFile.step.in_(OPEN_STEPS))
    files = session.scalars(select(AdaptationFile).where(*hers).order_by(AdaptationFile.id))
    return next((file for file in files if file.code == code), None)


def _new(
    person_id: uuid.UUID, dwelling_id: uuid.UUID, code: str, *, now: datetime
) -> AdaptationFile:
    return AdaptationFile(
        id=new_id(),
        reference=f"AD-{uuid.uuid4().hex[:8].upper()}",
        person_id=person_id,
        dwelling_id=dwelling_id,
        code=code,
        opened_at=now,
        own_cost=False,
        turn=0,
    )


def checked(said: Request, *, ways: Sequence[Asked], now: datetime) -> Request:
    """Give a request without its blanks, asked in one of some ways; raises Invalid, by field."""
    wish, today = said.wish.strip(), today_in_paris(now)
    fields = {}
    if said.code not in ADAPTATIONS:
        fields["code"] = "bad_choice" if said.code else "required"
    if said.asked not in ways:
        fields["asked"] = "bad_choice" if said.asked else "required"
    if said.asked_on is None:
        fields["asked_on"] = "required"
    elif said.asked_on > today:
        fields["asked_on"] = "must_not_be_future"
    elif said.asked_on < today - OLDEST:
        fields["asked_on"] = "too_long_ago"
    if len(wish) > WISH_LENGTH:
        fields["wish"] = "too_long"
    if fields:
        raise Invalid(fields)
    return Request(said.code, said.asked, said.asked_on, wish, said.own_cost)


def label_of(file: AdaptationFile) -> dict[str, str]:
    """Say by language what is to be changed: in the words of the finding, or by its name."""
    if file.consequence is not None:
        return dict(file.consequence.label)
    name = ADAPTATIONS.get(file.code)
    return {"fr": name.fr, "en": name.en} if name else {"fr": file.code, "en": file.code}


def find_file(
    session: Session, viewer: Viewer, file_id: uuid.UUID, *, to_change: bool = False
) -> AdaptationFile:
    """Find an adaptation the viewer may see, else raise NotFound; `to_change` waits for others."""
    statement = (
        select(AdaptationFile)
        .join(AdaptationFile.person)
        .where(AdaptationFile.id == file_id, visible_adaptations(viewer))
        .options(selectinload(AdaptationFile.moves).joinedload(AdaptationMove.by))
        .options(selectinload(AdaptationFile.findings).joinedload(Consequence.submission))
    )
    if to_change:
        statement = statement.with_for_update(of=AdaptationFile, key_share=True)
    file = session.scalars(statement).one_or_none()
    if file is None:
        raise NotFound("adaptation_not_found")
    return file


def findings_seen(session: Session, file: AdaptationFile, viewer: Viewer) -> list[Consequence]:
    """List what calls for an adaptation, of cases that a viewer may see, the first first."""
    of_cases = select(Visit.id).join(Visit.case).join(Case.person).where(visible_cases(viewer))
    visits = {one.submission.visit_id for one in file.findings}
    seen = set(session.scalars(of_cases.where(Visit.id.in_(visits))))
    return [one for one in file.findings if one.submission.visit_id in seen]


def files_of(
    session: Session, viewer: Viewer, *, person: Person | None = None, home: Dwelling | None = None
) -> Sequence[AdaptationFile]:
    """List the adaptations of a person, or of a dwelling, that the viewer may see, newest first."""
    seen = select(AdaptationFile).join(AdaptationFile.person).where(visible_adaptations(viewer))
    if person is not None:
        seen = seen.where(AdaptationFile.person_id == person.id)
    if home is not None:
        seen = seen.where(AdaptationFile.dwelling_id == home.id)
    newest = seen.order_by(AdaptationFile.opened_at.desc(), AdaptationFile.id.desc())
    return session.scalars(newest.options(joinedload(AdaptationFile.person))).unique().all()


def who_may_hold(session: Session, viewer: Viewer) -> Sequence[User]:
    """List by name who follows adaptations in the viewer's organisation."""
    working = (User.role.in_((Role.COORDINATOR, Role.SOCIAL_WORKER)), User.active.is_(True))
    hers = select(User).where(User.organisation_id == viewer.organisation_id, *working)
    return session.scalars(hers.order_by(User.name, User.id)).all()


def hand_to(
    session: Session,
    file: AdaptationFile,
    user_id: uuid.UUID | None,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Put a file in somebody's hands, or in nobody's: then it is the role's. Raises Invalid."""
    if user_id is not None and user_id not in {one.id for one in who_may_hold(session, viewer)}:
        raise Invalid({"holder": "bad_choice"})
    file.holder_id = user_id
    hand_over(session, file)
    log(session, file, "adaptation_handed", viewer=viewer, now=now)


def may_be_asked(session: Session, viewer: Viewer, file: AdaptationFile) -> bool:
    """Tell whether what a step asks for can be put among what is to do in a case of hers."""
    if not lacking(session, file):
        return False
    if file.case_id is not None:
        return case_open(session, file) is not None
    return _open_case(session, viewer, file.person) is not None


def ask_in_case(session: Session, file: AdaptationFile, *, viewer: Viewer, now: datetime) -> None:
    """Put what the step of a file asks for among what is to do in her case.

    One that was opened without a case is of the case she has by now. Raises Conflict for none.
    """
    if not may_be_asked(session, viewer, file):
        raise Conflict("adaptation_not_to_ask")
    if file.case_id is None and (case := _open_case(session, viewer, file.person)) is not None:
        _be_of(file, case)
    keep_to_do(session, file, by=viewer.user_id, now=now)
    log(session, file, "adaptation_to_do", viewer=viewer, now=now)


def log(
    session: Session, file: AdaptationFile, what: str, *, viewer: Viewer, now: datetime
) -> None:
    """Leave the line of a change in the access log."""
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[file.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
