"""The landlord's files come in through the import, as a coordinator would bring them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from maps.cells import locate_cell
from visits.models.accounts import User
from visits.portfolio import (
    confirm_import,
    residences_without_cell,
    set_cells,
    upload_file,
)
from visits.portfolio.mapping import from_json
from webapp.access.auth import Action
from webapp.demo.calendar import day_of
from webapp.demo.cast import acting
from webapp.demo.people import Tenant
from webapp.demo.sheets import (
    TenantLine,
    as_typed,
    dwellings_file,
    residences_file,
    spoil,
    tenants_file,
    with_new_number,
)
from webapp.demo.stock import Home

Tell = Callable[[str], None]
CELLS_AT_ONCE = 5_000
NEW_NUMBERS = 48


def import_file(
    session: Session, data: bytes, file_name: str, *, user: User, now: datetime
) -> dict[str, dict[str, int]]:
    """Upload a file and import it with the proposed mapping; gives its counts."""
    kept = upload_file(session, data=data, file_name=file_name, user_id=user.id, now=now)
    mapping = from_json(kept.mapping)
    later = now + timedelta(minutes=4)
    viewer = acting(user, Action.IMPORT_STOCK)
    done = confirm_import(
        session, kept.id, kind=kept.kind, mapping=mapping, now=later, viewer=viewer
    )
    return dict(done.counts or {})


def import_stock(session: Session, homes: list[Home], *, user: User, now: datetime) -> None:
    """Import buildings, then dwellings."""
    import_file(session, residences_file(homes), "immeubles.csv", user=user, now=now)
    later = now + timedelta(minutes=10)
    import_file(session, dwellings_file(homes), "logements.csv", user=user, now=later)


def import_tenants(
    session: Session, seniors: list[Tenant], rng: Random, *, user: User, now: datetime
) -> None:
    """Import the tenants; lines refused for a typing fault come again, corrected, the next day."""
    lines = as_typed(seniors)
    corrected = spoil(rng, lines)
    data = tenants_file(lines, edited_on=day_of(now))
    import_file(session, data, "locataires_70_ans_et_plus.csv", user=user, now=now)
    if corrected:
        later = now + timedelta(days=1)
        data = tenants_file(corrected, edited_on=day_of(later), total=False)
        import_file(session, data, "locataires_lignes_corrigees.csv", user=user, now=later)


def import_new_numbers(
    session: Session, seniors: list[Tenant], rng: Random, *, user: User, now: datetime
) -> None:
    """Import a recent update: new phone numbers, and again a few lines with faults."""
    chosen = rng.sample(as_typed(seniors), min(NEW_NUMBERS, len(seniors) // 4))
    lines: list[TenantLine] = [with_new_number(rng, line) for line in chosen]
    spoil(rng, lines)
    data = tenants_file(lines, edited_on=day_of(now))
    import_file(session, data, "mise_a_jour_telephones.csv", user=user, now=now)


def locate_residences(session: Session) -> int:
    """Give every residence with a position its H3 cell; gives how many."""
    located = 0
    while residences := residences_without_cell(session, limit=CELLS_AT_ONCE):
        cells = {
            residence.id: locate_cell(residence.lat, residence.lon)
            for residence in residences
            if residence.lat is not None and residence.lon is not None
        }
        located += set_cells(session, cells)
    return located
