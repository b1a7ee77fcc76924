"""Which referrals a viewer may see: with the person they are about; and what asks for one."""

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from visits.models.cases import Case
from visits.models.people import Person
from visits.models.referral_requests import ReferralDoor, ReferralRequest
from visits.models.referrals import Referral
from visits.sight.homes import STOCK
from visits.sight.reach import BY_MANDATE, Viewer, open_to, visible_cases, visible_persons


def visible_referrals(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Referral` and its `Person` for those the viewer may see.

    Whoever sees a person by a mandate sees what came of the cases it opens, and no other.
    """
    if viewer.reach in BY_MANDATE:
        cases = select(Case.id).join(Person, Person.id == Case.person_id)
        return Referral.case_id.in_(cases.where(visible_cases(viewer)))
    return visible_persons(viewer)


def visible_doors(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `ReferralDoor` for those whose requests the viewer may read.

    Nobody knows yet where the person lives whom a request names: who looks after one area reads
    what comes by the doors she made herself, and no other.
    """
    if viewer.reach not in STOCK:
        return false()
    its = ReferralDoor.landlord_id == viewer.landlord_id if viewer.landlord_id else true()
    hers = ReferralDoor.made_by_id == viewer.user_id
    return and_(its, or_(hers, true() if viewer.territory_id is None else false()))


def visible_requests(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `ReferralRequest` and its door for what the viewer may read.

    Taken up it is of a person, and seen with her. Before, it names somebody: with the name of a
    protected person it is read by those alone who may see her, or somebody else of that name.
    """
    hers = select(Referral.id).join(Referral.person).where(visible_referrals(viewer))
    taken_up = or_(ReferralRequest.referral_id.is_(None), ReferralRequest.referral_id.in_(hers))
    named, open_ = Person.name_key == ReferralRequest.name_key, open_to(viewer.user_id)
    quiet = exists().where(named, Person.protected, Person.merged_into_id.is_(None), ~open_)
    others = exists().where(named, open_)
    return and_(visible_doors(viewer), taken_up, or_(~quiet, others))
