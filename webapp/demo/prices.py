"""Price lists of frame contracts, and what some of the open orders count by them."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.models.works import OPEN_STATES, WorkOrder
from visits.sight import Viewer
from visits.sight.homes import landlords_run
from visits.sight.listing import Wanted
from visits.works.costs import note_estimate
from visits.works.counting import articles_for, count_article
from visits.works.price_lists import PricesSaid, bring_price_list, take_price_list

HEADINGS = "CODE;LIBELLE;UNITE;PRIX HT;METIER"
# Code, words, unit, price without tax in euros, trade.
ARTICLES = (
    ("MS-101", "Déplacement et diagnostic", "forfait", 38.00, "Multiservice"),
    ("MS-102", "Heure de main-d’œuvre", "h", 42.50, "Multiservice"),
    ("MS-110", "Fourniture et pose d’une barre d’appui de 30 cm", "U", 61.00, "Multiservice"),
    ("MS-111", "Fourniture et pose d’une barre d’appui coudée", "U", 84.00, "Multiservice"),
    ("MS-120", "Détecteur de fumée, fourni et posé", "U", 34.90, "Multiservice"),
    ("EL-201", "Remplacement d’une prise de courant", "U", 46.20, "Électricité"),
    ("EL-202", "Remplacement d’un va-et-vient", "U", 51.00, "Électricité"),
    ("EL-210", "Passage de câble sous goulotte", "ml", 12.40, "Électricité"),
    ("EL-220", "Remplacement d’un disjoncteur différentiel", "U", 128.00, "Électricité"),
    ("PL-301", "Remplacement d’un siphon", "U", 44.00, "Plomberie"),
    ("PL-302", "Remplacement d’un mitigeur thermostatique", "U", 162.00, "Plomberie"),
    ("PL-310", "Débouchage d’une évacuation", "U", 95.00, "Plomberie"),
    ("PL-320", "Receveur extra-plat et paroi, pose comprise", "U", 1480.00, "Plomberie"),
    ("CH-401", "Purge et équilibrage d’un radiateur", "U", 29.00, "Chauffage"),
    ("CH-402", "Remplacement d’un robinet thermostatique", "U", 78.00, "Chauffage"),
    ("SE-501", "Remplacement d’un cylindre de serrure", "U", 88.00, "Serrurerie"),
)
CONTRACT, VAT, MORE = "Entretien courant, lots réunis", "10", 1.032
COUNTED = 4


def price_some(session: Session, *, by: Viewer, now: datetime) -> None:
    """Take in a contract's prices of last year and of this one; count them for a few orders."""
    (landlord, *_others) = landlords_run(session, by)
    for year, factor in ((now.year - 2, 1.0), (now.year - 1, MORE)):
        said = PricesSaid(CONTRACT, date(year, 1, 1), VAT)
        data, name = _file(factor).encode(), f"bordereau-{year}.csv"
        prices = bring_price_list(session, landlord.id, said, data, name, viewer=by, now=now)
        take_price_list(session, prices, viewer=by, now=now)
    to_come = PricesSaid(CONTRACT, date(now.year + 1, 1, 1), VAT)
    data = _file(MORE * MORE).replace("PL-310", "EL-201").encode()
    bring_price_list(session, landlord.id, to_come, data, "projet.csv", viewer=by, now=now)
    _count_some(session, by=by, now=now)


def _file(factor: float) -> str:
    lines = (
        ";".join((code, words, unit, f"{price * factor:.2f}".replace(".", ","), trade))
        for code, words, unit, price, trade in ARTICLES
    )
    return "\n".join((HEADINGS, *lines))


def _count_some(session: Session, *, by: Viewer, now: datetime) -> None:
    still_open = (
        select(WorkOrder)
        .where(WorkOrder.state.in_(OPEN_STATES), WorkOrder.dwelling_id.is_not(None))
        .order_by(WorkOrder.opened_at.desc(), WorkOrder.id)
        .limit(COUNTED)
    )
    for order in session.scalars(still_open).all():
        offered = articles_for(session, order, text="", any_trade=False, wanted=Wanted(size=2))
        lines = [
            count_article(session, order, one.id, "2", viewer=by, now=now) for one in offered.rows
        ]
        if lines:
            note_estimate(order, f"{sum(one.cents for one in lines) / 100:.2f}", viewer=by, now=now)
