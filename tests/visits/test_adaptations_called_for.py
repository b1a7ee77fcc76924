"""What a visit calls for is one file a person and adaptation, whatever becomes of its answers."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.workbook import PublishedForm, publish, read_workbook
from tests.factories import make_case, make_user, make_viewer, make_visit
from visits.adaptations.moving import latest_move
from visits.following.adapting import ADAPTATIONS
from visits.following.every_kind import KINDS
from visits.following.setting_aside import hanging_on, set_aside, take_back, take_up
from visits.forms.published import publish_form
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import Role, User
from visits.models.adaptations import AdaptationFile, Step
from visits.models.cases import Case
from visits.models.people import PartRefusal, RefusedPart
from visits.models.visits import Submission, Visit
from visits.sight import Reach

FORM = """
settings: {form_id: bath, form_title: bath, version: "1"}
survey:
  - {type: select_one yn, name: edge, label: Edge}
  - {type: select_one yn, name: slips, label: Slips}
choices:
  - {list_name: yn, name: "yes", label: Yes}
  - {list_name: yn, name: "no", label: No}
consequences:
  - {when: "${edge} = 'yes'", kind: adaptation, code: shower, severity: P, due: 3m,
     owner: landlord, name: edge_shower, "label::fr": Douche, "label::en": Shower}
  - {when: "${slips} = 'yes'", kind: adaptation, code: shower, severity: P, due: 3m,
     owner: landlord, name: slip_shower, "label::fr": Receveur, "label::en": Tray}
"""


def form() -> PublishedForm:
    return publish(read_workbook(FORM.encode(), suffix=".yaml"))


@dataclass
class House:
    session: Session
    store: FileStore
    visitor: User
    case: Case
    visit: Visit
    now: datetime

    def send(
        self, *, edge: str = "yes", slips: str = "no", visit: Visit | None = None,
        instance: str = "", corrects: str = "",
    ) -> Submission:  # fmt: skip
        instance = instance or f"uuid:{uuid.uuid4()}"
        meta = f"<meta><instanceID>{instance}</instanceID></meta>"
        if corrects:
            meta = meta.replace(
                "</meta>",
                f'<orx:deprecatedID xmlns:orx="http://openrosa.org/xforms">{corrects}'
                "</orx:deprecatedID></meta>",
            )
        xml = f'<data id="bath" version="1"><edge>{edge}</edge><slips>{slips}</slips>{meta}</data>'
        at = visit or self.visit
        return record_submission(
            self.session, self.store, xml=xml.encode(), files=[], now=self.now, visit_id=at.id,
            viewer=make_viewer(self.visitor, Reach.OWN),
        )  # fmt: skip

    def files(self) -> list[AdaptationFile]:
        files = select(AdaptationFile).order_by(AdaptationFile.opened_at, AdaptationFile.id)
        return list(self.session.scalars(files))

    def another_visit(self) -> Visit:
        return make_visit(self.session, case=self.case, visitor=self.visitor)


@pytest.fixture
def house(session: Session, now: datetime, tmp_path: Path) -> House:
    visitor = make_user(session, role=Role.VISITOR)
    case = make_case(session, by=make_user(session))
    visit = make_visit(session, case=case, visitor=visitor)
    publish_form(session, form(), by=None, now=now)
    return House(session, FileStore(tmp_path), visitor, case, visit, now)


def test_findings_of_one_adaptation_of_one_person_are_one_file(house: House) -> None:
    first = house.send(slips="yes")
    (file,) = house.files()
    assert (file.code, file.step, file.person_id) == (
        "shower",
        Step.ACKNOWLEDGE,
        house.case.person_id,
    )
    assert {one.submission_id for one in file.findings} == {first.id}
    assert len(file.findings) == 2
    house.send(visit=house.another_visit())
    house.session.expire_all()
    assert len(house.files()) == 1
    assert len(file.findings) == 3
    told = ADAPTATIONS.due_in(house.session, [house.visit])[house.visit.id]
    assert [one.id for one in told] == [file.id]
    assert ADAPTATIONS.told(file).label["fr"] == "Douche"


def test_who_refuses_works_has_no_file_opened(house: House) -> None:
    house.session.add(
        PartRefusal(
            id=uuid.uuid4(),
            person_id=house.case.person_id,
            part=RefusedPart.WORKS,
            said_at=house.now,
            noted_by_id=house.visitor.id,
        )  # fmt: skip
    )
    house.session.flush()
    house.send()
    assert house.files() == []


def test_what_only_answers_set_aside_called_for_is_withdrawn_and_comes_back(house: House) -> None:
    sent = house.send()
    (file,) = house.files()
    viewer = make_viewer(house.visitor)
    hanging = hanging_on(house.session, sent)
    assert hanging.ids == {file.id}
    set_aside(
        house.session, sent, cancel=hanging.ids, reason="Mauvaise porte.", note={}, viewer=viewer,
        now=house.now,
    )  # fmt: skip
    assert file.step is Step.WITHDRAWN
    take_up(house.session, sent, now=house.now)
    assert file.step is Step.ACKNOWLEDGE


def test_what_another_visit_calls_for_too_goes_on(house: House) -> None:
    first = house.send()
    house.send(visit=house.another_visit())
    house.session.expire_all()
    (file,) = house.files()
    assert hanging_on(house.session, first).ids == set()
    take_back(house.session, first, viewer=make_viewer(house.visitor), now=house.now)
    assert file.is_open
    assert first.id not in {one.submission_id for one in file.findings}


def test_a_corrected_version_keeps_the_file_or_withdraws_it(house: House) -> None:
    instance = f"uuid:{uuid.uuid4()}"
    house.send(instance=instance)
    (file,) = house.files()
    again = f"uuid:{uuid.uuid4()}"
    house.send(instance=again, corrects=instance)
    house.session.expire_all()
    assert house.files() == [file]
    assert file.is_open
    house.send(corrects=again, edge="no")
    house.session.expire_all()
    assert file.step is Step.WITHDRAWN
    last = latest_move(house.session, file)
    assert last is not None
    assert last.said == "corrected"


def test_answers_of_another_home_take_their_file_along(house: House) -> None:
    sent = house.send()
    (file,) = house.files()
    take_back(house.session, sent, viewer=make_viewer(house.visitor), now=house.now)
    assert file.step is Step.WITHDRAWN
    there = make_case(house.session, by=house.visitor)
    for one in sent.consequences:
        ADAPTATIONS.open(house.session, there, one, now=house.now)
    assert house.files() == [file]
    assert (file.step, file.person_id) == (Step.ACKNOWLEDGE, there.person_id)


def test_every_kind_has_words_of_its_own() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch("[a-z_]+", code) for code in codes)
