"""What the demo knows around two residences: a dozen services, as the office noted them."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from maps.travel import Geodesic
from visits.ground.deadlines import today_in_paris
from visits.models.portfolio import Residence
from visits.models.surroundings import Measured
from visits.sight import Viewer
from visits.surroundings.said import ServiceSaid
from visits.surroundings.services import note_service, withdraw_service

RESIDENCES = 2
AGO = timedelta(days=40)
WALKED = Measured.WALKED
# A service, and where it stands from the residence: degrees to the north and to the east.
SERVICES: tuple[tuple[ServiceSaid, tuple[float, float] | None], ...] = (
    (ServiceSaid("bakery", "Boulangerie Au Bon Pain", "12 rue du Marché", metres=180,
                 measured=WALKED, ways=("bench", "flat"), open_days="Fermée le lundi"), None),
    (ServiceSaid("grocery", "Épicerie du Coin", metres=320, measured=WALKED,
                 ways=("steps",), open_days="Tous les jours, 8 h – 20 h"), None),
    (ServiceSaid("supermarket", "Supermarché des Sources"), (0.006, 0.004)),
    (ServiceSaid("pharmacy", "Pharmacie de la Poste", phone="+33344000011", metres=450,
                 measured=WALKED, open_days="Du lundi au samedi"), None),
    (ServiceSaid("doctor", "Maison médicale", phone="+33344000012"), (-0.003, 0.005)),
    (ServiceSaid("stop", "Arrêt Mairie", metres=150, measured=WALKED, ways=("bench",)), None),
    (ServiceSaid("post_office", "La Poste"), (0.004, -0.006)),
    (ServiceSaid("market", "Marché du samedi", open_days="Samedi matin"), (0.003, 0.001)),
    (ServiceSaid("park", "Jardin des Tilleuls", ways=("flat", "bench")), (-0.002, -0.002)),
)  # fmt: skip
# What the second one has: nobody noted a pharmacy or a doctor within a walk there.
FEWER = ("bakery", "stop", "supermarket")
CLOSED = ServiceSaid("bakery", "Boulangerie de l’Église", metres=260, measured=WALKED)


def note_some(session: Session, *, by: Viewer, now: datetime) -> None:
    """Note what is around two residences; a bakery closed since."""
    placed = select(Residence).where(Residence.lat.is_not(None)).order_by(Residence.id)
    for place, home in enumerate(session.scalars(placed.limit(RESIDENCES)).all()):
        for said, offset in SERVICES:
            if not place or said.kind in FEWER:
                _note(session, home, said, offset, by=by, now=now - AGO)
        if not place:
            closed = note_service(
                session, home, CLOSED, walk=Geodesic().metres, viewer=by, now=now - AGO
            )
            withdraw_service(session, closed, why="Fermée depuis l’été.", viewer=by, now=now)


def _note(
    session: Session,
    home: Residence,
    said: ServiceSaid,
    offset: tuple[float, float] | None,
    *,
    by: Viewer,
    now: datetime,
) -> None:
    north, east = offset or (0.0, 0.0)
    there = {"lat": (home.lat or 0) + north, "lon": (home.lon or 0) + east} if offset else {}
    told = ServiceSaid(**(vars(said) | there | {"known_on": today_in_paris(now)}))
    note_service(session, home, told, walk=Geodesic().metres, viewer=by, now=now)
