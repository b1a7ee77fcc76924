"""Uploading the landlord's files, correcting their columns, importing them."""

import io
import re
import uuid
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_person, make_residence
from visits.accounts.accounts import find_territory
from visits.models.map import MapPoint
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Import, ImportState, Residence
from visits.portfolio import Kind, Problem
from webapp.office.portfolio.lines import problems_csv

SignIn = Callable[..., FlaskClient]

TITLE = "Liste des locataires\n\n"
HEADINGS = "Réf. Lgt;Nom locataire;Né(e) le;Adresse;CP;Ville;Loyer (€)\n"
LINES = (
    "L00001;Mme PENEL Nicole;24/11/1948;35 Rue de l'Abbé Lemire;60100;CREIL;432,78\n"
    "L00002;M. LEMAITRE Jean;28/08/1935;6 Rue Maurice Simono;60100;CREIL;396,03 €\n"
)
TENANTS = (TITLE + HEADINGS + LINES).encode("cp1252")


def upload(client: FlaskClient, data: bytes, name: str = "liste.csv") -> str:
    answer = client.post("/imports/", data={"file": (io.BytesIO(data), name)})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def chosen(session: Session, address: str) -> dict[str, str]:
    """Give what the form that confirms holds: the kind and the columns proposed."""
    kept = session.get_one(Import, uuid.UUID(address.rpartition("/")[2]))
    session.commit()
    return {"kind": kept.kind, **{f"c{column}": name for column, name in kept.mapping.items()}}


def figures(text: str) -> dict[str, int]:
    """Give how many lines a page says are read, merged, left out and refused."""
    found = re.findall(r'data-fate="(\w+)".*?<dd>(?:<a[^>]*>)?(\d+)', text)
    return {fate: int(count) for fate, count in found}


def persons(session: Session) -> int:
    found = session.scalar(select(func.count()).select_from(Person)) or 0
    session.commit()
    return found


def lines_read(page: str) -> int:
    """Give the figure of the account that says how many lines were read."""
    found = re.search(r"Lines read\W.*?(\d+)", re.sub(r"<[^>]*>", " ", page), re.DOTALL)
    assert found is not None
    return int(found[1])


def test_an_export_is_examined_imported_and_the_second_time_changes_nothing(
    client_as: SignIn, session: Session
) -> None:
    client = client_as("coordinator", language="en")
    address = upload(client, TENANTS)
    text = client.get(address).get_data(as_text=True)
    for said in ("cp1252", "semicolon", "line 3", "No line is refused."):
        assert said in text
    assert lines_read(text) == 2
    assert "Mme PENEL Nicole · M. LEMAITRE Jean" in text
    assert persons(session) == 0
    assert client.post(address, data=chosen(session, address)).status_code == 302
    assert persons(session) == 2
    assert "choose whom to visit" in client.get(address).get_data(as_text=True)
    again = client.get(upload(client, TENANTS)).get_data(as_text=True)
    assert "Nothing would change" in again
    assert "This very file was imported on" in again


def test_two_leases_of_one_new_home_are_asked_about_though_nobody_is_known_yet(
    client_as: SignIn, session: Session
) -> None:
    text = "Logement;N° bail;Nom;Prénom;Date d'entrée;Adresse;CP;Ville\n" + "".join(
        f"N-1;{lease};{name};Ana;{since};4 rue Bail;60000;Beauvais\n"
        for lease, name, since in (("B-1", "SORT", "01/04/1998"), ("B-2", "ENTRE", "01/03/2026"))
    )
    client = client_as("coordinator", language="en")
    place = upload(client, text.encode())
    for page in (place, f"{place}/warnings", f"{place}/warnings.csv", f"{place}/lines.csv"):
        assert client.get(page).status_code == 200, page
    assert "SORT" in client.get(place).text
    columns = chosen(session, place)
    session.rollback()
    assert client.post(place, data=columns).status_code == 302
    names = set(session.scalars(select(Person.last_name)))
    assert names == {"SORT", "ENTRE"}


def test_a_coordinator_of_a_territory_neither_sees_nor_brings_what_is_elsewhere(
    client_as: SignIn, session: Session
) -> None:
    whole = client_as("coordinator", language="en")
    here, there = (find_territory(session, name).id for name in ("Nord", "Sud"))
    for territory, reference, name in ((here, "L1", "PROCHE"), (there, "L2", "LOINTAINE")):
        residence = make_residence(
            session, territory_id=territory, address_key=f"1 rue {name.lower()}"
        )
        dwelling = make_dwelling(session, residence=residence, reference=reference)
        make_person(
            session, dwelling=dwelling, last_name=name, reference=f"P-{name}",
            born_on=date(1940, 2, 3), phone="+33611223344",
        )  # fmt: skip
    session.commit()
    theirs = upload(whole, TENANTS, "parc.csv")
    near = client_as("coordinator", language="en", territory_id=here)
    lines = ("P-LOINTAINE;L1;AUTRE;Zoé;", "P9;L2;AUTRE;Zoé;", "P8;L9;AUTRE;Zoé;1 rue lointaine",
             "P-PROCHE;L1;PROCHE;Odile;")  # fmt: skip
    text = "locataire;logement;nom;prenom;adresse;cp\n" + "\n".join(
        f"{line};60000" if line.count(";") == 4 else f"{line};;" for line in lines
    )
    own = upload(near, text.encode(), "nord.csv")
    shown = near.get(own).text
    assert shown.count("outside your territory") == 3
    for hidden in ("LOINTAINE Odette", "03/02/1940", "11 22 33 44", "611223344"):
        assert hidden not in shown
    near.post(own, data=chosen(session, own))
    session.expire_all()
    assert persons(session) == 2
    assert "parc.csv" not in near.get("/imports/").text
    for path in (theirs, f"{theirs}/refusals.csv"):
        assert near.get(path).status_code == 404
    assert near.post(theirs, data=chosen(session, theirs)).status_code == 404
    assert {"parc.csv", "nord.csv"} <= set(re.findall(r"\w+\.csv", whole.get("/imports/").text))


def test_new_stock_of_a_coordinator_with_a_territory_is_hers(
    client_as: SignIn, session: Session
) -> None:
    here = find_territory(session, "Nord").id
    session.commit()
    near = client_as("coordinator", language="en", territory_id=here)
    address = upload(near, TENANTS)
    near.post(address, data=chosen(session, address))
    assert set(session.scalars(select(Residence.territory_id))) == {here}
    session.commit()
    assert "Nothing would change" in near.get(upload(near, TENANTS)).text


def test_a_file_is_imported_once_even_when_confirmed_twice(
    client_as: SignIn, session: Session
) -> None:
    client = client_as("coordinator", language="en")
    address = upload(client, TENANTS)
    typed = chosen(session, address)
    client.post(address, data=typed)
    answer = client.post(address, data=typed, follow_redirects=True)
    assert "imported already" in answer.get_data(as_text=True)
    assert persons(session) == 2


def test_columns_corrected_by_hand_are_examined_and_remembered(
    client_as: SignIn, session: Session
) -> None:
    client = client_as("coordinator", language="en")
    address = upload(client, TENANTS.replace(b"Nom locataire", b"Qui"))
    query = chosen(session, address) | {"kind": "tenants", "was": "tenants", "c1": "full_name"}
    text = client.get(address, query_string=query).get_data(as_text=True)
    assert lines_read(text) == 2
    client.post(address, data=query)
    assert persons(session) == 2
    later = client.get(upload(client, TENANTS.replace(b"Nom locataire", b"Qui")))
    assert "As you chose for an earlier file" in later.get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"c1": ""}, "kind"),
        ({"c2": "full_name"}, "c2"),
        ({"c0": "colour"}, "c0"),
        ({"c99": "city"}, "c99"),
    ],
)
def test_columns_that_do_not_fit_are_said_beside_the_column(
    client_as: SignIn, session: Session, change: dict[str, str], where: str
) -> None:
    client = client_as("coordinator")
    address = upload(client, TENANTS)
    query = chosen(session, address) | {"was": "tenants"} | change
    answer = client.get(address, query_string=query)
    assert answer.status_code == 200
    assert f'href="#{where}"' in answer.get_data(as_text=True)
    client.post(address, data=query)
    assert persons(session) == 0


def test_another_kind_of_file_gets_its_own_proposal(client_as: SignIn, session: Session) -> None:
    client = client_as("coordinator", language="en")
    address = upload(client, TENANTS)
    query = chosen(session, address) | {"was": "tenants", "kind": "dwellings"}
    text = client.get(address, query_string=query).get_data(as_text=True)
    assert '<option value="dwellings" selected>' in text
    assert '<option value="full_name"' not in text


def test_refused_lines_are_listed_downloaded_and_left_out(
    client_as: SignIn, session: Session
) -> None:
    client = client_as("coordinator")
    bad = LINES.replace("28/08/1935", "30/02/1935")
    address = upload(client, (TITLE + HEADINGS + bad).encode("cp1252"))
    text = client.get(address).get_data(as_text=True)
    assert "30/02/1935" in text
    assert "Né(e) le" in text
    answer = client.get(f"{address}/lines.csv?fate=refused")
    assert answer.mimetype == "text/csv"
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert lines[1].startswith("L00002;M. LEMAITRE Jean;30/02/1935;6 Rue Maurice Simono;60100;")
    assert ";5;refusée;Né(e) le : " in lines[1]
    client.post(address, data=chosen(session, address))
    assert persons(session) == 1
    after = client.get(f"{address}/lines.csv?fate=refused").get_data().decode("utf-8-sig")
    assert after.splitlines() == lines


def test_the_lines_of_a_file_sum_up_before_and_after_the_import(
    client_as: SignIn, session: Session
) -> None:
    client = client_as("coordinator")
    bad = LINES.replace("28/08/1935", "30/02/1935") + LINES.splitlines()[0] + "\nTotal;3\n"
    address = upload(client, (TITLE + HEADINGS + bad).encode("cp1252"))
    told = figures(client.get(address).get_data(as_text=True))
    assert told == {"read": 1, "merged": 1, "left_out": 4, "refused": 1}
    client.post(address, data=chosen(session, address))
    assert figures(client.get(address).get_data(as_text=True)) == told
    lines = client.get(f"{address}/lines.csv").get_data().decode("utf-8-sig")
    assert len(lines.splitlines()) == 7


def test_a_file_given_back_is_imported_again_as_it_is(client_as: SignIn, session: Session) -> None:
    client = client_as("coordinator")
    bad = LINES.replace("28/08/1935", "30/02/1935")
    address = upload(client, (TITLE + HEADINGS + bad).encode("cp1252"))
    client.post(address, data=chosen(session, address))
    given = client.get(f"{address}/lines.csv?fate=refused").get_data()
    again = upload(client, given.replace(b"30/02", b"28/02"))
    client.post(again, data=chosen(session, again))
    assert persons(session) == 2


def test_only_whoever_brought_a_file_gets_its_lines_back(
    client_as: SignIn, session: Session
) -> None:
    address = upload(client_as("coordinator"), TENANTS)
    other = client_as("coordinator")
    assert other.get(address).status_code == 200
    assert other.get(f"{address}/lines.csv").status_code == 404


def test_warnings_stand_by_kind_with_all_their_lines(client_as: SignIn, session: Session) -> None:
    client = client_as("coordinator")
    lines = "".join(f"L{at};NOM Anne{at};;;;;\n" for at in range(60))
    address = upload(client, (HEADINGS + lines).encode("cp1252"))
    text = client.get(address).get_data(as_text=True)
    assert re.findall(r'data-warning="(\w+)"', text) == ["no_address", "missing_birth_date"]
    assert "120 avertissements" in text
    page = client.get(f"{address}/warnings?code=missing_birth_date&page=2").get_data(as_text=True)
    assert re.findall(r'<td class="num">(\d+)</td>', page) == [str(at) for at in range(52, 62)]
    everything = client.get(f"{address}/warnings.csv").get_data().decode("utf-8-sig")
    assert len(everything.splitlines()) == 121
    client.post(address, data=chosen(session, address))
    after = client.get(f"{address}/warnings.csv").get_data().decode("utf-8-sig")
    assert after == everything


LEASES = "Logement;N° bail;Nom;Prénom;Date de naissance;Date d'entrée\n"


def test_a_new_lease_is_asked_about_and_the_answer_is_carried_out(
    client_as: SignIn, session: Session
) -> None:
    client = client_as("coordinator")
    first = upload(client, f"{LEASES}L1;B1;SORT;Anne;12/03/1935;01/04/1998\n".encode())
    client.post(first, data=chosen(session, first))
    second = upload(client, f"{LEASES}L1;B2;ENTRE;Louis;12/03/1950;01/02/2026\n".encode())
    text = client.get(second).get_data(as_text=True)
    assert 'data-question="new_lease"' in text
    assert "SORT Anne" in text
    answered = client.get(f"{second}?new_lease=successive").get_data(as_text=True)
    assert '<input type="hidden" name="new_lease" value="successive">' in answered
    client.post(second, data=chosen(session, second) | {"new_lease": "successive"})
    ended = select(Occupancy.ended_on).join(Person).where(Person.last_name == "SORT")
    assert session.scalars(ended).one() == date(2026, 1, 31)


def test_residences_with_a_position_are_on_the_map_after_the_import(
    client_as: SignIn, session: Session
) -> None:
    client = client_as("coordinator")
    residences = (
        "batiment,commune,code_postal,numero,voie,lon,lat\n"
        "B0001,Beauvais,60000,3,Avenue Léon Blum,2.0778,49.44106\n"
    )
    dwellings = "logement,batiment,etage\nL00001,B0001,5\n"
    for text in (residences, dwellings):
        address = upload(client, text.encode())
        assert client.post(address, data=chosen(session, address)).status_code == 302
    assert session.scalars(select(Residence.h3)).one() is not None
    assert session.scalars(select(MapPoint.lat)).one() == pytest.approx(49.44106)


def test_the_list_of_imports_says_file_kind_counts_and_who(
    client_as: SignIn, session: Session
) -> None:
    client = client_as("coordinator", name="Claire Vasseur", language="en")
    address = upload(client, TENANTS)
    client.post(address, data=chosen(session, address))
    text = client.get("/imports/").get_data(as_text=True)
    for said in ("liste.csv", "Tenants", "Claire Vasseur", "Imported"):
        assert said in text
    kept = session.scalars(select(Import)).one()
    assert kept.state is ImportState.IMPORTED
    assert kept.counts is not None
    assert kept.counts["persons"]["new"] == 2


def test_only_a_coordinator_imports(client_as: SignIn) -> None:
    for role in ("visitor", "technician", "manager", "administrator", "partner_coordinator"):
        assert client_as(role).get("/imports/").status_code == 403


def test_a_downloaded_cell_is_never_a_formula(client_as: SignIn) -> None:
    client = client_as("coordinator")
    problem = Problem(3, "born_on", "=HYPERLINK()", '=cmd|"/c calc"', "bad_date")
    with client.application.test_request_context():
        text = problems_csv([problem], Kind.TENANTS)
    cells = text.splitlines()[1].split(";")
    assert cells[1] == "'=HYPERLINK()"
    assert not any(cell.strip('"').startswith("=") for cell in cells)
