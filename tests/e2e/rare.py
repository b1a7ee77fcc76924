"""What a demonstration has not: forms without a visit, a file that says all there is to say."""

import csv
import io
from collections.abc import Iterator

from flask import Flask
from sqlalchemy import func, select

from tests.factories import make_viewer
from tests.submissions import GAS, QUIET, fill
from visits.ground.errors import Busy, Conflict, Forbidden, Invalid, NoRoom
from visits.intake.attaching import leave_aside
from visits.intake.handing_in import RefusedItem, hand_in
from visits.intake.submissions import record_submission
from visits.models.accounts import Role, User
from visits.models.handed_in import HandedInKind
from visits.models.portfolio import Dwelling
from visits.portfolio import upload_file
from visits.sight import Reach
from visits.sight.reach import hidden_homes
from visits.surroundings.imports import bring_file
from visits.works.by_hand import OrderSaid, open_by_hand
from visits.works.in_common import HOMES
from webapp.frame.transaction import House

HEADINGS = (
    "Logement", "Locataire", "Qualité", "Nom", "Prénom", "Date de naissance", "Téléphone",
    "Date de décès", "Adresse", "CP", "Ville",
)  # fmt: skip
HOME = ("4 rue des Essais", "60000", "Beauvais")
REFUSALS = (
    Forbidden("forbidden"), Conflict("conflict"), Busy("busy"), NoRoom("no_room"),
    Invalid({"reason": "required"}),
)  # fmt: skip


def tenants() -> bytes:
    """Give a file with lines of every fate and more than a screen of warnings."""
    lines: list[tuple[str, ...]] = [
        HEADINGS,
        ("#REF!", "P1", "Titulaire", "ALPHA", "Anne", "12/03/1945", "", "", *HOME),
        ("X2", "P2", "Titulaire", "BETA", "Berthe", "31/02/1940", "0344001122", "", *HOME),
        ("X3", "P3", "Titulaire", "GAMMA", "Carole", "01/02/1941", "", "14/09/2025", *HOME),
        ("X4", "P4", "Garant", "DELTA", "Denis", "01/02/1942", "", "", *HOME),
        ("X5", "P5", "Titulaire", "EPSILON", "Élise", "01/02/1939", "", "", *HOME),
        ("X5", "P5", "Titulaire", "EPSILON", "Élise", "01/02/1939", "", "", *HOME),
        *(
            (f"Y{n}", f"Q{n}", "Titulaire", "DOUTE", f"Zoé {n}", "01/01/1940", "12", "", *HOME)
            for n in range(12)
        ),
    ]
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(lines)
    return text.getvalue().encode()


def add_rare_things(house: House) -> list[str]:
    """Send forms without a visit, hand in what was refused, upload a file; gives their pages."""
    with house.sessions.begin() as session:

        def first(role: Role) -> User:
            by_address = select(User).where(User.role == role).order_by(User.email, User.id)
            return session.scalars(by_address.limit(1)).one()

        visitor, coordinator = first(Role.VISITOR), first(Role.COORDINATOR)
        now = house.clock()
        sent = [
            record_submission(
                session, house.store, xml=fill(answers), files=(), now=now,
                viewer=make_viewer(visitor, Reach.OWN),
            )
            for answers in (GAS, QUIET, QUIET)
        ]  # fmt: skip
        leave_aside(
            session,
            sent[-1],
            reason="Un essai",
            cancel=(),
            viewer=make_viewer(coordinator),
            now=now,
        )
        item = RefusedItem("uuid:1", HandedInKind.SUBMISSION, "form_not_found", fill(QUIET))
        kept = hand_in(session, house.store, item, viewer=make_viewer(visitor), now=now)
        file = upload_file(
            session, data=tenants(), file_name="locataires.csv", user_id=coordinator.id, now=now
        )
        shops = b"nom;type;lat;lon\nChez Lise;boulangerie;49.43;2.09\nBassin;piscine;49.43;2.09\n"
        near = bring_file(
            session, coordinator.organisation_id, shops, "commerces.csv",
            viewer=make_viewer(coordinator), now=now,
        )  # fmt: skip
        homes = select(Dwelling.residence_id).where(Dwelling.id.not_in(hidden_homes()))
        several = homes.group_by(Dwelling.residence_id).having(func.count() >= HOMES)
        one = several.order_by(Dwelling.residence_id).limit(1)
        leaks = OrderSaid("plumbing", "U3", "kitchen", "Fuite de la colonne", "tenant")
        there = select(Dwelling).where(Dwelling.residence_id == one.scalar_subquery())
        for home in session.scalars(there.order_by(Dwelling.id)):
            open_by_hand(session, home, leaks, viewer=make_viewer(coordinator), now=now)
        return [
            f"/surroundings/files/{near.id}",
            *(f"/unclaimed/forms/{one.id}" for one in sent),
            f"/unclaimed/handed-in/{kept.id}",
            "/unclaimed/?state=aside",
            f"/imports/{file.id}",
        ]


def refusal_pages(app: Flask) -> Iterator[tuple[str, str]]:
    """Give the page that says each kind of refusal, by its code."""
    for refused in REFUSALS:
        with app.test_request_context("/", headers={"Accept": "text/html"}):
            answer = app.make_response(app.handle_user_exception(refused))
            yield refused.code, answer.get_data(as_text=True)
