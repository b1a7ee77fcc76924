"""The landlord's files the import tests read, and ways to read them."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import landlord_id
from visits.models.people import Occupancy, Person
from visits.models.portfolio import (
    Dwelling,
    Residence,
    Tenancy,
)
from visits.portfolio import (
    ImportPlan,
    Table,
    apply_plan,
    examine,
    propose_mapping,
    read_table,
)

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
CELL = 0x8C1FB4664D601FF

BUILDINGS = """batiment;commune;code_postal;numero;voie;lon;lat;code_qp;annee;niveaux;ascenseur
B1;Creil;60100;35;Rue de l'Abbé Lemire;2.47;49.26;QN06;1971;4;0
B2;Crépy-en-Valois;60800;6;Allée des Peupliers;2.88;49.23;;1987;2;1
B3;Creil;60100;35;Rue de l'Abbé Lemire;2.48;49.27;;1975;3;0
"""
FLATS = """logement;batiment;etage;pieces;surface;dpe
L1;B1;3;3;68,7;E
L2;B2;1;2;60;C
L3;B3;0;4;82;D
L4;B3;0;4;82;D
"""
ERP = """Édition du 01/03/2026;;;;;;;;
Réf. Lgt;Nom locataire;Né(e) le;Adresse;CP;Ville;Étage;Surf. hab. (m²);Loyer (€)
L1;Mme PENEL Nicole;24/11/1948;35 R DE L'ABBE LEMIRE;60100;CREIL;3e;68,7;432,78
L1;PENEL ALEXANDRE;21/12/1950;35 Rue de l'Abbé Lemire;60100;Creil;3EME;68,7;432,78
L2;M. OU MME LE MEUR;16/7/54;"6 ALL DES PEUPLIERS; Bât B";60800 ;CREPY EN VALOIS;1e;60,0;322,58 €
="L3";DUMAS MARIE-HELENE;;35, rue de l'abbe lemire;60100;Creil;RDC;82;540,62
L3;DUMAS MARIE-HELENE;;35, rue de l'abbe lemire;60100;Creil;RDC;82;540,62
Total;4;;;;;;;
"""
TENANTS = """locataire;logement;role;civilite;nom;prenom;naissance;entree;tel mobile
P1;L1;titulaire;Mme;PENEL;Nicole;1948-11-24;2010-12-01;0639980001
P2;L1;conjoint;M.;PENEL;Alexandre;1950-12-21;2010-12-01;
P3;L2;titulaire;M.;LE MEUR;Yann;1954-07-16;1970-09-01;
P4;L3;titulaire;Mme;DUMAS;Marie-Hélène;1951-07-10;2013-11-01;
"""
FILES = {"erp": ERP, "buildings": BUILDINGS, "flats": FLATS, "tenants": TENANTS}


def table_of(text: str) -> Table:
    return read_table(text.encode("cp1252"), file_name="f.csv")


def plan_of(
    session: Session, text: str, *, now: datetime = NOW, choices: Mapping[str, str] | None = None,
    landlord: uuid.UUID | None = None,
) -> ImportPlan:  # fmt: skip
    table = table_of(text)
    landlord = landlord or landlord_id(session)
    proposal = propose_mapping(session, table, landlord_id=landlord)
    return examine(
        session, landlord_id=landlord, table=table, kind=proposal.kind, mapping=proposal.mapping,
        now=now, choices=choices or {},
    )  # fmt: skip


def load(
    session: Session, *texts: str, now: datetime = NOW, choices: Mapping[str, str] | None = None,
    landlord: uuid.UUID | None = None,
) -> ImportPlan:  # fmt: skip
    for text in texts:
        plan = plan_of(session, text, now=now, choices=choices, landlord=landlord)
        apply_plan(session, plan)
    return plan


def counts(plan: ImportPlan, what: str) -> tuple[int, int, int, int]:
    found = plan.counts[what]
    return found["new"], found["changed"], found["unchanged"], found["refused"]


def codes(problems: Sequence[Any]) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in problems]


def everything(session: Session) -> dict[str, list[Any]]:
    """All that was imported, without ids."""
    names = (
        "reference", "address", "postcode", "city", "lat", "lon", "built_year", "storeys",
        "has_lift", "priority_district", "address_key",
    )  # fmt: skip
    flat = ("reference", "floor", "door", "rooms", "surface", "rent", "energy_label")
    who = ("reference", "civility", "last_name", "first_name", "name_key", "born_on", "phone")
    return {
        "residences": sorted(
            repr([getattr(r, name) for name in names]) for r in session.scalars(select(Residence))
        ),
        "dwellings": sorted(
            repr([*(getattr(d, name) for name in flat), d.residence.reference])
            for d in session.scalars(select(Dwelling))
        ),
        "persons": sorted(
            repr([getattr(p, name) for name in who]) for p in session.scalars(select(Person))
        ),
        "homes": sorted(
            repr(
                [o.person.name_key, o.role, o.ended_on, o.tenancy.started_on, o.tenancy.ended_on]
                + [o.tenancy.dwelling.reference]
            )
            for o in session.scalars(select(Occupancy))
        ),
    }


def home_of(session: Session, last_name: str) -> str:
    statement = (
        select(Dwelling.reference)
        .join(Tenancy, Tenancy.dwelling_id == Dwelling.id)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .join(Person, Person.id == Occupancy.person_id)
        .where(Person.last_name == last_name, Occupancy.ended_on.is_(None))
    )
    return session.scalars(statement).one()
