"""Cells are read as landlords write them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visits.ground.folding import fold, name_key
from visits.portfolio import FIELDS, MESSAGES, REQUIRED, Kind, fields_of, message
from visits.portfolio import values as read
from visits.portfolio.addresses import address_key, city_key, read_address, read_city
from visits.portfolio.names import PersonName, read_first_name, read_full_name
from visits.portfolio.roles import read_role, read_status
from visits.portfolio.values import BadValue, clean

TODAY = date(2026, 3, 10)


def code_of(reader: Callable[..., Any], text: str, **options: Any) -> str:
    with pytest.raises(BadValue) as caught:
        reader(text, **options)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("24/11/1948", date(1948, 11, 24)),
        ("7/3/1956", date(1956, 3, 7)),
        ("19-11-1952", date(1952, 11, 19)),
        ("1.2.1950", date(1950, 2, 1)),
        ("1948-11-24", date(1948, 11, 24)),
        ("1948-11-24 00:00:00", date(1948, 11, 24)),
        ("01/07/33", date(1933, 7, 1)),
        ("12/02/08", date(2008, 2, 12)),
        ("12/02/09", None),
        ("17861", date(1948, 11, 24)),
        ("29/02/1948", date(1948, 2, 29)),
    ],
)
def test_a_birth_date_is_read_in_all_its_dresses(text: str, born: date | None) -> None:
    if born is None:
        assert code_of(read.read_birth_date, text, today=TODAY) == "implausible_age"
    else:
        assert read.read_birth_date(text, today=TODAY) == born


@pytest.mark.parametrize(
    ("text", "year"), [("1948", 1948), ("00/06/1941", 1941), ("1941-00-00", 1941), ("2008", 2008)]
)
def test_of_a_birth_date_without_its_day_the_year_is_read(text: str, year: int) -> None:
    assert read.read_birth_date(text, today=TODAY) == year


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31/02/1948", "no_such_day"),
        ("29/02/1949", "no_such_day"),
        ("24/13/1948", "no_such_day"),
        ("inconnue", "unknown_birth_date"),
        ("1848", "unknown_birth_date"),
        ("2019", "unknown_birth_date"),
        ("24/11/194", "bad_date"),
        ("24/11/2030", "date_to_come"),
        ("11/03/2008", "implausible_age"),
        ("01/01/1900", "unknown_birth_date"),
        ("29/02/1900", "unknown_birth_date"),
        ("00/00/0000", "unknown_birth_date"),
        ("NC", "unknown_birth_date"),
        ("-", "unknown_birth_date"),
        ("#N/A", "unknown_birth_date"),
    ],
)
def test_a_birth_date_that_cannot_be_is_refused_by_its_reason(text: str, code: str) -> None:
    assert code_of(read.read_birth_date, text, today=TODAY) == code


@given(st.dates(date(1911, 3, 11), date(2008, 3, 10)))
def test_two_digits_of_a_plausible_birth_year_are_enough(born: date) -> None:
    assert read.read_birth_date(f"{born:%d/%m/%y}", today=TODAY) == born


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        (read.read_amount, "68,7", 68.7),
        (read.read_amount, "578,78 €", 578.78),
        (read.read_amount, "1 234,50", 1234.5),
        (read.read_amount, "1.234,50", 1234.5),
        (read.read_amount, "1,234.50", 1234.5),
        (read.read_amount, "74 m²", 74.0),
        (read.read_amount, "72.0", 72.0),
        (read.read_euros, "812,60 €", 813),
        (read.read_metres, "350", 350),
        (read.read_metres, "350 m", 350),
        (read.read_metres, "1,2 km", 1200),
        (read.read_floor, "3e", 3),
        (read.read_floor, "3EME", 3),
        (read.read_floor, "3ème étage", 3),
        (read.read_floor, "1er", 1),
        (read.read_floor, "2nd", 2),
        (read.read_floor, "RDC", 0),
        (read.read_floor, "RC", 0),
        (read.read_floor, "Rez-de-chaussée", 0),
        (read.read_floor, "0", 0),
        (read.read_floor, "-1", -1),
        (read.read_floor, "SS", -1),
        (read.read_floor, "R+4", 4),
        (read.read_floor, "14", 14),
        (read.read_postcode, "60590 ", "60590"),
        (read.read_postcode, "1200", "01200"),
        (read.read_postcode, "60 590", "60590"),
        (read.read_insee, "2a004", "2A004"),
        (read.read_boolean, "Oui", True),
        (read.read_boolean, "N", False),
        (read.read_boolean, "0", False),
        (read.read_bath, "Baignoire", True),
        (read.read_bath, "D", False),
        (read.read_count, "T3", 3),
        (read.read_energy_label, "e", "E"),
        (read.read_energy_label, "NC", None),
        (read.read_phone, "06 39 98 00 01", "+33639980001"),
        (read.read_phone, "+33 (0)6 39 98 00 01", "+33639980001"),
        (read.read_phone, "0033 3.44.00.00.00", "+33344000000"),
        (read.read_phone, "639980001", "+33639980001"),
        (read.read_phone, "+32 470 12 34 56", "+32470123456"),
        (read_role, "Titulaire", "holder"),
        (read_role, "conjoint", "spouse"),
        (read_role, "tante", "other"),
        (read_role, "Garants", "guarantor"),
        (read_role, "2e garant", "guarantor"),
        (read_role, "Caution (fils)", "guarantor"),
        (read_role, "Mandataire UDAF", "guardian"),
        (read_role, "Ex-époux", "former_spouse"),
        (read_role, "Ancien conjoint", "former_spouse"),
        (read_role, "Ex-locataire", "former"),
        (read_role, "Locataire sorti", "former"),
        (read_role, "Décédée le 12/03/2020", "dead"),
        (read_role, "Locataire décédé", "dead"),
        (read_role, "Conjoint décédé", "dead"),
        (read_role, "Titulaire, conjoint décédé", "other"),
        (read_role, "Sous-locataire", "other"),
        (read_role, "Petit-fils", "other"),
        (read_role, "Marraine", "other"),
        (read_status, "Présent", None),
        (read_status, "Sortie le 12/03/2020", "former"),
        (read_status, "DCD 2020", "dead"),
        (read.read_priority_district, "QN06010I", "QN06010I"),
        (read.read_priority_district, "Non", None),
        (read.read_latitude, "49,44106", 49.44106),
    ],
)
def test_a_cell_becomes_a_value(reader: Callable[[str], Any], text: str, value: Any) -> None:
    assert reader(clean(text)) == value


@pytest.mark.parametrize(
    ("reader", "text", "code"),
    [
        (read.read_amount, "douze", "bad_number"),
        (read.read_amount, "-3", "out_of_range"),
        (read.read_amount, "9" * 16, "bad_number"),
        (read.read_euros, "-3", "out_of_range"),
        (read.read_metres, "près", "bad_number"),
        (read.read_metres, "101 km", "out_of_range"),
        (read.read_count, "2,5", "bad_number"),
        (read.read_floor, "mezzanine", "bad_floor"),
        (read.read_floor, "75", "out_of_range"),
        (read.read_postcode, "605", "bad_postcode"),
        (read.read_postcode, "6059A", "bad_postcode"),
        (read.read_insee, "605", "bad_insee"),
        (read.read_boolean, "peut-être", "bad_boolean"),
        (read.read_phone, "06 39", "bad_phone"),
        (read.read_phone, "+33 0", "bad_phone"),
        (read.read_latitude, "149,4", "out_of_range"),
        (read.read_energy_label, "H", "bad_energy_label"),
        (read_status, "Contentieux", "unknown_status"),
        (read_status, "Non décédé", "unknown_status"),
        (read.read_reference, "-", "bad_reference"),
        (read.read_reference, "x" * 41, "too_long"),
    ],
)
def test_a_cell_that_is_no_value_says_why(
    reader: Callable[[str], Any], text: str, code: str
) -> None:
    assert code_of(reader, text) == code


@pytest.mark.slow
@given(st.text(max_size=60))
def test_no_text_breaks_a_reader(text: str) -> None:
    for field in FIELDS:
        try:
            field.value(clean(text), today=TODAY)
        except BadValue as bad:
            assert bad.code in MESSAGES


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mme PENEL Nicole", PersonName("Mme", "PENEL", "Nicole")),
        ("PENEL ALEXANDRE", PersonName(None, "PENEL", "Alexandre")),
        ("  DUMAS  Michel ", PersonName(None, "DUMAS", "Michel")),
        ("M. OU MME BRUNO", PersonName(None, "BRUNO", "")),
        ("M. OU MME LE MEUR", PersonName(None, "LE MEUR", "")),
        ("MR ET MME DUPONT Jean", PersonName(None, "DUPONT", "Jean")),
        ("LE CAM ODETTE", PersonName(None, "LE CAM", "Odette")),
        ("LE MEUR", PersonName(None, "LE MEUR", "")),
        ("Mme DUMAS Marie-Hélène", PersonName("Mme", "DUMAS", "Marie-Hélène")),
        ("DUMAS MARIE-HÉLÈNE", PersonName(None, "DUMAS", "Marie-Hélène")),
        ("PETIT JEAN PIERRE", PersonName(None, "PETIT", "Jean Pierre")),
        ("FISCHER André veuve COLLET", PersonName(None, "FISCHER", "André")),
        ("Mme BAUCHER Anastasie née BACHELET", PersonName("Mme", "BAUCHER", "Anastasie")),
        ("Mlle D'ARC Jeanne", PersonName("Mme", "D'ARC", "Jeanne")),
        ("Nicole PENEL", PersonName(None, "PENEL", "Nicole")),
        ("M.MARTIN Paul", PersonName("M.", "MARTIN", "Paul")),
        ("MARTIN Paul", PersonName(None, "MARTIN", "Paul")),
        ("MERCIER", PersonName(None, "MERCIER", "")),
    ],
)
def test_a_full_name_comes_apart(text: str, name: PersonName) -> None:
    assert read_full_name(text) == name


def test_what_is_no_name_is_refused() -> None:
    assert code_of(read_full_name, "12345") == "bad_name"
    assert code_of(read_full_name, "Mme ") == "bad_name"


def test_first_names_keep_their_own_capitals() -> None:
    assert read_first_name("McArthur") == "McArthur"
    assert read_first_name("éloïse") == "Éloïse"


def test_the_same_name_in_two_spellings_has_one_key() -> None:
    assert name_key("LE CAM", "Marie-Hélène") == name_key("Le Cam", "MARIE HELENE")


@pytest.mark.parametrize(
    "text",
    [
        "35 Rue de l'Abbé Lemire",
        "35, rue de l'abbe lemire",
        "35 R DE L'ABBE LEMIRE",
        "35 rue de l’Abbé Lemire, Bât B",
        "035 RUE DE L ABBE LEMIRE ESC 2",
    ],
)
def test_spellings_of_one_address_meet(text: str) -> None:
    assert address_key(text) == "35 rue de l abbe lemire"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("21 ALL DE LA FAIENCERIE", "21, allée de la Faïencerie"),
        ("29 AV DU MARECHAL JOFFRE", "29 avenue du Mal Joffre"),
        ("13 BD LAENNEC", "13 Boulevard Laënnec"),
        ("40 IMP DU CHATEAU", "40 Impasse du Château"),
        ("43 PL ARISTIDE BRIAND", "43 Place Aristide Briand"),
        ("26 RES ALEXIA", "26 Résidence Alexia"),
        ("50BIS RUE MAURICE SIMONO ESC 2", "50 bis rue Maurice Simono"),
        ("9 SQ DU 6E SPAHIS", "9 Square du 6e Spahis"),
        ("43 R D'ULM", "43 Rue d’Ulm"),
        ("12 RUE ST CORNEILLE", "12 Rue Saint-Corneille"),
    ],
)
def test_abbreviations_meet_their_words(one: str, other: str) -> None:
    assert address_key(one) == address_key(other)


def test_neighbours_do_not_meet() -> None:
    keys = {address_key(f"{number} rue X") for number in ("5", "5 bis", "5 ter", "15", "5B")}
    assert len(keys) == 4  # 5B is 5 bis


@pytest.mark.parametrize(
    ("text", "street", "inside"),
    [
        ("70 Rue des Cordeliers; Bât B", "70 Rue des Cordeliers", "Bât B"),
        ("42BIS RUE DE SAVIGNIES ESC 3", "42BIS RUE DE SAVIGNIES", "Esc. 3"),
        ("7 Rue X, Bâtiment C, Escalier 2", "7 Rue X", "Bât C, Esc. 2"),
        ("3 Rue de la Porte", "3 Rue de la Porte", ""),
        ("3 Rue de la Tour", "3 Rue de la Tour", ""),
    ],
)
def test_building_and_stair_are_set_apart(text: str, street: str, inside: str) -> None:
    assert (read_address(text).street, read_address(text).inside) == (street, inside)


def test_communes_meet_whatever_their_spelling() -> None:
    assert city_key("ST JUST EN CHAUSSEE CEDEX 02") == city_key("Saint-Just-en-Chaussée")
    assert read_city("NANTEUIL LE HAUDOUIN") == "Nanteuil le Haudouin"
    assert read_city("Crèvecœur-le-Grand") == "Crèvecœur-le-Grand"
    assert fold("Crèvecœur") == "crevecoeur"


def test_every_required_field_stands_in_the_catalogue() -> None:
    for kind in Kind:
        assert {name for group in REQUIRED[kind] for name in group} <= fields_of(kind).keys()
        headings = [h for field in fields_of(kind).values() for h in field.headings]
        # A column of buildings names residences, or a letter within the address.
        twice = {heading for heading in headings if headings.count(heading) > 1}
        assert twice <= {"batiment", "bat", "building"}, kind


def test_every_message_says_the_same_details_in_both_languages() -> None:
    for code, sentences in MESSAGES.items():
        french, english = (
            {part.split("}")[0] for part in sentences[language].split("{")[1:]}
            for language in ("fr", "en")
        )
        assert french == english, code
    assert "« 31/02 »" in message("no_such_day", "fr", value="31/02")
