"""The landlord's files as his software would export them, with their small faults."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from webapp.demo.people import MOBILE, Tenant
from webapp.demo.stock import Building, Home

RESIDENCE_HEADINGS = (
    "Réf. immeuble", "Adresse", "Code postal", "Commune", "Code INSEE", "Latitude", "Longitude",
    "Agence", "Année de construction", "Nombre d’étages", "Ascenseur", "QPV", "DPE",
)  # fmt: skip
DWELLING_HEADINGS = (
    "Réf. logement", "Réf. immeuble", "Étage", "Porte", "Digicode", "Typologie",
    "Surface hab. (m²)", "Loyer (€)", "Salle de bain (B/D)", "Adapté", "DPE",
)  # fmt: skip
TENANT_HEADINGS = (
    "Code locataire", "N° contrat", "Réf. logement", "Civilité", "Nom", "Prénom",
    "Date de naissance", "Qualité", "Date d’entrée", "Téléphone", "Portable", "Nb occupants",
)  # fmt: skip


@dataclass(frozen=True)
class TenantLine:
    """A line of a tenant list, as it was typed."""

    senior: Tenant
    last_name: str
    born: str
    dwelling: str


def residences_file(homes: Iterable[Home]) -> bytes:
    """Write the buildings in UTF-8."""
    buildings = list(dict.fromkeys(home.building for home in homes))
    return _table(RESIDENCE_HEADINGS, map(_residence, buildings)).encode("utf-8-sig")


def dwellings_file(homes: Iterable[Home]) -> bytes:
    """Write the dwellings as an old ERP does: Windows-1252, decimal commas."""
    return _table(DWELLING_HEADINGS, map(_dwelling, homes)).encode("cp1252")


def tenants_file(
    lines: Sequence[TenantLine],
    *,
    edited_on: date,
    total: bool = True,
    title: str = "Locataires de 70 ans et plus (fictifs)",
) -> bytes:
    """Write a list of tenants with its title and, as exports have it, a line of totals."""
    text = f"Édition du {edited_on:%d/%m/%Y}\r\n{title}\r\n\r\n"
    text += _table(TENANT_HEADINGS, map(_tenant, lines))
    return (text + (f"Total;{len(lines)}\r\n" if total else "")).encode("cp1252")


def as_typed(seniors: Iterable[Tenant]) -> list[TenantLine]:
    """Write every tenant down without a fault."""
    return [
        TenantLine(senior, senior.last_name, f"{senior.born_on:%d/%m/%Y}", senior.home.reference)
        for senior in seniors
    ]


def spoil(rng: Random, lines: list[TenantLine]) -> list[TenantLine]:
    """Put typing faults into a few lines; gives the lines as they should have been."""
    places = sorted(rng.sample(range(len(lines)), min(6, len(lines) // 8)))
    right = [lines[place] for place in places]
    for turn, place in enumerate(places):
        lines[place] = _spoilt(lines[place], turn)
    return right


def _spoilt(line: TenantLine, turn: int) -> TenantLine:
    born = line.senior.born_on
    faults = (
        replace(line, born=f"31/02/{born:%Y}"),
        replace(line, last_name=""),
        replace(line, born=f"{born:%d}/13/{born:%Y}"),
        replace(line, born=f"{born:%d/%m}/18{born:%y}"),
        replace(line, dwelling=""),
        replace(line, born="inconnue"),
    )
    return faults[turn % len(faults)]


def with_new_number(rng: Random, line: TenantLine) -> TenantLine:
    """Give a tenant another mobile number."""
    digits = f"{rng.randint(0, 9999):04d}"
    number = f"{MOBILE} {digits[:2]} {digits[2:]}"
    return replace(line, senior=replace(line.senior, mobile=number))


def _table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue()


def _residence(building: Building) -> Sequence[object]:
    town = building.town
    return (
        building.reference, building.address, town.postcode, town.name, town.insee, building.lat,
        building.lon, town.agency, building.built_year, building.storeys,
        "O" if building.has_lift else "N", building.district, building.label,
    )  # fmt: skip


def _dwelling(home: Home) -> Sequence[object]:
    return (
        home.reference, home.building.reference, _floor(home), home.door, home.access_code,
        f"T{home.rooms}", _comma(home.surface), _comma(home.rent), "B" if home.has_bath else "D",
        "O" if home.is_adapted else "", home.label,
    )  # fmt: skip


def _tenant(line: TenantLine) -> Sequence[object]:
    senior = line.senior
    return (
        senior.reference, senior.lease, line.dwelling, senior.civility, line.last_name,
        senior.first_name, line.born, senior.role, f"{senior.moved_in_on:%d/%m/%Y}", senior.phone,
        senior.mobile, _occupants(senior),
    )  # fmt: skip


def _occupants(senior: Tenant) -> str:
    """Say how many live there, as far as the landlord knows: of one in ten he does not."""
    if senior.lease.endswith("7"):
        return ""
    return "1" if senior.alone else "2"


def _floor(home: Home) -> str:
    return "RDC" if home.floor == 0 else str(home.floor)


def _comma(number: float) -> str:
    return f"{number:.2f}".replace(".", ",")
