"""Files of the landlord become stock and tenants, in any order, once."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_enrolment, make_person, make_residence, make_user
from visits.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Territory
from visits.models.map import MapPoint
from visits.models.people import Occupancy, Person
from visits.models.portfolio import (
    ColumnMapping,
    Dwelling,
    Import,
    ImportState,
    Residence,
    Tenancy,
)
from visits.portfolio import (
    ImportPlan,
    Kind,
    Table,
    apply_plan,
    confirm_import,
    examine,
    examine_import,
    message,
    propose_mapping,
    purge_imports,
    read_table,
    remember_mapping,
    residences_without_cell,
    set_cells,
    upload_file,
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


def plan_of(session: Session, text: str, *, now: datetime = NOW) -> ImportPlan:
    table = table_of(text)
    proposal = propose_mapping(session, table)
    return examine(session, table=table, kind=proposal.kind, mapping=proposal.mapping, now=now)


def load(session: Session, *texts: str, now: datetime = NOW) -> ImportPlan:
    for text in texts:
        plan = plan_of(session, text, now=now)
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


def test_kinds_and_columns_are_recognised(session: Session) -> None:
    proposals = {name: propose_mapping(session, table_of(text)) for name, text in FILES.items()}
    assert {name: proposal.kind for name, proposal in proposals.items()} == {
        "erp": Kind.TENANTS,
        "buildings": Kind.RESIDENCES,
        "flats": Kind.DWELLINGS,
        "tenants": Kind.TENANTS,
    }
    assert list(proposals["erp"].mapping.values()) == [
        "dwelling_reference", "full_name", "born_on", "address", "postcode", "city", "floor",
        "surface", "rent",
    ]  # fmt: skip
    assert proposals["erp"].confidence == 1.0


def test_a_count_of_flats_is_not_taken_for_a_reference(session: Session) -> None:
    table = table_of(BUILDINGS.replace("niveaux", "logements"))
    assert propose_mapping(session, table).kind is Kind.RESIDENCES


def test_a_heading_with_a_slip_is_guessed(session: Session) -> None:
    table = table_of(FLATS.replace("surface", "surfaces"))
    assert "surface" in propose_mapping(session, table).mapping.values()


def test_an_export_becomes_residences_dwellings_and_persons(session: Session) -> None:
    plan = load(session, ERP)
    assert counts(plan, "residences") == (2, 0, 0, 0)
    assert counts(plan, "dwellings") == (3, 0, 0, 0)
    assert counts(plan, "persons") == (4, 0, 0, 0)
    flat = session.scalars(select(Dwelling).where(Dwelling.reference == "L2")).one()
    assert (flat.floor, flat.surface, flat.rent, flat.door) == (1, 60.0, 322.58, "Bât B")
    assert flat.residence.city == "Crepy en Valois"
    assert flat.residence.address == "6 ALL DES PEUPLIERS"


def test_a_plan_writes_nothing(session: Session) -> None:
    plan_of(session, ERP)
    assert not session.new and not session.dirty
    assert session.scalar(select(func.count()).select_from(Dwelling)) == 0


def test_warnings_name_their_line(session: Session) -> None:
    plan = plan_of(session, ERP)
    assert codes(plan.warnings) == [
        (5, "short_year"), (6, "missing_birth_date"), (7, "duplicate_line"),
    ]  # fmt: skip
    assert plan.warnings[0].details == {"read": "16/07/1954"}
    assert plan.warnings[2].details == {"line": "6"}


@pytest.mark.parametrize("name", list(FILES))
def test_the_same_file_again_changes_nothing(session: Session, name: str) -> None:
    load(session, FILES[name])
    again = plan_of(session, FILES[name])
    assert again.changes_nothing
    assert again.changes == ()
    load(session, *FILES.values())
    assert all(plan_of(session, text).changes_nothing for text in FILES.values())


def test_the_order_of_the_files_does_not_matter(session: Session) -> None:
    results = []
    for order in permutations(FILES):
        nested = session.begin_nested()
        load(session, *(FILES[name] for name in order))
        results.append((order, everything(session)))
        nested.rollback()
    for order, result in results:
        assert result == results[0][1], order
    assert len(results[0][1]["persons"]) == 4
    assert len(results[0][1]["residences"]) == 3


def test_stock_adopts_what_the_export_made_instead_of_doubling_it(session: Session) -> None:
    load(session, ERP, BUILDINGS, FLATS)
    residences = {r.reference: r for r in session.scalars(select(Residence))}
    assert residences.keys() == {"B1", "B2", "B3"}
    assert residences["B2"].city == "Crépy-en-Valois"
    flats = {d.reference: d.residence.reference for d in session.scalars(select(Dwelling))}
    assert flats == {"L1": "B1", "L2": "B2", "L3": "B3", "L4": "B3"}


def test_dwellings_wait_for_their_residence(session: Session) -> None:
    plan = load(session, FLATS)
    assert {code for _line, code in codes(plan.warnings)} == {"unknown_residence"}
    assert counts(plan, "dwellings") == (4, 0, 0, 0)
    assert counts(load(session, BUILDINGS), "residences") == (0, 3, 0, 0)


def test_persons_are_recognised_when_their_references_come(session: Session) -> None:
    load(session, ERP)
    plan = load(session, TENANTS)
    assert counts(plan, "persons") == (0, 4, 0, 0)
    person = session.scalars(select(Person).where(Person.reference == "P4")).one()
    assert (person.first_name, person.born_on) == ("Marie-Hélène", date(1951, 7, 10))
    assert (
        session.scalars(select(Person.first_name).where(Person.reference == "P3")).one() == "Yann"
    )


def test_a_line_without_a_reference_does_not_undo_one_with(session: Session) -> None:
    load(session, TENANTS, ERP)
    person = session.scalars(select(Person).where(Person.reference == "P4")).one()
    assert (person.first_name, person.phone) == ("Marie-Hélène", None)


def many_lines(count: int) -> list[str]:
    return [
        f"L{n:04};Mme MARTIN{chr(65 + n % 26)} Anne;12/05/194{n % 10};{n} rue X;60000;Beauvais"
        for n in range(1, count + 1)
    ]


def test_a_bad_date_in_row_900_refuses_that_row_only(session: Session) -> None:
    lines = many_lines(1_000)
    lines[899] = lines[899].replace("12/05/1940", "31/02/1940")
    text = "\n".join(["Réf. Lgt;Nom locataire;Né(e) le;Adresse;CP;Ville", *lines])
    plan = plan_of(session, text)
    assert counts(plan, "persons") == (999, 0, 0, 1)
    (refused,) = plan.refusals
    assert (refused.line, refused.heading, refused.value) == (901, "Né(e) le", "31/02/1940")
    assert message(refused.code, "fr", value=refused.value) == (
        "« 31/02/1940 » : ce jour n’existe pas dans le calendrier."
    )
    apply_plan(session, plan)
    assert session.scalar(select(func.count()).select_from(Person)) == 999
    assert session.scalars(select(Dwelling).where(Dwelling.reference == "L0900")).all() == []


def test_what_is_secondary_is_left_out_with_a_warning(session: Session) -> None:
    plan = load(session, ERP.replace("3e;68,7", "grenier;68,7"))
    assert (3, "bad_floor") in codes(plan.warnings)
    assert plan.refusals == ()


def test_required_cells_may_not_be_empty(session: Session) -> None:
    plan = plan_of(session, ERP.replace("L2;M. OU MME LE MEUR", ";"))
    assert codes(plan.refusals) == [(5, "missing"), (5, "missing")]
    assert [problem.heading for problem in plan.refusals] == ["Réf. Lgt", "Nom locataire"]
    assert plan.refused_lines == 1


def test_a_separator_in_an_address_refuses_its_line(session: Session) -> None:
    plan = plan_of(session, ERP.replace('"6 ALL DES PEUPLIERS; Bât B"', "6 ALL; Bât B"))
    assert (5, "more_cells_than_headings") in codes(plan.refusals)


def test_a_commune_that_does_not_go_with_its_postcode_is_pointed_out(session: Session) -> None:
    lines = [*many_lines(8), *(line.replace("60000;Beauvais", "60100;Creil")
             .replace("L0", "M0") for line in many_lines(8))]  # fmt: skip
    lines.append("N1;Mme ROY Anne;12/05/1941;1 rue Y;60100;Beauvais")
    text = "\n".join(["Réf. Lgt;Nom locataire;Né(e) le;Adresse;CP;Ville", *lines])
    assert (18, "city_disagrees") in codes(plan_of(session, text).warnings)


def test_the_stock_keeps_its_address_and_says_so(session: Session) -> None:
    load(session, BUILDINGS, FLATS)
    plan = load(session, ERP.replace('"6 ALL DES PEUPLIERS; Bât B"', "8 RUE DU BAC"))
    assert (5, "address_disagrees") in codes(plan.warnings)
    assert "8 RUE DU BAC" not in set(session.scalars(select(Residence.address)))


def test_without_stock_files_a_corrected_export_is_believed(session: Session) -> None:
    load(session, ERP)
    plan = load(session, ERP.replace(";1e;60,0;", ";2e;61,5;").replace("6 ALL DES", "8 ALL DES"))
    flat = session.scalars(select(Dwelling).where(Dwelling.reference == "L2")).one()
    assert (flat.floor, flat.surface, flat.residence.address) == (2, 61.5, "8 ALL DES PEUPLIERS")
    assert session.scalar(select(func.count()).select_from(Residence)) == 2
    assert ("dwelling", "floor", "1", "2") in {
        (change.what, change.field, change.old, change.new) for change in plan.changes
    }


def test_an_empty_cell_erases_nothing(session: Session) -> None:
    load(session, TENANTS)
    load(session, TENANTS.replace(";0639980001", ";").replace("2010-12-01", ""))
    person = session.scalars(select(Person).where(Person.reference == "P1")).one()
    assert person.phone == "+33639980001"
    assert date(2010, 12, 1) in set(session.scalars(select(Tenancy.started_on)))


def test_a_move_ends_the_old_occupancy_and_opens_a_new_one(session: Session) -> None:
    load(session, FLATS, TENANTS)
    person = session.scalars(select(Person).where(Person.reference == "P3")).one()
    by = make_user(session)
    old = session.scalars(select(Dwelling).where(Dwelling.reference == "L2")).one()
    enrolment = make_enrolment(session, by=by, person=person, dwelling=old)
    plan = load(session, TENANTS.replace("P3;L2;", "P3;L4;").replace("1970-09-01", "2026-02-01"))
    assert codes(plan.warnings) == [(4, "moved")]
    assert counts(plan, "persons") == (0, 1, 3, 0)
    assert home_of(session, "LE MEUR") == "L4"
    assert session.scalars(select(Occupancy.ended_on).where(
        Occupancy.person_id == person.id, Occupancy.ended_on.is_not(None)
    )).all() == [NOW.date()]  # fmt: skip
    assert session.scalars(select(Tenancy.ended_on).where(Tenancy.dwelling_id == old.id)).all() == [
        NOW.date()
    ]
    session.refresh(enrolment)
    assert enrolment.dwelling.reference == "L4"


def test_a_move_is_recognised_by_name_and_birth_date(session: Session) -> None:
    load(session, ERP)
    moved = ERP.replace("L1;PENEL ALEXANDRE", "L9;PENEL ALEXANDRE")
    plan = load(session, moved.replace("21/12/1950;35 Rue", "21/12/1950;37 Rue"))
    assert counts(plan, "persons") == (0, 1, 3, 0)
    assert session.scalar(select(func.count()).select_from(Person)) == 4


def test_namesakes_born_on_one_day_are_both_kept_and_pointed_out(session: Session) -> None:
    text = (
        "Réf. Lgt;Nom locataire;Né(e) le\n"
        "L1;Mme MARTIN Anne;11/08/1950\nL2;Mme MARTIN Anne;11/08/1950\n"
    )
    plan = load(session, text)
    assert counts(plan, "persons") == (2, 0, 0, 0)
    assert (3, "same_person_elsewhere") in codes(plan.warnings)
    assert plan_of(session, text).changes_nothing


def test_she_who_comes_back_reopens_her_occupancy(session: Session) -> None:
    away = TENANTS.replace("P2;L1;", "P2;L4;")
    load(session, FLATS, TENANTS, away, TENANTS)
    person = session.scalars(select(Person).where(Person.reference == "P2")).one()
    open_ones = [o for o in person.occupancies if o.ended_on is None]
    assert [o.tenancy.dwelling.reference for o in open_ones] == ["L1"]


def test_a_new_lease_ends_the_household_before(session: Session) -> None:
    load(session, FLATS, TENANTS)
    plan = load(
        session,
        "locataire;logement;nom;prenom;naissance;entree\nP9;L2;ROY;Anne;1950-01-02;2026-01-15\n",
    )
    assert codes(plan.warnings) == [(2, "household_replaced")]
    assert home_of(session, "ROY") == "L2"
    gone = session.scalars(select(Person).where(Person.reference == "P3")).one()
    assert [o.ended_on for o in gone.occupancies] == [NOW.date()]


def test_another_birth_date_is_another_person(session: Session) -> None:
    load(session, ERP)
    plan = load(session, ERP.replace("24/11/1948", "25/11/1948"))
    assert (3, "same_name_other_birth_date") in codes(plan.warnings)
    assert counts(plan, "persons")[0] == 1


def test_a_couple_named_once_each_is_two_persons(session: Session) -> None:
    text = (
        "Réf. Lgt;Nom locataire;Né(e) le\n"
        "L1;M. OU MME GRIVET;11/08/1950\nL1;M. OU MME GRIVET;17/07/1951\n"
    )
    assert counts(load(session, text), "persons") == (2, 0, 0, 0)
    full = (
        "locataire;logement;nom;prenom;naissance\n"
        "P1;L1;GRIVET;Anne;1950-08-11\nP2;L1;GRIVET;Yves;1951-07-17\n"
    )
    assert counts(load(session, full), "persons") == (0, 2, 0, 0)


def test_protected_persons_are_not_told_apart_in_a_dry_run(session: Session) -> None:
    load(session, TENANTS)
    session.scalars(select(Person).where(Person.reference == "P1")).one().protected = True
    session.flush()
    plan = plan_of(session, TENANTS.replace("Nicole", "Nicolette"))
    assert counts(plan, "persons") == (0, 0, 4, 0)
    assert plan.changes == ()
    assert plan_of(session, TENANTS.replace("P1;L1;", "P1;L9;")).warnings[0].code == "no_address"
    assert "moved" not in {
        problem.code for problem in plan_of(session, TENANTS.replace("P1;L1;", "P1;L9;")).warnings
    }


def test_agencies_become_territories(session: Session) -> None:
    load(session, BUILDINGS.replace("niveaux", "agence").replace(";4;0", ";Creil;0"))
    assert set(session.scalars(select(Territory.name))) == {"Creil", "2", "3"}
    residence = session.scalars(select(Residence).where(Residence.reference == "B1")).one()
    assert residence.territory is not None and residence.territory.name == "Creil"


def test_residences_get_their_cell_and_lose_it_when_they_move(session: Session) -> None:
    load(session, BUILDINGS, FLATS)
    waiting = residences_without_cell(session, limit=10)
    assert len(waiting) == 3
    assert set_cells(session, {residence.id: CELL for residence in waiting}) == 3
    assert residences_without_cell(session, limit=10) == []
    assert session.scalar(select(func.count()).select_from(MapPoint)) == 4
    load(session, BUILDINGS.replace("2.88;49.23", "2.89;49.24"))
    assert [r.reference for r in residences_without_cell(session, limit=10)] == ["B2"]
    assert session.scalar(select(func.count()).select_from(MapPoint)) == 3


def test_other_stock_is_left_alone(session: Session) -> None:
    residence = make_residence(session, reference=None, address_key="9 rue z")
    person = make_person(session, dwelling=make_dwelling(session, residence=residence))
    load(session, *FILES.values())
    session.refresh(person)
    assert person.occupancies[0].ended_on is None
    assert session.get(Residence, residence.id) is not None


@pytest.mark.parametrize(
    ("kind", "mapping", "fields"),
    [
        ("tenants", {0: "dwelling_reference"}, {"full_name": "field_missing"}),
        ("tenants", {0: "dwelling_reference", 1: "full_name", 2: "wings"}, {"2": "unknown_field"}),
        (
            "tenants",
            {0: "dwelling_reference", 1: "full_name", 99: "city"},
            {"99": "unknown_column"},
        ),
        (
            "tenants",
            {0: "dwelling_reference", 1: "full_name", 2: "full_name"},
            {"2": "field_twice"},
        ),
        ("aliens", {0: "dwelling_reference"}, {"kind": "unknown_kind"}),
        ("tenants", {"a": "dwelling_reference"}, {"mapping": "unknown_column"}),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_by_column(
    session: Session, kind: str, mapping: dict[Any, str], fields: dict[str, str]
) -> None:
    upload = upload_file(
        session, data=ERP.encode(), file_name="e.csv", user_id=make_user(session).id, now=NOW
    )
    with pytest.raises(Invalid) as caught:
        examine_import(session, upload.id, kind=kind, mapping=mapping, now=NOW)
    assert caught.value.fields == fields


def upload(session: Session, text: str = ERP, *, now: datetime = NOW) -> Import:
    by = make_user(session)
    return upload_file(
        session, data=text.encode("cp1252"), file_name="C:\\x\\e.csv", user_id=by.id, now=now
    )


def test_an_upload_is_examined_then_confirmed_once(session: Session) -> None:
    kept = upload(session)
    assert (kept.file_name, kept.kind, kept.state) == ("e.csv", "tenants", ImportState.UPLOADED)
    plan = examine_import(session, kept.id, kind=kept.kind, mapping=kept.mapping, now=NOW)
    assert session.scalar(select(func.count()).select_from(Person)) == 0
    done = confirm_import(session, kept.id, kind=kept.kind, mapping=kept.mapping, now=NOW)
    assert done.state is ImportState.IMPORTED
    assert done.imported_at == NOW
    assert done.counts == {**plan.counts, "lines": 5}
    assert done.problems is not None and len(done.problems["warnings"]) == 3
    with pytest.raises(Conflict, match="already_imported"):
        confirm_import(session, kept.id, kind=kept.kind, mapping=kept.mapping, now=NOW)


def test_the_same_bytes_may_be_uploaded_again_and_change_nothing(session: Session) -> None:
    first, second = upload(session), upload(session)
    assert first.sha256 == second.sha256
    confirm_import(session, first.id, kind=first.kind, mapping=first.mapping, now=NOW)
    again = confirm_import(session, second.id, kind=second.kind, mapping=second.mapping, now=NOW)
    assert again.counts is not None
    assert again.counts["persons"] == {"new": 0, "changed": 0, "unchanged": 4, "refused": 0}


def test_a_corrected_mapping_is_remembered(session: Session) -> None:
    kept = upload(session)
    mapping = {int(column): name for column, name in kept.mapping.items()}
    del mapping[8]
    confirm_import(session, kept.id, kind="tenants", mapping=mapping, now=NOW)
    proposal = propose_mapping(session, table_of(ERP))
    assert (proposal.remembered, proposal.mapping) == (True, mapping)
    mapping[8] = "rent"
    remember_mapping(session, table_of(ERP), kind=Kind.TENANTS, mapping=mapping, now=NOW)
    assert propose_mapping(session, table_of(ERP)).mapping == mapping
    assert session.scalar(select(func.count()).select_from(ColumnMapping)) == 1


def test_an_unknown_import_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        examine_import(session, uuid.uuid4(), kind="tenants", mapping={}, now=NOW)
    with pytest.raises(NotFound):
        confirm_import(session, uuid.uuid4(), kind="tenants", mapping={}, now=NOW)


def test_after_thirty_days_the_content_is_gone(session: Session) -> None:
    done, forgotten, fresh = upload(session), upload(session), upload(session)
    confirm_import(session, done.id, kind=done.kind, mapping=done.mapping, now=NOW)
    fresh.uploaded_at = NOW + timedelta(days=20)
    later, forgotten_id = NOW + timedelta(days=31), forgotten.id
    assert purge_imports(session, now=later) == 2
    assert purge_imports(session, now=later) == 0
    session.expire_all()
    assert session.get(Import, forgotten_id) is None
    assert done.content is None and done.problems is None and done.counts is not None
    assert fresh.content is not None
    with pytest.raises(Conflict, match="content_purged"):
        examine_import(session, done.id, kind=done.kind, mapping=done.mapping, now=later)


@pytest.mark.parametrize("text", ["A" * 5000, "ß" * 100, "œ" * 100, "9" * 30], ids="Aßœ9")
def test_no_cell_is_longer_than_its_column(session: Session, text: str) -> None:
    line = {
        "Logement": "L1", "Adresse": "1 rue du Bois", "CP": "60000", "Ville": "Beauvais",
        "Nom": "PENEL", "Prénom": "Ana", "Agence": "Nord", "Porte": "2", "Étage": "1",
        "Loyer": "400",
    }  # fmt: skip
    for heading in line:
        cells = line | {heading: text}
        load(session, ";".join(cells) + "\n" + ";".join(cells.values()) + "\n")
        session.flush()
