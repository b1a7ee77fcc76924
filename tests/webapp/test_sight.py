"""Every page reads for a viewer as if what is hidden from her did not exist: names, counts, all.

The pages are those of the URL map: a new one cannot escape. Each is read once before and once after
somebody hidden moves in, and must not have changed by a word.
"""

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import NOW, make_user
from tests.webapp.reader import Reader
from tests.webapp.world import (
    ANOTHER,
    HELPERS,
    HER,
    NORTH,
    OFFICE,
    SAID_OF_HER,
    SOUTH,
    Known,
    SignIn,
    World,
)
from visits.accounts.accounts import add_device, find_organisation
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import OrganisationKind, Role, User
from visits.models.mandates import Right
from visits.people.protection import protect

pytestmark = pytest.mark.slow
# There an hour is taken, whoever is visited: it may show, but not whose it is.
TAKEN = ("/agenda/?", "/agenda/agenda.csv")


@pytest.fixture
def world(app: Flask, session: Session) -> World:
    world = World(app, session)
    world.settle(
        world.known, by=world.office, territory=NORTH, visitor=world.visitor, tag="EN-VUE",
        last_name="VISIBLE", first_name="Odile", reference="TIERS-1",
    )  # fmt: skip
    world.write_twice(territory=NORTH)
    session.commit()
    return world


def protect_her(world: World) -> None:
    """Settle a couple that one colleague alone may see, where somebody else lived before."""
    her = world.settle(
        world.hidden, by=world.guardian, territory=NORTH, visitor=world.visitor, **HER
    )
    for one in (her, world.write_twice(territory=NORTH)):
        protect(world.session, one, by=world.guardian.id, now=NOW)


def settle_elsewhere(world: World) -> None:
    """Settle a couple in another territory, visited by another organisation, from her own file."""
    world.settle(world.hidden, by=world.office, territory=SOUTH, visitor=world.stranger, **HER)
    world.write_twice(territory=SOUTH)
    text = "Logement;Nom;Prénom;CP\nL-SECRET;CACHETTE;Ursuline;60000\nL-SECRET;X;Y;Z\n"
    world.hidden.note(import_id=world.bring(world.office, "cachette.csv", text))
    world.hidden.note(service_file_id=world.bring_services("cachette.csv"))


def settle_with_another_landlord(world: World) -> None:
    """Settle a couple in another landlord's home, with the very references of ours, its own file.

    Its people are more by one, and give an association a further mandate over them.
    """
    session, theirs = world.session, make_user(world.session, organisation=ANOTHER)
    landlord_id = theirs.organisation_id
    at = {**HER["at"], "landlord_id": landlord_id, "reference": "B-1"}
    said = {**HER, "reference": "TIERS-1", "dwelling": "L-EN-VUE", "at": at}
    world.settle(world.hidden, by=theirs, territory=NORTH, visitor=world.stranger, **said)
    text = "Logement;Nom;Prénom;CP\nL-EN-VUE;CACHETTE;Ursuline;60000\n"
    world.hidden.note(import_id=world.bring(theirs, "cachette.csv", text), user_id=theirs.id)
    world.hidden.note(mandate_id=_help(session, "seniors", by=theirs))


def _help(session: Session, programme: str, *, by: User) -> uuid.UUID:
    """Give an association that no landlord but one works with a mandate of that one."""
    helpers = find_organisation(session, HELPERS, OrganisationKind.PARTNER)
    today = today_in_paris(NOW)
    said = MandateSaid(helpers.id, programme, None, frozenset(Right), today, None)
    return grant_mandate(session, said, by=by.id, now=NOW).id


WAYS_TO_HIDE = pytest.mark.parametrize(
    ("hide", "place"),
    [(protect_her, None), (settle_elsewhere, NORTH)],
    ids=["protected", "elsewhere"],
)
# Each role is walked on one database: the rules are the same text on either.
ON_POSTGRESQL = (Role.COORDINATOR,)


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize("role", [role for role in Role if role not in ON_POSTGRESQL])
@WAYS_TO_HIDE
def test_no_page_tells_of_whom_a_viewer_may_not_see(
    app: Flask,
    client_as: SignIn,
    world: World,
    role: Role,
    hide: Callable[[World], None],
    place: str | None,
) -> None:
    _tells_nothing(app, client_as, world, role, hide=hide, place=place)


@pytest.mark.one_database("postgresql")
@pytest.mark.parametrize("role", ON_POSTGRESQL)
@WAYS_TO_HIDE
def test_no_page_tells_of_her_on_postgresql_either(
    app: Flask,
    client_as: SignIn,
    world: World,
    role: Role,
    hide: Callable[[World], None],
    place: str | None,
) -> None:
    _tells_nothing(app, client_as, world, role, hide=hide, place=place)


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR, Role.TECHNICIAN])
def test_no_page_tells_a_landlord_of_what_another_one_has(
    app: Flask, client_as: SignIn, world: World, role: Role
) -> None:
    find_organisation(world.session, ANOTHER, OrganisationKind.LANDLORD)
    _help(world.session, "residences", by=make_user(world.session, organisation=ANOTHER))
    world.session.commit()
    _tells_nothing(
        app, client_as, world, role, hide=settle_with_another_landlord, place=None,
        organisation=OFFICE,
    )  # fmt: skip


def _tells_nothing(
    app: Flask,
    client_as: SignIn,
    world: World,
    role: Role,
    *,
    hide: Callable[[World], None],
    place: str | None,
    organisation: str = "Association",
) -> None:
    session = world.session
    own = world.territories[place] if place else None
    client = client_as(role, territory_id=own, organisation=organisation)
    user: User = client.user  # type: ignore[attr-defined]
    world.known.note(
        import_id=world.bring(user, "own.csv", "Logement;Nom;CP\nL-EN-VUE;VISIBLE;60000\n")
    )
    token = add_device(session, user, name="T", now=NOW)[1] if role is Role.VISITOR else None
    session.commit()
    reader = Reader(app, client, token)
    runs, before = reader.dry_runs(), reader.pages(world.known)
    hide(world)
    session.commit()
    again, after = reader.dry_runs(), reader.pages(world.known)
    told = {
        path: set(page[1].splitlines()) ^ set(before[path][1].splitlines())
        for path, page in after.items()
        if page != before[path] and not path.startswith(TAKEN)
    }
    assert not told, repr(told)
    for path, (_status, text) in after.items():
        assert not (path.startswith(TAKEN) and any(said in text for said in SAID_OF_HER)), path
    assert again == runs
    everything = Known(world.known.values | world.hidden.values)
    for path, (status, text) in reader.pages(everything, set(world.hidden.values)).items():
        assert status in (403, 404, 410, 422), path  # 410: a link that is none opens nothing
        assert not any(told in text for told in SAID_OF_HER), path
