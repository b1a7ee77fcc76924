"""A programme as it is typed on its pages."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.models.programmes import ProgrammeDraft
from visits.programmes.drafts import digest_of, said_in
from webapp.office.programmes.parts import BY_CODE

SignIn = Callable[..., FlaskClient]
PUBLIC = {
    "name.fr": "Visites canicule", "audience.age_min": "75", "audience.when.count": "2",
    "audience.when.0.fact": "lives_alone", "audience.when.0.test": "yes",
    "audience.when.1.fact": "floor", "audience.when.1.test": "at_least",
    "audience.when.1.value": "3", "target.number": "40",
}  # fmt: skip
VISITS = {
    "visit_kind.count": "1", "visit_kind.0.name.fr": "Passage", "visit_kind.0.forms": "home_visit",
    "visit_kind.0.minutes": "30", "visit_kind.0.ask_first": "yes",
}  # fmt: skip
RHYTHM = {
    "cadence.count": "1", "cadence.0.name.fr": "Appel de la semaine", "cadence.0.task": "call",
    "cadence.0.every.number": "1", "cadence.0.every.unit": "w", "cadence.0.after": "opening",
    "cadence.0.months": ["7", "8"],
}  # fmt: skip


def draft_of(session: Session, code: str) -> ProgrammeDraft:
    session.expire_all()
    found = session.scalars(select(ProgrammeDraft).where(ProgrammeDraft.code == code)).one()
    session.commit()  # a browser writes next
    return found


def held(session: Session, code: str, part: str) -> str:
    return digest_of(said_in(draft_of(session, code)), BY_CODE[part].keys)


def fill(office: FlaskClient, session: Session, code: str, part: str, typed: Any) -> Any:
    said = {"held": held(session, code, part), **typed}
    return office.post(f"/programmes/{code}/draft/{part}", data=said)


def begin(office: FlaskClient, session: Session) -> str:
    """Begin “Visites canicule” and fill in all that a programme needs; gives its code."""
    answer = office.post("/programmes/new", data={"name.fr": "Visites canicule"})
    code = answer.headers["Location"].split("/")[2]
    for part, typed in (("public", PUBLIC), ("visits", VISITS), ("rhythm", RHYTHM)):
        assert fill(office, session, code, part, typed).status_code == 302, part
    return code


def publish(office: FlaskClient, code: str, since: int) -> Any:
    return office.post(f"/programmes/{code}/draft/publication", data={"since": str(since)})
