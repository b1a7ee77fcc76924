"""Years of cases written at once by SQLite itself: homes, tenants, cases, what is to do in them.

Every id is a number in a table's own range, so that rows point to each other without being read.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from visits.accounts.accounts import NewUser, add_user, find_organisation
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.ground.db import keyring
from visits.ground.statistics import look_anew
from visits.models.accounts import OrganisationKind, Role, Territory
from visits.models.mandates import Right
from visits.models.programmes import ProgrammeVersion
from webapp.access.setting_up import publish_what_ships
from webapp.demo.people import read_names
from webapp.demo.towns import read_towns

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
TERRITORIES = 40
PER_RESIDENCE = 2.65
TASKS_EACH, TASKS_APART = 10, 35  # days from one to the next; the last ones are still to come
PROGRAMMES = ("seniors", "isolated_tenants", "young_tenants", "residences")
VISITORS = 20
# One table after the other, by SQL: `:n` rows; `{id(x, y)}` is the id numbered y of table x.
RESIDENCE, DWELLING, PERSON, TENANCY, OCCUPANCY, CASE, TASK, VISIT, ATTEMPT = range(1, 10)


@dataclass(frozen=True)
class Life:
    """How much there is: a case for the first persons, one in eleven closed; ten tasks in each."""

    dwellings: int
    persons: int
    seniors: int
    cases: int

    @property
    def tasks(self) -> int:
        """How many tasks there are."""
        return self.cases * TASKS_EACH


TOWN = Life(dwellings=13_000, persons=6_000, seniors=1_630, cases=2_750)
CITY = Life(dwellings=100_000, persons=120_000, seniors=100_000, cases=22_000)
COUNTRY = Life(dwellings=1_000_000, persons=300_000, seniors=100_000, cases=220_000)


def write_life(session: Session, life: Life) -> None:
    """Write it all into an empty SQLite database."""
    publish_what_ships(session, now=NOW - timedelta(days=900))
    _people_of_the_house(session)
    connection = session.connection()
    connection.exec_driver_sql("PRAGMA cache_size = -400000")
    connection.exec_driver_sql("CREATE TEMP TABLE word (kind TEXT, n INTEGER, word TEXT)")
    words = {"last": _names("last"), "first": _names("f"), "town": _towns()}
    for kind, found in words.items():
        rows = [{"kind": kind, "n": n, "word": word} for n, word in enumerate(found)]
        session.execute(text("INSERT INTO word VALUES (:kind, :n, :word)"), rows)
    connection.exec_driver_sql("CREATE INDEX temp.by_kind ON word (kind, n)")
    known = {
        **vars(life), "tasks": life.tasks, "phone": keyring.seal(b"+33639980000"),
        "residences": int(life.dwellings / PER_RESIDENCE) + 1, "today": NOW.date().isoformat(),
        "homes": int(life.persons * 0.8), "now": NOW.strftime("%Y-%m-%d %H:%M:%S.%f"),
        **{f"{kind}s": len(found) for kind, found in words.items()},
    }  # fmt: skip
    _choose_ground(session, known)
    for statement in (RESIDENCES, DWELLINGS, PERSONS, TENANCIES, OCCUPANCIES, CASES, VISITS, TASKS,
                      ATTEMPTS):  # fmt: skip
        session.execute(text(statement), known)
    connection.exec_driver_sql("DROP TABLE word")
    session.commit()
    look_anew(session, whole=True)  # as the night does
    session.commit()


def id_of(table: int, number: int) -> str:
    """Give the id of a row as SQLite keeps it."""
    return f"01a0{table:04x}70008000{number:016x}"


def _people_of_the_house(session: Session) -> None:
    office = find_organisation(session, "Office", OrganisationKind.LANDLORD)
    partner = find_organisation(session, "Association", OrganisationKind.PARTNER)
    for number in range(TERRITORIES):
        session.add(Territory(name=f"Agence {number:02}"))
    session.flush()
    boss = add_user(
        session, NewUser("co@palier.example", "Ana Coordination", Role.COORDINATOR, "no password"),
        organisation=office, now=NOW,
    )  # fmt: skip
    add_user(
        session, NewUser("pa@palier.example", "Pia Parmentier", Role.PARTNER_COORDINATOR, "none"),
        organisation=partner, now=NOW,
    )  # fmt: skip
    for number in range(VISITORS):
        new = NewUser(f"v{number}@palier.example", f"Visite {number:02}", Role.VISITOR, "none")
        add_user(session, new, organisation=office, now=NOW)
    area = session.scalars(select(Territory.id).order_by(Territory.name).limit(1)).one()
    rights = frozenset({Right.CALL, Right.PLAN, Right.VISIT, Right.FIGURES})
    said = MandateSaid(partner.id, "isolated_tenants", area, rights, NOW.date(), None)
    grant_mandate(session, said, by=boss.id, now=NOW)


def _choose_ground(session: Session, known: dict[str, object]) -> None:
    """Number territories, visitors and versions, so that rows may name them by their number."""
    session.execute(text(
        "INSERT INTO word SELECT 'area', row_number() OVER (ORDER BY name) - 1, id FROM territory"
    ))  # fmt: skip
    session.execute(text(
        "INSERT INTO word SELECT 'visitor', row_number() OVER (ORDER BY email) - 1, id"
        " FROM user_account WHERE role = 'visitor'"
    ))  # fmt: skip
    for number, code in enumerate(PROGRAMMES):
        version = select(ProgrammeVersion.id).where(ProgrammeVersion.code == code)
        row = {"n": number, "word": session.scalars(version).one().hex}
        session.execute(text("INSERT INTO word VALUES ('version', :n, :word)"), row)
        row["word"] = code
        session.execute(text("INSERT INTO word VALUES ('programme', :n, :word)"), row)
    known["boss"] = session.execute(
        text("SELECT id FROM user_account WHERE role = 'coordinator'")
    ).scalar_one()
    known["landlord"] = session.execute(
        text("SELECT id FROM organisation WHERE kind = 'landlord'")
    ).scalar_one()
    known["reasons"] = json.dumps([])


def _names(kind: str) -> list[str]:
    return sorted({row["name"] for row in read_names() if row["kind"] == kind})


def _towns() -> list[str]:
    return [f"{town.name} {part}" for part in range(1, 21) for town in read_towns()]


def _id(table: int, number: str) -> str:
    return f"printf('01a0{table:04x}70008000%016x', {number})"


def _word(kind: str, number: str) -> str:
    return f"(SELECT word FROM word WHERE kind = '{kind}' AND n = {number})"


def _numbers(most: str) -> str:
    return f"WITH RECURSIVE seq(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM seq WHERE i < :{most})"


RESIDENCES = f"""
INSERT INTO residence (id, landlord_id, reference, address, postcode, city, address_key, lat, lon,
                       built_year, storeys, has_lift, territory_id)
{_numbers("residences")}
SELECT {_id(RESIDENCE, "i")}, :landlord, 'B' || i,
       (i % 90 + 1) || ' rue des Tilleuls ' || i, '60000',
       {_word("town", "i % :towns")}, (i % 90 + 1) || ' rue des tilleuls ' || i, 49.4, 2.1,
       1950 + i % 70, i % 6, i % 3 = 0, {_word("area", f"i % {TERRITORIES}")}
FROM seq"""

DWELLINGS = f"""
INSERT INTO dwelling (id, landlord_id, reference, residence_id, floor, door, rooms, surface,
                      has_bath)
{_numbers("dwellings")}
SELECT {_id(DWELLING, "i")}, :landlord, 'L' || i,
       {_id(RESIDENCE, f"CAST(i / {PER_RESIDENCE} AS INTEGER) + 1")},
       i % 5, i % 9, i % 5 + 1, 40 + i % 60, i % 2
FROM seq"""

PERSONS = f"""
INSERT INTO person (id, landlord_id, reference, civility, last_name, first_name, name_key,
                    born_on, phone, protected, do_not_contact)
{_numbers("persons")}, named AS (
    SELECT i, {_word("last", "i * 7919 % :lasts")} AS last_name,
           {_word("first", "i * 104729 % :firsts")} AS first_name FROM seq
)
SELECT {_id(PERSON, "i")}, :landlord, 'P' || i, 'Mme', upper(last_name), first_name,
       lower(last_name || ' ' || first_name),
       CASE WHEN i <= :seniors THEN date(:today, '-' || (71 * 365 + i % 9000) || ' days')
            ELSE date(:today, '-' || (19 * 365 + i % 17000) || ' days') END,
       :phone, i % 20000 = 0, 0
FROM named"""

TENANCIES = f"""
INSERT INTO tenancy (id, dwelling_id, reference, started_on, lives_alone)
{_numbers("homes")}
SELECT {_id(TENANCY, "i")}, {_id(DWELLING, "i")}, 'C' || i,
       date(:today, '-' || (i % 12000) || ' days'), i % 3 = 0
FROM seq"""

HOME = "(CASE WHEN i <= :homes THEN i ELSE i - :homes END)"

OCCUPANCIES = f"""
INSERT INTO occupancy (id, person_id, tenancy_id, role)
{_numbers("persons")}
SELECT {_id(OCCUPANCY, "i")}, {_id(PERSON, "i")}, {_id(TENANCY, HOME)}, 'Titulaire'
FROM seq"""

CASES = f"""
INSERT INTO case_file (id, programme, programme_version_id, person_id, landlord_id, dwelling_id,
                       state, score, reasons, risk, call_back_at, opened_at, opened_by_id, way_in,
                       closed_on, outcome)
{_numbers("cases")}, kept AS (SELECT i, (i % 20 > 11) + (i % 20 > 14) + (i % 20 > 17) AS p FROM seq)
SELECT {_id(CASE, "i")}, {_word("programme", "p")}, {_word("version", "p")}, {_id(PERSON, "i")},
       :landlord, {_id(DWELLING, HOME)},
       CASE i % 10 WHEN 0 THEN 'planned' WHEN 1 THEN 'refused' WHEN 2 THEN 'call_back'
                   WHEN 3 THEN 'agreed' WHEN 4 THEN 'to_call' WHEN 5 THEN 'to_call'
                   ELSE 'visited' END,
       20 + i * 31 % 75, :reasons, i % 4,
       CASE WHEN i % 10 = 2 THEN datetime(:now, (i % 40 - 20) || ' days') || '.000000' END,
       datetime(:now, '-' || (300 + i % {TASKS_APART}) || ' days') || '.000000', :boss, 'targeting',
       CASE WHEN i % 11 = 10 THEN date(:today, '-' || (i % 200) || ' days') END,
       CASE WHEN i % 11 = 10 THEN 'completed' END
FROM kept"""

# Of each case ten tasks, the one after the other; two of three that are past were visits.
EACH = f"""
{_numbers("tasks")}, kept AS (
    SELECT i, (i - 1) / {TASKS_EACH} + 1 AS c, (i - 1) % {TASKS_EACH} AS k FROM seq
), dated AS (
    SELECT i, c, k, date(:today, (k * {TASKS_APART} - 265 + c % {TASKS_APART}) || ' days') AS due_on
    FROM kept
)"""

VISITS = f"""
INSERT INTO visit (id, case_id, kind, was_in_id, visitor_id, planned_start_at, planned_end_at,
                   state, planned_by_id, planned_at, done_at)
{EACH}
SELECT {_id(VISIT, "i")}, {_id(CASE, "c")}, '', NULL, {_word("visitor", f"c % {VISITORS}")},
       due_on || ' 09:00:00.000000', due_on || ' 10:00:00.000000',
       CASE WHEN due_on < :today THEN 'done' ELSE 'planned' END, :boss,
       date(due_on, '-9 days') || ' 10:00:00.000000',
       CASE WHEN due_on < :today THEN due_on || ' 10:00:00.000000' END
FROM dated WHERE (k % 3 = 0 AND due_on < :today) OR (k = 8 AND c % 10 = 0)"""

TASKS = f"""
INSERT INTO task (id, case_id, landlord_id, kind, cadence, visit_kind, not_before, due_on,
                  owner_role, state, made_at, visit_id, closed_at)
{EACH}
SELECT {_id(TASK, "i")}, {_id(CASE, "c")}, :landlord,
       CASE k % 3 WHEN 2 THEN 'review' ELSE 'visit' END,
       CASE WHEN k % 3 <> 2 AND due_on < :today THEN 'weekly' ELSE 'written_' || (k % 3) END,
       '', date(due_on, '-30 days'), due_on, NULL,
       CASE WHEN due_on >= :today AND c % 11 = 10 THEN 'withdrawn' WHEN due_on >= :today THEN 'open'
            WHEN k % 3 = 0 THEN 'done' WHEN c * 7 % 40 = k THEN 'open'
            WHEN c % 6 = k THEN 'lapsed' ELSE 'done' END,
       date(due_on, '-31 days') || ' 05:00:00.000000',
       CASE WHEN (k % 3 = 0 AND due_on < :today) OR (k = 8 AND c % 10 = 0)
            THEN {_id(VISIT, "i")} END,
       CASE WHEN due_on < :today THEN due_on || ' 10:00:00.000000' END
FROM dated"""

ATTEMPTS = f"""
INSERT INTO contact_attempt (id, case_id, at, channel, disposition, caller_id)
WITH RECURSIVE seq(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM seq WHERE i < :cases * 2)
SELECT {_id(ATTEMPT, "i")}, {_id(CASE, "(i + 1) / 2")},
       datetime(:now, '-' || (i % 290 + 1) || ' days') || '.000000', 'phone',
       CASE i % 2 WHEN 0 THEN 'agreed' ELSE 'no_answer' END, :boss
FROM seq"""
