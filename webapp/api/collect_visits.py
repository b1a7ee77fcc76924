"""Which visit a form comes from: ODK Collect asks, of a list of the visitor's own."""

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from lxml import etree
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from diagnostics.wellformed import VISIT_QUESTION, read_form
from visits.agenda.carried import DAY
from visits.agenda.planning import visits_of_visitor
from visits.models.people import AccessKind
from visits.models.visits import Visit
from visits.sight import Viewer
from visits.sight.access_log import log_access
from webapp.frame.transaction import now

FILE = "palier_visits.csv"
LIST = "palier_visits"
DAYS_BACK, DAYS_AHEAD = 3, 7
XFORMS = "http://www.w3.org/2002/xforms"
LABEL = "Visite / Visit"


def visits_to_choose(session: Session, viewer: Viewer) -> Sequence[Visit]:
    """List the visits a visitor may be filling a form for."""
    start_at = now() - timedelta(days=DAYS_BACK)
    end_at = now() + timedelta(days=DAYS_AHEAD)
    return visits_of_visitor(session, viewer, start_at=start_at, end_at=end_at)


def visits_file(visits: Sequence[Visit]) -> bytes:
    """Write the list for Collect: moment, town and initials, as its memory is not locked."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("name", "label"))
    for visit in visits:
        rows.writerow((visit.id, _label(visit)))
    return text.getvalue().encode()


def _label(visit: Visit) -> str:
    at = visit.planned_start_at.astimezone(PARIS)
    person, home = visit.case.person, visit.case.residence
    initials = "".join(f"{name[:1]}." for name in (person.first_name, person.last_name) if name)
    city = [home.city] if home else []
    return " · ".join([f"{at:%d/%m %H:%M}", *city, initials])


def note_carried(session: Session, viewer: Viewer, visits: Sequence[Visit]) -> None:
    """Note that the visits left with a visitor: she may deliver what comes from them."""
    log_access(
        session,
        user_id=viewer.user_id,
        persons=sorted({visit.case.person_id for visit in visits}),
        kind=AccessKind.READ,
        what=DAY,
        now=now(),
    )


@lru_cache(maxsize=64)
def asking_for_visit(xform: bytes) -> bytes:
    """Add to a form the question of the visit, answered from the list beside it."""
    top = read_form(xform)
    names = {"x": XFORMS, "h": "http://www.w3.org/1999/xhtml"}
    model = top.find(".//x:model", names)
    first = model.find("x:instance", names) if model is not None else None
    body = top.find("h:body", names)
    if model is None or first is None or body is None or not len(first):
        return xform
    root = first[0]
    place = f"/{etree.QName(root).localname}/{VISIT_QUESTION}"
    etree.SubElement(root, f"{{{etree.QName(root).namespace or XFORMS}}}{VISIT_QUESTION}")
    listed = etree.Element(f"{{{XFORMS}}}instance", id=LIST, src=f"jr://file-csv/{FILE}")
    first.addnext(listed)
    etree.SubElement(model, f"{{{XFORMS}}}bind", nodeset=place, type="string")
    question = etree.Element(f"{{{XFORMS}}}select1", ref=place)
    etree.SubElement(question, f"{{{XFORMS}}}label").text = LABEL
    items = etree.SubElement(
        question, f"{{{XFORMS}}}itemset", nodeset=f"instance('{LIST}')/root/item"
    )
    etree.SubElement(items, f"{{{XFORMS}}}value", ref="name")
    etree.SubElement(items, f"{{{XFORMS}}}label", ref="label")
    body.insert(0, question)
    return etree.tostring(top, xml_declaration=True, encoding="UTF-8")
