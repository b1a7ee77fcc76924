"""The catalogue of what a landlord's file may hold: fields, their headings, how each is read."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from visits.ground.folding import fold
from visits.homes.corrections import DOOR_LENGTH
from visits.portfolio import addresses, names, roles, values


class Kind(enum.StrEnum):
    """What a line of a file is about."""

    RESIDENCES = "residences"
    DWELLINGS = "dwellings"
    TENANTS = "tenants"


LABELS = {
    Kind.RESIDENCES: {"fr": "Immeubles", "en": "Residences"},
    Kind.DWELLINGS: {"fr": "Logements", "en": "Dwellings"},
    Kind.TENANTS: {"fr": "Locataires", "en": "Tenants"},
}

Reader = Callable[..., Any]


@dataclass(frozen=True)
class Field:
    """One thing a column may give.

    A cell of a `strict` field that cannot be read refuses its line; of another, it is left out
    with a warning. `dated` readers need to know today's date.
    """

    name: str
    kinds: frozenset[Kind]
    fr: str
    en: str
    headings: tuple[str, ...]
    read: Reader
    strict: bool = False
    dated: bool = False

    def value(self, text: str, *, today: date) -> Any:
        """Read a cell; raises BadValue."""
        read: Callable[..., Any] = self.read
        return read(text, today=today) if self.dated else read(text)


_R, _D, _T = Kind.RESIDENCES, Kind.DWELLINGS, Kind.TENANTS


def _field(
    name: str, kinds: tuple[Kind, ...], label: tuple[str, str], headings: str, read: Reader,
    **options: bool,
) -> Field:  # fmt: skip
    synonyms = tuple(fold(heading) for heading in headings.split("|"))
    return Field(
        name, frozenset(kinds), label[0], label[1], tuple(dict.fromkeys(synonyms)), read, **options
    )


def _text(limit: int) -> Reader:
    return partial(values.short_text, limit=limit)


FIELDS: tuple[Field, ...] = (
    _field("residence_reference", (_R, _D), ("Référence de l’immeuble", "Residence reference"),
           "batiment|code batiment|ref batiment|reference batiment|immeuble|code immeuble|"
           "ref immeuble|reference immeuble|residence|code residence|ref residence|groupe|"
           "code groupe|programme|n batiment|bat|building|building reference|residence reference",
           values.read_reference, strict=True),
    _field("dwelling_reference", (_D, _T), ("Référence du logement", "Dwelling reference"),
           "logement|ref lgt|ref logement|reference logement|code logement|n logement|"
           "numero logement|num logement|lot|n lot|ref lot|code lot|lgt|id logement|module|"
           "code module|uhp|ug|unite de gestion|n ug|identifiant rpls|dwelling|"
           "dwelling reference|unit", values.read_reference, strict=True),
    _field("within", (_T,), ("Immeuble du logement", "Residence of the dwelling"),
           "code batiment|ref batiment|immeuble|code immeuble|ref immeuble|reference immeuble|"
           "residence|code residence|ref residence|groupe|code groupe|residence reference",
           _text(60)),
    _field("person_reference", (_T,), ("Référence de la personne", "Person reference"),
           "locataire|code locataire|ref locataire|reference locataire|n locataire|"
           "numero locataire|id locataire|code client|n client|code tiers|tiers|id personne|"
           "code personne|code occupant|person|person reference|tenant", values.read_reference,
           strict=True),
    _field("tenancy_reference", (_T,), ("Numéro du bail", "Lease number"),
           "n contrat|contrat|numero contrat|num contrat|no contrat|ref contrat|bail|n bail|"
           "ref bail|numero bail|lease|tenancy", values.read_reference, strict=True),
    _field("full_name", (_T,), ("Nom complet", "Full name"),
           "nom locataire|nom du locataire|nom et prenom|nom prenom|nom prenoms|noms|"
           "nom complet|occupant|occupants|identite|locataires|full name|tenant name",
           names.read_full_name, strict=True),
    _field("last_name", (_T,), ("Nom", "Last name"),
           "nom|nom de famille|nom usuel|nom d usage|last name|surname|family name",
           names.read_last_name, strict=True),
    _field("first_name", (_T,), ("Prénom", "First name"),
           "prenom|prenoms|first name|given name", names.read_first_name, strict=True),
    _field("civility", (_T,), ("Civilité", "Title"), "civilite|civ|titre|title",
           names.read_civility),
    _field("born_on", (_T,), ("Date de naissance", "Birth date"),
           "naissance|date de naissance|date naissance|ne e le|ne le|nee le|dt naissance|"
           "ddn|date naiss|birth date|date of birth|born on|born", values.read_birth_date,
           strict=True, dated=True),
    _field("birth_name", (_T,), ("Nom de naissance", "Birth name"),
           "nom de naissance|nom naissance|nom de jeune fille|nom jeune fille|nom patronymique|"
           "birth name|maiden name", names.read_last_name),
    _field("role", (_T,), ("Place dans le ménage", "Place in the household"),
           "role|lien|lien de parente|qualite|type occupant|statut occupant", roles.read_role),
    _field("status", (_T,), ("Situation (présent, parti, décédé)", "Status (present, gone, dead)"),
           "situation|statut|etat|statut locataire|etat locataire|status", roles.read_status),
    _field("ended_on", (_T,), ("Sortie des lieux", "Moved out on"),
           "sortie|date sortie|date de sortie|date depart|date de depart|fin de bail|fin bail|"
           "date fin bail|date fin de bail|date de fin|date resiliation|date de resiliation|"
           "sortie le|moved out|end date", values.read_end_date, strict=True, dated=True),
    _field("died_on", (_T,), ("Décès", "Death"),
           "deces|date deces|date de deces|date du deces|decede le|decedee le|dcd le|died on|"
           "date of death", values.read_past_date, strict=True, dated=True),
    _field("household_size", (_T,), ("Nombre d’occupants", "Number of occupants"),
           "nb occupants|nombre d occupants|nombre occupants|nb personnes|nombre de personnes|"
           "nb occ|nbocc|taille menage|taille du menage|nb pers|occupants nb|household size",
           values.read_count),
    _field("lives_alone", (_T,), ("Vit seul(e)", "Lives alone"),
           "vit seul|vit seule|vit seul e|personne seule|lives alone", values.read_boolean),
    _field("income_band", (_T,), ("Tranche de revenus", "Income band"),
           "tranche de revenus|tranche revenus|tranche de ressources|plafond de ressources|"
           "categorie de ressources|revenus|ressources|income band", _text(40)),
    _field("arrears", (_T,), ("Impayés (€)", "Arrears (€)"),
           "impayes|impaye|montant impaye|montant des impayes|dette|dette locative|"
           "solde impaye|arrears", values.read_euros),
    _field("started_on", (_T,), ("Entrée dans les lieux", "Moved in on"),
           "entree|date entree|date d entree|date d entree dans les lieux|entree le|"
           "date debut bail|date bail|date effet bail|date d effet|moved in|start date",
           values.read_start_date, strict=True, dated=True),
    _field("phone", (_T,), ("Téléphone", "Phone"),
           "telephone|tel|tel fixe|telephone fixe|n telephone|fixe|phone", values.read_phone),
    _field("mobile", (_T,), ("Téléphone mobile", "Mobile phone"),
           "tel mobile|telephone mobile|mobile|portable|tel portable|telephone portable|gsm",
           values.read_phone),
    _field("spouse_last_name", (_T,), ("Conjoint : nom", "Spouse: last name"),
           "nom conjoint|nom du conjoint|conjoint nom|nom 2|nom2|nom conjoint e",
           names.read_last_name, strict=True),
    _field("spouse_first_name", (_T,), ("Conjoint : prénom", "Spouse: first name"),
           "prenom conjoint|prenom du conjoint|conjoint prenom|prenom 2|prenom2|prenom conjoint e",
           names.read_first_name, strict=True),
    _field("spouse_full_name", (_T,), ("Conjoint : nom complet", "Spouse: full name"),
           "conjoint|conjoint e|epoux epouse|conjoint nom prenom|nom prenom conjoint|spouse",
           names.read_full_name, strict=True),
    _field("spouse_civility", (_T,), ("Conjoint : civilité", "Spouse: title"),
           "civilite conjoint|civilite 2|civ conjoint", names.read_civility),
    _field("spouse_born_on", (_T,), ("Conjoint : date de naissance", "Spouse: birth date"),
           "date naissance conjoint|date de naissance conjoint|naissance conjoint|ne le 2|"
           "date de naissance du conjoint|ddn conjoint|date de naissance 2|date naissance 2",
           values.read_birth_date, strict=True, dated=True),
    _field("address", (_R, _D, _T), ("Adresse", "Address"),
           "adresse|adresse logement|adresse du logement|adresse 1|adresse1|libelle adresse|"
           "adresse complete|address|street address", _text(200), strict=True),
    _field("street_number", (_R, _D, _T), ("Numéro dans la voie", "Street number"),
           "numero|num voie|numvoie|n voie|no voie|numero voie|n de voie|numero de voie|num|"
           "street number|house number", _text(12), strict=True),
    _field("street", (_R, _D, _T), ("Voie", "Street"),
           "voie|rue|nom voie|nomvoie|nom de voie|nom de la voie|libelle voie|street", _text(180),
           strict=True),
    _field("postcode", (_R, _D, _T), ("Code postal", "Postcode"),
           "cp|code postal|code postale|codepostal|c postal|postcode|postal code|zip",
           values.read_postcode, strict=True),
    _field("city", (_R, _D, _T), ("Commune", "City"),
           "ville|commune|libcom|localite|nom commune|libelle commune|city|town",
           addresses.read_city),
    _field("insee", (_R, _D, _T), ("Code INSEE", "INSEE code"),
           "insee|code insee|code commune|depcom|insee commune", values.read_insee),
    _field("lat", (_R, _D, _T), ("Latitude", "Latitude"), "lat|latitude|y wgs84",
           values.read_latitude),
    _field("lon", (_R, _D, _T), ("Longitude", "Longitude"), "lon|lng|longitude|x wgs84",
           values.read_longitude),
    _field("territory", (_R, _D, _T), ("Agence ou secteur", "Agency or sector"),
           "agence|secteur|territoire|antenne|secteur agence|agence secteur|agency|sector|"
           "territory",
           _text(100)),
    _field("built_year", (_R, _D, _T), ("Année de construction", "Year of construction"),
           "annee|annee construction|annee de construction|an construction|construction|"
           "date construction|annee constr|construct|year built|built year", values.read_year,
           dated=True),
    _field("storeys", (_R,), ("Nombre d’étages", "Storeys"),
           "niveaux|nb niveaux|nombre de niveaux|etages|nb etages|nombre d etages|storeys|floors",
           values.read_count),
    _field("has_lift", (_R, _D, _T), ("Ascenseur", "Lift"), "ascenseur|asc|lift|elevator",
           values.read_boolean),
    _field("priority_district", (_R, _D, _T), ("Quartier prioritaire", "Priority district"),
           "qpv|code qp|code qpv|code quartier|quartier prioritaire|en qpv|priority district",
           values.read_priority_district),
    _field("energy_label", (_R, _D, _T), ("Étiquette énergie (DPE)", "Energy label"),
           "dpe|classe dpe|etiquette dpe|etiquette energie|etiquette|dpe energie|classe energie|"
           "energy label|epc", values.read_energy_label),
    _field("service_distance", (_R, _D, _T),
           ("Distance aux services (m)", "Distance to services (m)"),
           "distance aux services|distance services|distance commerces|distance aux commerces|"
           "distance to services", values.read_metres),
    _field("building", (_D, _T), ("Bâtiment (dans l’adresse)", "Building (within the address)"),
           "batiment|bat|bloc", _text(12)),
    _field("staircase", (_D, _T), ("Escalier", "Staircase"), "escalier|esc|cage|staircase",
           _text(12)),
    _field("floor", (_D, _T), ("Étage", "Floor"), "etage|etg|niveau|floor", values.read_floor),
    _field("door", (_D, _T), ("Porte", "Door"),
           "porte|n porte|no porte|numero porte|appartement|appt|door|flat", _text(DOOR_LENGTH)),
    _field("access_code", (_D, _T), ("Code d’accès", "Access code"),
           "digicode|code acces|code d acces|code porte|access code", _text(20)),
    _field("rooms", (_D, _T), ("Nombre de pièces", "Rooms"),
           "pieces|nb pieces|nombre de pieces|nbpiece|typologie|type logement|type de logement|"
           "type lgt|rooms", values.read_count),
    _field("surface", (_D, _T), ("Surface habitable (m²)", "Living area (m²)"),
           "surface|surf hab|surf hab m2|surf hab m|surface habitable|surface habitable m2|shab|"
           "surf|surface m2|superficie|area|living area", values.read_amount),
    _field("rent", (_D, _T), ("Loyer (€)", "Rent (€)"),
           "loyer|loyer eur|loyer mensuel|loyer hc|loyer principal|montant loyer|rent",
           values.read_amount),
    _field("has_bath", (_D, _T), ("Baignoire", "Bath"),
           "salle de bain|salle de bains|sdb|baignoire|salle de bain b d|equipement sdb|bath",
           values.read_bath),
    _field("is_adapted", (_D, _T), ("Logement adapté", "Adapted dwelling"),
           "adapte|logement adapte|adapte pmr|pmr|adaptation|travaux d adaptation|adapted",
           values.read_boolean),
)  # fmt: skip

KNOWN_HEADINGS = frozenset(heading for field in FIELDS for heading in field.headings)

# One field of each group must have a column.
REQUIRED: dict[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.RESIDENCES: (("residence_reference",), ("address", "street"), ("postcode",), ("city",)),
    Kind.DWELLINGS: (("dwelling_reference",), ("residence_reference", "address", "street")),
    Kind.TENANTS: (("dwelling_reference",), ("full_name", "last_name", "birth_name")),
}


def fields_of(kind: Kind) -> dict[str, Field]:
    """Give the fields a kind of file may have, by name, in the order to show them."""
    return {field.name: field for field in FIELDS if kind in field.kinds}
