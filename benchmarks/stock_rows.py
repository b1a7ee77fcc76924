"""A stock written in bulk: buildings, dwellings, who is enrolled, what is to be repaired."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from maps.cells import locate_cell
from visits.accounts.accounts import NewUser, add_user, find_organisation
from visits.ground.db import Base
from visits.models.accounts import OrganisationKind, Role, Territory, User
from visits.models.cases import Case, CaseState
from visits.models.people import Person
from visits.models.portfolio import Dwelling, FormVersion, Residence
from visits.models.visits import Consequence, Submission, SubmissionState
from visits.models.works import Severity, WorkOrder, WorkOrderState
from webapp.demo.stock import Building, Home

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
ENROLLED, WITH_WORKS = 842 / 13_000, 0.25
BATCH = 20_000
Row = dict[str, Any]


def write_stock(session: Session, stock: Iterable[list[Home]], rng: Random) -> None:
    """Write dwellings part by part; one in fifteen is enrolled, one in sixty has works."""
    writer = _Writer(session, rng)
    for homes in stock:
        writer.add(homes)
    session.commit()


@dataclass
class _Ground:
    """What everything else hangs on: an account, and a submission that called for all works."""

    user_id: uuid.UUID
    submission_id: uuid.UUID
    landlord_id: uuid.UUID


class _Writer:
    """Writes départements in bulk; a share of the dwellings is enrolled, some have works."""

    def __init__(self, session: Session, rng: Random) -> None:
        self.session, self.rng = session, rng
        self.ground = _lay_ground(session)
        self.territories: dict[str, uuid.UUID] = {}
        self.numbers = 0

    def add(self, homes: list[Home]) -> None:
        """Write the buildings and dwellings of a département, and who is enrolled there."""
        self._add_territories({home.building.town.agency for home in homes})
        ids = {home.building.reference: self._id() for home in homes}
        buildings = {home.building.reference: home.building for home in homes}
        self._write(Residence, [self._residence(ids[ref], one) for ref, one in buildings.items()])
        dwellings = [self._dwelling(home, ids[home.building.reference]) for home in homes]
        self._write(Dwelling, dwellings)
        chosen = [row["id"] for row in dwellings if self.rng.random() < ENROLLED]
        self._enrol(chosen)

    def _add_territories(self, names: set[str]) -> None:
        new = {name: self._id() for name in sorted(names - self.territories.keys())}
        self._write(Territory, [{"id": id, "name": name} for name, id in new.items()])
        self.territories |= new

    def _enrol(self, dwelling_ids: list[uuid.UUID]) -> None:
        persons = [self._person() for _ in dwelling_ids]
        self._write(Person, persons)
        pairs = list(zip(persons, dwelling_ids, strict=True))
        self._write(Case, [self._case(person["id"], home) for person, home in pairs])
        works = [pair for pair in pairs if self.rng.random() < WITH_WORKS]
        causes = [self._consequence() for _ in works]
        self._write(Consequence, causes)
        orders = [
            self._work_order(person["id"], home, cause["id"])
            for (person, home), cause in zip(works, causes, strict=True)
        ]
        self._write(WorkOrder, orders)

    def _write(self, model: type[Base], rows: list[Row]) -> None:
        for start in range(0, len(rows), BATCH):
            self.session.execute(insert(model.__table__), rows[start : start + BATCH])  # type: ignore[arg-type]

    def _id(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def _number(self) -> int:
        self.numbers += 1
        return self.numbers

    def _residence(self, id: uuid.UUID, building: Building) -> Row:
        town = building.town
        return {
            "id": id,
            "landlord_id": self.ground.landlord_id,
            "reference": building.reference,
            "address": building.address,
            "postcode": town.postcode,
            "city": town.name,
            "insee": town.insee,
            "address_key": building.address.lower(),
            "lat": building.lat,
            "lon": building.lon,
            "h3": locate_cell(building.lat, building.lon),
            "built_year": building.built_year,
            "storeys": building.storeys,
            "has_lift": building.has_lift,
            "territory_id": self.territories[town.agency],
        }

    def _dwelling(self, home: Home, residence_id: uuid.UUID) -> Row:
        return {
            "id": self._id(),
            "reference": home.reference,
            "residence_id": residence_id,
            "landlord_id": self.ground.landlord_id,
            "floor": home.floor,
            "rooms": home.rooms,
            "surface": home.surface,
        }

    def _person(self) -> Row:
        name = f"TENANT{self._number()}"
        return {"id": self._id(), "landlord_id": self.ground.landlord_id, "last_name": name,
                "first_name": "", "name_key": name.lower(), "protected": False,
                "do_not_contact": False}  # fmt: skip

    def _case(self, person_id: uuid.UUID, dwelling_id: uuid.UUID) -> Row:
        state = self.rng.choice(list(CaseState))
        visited = state is CaseState.VISITED
        return {
            "id": self._id(),
            "programme": "seniors",
            "person_id": person_id,
            "dwelling_id": dwelling_id,
            "state": state,
            "score": self.rng.randint(20, 90),
            "reasons": [],
            "risk": self.rng.choices((1, 2, 3), (5, 3, 2))[0] if visited else 0,
            "opened_at": NOW,
            "opened_by_id": self.ground.user_id,
        }

    def _consequence(self) -> Row:
        number = self._number()
        return {
            "id": self._id(),
            "submission_id": self.ground.submission_id,
            "position": number,
            "path": f"/data/{number}",
            "kind": "work_order",
            "code": "electricity",
            "label": {},
            "causes": [],
        }

    def _work_order(self, person_id: uuid.UUID, dwelling_id: uuid.UUID, cause: uuid.UUID) -> Row:
        return {
            "id": self._id(),
            "reference": f"T{self._number()}",
            "dwelling_id": dwelling_id,
            "person_id": person_id,
            "consequence_id": cause,
            "trade": "electricity",
            "severity": Severity.U2,
            "description": "",
            "state": WorkOrderState.OPEN,
            "opened_at": NOW,
        }


def _lay_ground(session: Session) -> _Ground:
    office = find_organisation(session, "Office", OrganisationKind.LANDLORD)
    new = NewUser("ana@palier.example", "Ana", Role.MANAGER, "no password")
    user: User = add_user(session, new, organisation=office, now=NOW)
    form = FormVersion(
        form_id="visit", version="1", title={}, xform=b"", consequences=[], sha256="",
        published_at=NOW,
    )  # fmt: skip
    session.add(form)
    session.flush()
    submission = Submission(
        instance_id="all", form_version_id=form.id, sent_by_id=user.id, xml=b"", sha256="",
        received_at=NOW, state=SubmissionState.CHECKED,
    )  # fmt: skip
    session.add(submission)
    session.flush()
    return _Ground(user.id, submission.id, office.id)
