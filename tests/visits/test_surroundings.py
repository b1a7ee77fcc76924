"""What is around a residence: noted, corrected, withdrawn; what counts, what is missing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from diagnostics.forms import read_shipped
from diagnostics.workbook import read_workbook
from maps.travel import Geodesic
from tests.factories import NOW, make_dwelling, make_residence, make_user, make_viewer
from visits.ground.errors import Conflict, Invalid
from visits.models.portfolio import Residence
from visits.models.surroundings import Measured
from visits.sight import Reach, Viewer
from visits.sight.listing import Wanted
from visits.surroundings.around import (
    NOTHING,
    ServiceFilter,
    around,
    list_around,
    notes_of,
)
from visits.surroundings.kinds import KINDS, METRES_A_MINUTE, NEEDS, WAYS, kind_called
from visits.surroundings.residence_list import ResidenceFilter, count_lacking, list_residences
from visits.surroundings.said import ServiceSaid, read_said
from visits.surroundings.services import (
    correct_service,
    note_now,
    note_service,
    put_service_back,
    take_note_back,
    told_of,
    withdraw_service,
)

WALK = Geodesic().metres
BAKERY = ServiceSaid(kind="bakery", name="Boulangerie Petit", metres=240, measured=Measured.WALKED)


@pytest.fixture
def home(session: Session) -> Residence:
    residence = make_residence(session, lat=49.43, lon=2.08)
    make_dwelling(session, residence=residence)
    return residence


@pytest.fixture
def office(session: Session) -> Viewer:
    return make_viewer(make_user(session))


def put(session: Session, home: Residence, office: Viewer, said: ServiceSaid = BAKERY):
    return note_service(session, home, said, walk=WALK, viewer=office, now=NOW)


def test_a_correction_stands_for_what_was_noted_and_can_be_taken_back(
    session: Session, home: Residence, office: Viewer
) -> None:
    service = put(session, home, office)
    later = NOW + timedelta(days=3)
    corrected = correct_service(
        session, service, replace(BAKERY, metres=310), walk=WALK, viewer=office, now=later
    )
    assert [one.metres for one in notes_of(session, home.id)] == [310]
    take_note_back(session, service, corrected.id, why="Mal mesuré", viewer=office, now=later)
    assert [one.metres for one in notes_of(session, home.id)] == [240]
    assert len(told_of(session, service)) == 2, "what was taken back is kept"
    with pytest.raises(Conflict, match="noted_withdrawn"):
        take_note_back(session, service, corrected.id, why="Encore", viewer=office, now=later)
    only = told_of(session, service)[-1]
    with pytest.raises(Conflict, match="service_only_note"):
        take_note_back(session, service, only.id, why="Non", viewer=office, now=later)


def test_a_withdrawn_service_is_kept_and_put_back(
    session: Session, home: Residence, office: Viewer
) -> None:
    service = put(session, home, office)
    with pytest.raises(Invalid):
        withdraw_service(session, service, why=" ", viewer=office, now=NOW)
    withdraw_service(session, service, why="Fermée", viewer=office, now=NOW)
    assert notes_of(session, home.id) == []
    gone = list_around(session, only=ServiceFilter(home.id, withdrawn=True), wanted=Wanted())
    assert [one.name for one in gone.rows] == ["Boulangerie Petit"]
    with pytest.raises(Conflict, match="service_was_withdrawn"):
        put(session, home, office)
    put_service_back(session, service)
    assert [one.name for one in notes_of(session, home.id)] == ["Boulangerie Petit"]
    with pytest.raises(Conflict, match="service_is_there"):
        put_service_back(session, service)


def test_no_service_is_there_twice_however_its_name_is_written(
    session: Session, home: Residence, office: Viewer
) -> None:
    put(session, home, office)
    with pytest.raises(Conflict, match="service_noted_already"):
        put(session, home, office, replace(BAKERY, name="BOULANGERIE  petit"))
    other = put(session, home, office, replace(BAKERY, name="Chez Lise"))
    with pytest.raises(Conflict, match="service_noted_already"):
        correct_service(session, other, BAKERY, walk=WALK, viewer=office, now=NOW)


def test_a_distance_is_worked_out_only_where_nobody_told_one(
    session: Session, home: Residence, office: Viewer
) -> None:
    there = ServiceSaid(kind="pharmacy", name="Du Parc", lat=49.433, lon=2.08)
    worked_out = note_now(session, put(session, home, office, there))
    straight = 111_195 * 0.003  # metres of 0.003 degrees of latitude
    assert worked_out is not None and worked_out.metres == pytest.approx(straight * 1.3, abs=2)
    assert worked_out.measured is Measured.WORKED_OUT
    told = note_now(session, put(session, home, office, replace(there, name="B", metres=900)))
    assert told is not None and (told.metres, told.measured) == (900, Measured.TOLD)
    unplaced = make_residence(session, lat=None, lon=None)
    unknown = note_now(session, put(session, unplaced, office, there))
    assert unknown is not None and (unknown.metres, unknown.measured) == (None, None)
    with pytest.raises(Invalid) as refused:
        put(session, home, office, replace(there, name="C", lat=48.0))
    assert refused.value.fields == {"lat": "service_too_far"}


def test_what_is_missing_follows_from_what_is_noted(
    session: Session, home: Residence, office: Viewer
) -> None:
    assert around(session, [home.id]) == {}
    assert len(NOTHING.missing(1_000)) == len(NEEDS)
    put(session, home, office)
    put(session, home, office, ServiceSaid(kind="pharmacy", name="Du Parc", metres=1_200))
    put(session, home, office, ServiceSaid(kind="doctor", name="Cabinet"))
    put(session, home, office, ServiceSaid(kind="post_office", name="La Poste", metres=700))
    told = around(session, [home.id])[home.id]
    missing = {need: near.metres if near else None for need, near in told.missing(1_000)}
    assert missing == {"food": None, "pharmacy": 1_200, "stop": None}
    assert told.unknown() == ["doctor"], "noted, but nobody knows how far: not missing"
    assert "pharmacy" not in dict(told.missing(1_500))


def test_the_count_of_residences_that_lack_something_is_the_list(
    session: Session, home: Residence, office: Viewer
) -> None:
    far = make_residence(session)
    make_dwelling(session, residence=far)
    put(session, home, office, ServiceSaid(kind="pharmacy", name="Du Parc", metres=1_200))
    counts = count_lacking(session, office, within=1_000)
    for need, count in counts.items():
        only = ResidenceFilter(lacks=need)
        listed = list_residences(session, office, only=only, wanted=Wanted())
        assert listed.total == count == 1, "where nobody looked nothing is missing"
        assert [one.residence.id for one in listed.rows] == [home.id]
        assert need in dict(listed.rows[0].around.missing(1_000))
    assert count_lacking(session, office, within=1_500)["pharmacy"] == 0
    looked = ResidenceFilter(state="nobody_looked")
    rows = list_residences(session, office, only=looked, wanted=Wanted()).rows
    assert [one.residence.id for one in rows] == [far.id]


def test_who_reaches_no_stock_counts_no_residence_of_it(session: Session, home: Residence) -> None:
    office = make_viewer(make_user(session))
    put(session, home, office)
    nobody = replace(office, reach=Reach.FIGURES)
    assert set(count_lacking(session, nobody, within=1_000).values()) == {0}
    assert count_lacking(session, office, within=1_000)["stop"] == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"kind": "saloon", "name": "X"}, "kind"),
        ({"kind": "bakery", "name": "…"}, "name"),
        ({"kind": "bakery", "name": "X", "metres": "loin"}, "metres"),
        ({"kind": "bakery", "name": "X", "metres": "5001"}, "metres"),
        ({"kind": "bakery", "name": "X", "measured": "walked"}, "metres"),
        ({"kind": "bakery", "name": "X", "lat": "49,4"}, "lon"),
        ({"kind": "bakery", "name": "X", "lat": "95", "lon": "2"}, "lat"),
        ({"kind": "bakery", "name": "X", "phone": "12"}, "phone"),
        ({"kind": "bakery", "name": "X", "known_on": "2099-01-01"}, "known_on"),
        ({"kind": "bakery", "name": "X" * 121}, "name"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    session: Session, home: Residence, office: Viewer, typed: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        put(session, home, office, read_said(typed))
    assert field in refused.value.fields
    assert notes_of(session, home.id) == []


def test_minutes_are_read_at_an_older_persons_pace() -> None:
    said = read_said({"kind": "stop", "name": "Mairie", "minutes": "6", "measured": "walked"})
    assert said.metres == 6 * METRES_A_MINUTE == 300
    assert read_said({"known_on": "2026-01-02"}).known_on == date(2026, 1, 2)


def test_each_kind_is_recognised_by_its_own_names() -> None:
    for code, kind in KINDS.items():
        for text in (code, kind.name.fr, kind.name.en.upper(), *kind.called):
            assert kind_called(text) == code, text
    assert kind_called("piscine") is None


def test_the_form_of_the_tablet_offers_the_kinds_and_ways_of_the_table() -> None:
    book = read_workbook(read_shipped("surroundings"), suffix=".yaml")
    offered: dict[str, list[str]] = {}
    for row in book.choices:
        offered.setdefault(row.cells["list_name"], []).append(row.cells["name"])
    assert offered["kinds"] == list(KINDS)
    assert offered["ways"] == list(WAYS)
