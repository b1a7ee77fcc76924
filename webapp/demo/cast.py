"""Who works with the demo: organisations, accounts, tablets. All of them are invented."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from visits.accounts.accounts import NewUser, add_device, add_user, find_organisation
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Organisation, OrganisationKind, Role, User
from visits.models.mandates import Right
from visits.sight import Reach, Viewer
from webapp.access.auth import PERMISSIONS, Action
from webapp.access.setting_up import hashes_of
from webapp.frame.settings import Settings

LANDLORD = "Office de l’habitat de l’Oise (fictif)"
PARTNER = "Association Pas-de-Porte (fictive)"
# They work in one programme each, and but for young people in one agency's area.
NEIGHBOURS = "Association Bonjour Voisine (fictive)"
LINKS = "Association Fil d’Oise (fictive)"
YOUNG_PEOPLE = "Relais Jeunes Valois (fictif)"
FUND = "Caisse de retraite des Trois-Vallées (fictive)"
TOURING = 4  # visitors who tour the whole stock, each from her base
CONTRACTOR = "Rénov’Oise (fictive)"
HOSPITAL = "Centre hospitalier de l’Oise (fictif)"  # in a circle, and in no programme
TABLETS_RENEWED = timedelta(days=3)


@dataclass(frozen=True)
class DemoAccount:
    """An account of the demo, with the password it opens with and its tablet's token."""

    role: str
    email: str
    password: str
    device_token: str | None


@dataclass(frozen=True)
class _Part:
    role: Role
    email: str
    name: str
    password: str
    organisation: str


_PARTS = (
    _Part(Role.COORDINATOR, "coordinatrice@palier.example", "Claire Vasseur",
          "tilleul-coordination-60", LANDLORD),
    _Part(Role.VISITOR, "visiteuse@palier.example", "Sonia Lemaire",
          "acacia-visites-beauvais-60", PARTNER),
    _Part(Role.VISITOR, "visiteur2@palier.example", "Karim Haddad",
          "merisier-visites-creil-60", PARTNER),
    _Part(Role.VISITOR, "visiteuse3@palier.example", "Élodie Carpentier",
          "noisetier-visites-compiegne-60", LANDLORD),
    _Part(Role.VISITOR, "visiteur4@palier.example", "Thomas Delattre",
          "sorbier-visites-senlis-60", LANDLORD),
    _Part(Role.TECHNICIAN, "technicien@palier.example", "Bruno Maillard",
          "glycine-travaux-oise-60", LANDLORD),
    _Part(Role.TECHNICIAN, "technicien2@palier.example", "Yann Le Goff",
          "clematite-travaux-oise-60", LANDLORD),
    _Part(Role.MANAGER, "responsable@palier.example", "Hélène Fournier",
          "charmille-direction-60", LANDLORD),
    _Part(Role.SOCIAL_WORKER, "conseillere@palier.example", "Nadège Poulain",
          "primevere-social-60", LANDLORD),
    _Part(Role.ADMINISTRATOR, "administrateur@palier.example", "Yann Caron",
          "eglantier-administration-60", LANDLORD),
    _Part(Role.PARTNER_COORDINATOR, "partenaire@palier.example", "Inès Marchand",
          "pervenche-partenaire-60", PARTNER),
    _Part(Role.FUNDER, "financeur@palier.example", "Marc Delorme",
          "capucine-financeur-60", FUND),
    _Part(Role.PARTNER_COORDINATOR, "voisine@palier.example", "Fatou Diallo",
          "coquelicot-voisine-60", NEIGHBOURS),
    _Part(Role.VISITOR, "visiteuse5@palier.example", "Amandine Roussel",
          "genet-visites-voisine-60", NEIGHBOURS),
    _Part(Role.PARTNER_COORDINATOR, "fildoise@palier.example", "Denis Lefèvre",
          "giroflee-fildoise-60", LINKS),
    _Part(Role.VISITOR, "visiteur6@palier.example", "Julien Petit",
          "aubepine-visites-fildoise-60", LINKS),
    _Part(Role.PARTNER_COORDINATOR, "jeunes@palier.example", "Leïla Benali",
          "lavande-jeunes-60", YOUNG_PEOPLE),
    _Part(Role.VISITOR, "visiteuse7@palier.example", "Marion Girard",
          "jasmin-visites-jeunes-60", YOUNG_PEOPLE),
    _Part(Role.CONTRACTOR, "entreprise@palier.example", "Julie Renard",
          "bruyere-entreprise-60", CONTRACTOR),
    _Part(Role.PARTNER_COORDINATOR, "hopital@palier.example", "Aude Lenoir",
          "sauge-hopital-oise-60", HOSPITAL),
)  # fmt: skip
FIRST_EMAIL = _PARTS[0].email


@dataclass(frozen=True)
class Cast:
    """The accounts by what they do in the demo's year; the associations' own are `Team`s."""

    coordinator: User
    visitors: tuple[User, ...]
    technician: User
    mate: User
    social_worker: User


def hash_passwords(settings: Settings) -> dict[str, str]:
    """Hash the demo's passwords as sign-in will check them, by e-mail."""
    hashes = hashes_of(settings, *(part.password for part in _PARTS))
    return {part.email: hashed for part, hashed in zip(_PARTS, hashes, strict=True)}


def hire(
    session: Session, *, hashes: dict[str, str], since: datetime, now: datetime
) -> tuple[Cast, list[DemoAccount]]:
    """Make organisations, accounts and the visitors' tablets."""
    partners = (PARTNER, NEIGHBOURS, LINKS, YOUNG_PEOPLE, HOSPITAL)
    places = {
        LANDLORD: find_organisation(session, LANDLORD, OrganisationKind.LANDLORD),
        **{one: find_organisation(session, one, OrganisationKind.PARTNER) for one in partners},
        FUND: find_organisation(session, FUND, OrganisationKind.PENSION_FUND),
        CONTRACTOR: find_organisation(session, CONTRACTOR, OrganisationKind.PARTNER),
    }
    users = [_user(session, part, places, hashes[part.email], since) for part in _PARTS]
    accounts = [
        _account(session, part, user, now - TABLETS_RENEWED)
        for part, user in zip(_PARTS, users, strict=True)
    ]
    by_role: dict[Role, list[User]] = {}
    for user in users:
        by_role.setdefault(user.role, []).append(user)
    cast = Cast(
        coordinator=by_role[Role.COORDINATOR][0],
        visitors=tuple(by_role[Role.VISITOR])[:TOURING],
        technician=by_role[Role.TECHNICIAN][0],
        mate=by_role[Role.TECHNICIAN][1],
        social_worker=by_role[Role.SOCIAL_WORKER][0],
    )
    return cast, accounts


def give_mandates(session: Session, programme: str, *, by: User, now: datetime) -> None:
    """Let the association work in a programme, and the fund that pays for it read its figures."""
    work = frozenset({Right.CALL, Right.PLAN, Right.VISIT, Right.FIGURES})
    for name, kind, rights in (
        (PARTNER, OrganisationKind.PARTNER, work),
        (FUND, OrganisationKind.PENSION_FUND, frozenset({Right.FIGURES})),
    ):
        organisation = find_organisation(session, name, kind)
        said = MandateSaid(organisation.id, programme, None, rights, today_in_paris(now), None)
        grant_mandate(session, said, by=by.id, now=now)


def acting(user: User, action: Action) -> Viewer:
    """Give an account as it looks at persons when it does an action."""
    reach: Reach = PERMISSIONS[action][user.role]
    return Viewer(user.id, user.organisation_id, user.territory_id, reach)


def _user(
    session: Session, part: _Part, places: dict[str, Organisation], hashed: str, since: datetime
) -> User:
    new = NewUser(part.email, part.name, part.role, hashed)
    return add_user(session, new, organisation=places[part.organisation], now=since)


def _account(session: Session, part: _Part, user: User, now: datetime) -> DemoAccount:
    token = None
    if part.role is Role.VISITOR:
        _, token = add_device(session, user, name=f"Tablette de {part.name}", now=now)
    return DemoAccount(part.role.value, part.email, part.password, token)
