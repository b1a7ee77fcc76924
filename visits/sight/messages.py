"""Which messages a viewer may see: of the cases and the orders she may see, and to herself."""

from sqlalchemy import ColumnElement, and_, or_, select

from visits.models.admissions import Admission, AdmissionOffer
from visits.models.cases import Case
from visits.models.messages import Message, MessageKind
from visits.models.people import Person
from visits.models.stays import Place
from visits.models.works import WorkOrder
from visits.sight.orders import visible_work_orders
from visits.sight.reach import Viewer, hidden_homes, visible_cases, visible_persons


def visible_messages(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Message` for what a viewer may see.

    One of works is seen with their order, which is not seen where its person is not; of those of a
    residence, which are about nobody, with each tenant too. What offers a place is not seen
    where the home of one is hidden that was offered there. The case or
    the order of each message is looked at by itself: those that are due are few, the cases many.
    """
    cases = select(Case.id).join(Case.person).where(Case.id == Message.case_id)
    hers = (Person.id == Message.person_id, visible_persons(viewer))
    tenant = select(Person.id).where(*hers).correlate(Message).exists()
    orders = (
        select(WorkOrder.id)
        .outerjoin(WorkOrder.person)
        .where(WorkOrder.id == Message.work_order_id, visible_work_orders(viewer))
        .where(or_(WorkOrder.residence_id.is_(None), tenant))
        .correlate(Message)
    )
    seen = cases.where(visible_cases(viewer)).correlate(Message)
    offered = (
        select(AdmissionOffer.id)
        .join(AdmissionOffer.admission)
        .join(AdmissionOffer.place)
        .where(Admission.case_id == Message.case_id)
        .where(Place.dwelling_id.in_(hidden_homes(viewer.user_id)))
        .correlate(Message)
    )
    tells_where = and_(Message.kind == MessageKind.PLACE_OFFERED, offered.exists())
    reached = or_(seen.exists(), orders.exists(), Message.user_id == viewer.user_id)
    return and_(reached, ~tells_where)
