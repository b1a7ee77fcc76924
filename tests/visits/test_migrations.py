"""The migrations make what the models say, and go back."""

from collections.abc import Iterator, Mapping, Sequence

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, column, inspect, select, table, text, update

from tests import before
from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.submissions import home_visit
from visits.accounts.passkeys import add_passkey
from visits.accounts.second_factor import codes_left
from visits.adaptations.asking import ask_for
from visits.adaptations.commissions import call_commission
from visits.adaptations.files import Request, open_by_hand
from visits.forms.published import publish_form
from visits.ground.db import Base, EncryptedJson, sessions
from visits.ground.deadlines import months_after
from visits.ground.migration import is_current, is_modelled, migrate, revert
from visits.homes.matching import Needs
from visits.homes.needs import needs_of
from visits.mapping.points import rebuild_map
from visits.models.accounts import User
from visits.models.adaptations import AdaptationFile, Asked
from visits.models.calls import (
    CallWish,
    Channel,
    ContactAttempt,
    Disposition,
    RefusalReason,
    WishKind,
)
from visits.models.commissions import Commission
from visits.models.map import MapCell, MapPoint
from visits.models.needs import AutonomyNote, Setting
from visits.models.people import (
    AccessedPerson,
    AccessEvent,
    AccessKind,
    AlertCode,
    NamedAccess,
    Person,
    PersonAlert,
)
from visits.models.portfolio import Dwelling
from visits.models.transfers import TransferWish
from visits.models.visits import Submission, SubmissionState
from visits.people.autonomy import AutonomySaid, Said, note_autonomy
from visits.people.measures import note_alert
from visits.programmes.published import publish_shipped_programmes, version_of
from visits.sight import Reach, find_person
from visits.sight.access_chain import find_break, seal_access_log
from visits.sight.access_log import log_access
from visits.transfers.wishes import WishSaid, close_wish, open_wish

pytestmark = pytest.mark.slow

MAP = (select(MapPoint.dwelling_id), select(MapCell.cell), select(MapCell.dwellings))


def test_migrated_database_is_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": False, "include_name": is_modelled}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_go_back_and_forth_with_data(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        make_case(session, by=make_user(session))
    revert(engine, to="base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    assert not is_current(engine)
    migrate(engine)
    assert is_current(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM person")).scalar() == 0


# What a migration rightly changes on its way up and back, by table: its columns.
CHANGED: dict[str, tuple[str, ...]] = {}
# How far back anything goes: a case without a home is refused there, by name.
FURTHEST = "0035"
STAYS = ("person", "dwelling", "residence", "case_file", "contact_attempt", "visit", "submission")


@pytest.fixture
def kept(engine: Engine) -> Iterator[Engine]:
    """The newest database that is kept, as that version had it."""
    before.load(engine, before.NEWEST)
    yield engine
    migrate(engine)


def test_rows_of_all_kinds_go_through_every_migration_up_and_back(kept: Engine) -> None:
    had = before.rows(kept)
    assert all(had.values())
    migrate(kept)
    assert is_current(kept)
    revert(kept, to=before.NEWEST)
    has = before.rows(kept)
    assert has.keys() == had.keys()
    for name, rows in had.items():
        assert _but(name, has[name]) == _but(name, rows), name
    revert(kept, to=FURTHEST)
    migrate(kept)
    with kept.connect() as connection:
        for name in STAYS:
            assert connection.scalar(text(f"SELECT count(*) FROM {name}")) == len(had[name]), name


def _but(name: str, rows: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Give the rows of a table without what a migration rightly changes in it."""
    left_out = CHANGED.get(name, ())
    return [{column: row[column] for column in row if column not in left_out} for row in rows]


def test_the_workbook_column_comes_and_goes_under_kept_submissions(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        by = make_user(session)
        visit = make_visit(session, case=make_case(session, by=by), visitor=by)
        version = publish_form(session, home_visit(), by=by.id, now=NOW)
        facts = {"sent_by_id": by.id, "xml": b"<data/>", "sha256": "0", "received_at": NOW}
        session.add(
            Submission(
                visit_id=visit.id, form_version_id=version.id, instance_id="uuid:1",
                state=SubmissionState.CHECKED, **facts,
            )
        )  # fmt: skip
    revert(engine, to="0001")
    migrate(engine)
    with sessions(engine)() as session:
        kept = session.scalars(select(Submission)).one()
        assert (kept.form_version.form_id, kept.form_version.workbook) == ("home_visit", None)


def test_what_was_in_clear_is_sealed_and_comes_back(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        by = make_user(session)
        case = make_case(session, by=by)
        case.dwelling.access_code = "24B7é"
        attempt = ContactAttempt(
            case=case, at=NOW, channel=Channel.PHONE, disposition=Disposition.REFUSED,
            reason=RefusalReason.HEALTH, caller=by,
        )  # fmt: skip
        session.add(attempt)
        note_alert(
            session, case.person, AlertCode.INTERPRETER,
            viewer=make_viewer(by, Reach.ALL), now=NOW,
        )  # fmt: skip
    read = text("SELECT access_code, reason, code FROM dwelling, contact_attempt, person_alert")
    revert(engine, to="0005")
    with engine.connect() as connection:
        assert tuple(connection.execute(read).one()) == ("24B7é", "R05", "interpreter")
    migrate(engine)
    with engine.connect() as connection:
        sealed = b"".join(bytes(value) for value in connection.execute(read).one())
    assert not any(word in sealed for word in (b"24B7", b"R05", b"interpreter"))
    with sessions(engine)() as session:
        assert session.scalars(select(Dwelling.access_code)).one() == "24B7é"
        assert session.scalars(select(ContactAttempt.reason)).one() is RefusalReason.HEALTH
        assert session.scalars(select(PersonAlert.code)).one() is AlertCode.INTERPRETER


def test_a_migration_leaves_keys_checked_and_refuses_rows_that_point_to_nothing(
    engine: Engine,
) -> None:
    if engine.dialect.name != "sqlite":
        return
    revert(engine, to="0005")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        driver.execute("PRAGMA foreign_keys = OFF")
        orphan = "INSERT INTO named_access VALUES ('a', 'nobody', 'nobody', '2026-01-01', 'nobody')"
        driver.execute(orphan)
    with pytest.raises(RuntimeError, match="point to nothing"):
        migrate(engine)
    assert not is_current(engine)


def test_the_lines_of_the_access_log_come_and_go_with_their_persons(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        by, persons = make_user(session), [make_person(session) for _ in range(2)]
        ids = sorted(person.id for person in persons)
        log_access(session, user_id=by.id, persons=ids, kind=AccessKind.READ, what="calls", now=NOW)
    with sessions(engine).begin() as session:
        seal_access_log(session, now=NOW)
    revert(engine, to="0009")
    with engine.connect() as connection:
        old = connection.execute(text("SELECT what, seal FROM access_event ORDER BY id")).all()
    assert [line.what for line in old] == ["calls", "calls"]
    assert len({line.seal for line in old}) == 2
    migrate(engine)
    with sessions(engine).begin() as session:
        events = session.scalars(select(AccessEvent).order_by(AccessEvent.id)).all()
        assert [(one.user_id, one.what, one.seal) for one in events] == [(by.id, "calls", None)] * 2
        about = select(AccessedPerson.person_id).order_by(
            AccessedPerson.event_id, AccessedPerson.person_id
        )
        assert session.scalars(about).all() == ids
        assert seal_access_log(session, now=NOW) == 2
        assert find_break(session) is None


def test_whoever_lives_with_a_protected_person_becomes_protected(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        guardian = make_user(session)
        residence = make_residence(session, lat=49.4, lon=2.1, h3=0x8C1FB46A1A6C9FF)
        home, other = (make_dwelling(session, residence=residence) for _ in range(2))
        hers, his = (make_person(session, dwelling=home) for _ in range(2))
        neighbour = make_person(session, dwelling=other)
        rebuild_map(session)
        hers.protected = True
        session.add(
            NamedAccess(
                person_id=hers.id, user_id=guardian.id, named_at=NOW, named_by_id=guardian.id
            )
        )
    # What is kept was written by the models of today: only then back to before.
    revert(engine, to="0010")
    migrate(engine)
    with sessions(engine).begin() as session:
        assert session.get_one(Person, his.id).protected
        assert not session.get_one(Person, neighbour.id).protected
        assert find_person(session, make_viewer(guardian), his.id).id == his.id
        kept = {what: set(session.scalars(what)) for what in MAP}
        rebuild_map(session)
        assert kept == {what: set(session.scalars(what)) for what in MAP}
        assert kept[MAP[0]] == {other.id}


def test_going_back_before_passkeys_leaves_nobody_to_a_password_alone(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        user = make_user(session)
        add_passkey(
            session, user, "Key", credential_id=b"1", public_key=b"2", sign_count=0, now=NOW
        )
    revert(engine, to="0019")
    migrate(engine)
    with sessions(engine)() as session:
        kept = session.scalars(select(User).where(User.id == user.id)).one()
        assert kept.second_factor_at == NOW
        assert codes_left(session, user.id) == 8


def test_a_long_door_goes_back_to_one_that_fits_and_a_short_one_stays(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        for door in ("Résidence Les Peupliers, Esc. B, 12 à gauche", "12"):
            make_dwelling(session, door=door)
    revert(engine, to="0057")
    migrate(engine)
    with sessions(engine)() as session:
        assert set(session.scalars(select(Dwelling.door))) == {"Résidence Les Peupli", "12"}


def test_no_contact_in_one_programme_comes_and_goes_with_its_column(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        by = make_user(session)
        person = make_case(session, by=by).person
        for kind, programme in ((WishKind.NO_CONTACT, ""), (WishKind.NO_PROGRAMME, "seniors")):
            said = {"kind": kind, "programme": programme, "noted_by_id": by.id}
            session.add(CallWish(person_id=person.id, noted_at=NOW, **said))
    revert(engine, to="0150")
    migrate(engine)
    with sessions(engine)() as session:
        kept = session.scalars(select(CallWish)).one()
        assert (kept.kind, kept.programme) == (WishKind.NO_CONTACT, "")


def test_calls_stay_when_taking_back_comes_and_goes(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        by = make_user(session)
        case = make_case(session, by=by)
        session.add(
            ContactAttempt(
                case_id=case.id, at=NOW, channel=Channel.PHONE,
                disposition=Disposition.DEAD, caller_id=by.id, taken_back_at=NOW,
                taken_back_by_id=by.id, taken_back_why="Her sister", undo={"state": "to_call"},
            )
        )  # fmt: skip
    revert(engine, to="0010")
    migrate(engine)
    with sessions(engine)() as session:
        kept = session.scalars(select(ContactAttempt)).one()
        assert (kept.disposition, kept.undo) == (Disposition.DEAD, None)


def test_commissions_on_places_go_back_with_the_admissions_they_decide_on(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        by = make_viewer(make_user(session))
        adapting = call_commission(session, NOW.date(), viewer=by, now=NOW)
        call_commission(session, NOW.date(), programme="house", viewer=by, now=NOW)
    revert(engine, to="0150")
    migrate(engine)
    with sessions(engine)() as session:
        assert session.scalars(select(Commission.id)).all() == [adapting.id]


def test_what_a_home_must_have_goes_to_the_person_and_back_to_her_wish(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        by, person = make_viewer(make_user(session)), make_person(session)
        said = WishSaid(["stairs"], Needs(rooms=2), NOW.date())
        wish = open_wish(session, person, said, viewer=by, now=NOW)
    revert(engine, to="0154")
    before = {"wheelchair": True, "demands": ["shower"], "rooms": 3, "city": "Creil"}
    wishes = table("transfer_wish", column("needs", EncryptedJson()))
    with engine.begin() as connection:
        assert connection.scalar(select(wishes.c.needs))["rooms"] == 2
        connection.execute(update(wishes).values(needs=before))
    migrate(engine)
    with sessions(engine).begin() as session:
        needs = needs_of(session, person.id)
        assert (needs.wheelchair, needs.rooms, needs.city) == (True, 3, "Creil")
        found = session.get_one(TransferWish, wish.id)
        close_wish(session, found, "withdrawn", why="Reste", turn=found.turn, viewer=by, now=NOW)
    revert(engine, to="0154")
    with engine.connect() as connection:
        assert connection.scalar(select(wishes.c.needs)) == before
    migrate(engine)
    with sessions(engine)() as session:
        assert needs_of(session, person.id) == Needs()


def test_where_somebody_was_asked_how_she_lives_is_sealed_and_comes_back(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        by, person = make_viewer(make_user(session)), make_person(session)
        said = AutonomySaid({"meals": Said("alone", "Ma soupe")}, NOW.date(), "A. Roy", "hospital")
        note_autonomy(session, person, said, viewer=by, now=NOW)
    read = text("SELECT setting FROM autonomy_note")
    revert(engine, to="0158")
    with engine.connect() as connection:
        assert connection.scalar(read) == "hospital"
    migrate(engine)
    with engine.connect() as connection:
        assert b"hospital" not in bytes(connection.scalar(read))
    with sessions(engine)() as session:
        assert session.scalars(select(AutonomyNote.setting)).one() is Setting.HOSPITAL


def test_what_was_asked_by_registered_letter_gets_the_end_of_its_legal_delay(
    engine: Engine,
) -> None:
    letter = Request("kitchen", "registered", NOW.date(), own_cost=True)
    phone = Request("shower", "phone", NOW.date(), own_cost=True)
    with sessions(engine).begin() as session:
        by, case = make_viewer(make_user(session)), make_case(session, by=make_user(session))
        assert case.dwelling is not None
        for said in (letter, phone):
            open_by_hand(session, case.person, case.dwelling, said, viewer=by, now=NOW)
    revert(engine, to="0168")
    migrate(engine)
    with sessions(engine)() as session:
        ends = select(AdaptationFile.legal_on).order_by(AdaptationFile.asked, AdaptationFile.id)
        assert session.scalars(ends).all() == [None, months_after(NOW.date(), 2)]


def test_adaptations_get_the_version_of_their_case_and_what_a_commission_asked_an_old_way_in(
    engine: Engine,
) -> None:
    with sessions(engine).begin() as session:
        publish_form(session, home_visit(), by=None, now=NOW)
        publish_shipped_programmes(session, now=NOW)
        by, version = make_viewer(make_user(session)), version_of(session, "seniors")
        case = make_case(session, by=make_user(session), programme_version_id=version.id)
        assert case.dwelling is not None
        held = call_commission(session, NOW.date(), viewer=by, now=NOW)
        ask_for(session, held, case.person, case.dwelling, "shower", viewer=by, now=NOW)
    revert(engine, to="0170")
    migrate(engine)
    with sessions(engine)() as session:
        file = session.scalars(select(AdaptationFile)).one()
        assert (file.programme_version_id, file.asked) == (version.id, Asked.OFFICE)
