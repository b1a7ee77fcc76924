"""The associations that work beside the landlord, each with its people and its mandates."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Organisation, Role, Territory, User
from visits.models.mandates import Right
from visits.sight import Viewer
from visits.sight.mandates import giving, mandates_held
from webapp.access.auth import RIGHTS, Action
from webapp.demo.cast import LINKS, NEIGHBOURS, YOUNG_PEOPLE, acting

WORK = frozenset({Right.CALL, Right.PLAN, Right.VISIT, Right.DECIDE, Right.FIGURES})
# Which association works in which programme, and in which agency's area; None is everywhere.
MANDATES = (
    (NEIGHBOURS, "isolated_tenants", "Agence de Beauvais"),
    (LINKS, "isolated_tenants", "Agence de Creil-Compiègne"),
    (LINKS, "partner_residences", "Agence de Creil-Compiègne"),
    (YOUNG_PEOPLE, "young_tenants", None),
)


@dataclass(frozen=True)
class Team:
    """An association's people: who calls and plans, and who visits."""

    organisation: Organisation
    coordinator: User
    visitor: User

    def viewer(self, session: Session, action: Action, now: datetime) -> Viewer:
        """Give the coordinator as she looks at persons, with her mandates of that day."""
        held = mandates_held(session, self.organisation.id, on=today_in_paris(now))
        mandates = giving(held, RIGHTS.get(action, frozenset()))
        return replace(acting(self.coordinator, action), mandates=mandates)


def mandate_associations(session: Session, *, by: User, now: datetime) -> None:
    """Give each association the programme and the area it works in."""
    for name, programme, area in MANDATES:
        territory = select(Territory.id).where(Territory.name == area)
        said = MandateSaid(
            organisation_id=_named(session, name).id,
            programme=programme,
            territory_id=session.scalars(territory).one() if area else None,
            rights=WORK,
            from_on=today_in_paris(now),
            until_on=today_in_paris(now) + timedelta(days=3 * 365),
        )
        grant_mandate(session, said, by=by.id, now=now)


def team(session: Session, name: str) -> Team:
    """Find an association's people."""
    organisation = _named(session, name)
    people = select(User).where(User.organisation_id == organisation.id).order_by(User.id)
    by_role = {user.role: user for user in session.scalars(people)}
    return Team(organisation, by_role[Role.PARTNER_COORDINATOR], by_role[Role.VISITOR])


def coordinator_of(session: Session, name: str) -> User:
    """Find who calls and plans for an organisation, whether it visits or not."""
    its = (User.organisation_id == _named(session, name).id, User.role == Role.PARTNER_COORDINATOR)
    return session.scalars(select(User).where(*its)).one()


def _named(session: Session, name: str) -> Organisation:
    return session.scalars(select(Organisation).where(Organisation.name == name)).one()
