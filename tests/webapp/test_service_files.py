"""A file of services: looked at line by line, taken in around residences, undone."""

import csv
import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from maps.travel import Geodesic
from tests.factories import (
    NOW,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
)
from visits.accounts.accounts import find_territory
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.portfolio import Residence
from visits.models.surroundings import Measured, NearbyService, ServiceFile
from visits.people.protection import protect
from visits.sight import Reach, Viewer
from visits.surroundings.around import notes_of
from visits.surroundings.files import Fault, read_services
from visits.surroundings.imports import (
    Becomes,
    bring_file,
    find_file,
    list_files,
    look_at_file,
    take_file_in,
    withdraw_file,
)
from visits.surroundings.said import ServiceSaid
from visits.surroundings.services import correct_service, find_service, note_service
from visits.surroundings.services import withdraw_service as withdraw_one

SignIn = Callable[..., FlaskClient]
WALK = Geodesic().metres
HEAD = "nom;type;lat;lon;commune\n"
# One degree of latitude is 111 km: 0.001 is some 145 m on foot.
FILE = HEAD + (
    "Du Parc;pharmacie;49,431;2,08;Beauvais\n"
    "De la Gare;pharmacy;49.433;2.08;Beauvais\n"
    "Du Pont;pharmacie;49.434;2.08;Beauvais\n"
    "Du Bois;pharmacie;49.435;2.08;Beauvais\n"
    "Arrêt Mairie;bus_stop;49.4305;2.08;Beauvais\n"
    ";boulangerie;49.432;2.08;Beauvais\n"
    "Loin;pharmacie;49.9;2.5;Amiens\n"
    "Piscine;piscine;49.431;2.08;Beauvais\n"
    "Sans lieu;pharmacie;;;Beauvais\n"
    "Mal placé;pharmacie;495;2;Beauvais\n"
    "Sans sorte;;49.431;2.08;Beauvais\n"
)
COUNTS = "insee,nom,boulangerie,pharmacie,medecin_generaliste\n60001,Abancourt,1,0,2\n"


@pytest.fixture
def home(session: Session) -> Residence:
    residence = make_residence(session, lat=49.43, lon=2.08)
    make_dwelling(session, residence=residence)
    return residence


@pytest.fixture
def office(session: Session, home: Residence) -> Viewer:
    return make_viewer(make_user(session))


def bring(session: Session, office: Viewer, text: str = FILE) -> ServiceFile:
    data = text.encode()
    return bring_file(session, office.organisation_id, data, "osm.csv", viewer=office, now=NOW)


def take(session: Session, office: Viewer, text: str = FILE) -> ServiceFile:
    file = bring(session, office, text)
    take_file_in(session, file, walk=WALK, viewer=office, now=NOW)
    return file


def test_a_residence_whose_homes_are_all_hidden_is_as_none(
    session: Session, home: Residence, office: Viewer
) -> None:
    hidden = make_residence(session, lat=49.43, lon=2.08)
    her = make_person(session, dwelling=make_dwelling(session, residence=hidden))
    before = look_at_file(session, bring(session, office), walk=WALK, viewer=office)
    protect(session, her, by=make_user(session).id, now=NOW)
    after = look_at_file(session, bring(session, office), walk=WALK, viewer=office)
    assert (before.residences, after.residences) == (2, 1)
    assert {one.residence for one in after.placed} == {home}
    taken = take(session, office)
    told = select(NearbyService.residence_id).distinct()
    assert session.scalars(told).all() == [home.id] and taken.counts is not None


def test_every_line_is_accounted_for(session: Session, home: Residence, office: Viewer) -> None:
    looked = look_at_file(session, bring(session, office), walk=WALK, viewer=office)
    assert {one.line: one.why for one in looked.read.left} == {
        9: Fault.OTHER_KIND, 10: Fault.NO_PLACE, 11: Fault.BAD_PLACE, 12: Fault.NO_KIND,
    }  # fmt: skip
    assert {one.point.line: one.becomes for one in looked.placed} == {
        2: Becomes.NEW, 3: Becomes.NEW, 4: Becomes.NEW, 5: Becomes.NEARER, 6: Becomes.NEW,
        7: Becomes.NEW,
    }  # fmt: skip
    assert [one.line for one in looked.far] == [8]
    lines = len(looked.placed) + len(looked.far) + len(looked.read.left)
    assert lines == len(FILE.splitlines()) - 1
    assert notes_of(session, home.id) == [], "looking takes nothing in"


def test_a_residence_gets_the_nearest_of_each_kind_with_the_distance_worked_out(
    session: Session, home: Residence, office: Viewer
) -> None:
    file = take(session, office)
    told = {one.name: (one.kind, one.metres) for one in notes_of(session, home.id)}
    assert set(told) == {"Du Parc", "De la Gare", "Du Pont", "Arrêt Mairie", "Boulangerie"}
    assert told["Du Parc"][1] == pytest.approx(111.195 * 1.3, abs=1)
    assert all(one.measured is Measured.WORKED_OUT for one in notes_of(session, home.id))
    assert file.content is None and file.counts is not None
    assert (file.counts["new"], file.counts["far"], file.counts["lines"]) == (5, 1, 11)
    with pytest.raises(Conflict, match="services_file_elsewhere"):
        take_file_in(session, file, walk=WALK, viewer=office, now=NOW)


def test_no_file_replaces_what_somebody_said_nor_brings_back_what_was_withdrawn(
    session: Session, home: Residence, office: Viewer
) -> None:
    note_service(
        session, home, ServiceSaid("pharmacy", "du parc", metres=400), walk=WALK, viewer=office,
        now=NOW,
    )  # fmt: skip
    gone = note_service(
        session, home, ServiceSaid("stop", "Arrêt Mairie", metres=90), walk=WALK, viewer=office,
        now=NOW,
    )  # fmt: skip
    withdraw_one(session, gone, why="Supprimé", viewer=office, now=NOW)
    take(session, office)
    told = {one.name: one.metres for one in notes_of(session, home.id)}
    assert told["du parc"] == 400 and "Du Parc" not in told and "Arrêt Mairie" not in told

    # What a file told is corrected by hand; the next file leaves it, and the other one follows it.
    gare = next(one for one in notes_of(session, home.id) if one.name == "De la Gare")
    service = find_service(session, office, gare.service_id)
    said = ServiceSaid("pharmacy", "De la Gare", metres=650)
    correct_service(session, service, said, walk=WALK, viewer=office, now=NOW)
    later = HEAD + "De la Gare;pharmacie;49.4301;2.08;B\nDu Pont;pharmacie;49.4302;2.08;B\n"
    looked = look_at_file(session, bring(session, office, later), walk=WALK, viewer=office)
    assert [one.becomes for one in looked.placed] == [Becomes.KEPT, Becomes.AGAIN]
    file = take(session, office, later)
    told = {one.name: one.metres for one in notes_of(session, home.id)}
    assert (told["De la Gare"], told["Du Pont"]) == (650, 29)
    assert len([name for name in told if name == "Du Pont"]) == 1

    # Taken back, what the file before it told counts again.
    withdraw_file(session, file, viewer=office, now=NOW)
    told = {one.name: one.metres for one in notes_of(session, home.id)}
    assert told["Du Pont"] > 500 and told["De la Gare"] == 650
    with pytest.raises(Conflict, match="services_file_elsewhere"):
        withdraw_file(session, file, viewer=office, now=NOW)


def test_a_cell_that_holds_no_value_leaves_its_line_out(session: Session) -> None:
    for cells in (
        "#N/A;pharmacie;49.43;2.08;B",
        "P;pharmacie;49.43;2.08;#REF!",
        "P;4,5E+11;49;2;B",
    ):
        read = read_services((HEAD + cells).encode(), file_name="a.csv")
        assert ([one.why for one in read.left], read.points) == ([Fault.NO_VALUE], ()), cells


def test_every_line_is_given_back_and_can_be_brought_again(
    client_as: SignIn, home: Residence, session: Session
) -> None:
    landlord = str(home.landlord_id)
    session.commit()
    client = client_as("coordinator", language="en")

    def send(data: bytes) -> str:
        sent = {"landlord": landlord, "file": (io.BytesIO(data), "osm.csv")}
        return str(client.post("/surroundings/files/", data=sent).location)

    path = send(FILE.encode() + b"TOTAL;;;;\n")
    assert f"{path}/lines.csv" in client.get(path).text
    given = client.get(f"{path}/lines.csv").get_data()
    rows = list(csv.reader(io.StringIO(given.decode("utf-8-sig")), delimiter=";"))
    was = [line.split(";") for line in FILE.splitlines()]
    assert [row[:5] for row in rows[:-1]] == was
    assert [row[5] for row in rows[1:]] == [str(line) for line in range(2, 14)]
    assert all(row[6] for row in rows)
    assert "Not a kind of ours" in rows[8][6] and home.address in rows[1][6]
    again = client.get(send(given)).text
    assert "7 services" in again and "4 lines left out" in again
    assert "Columns left aside" not in again
    client.post(f"{path}/taken")
    assert client.get(f"{path}/lines.csv").status_code == 409
    assert "Not a kind of ours" in client.get(path).text, "what was left out is told afterwards too"


def test_whoever_has_a_territory_sees_and_takes_back_the_files_she_brought(
    session: Session, home: Residence, office: Viewer
) -> None:
    theirs = take(session, office)
    near = make_user(session, territory_id=find_territory(session, "Nord").id)
    hers = make_viewer(near, Reach.TERRITORY)
    own = bring(session, hers)
    assert list_files(session, hers) == [own]
    with pytest.raises(NotFound, match="services_file_not_found"):
        find_file(session, theirs.id, viewer=hers)
    assert list_files(session, office) == [own, theirs]


def test_counts_by_commune_and_lacking_columns_are_refused_in_words() -> None:
    for text, why in (
        (COUNTS, "services_only_counted"),
        ("nom;type\nA;pharmacie\n", "services_columns_missing"),
    ):
        with pytest.raises(Invalid) as refused:
            read_services(text.encode(), file_name="a.csv")
        assert refused.value.fields == {"file": why}


def test_a_file_is_brought_looked_at_taken_in_and_taken_back_on_its_pages(
    client_as: SignIn, session: Session, home: Residence
) -> None:
    landlord = str(home.landlord_id)
    session.commit()
    client = client_as("coordinator", language="en")

    def send(text: str) -> object:
        data = {"landlord": landlord, "file": (io.BytesIO(text.encode()), "osm.csv")}
        return client.post("/surroundings/files/", data=data)

    counted = send(COUNTS)
    assert counted.status_code == 422 and "counts services by commune" in counted.text  # type: ignore[attr-defined]
    path = send(FILE).location  # type: ignore[attr-defined]
    page = client.get(path).text
    for words in ("7 services", "4 lines left out", "Not a kind of ours", "Du Parc", "Piscine"):
        assert words in page, words
    assert client.post(f"{path}/taken").status_code == 302
    assert client.post(f"{path}/taken").status_code == 409
    around = f"/surroundings/of/{home.id}"
    assert "5 services noted" in client.get(around).text
    assert "Services taken in" in client.get("/surroundings/files/").text
    assert "Take the file back" in client.get(path).text
    assert client.post(f"{path}/withdrawal").status_code == 302
    assert "0 services noted" in client.get(around).text
    assert session.scalars(select(ServiceFile.withdrawn_at)).one() is not None
    session.commit()
    assert client_as("manager").get("/surroundings/files/").status_code == 403
