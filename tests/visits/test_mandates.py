"""A mandate opens a programme in an area to an organisation's people, and nothing else."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.submissions import home_visit
from visits.accounts.accounts import find_organisation, find_territory
from visits.accounts.mandates import (
    ENDED,
    IN_FORCE,
    TO_COME,
    MandateSaid,
    change_end,
    changes_of,
    end_mandate,
    grant_mandate,
    list_mandates,
    standing_visits,
    take_up_again,
)
from visits.forms.published import publish_form
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import OrganisationKind, Role, User
from visits.models.cases import Case
from visits.models.mandates import Mandate, Right
from visits.models.people import Consent, ConsentScope
from visits.models.visits import LIVE, Submission, SubmissionState, Visit, VisitState
from visits.people.happened import EntryKind
from visits.people.people import person_file
from visits.people.timeline import timeline
from visits.programmes.published import publish_shipped_programmes
from visits.sight import Reach, Viewer, find_person, mandates_held, visible_cases, visible_persons
from visits.sight.listing import Wanted
from visits.sight.lists import cases_seen

TODAY = date(2026, 3, 10)
WORK = frozenset({Right.CALL, Right.PLAN, Right.VISIT})


@dataclass
class Field:
    """A landlord, an association with a coordinator and a visitor, cases north and south."""

    session: Session
    office: User
    coordinator: User
    visitor: User
    north: uuid.UUID
    south: uuid.UUID
    cases: dict[str, Case]

    def said(self, **said: Any) -> MandateSaid:
        given = MandateSaid(
            self.coordinator.organisation_id, "seniors", self.north, WORK, TODAY, None
        )
        return replace(given, **said)

    def grant(self, **said: Any) -> Mandate:
        return grant_mandate(self.session, self.said(**said), by=self.office.id, now=NOW)

    def eyes(self, reach: Reach = Reach.ORGANISATION, *, on: date = TODAY) -> Viewer:
        held = mandates_held(self.session, self.coordinator.organisation_id, on=on)
        return replace(make_viewer(self.coordinator, reach), mandates=held)

    def seen(self, viewer: Viewer) -> set[str]:
        """Name the cases a viewer sees; the persons she sees are theirs."""
        cases = select(Case.id).join(Case.person).where(visible_cases(viewer))
        found = set(self.session.scalars(cases))
        persons = select(Case.person_id).join(Case.person).where(visible_persons(viewer))
        assert set(self.session.scalars(persons)) == {
            one.person_id for one in self.cases.values() if one.id in found
        }
        listed = select(Case.id).where(cases_seen(self.session, viewer))
        assert set(self.session.scalars(listed)) == found
        return {name for name, case in self.cases.items() if case.id in found}


@pytest.fixture
def field(session: Session) -> Field:
    publish_shipped_programmes(session, now=NOW)
    office = make_user(session)
    find_organisation(session, "Association", OrganisationKind.PARTNER)
    north, south = (find_territory(session, name).id for name in ("Nord", "Sud"))
    cases = {}
    for name, area, programme in (
        ("north", north, "seniors"), ("south", south, "seniors"), ("other", north, "residences"),
    ):  # fmt: skip
        home = make_dwelling(session, residence=make_residence(session, territory_id=area))
        cases[name] = make_case(session, by=office, dwelling=home, programme=programme)
    coordinator = make_user(session, role=Role.PARTNER_COORDINATOR, organisation="Association")
    visitor = make_user(session, role=Role.VISITOR, organisation="Association")
    return Field(session, office, coordinator, visitor, north, south, cases)


def test_a_mandate_opens_all_of_its_programme_and_area(field: Field) -> None:
    assert field.seen(field.eyes()) == set()
    field.grant()
    for reach in (Reach.ORGANISATION, Reach.MANDATE, Reach.FIGURES):
        assert field.seen(field.eyes(reach)) == {"north"}
    field.grant(territory_id=None, programme="residences")
    assert field.seen(field.eyes()) == {"north", "other"}
    # Her account's own territory narrows it.
    assert field.seen(replace(field.eyes(), territory_id=field.south)) == set()


def test_without_a_mandate_an_organisation_sees_whom_its_people_are_about_to_visit(
    field: Field,
) -> None:
    visit = make_visit(field.session, case=field.cases["south"], visitor=field.visitor)
    for state in VisitState:
        visit.state = state
        field.session.flush()
        assert field.seen(field.eyes()) == ({"south"} if state in LIVE else set())
    visit.state = VisitState.PLANNED
    assert field.seen(field.eyes(Reach.MANDATE)) == set()
    stranger = make_user(field.session, role=Role.VISITOR, organisation="Mutuelle")
    make_visit(field.session, case=field.cases["other"], visitor=stranger)
    assert field.seen(field.eyes()) == {"south"}


def test_of_a_person_in_two_programmes_only_the_mandates_case_is_seen(field: Field) -> None:
    session, case = field.session, field.cases["north"]
    hidden = make_case(
        session, by=field.office, person=case.person, dwelling=case.dwelling, programme="residences"
    )
    make_visit(session, case=hidden, visitor=make_user(session, role=Role.VISITOR))
    field.grant()
    eyes, person = field.eyes(), case.person
    assert person_file(session, eyes, person).cases == [case]
    rows = timeline(session, person, dict.fromkeys(EntryKind, eyes), wanted=Wanted()).rows
    told = [one.thing for row in rows for one in row]
    assert case in told and hidden not in told
    assert not [one for one in told if isinstance(one, Visit)]
    assert len(person_file(session, make_viewer(field.office), case.person).cases) == 2


def test_a_case_in_an_organisations_charge_is_seen_by_no_other_mandated_one(field: Field) -> None:
    field.grant()
    case = field.cases["north"]
    case.organisation_id = field.coordinator.organisation_id
    field.session.flush()
    assert field.seen(field.eyes()) == {"north"}
    case.organisation_id = find_organisation(field.session, "Mutuelle", OrganisationKind.PARTNER).id
    field.session.flush()
    assert field.seen(field.eyes()) == field.seen(field.eyes(Reach.MANDATE)) == set()
    assert field.seen(field.eyes(Reach.FIGURES)) == {"north"}
    make_visit(field.session, case=case, visitor=field.visitor)
    assert field.seen(field.eyes()) == {"north"}


def test_a_protected_person_is_hidden_from_a_mandate_too(field: Field) -> None:
    field.grant()
    field.cases["north"].person.protected = True
    field.session.flush()
    assert field.seen(field.eyes()) == set()
    with pytest.raises(NotFound):
        find_person(field.session, field.eyes(), field.cases["north"].person_id)


def test_a_mandate_counts_from_its_first_day_to_its_last(field: Field) -> None:
    field.grant(from_on=TODAY, until_on=TODAY + timedelta(days=9))
    for day, seen in ((-1, set[str]()), (0, {"north"}), (9, {"north"}), (10, set[str]())):
        assert field.seen(field.eyes(on=TODAY + timedelta(days=day))) == seen, day


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"programme": "unknown"}, {"programme": "bad_choice"}),
        ({"rights": frozenset()}, {"rights": "required"}),
        ({"territory_id": uuid.uuid4()}, {"territory": "bad_choice"}),
        ({"organisation_id": uuid.uuid4()}, {"organisation": "bad_choice"}),
        ({"until_on": TODAY - timedelta(days=1)}, {"until_on": "ends_before_it_begins"}),
    ],
)
def test_a_mandate_that_cannot_be_is_refused_by_field(
    field: Field, said: dict[str, Any], wrong: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        field.grant(**said)
    assert refused.value.fields == wrong


def test_a_landlord_needs_no_mandate_and_a_fund_sees_figures_only(field: Field) -> None:
    with pytest.raises(Invalid) as refused:
        field.grant(organisation_id=field.office.organisation_id)
    assert refused.value.fields == {"organisation": "landlord_needs_no_mandate"}
    fund = find_organisation(field.session, "Caisse", OrganisationKind.PENSION_FUND).id
    with pytest.raises(Invalid) as refused:
        field.grant(organisation_id=fund, rights=frozenset({Right.FIGURES, Right.CALL}))
    assert refused.value.fields == {"rights": "figures_only"}
    field.grant(organisation_id=fund, rights=frozenset({Right.FIGURES}))


def test_two_mandates_of_the_same_do_not_overlap(field: Field) -> None:
    first = field.grant(until_on=TODAY + timedelta(days=9))
    with pytest.raises(Conflict):
        field.grant(from_on=TODAY + timedelta(days=9))
    field.grant(territory_id=field.south)
    later = field.grant(from_on=TODAY + timedelta(days=10))
    with pytest.raises(Conflict):
        change_end(field.session, first, None, viewer=make_viewer(field.office), now=NOW)
    eyes = make_viewer(field.office)
    end_mandate(field.session, later, viewer=eyes, now=NOW)
    change_end(field.session, first, None, viewer=eyes, now=NOW)
    with pytest.raises(Conflict):
        take_up_again(field.session, later, by=field.office.id, now=NOW)


def test_a_mandate_is_not_ended_over_planned_visits_unawares(field: Field) -> None:
    session, eyes = field.session, make_viewer(field.office)
    mandate = field.grant()
    done = make_visit(
        session, case=field.cases["north"], visitor=field.visitor, state=VisitState.DONE
    )
    planned = make_visit(session, case=field.cases["north"], visitor=field.visitor)
    make_visit(session, case=field.cases["south"], visitor=field.visitor)
    assert done not in standing_visits(session, mandate, eyes)
    assert standing_visits(session, mandate, eyes) == [planned]
    with pytest.raises(Invalid) as refused:
        end_mandate(session, mandate, viewer=eyes, now=NOW)
    assert refused.value.fields == {"visits_stand": "visits_stand"}
    assert mandate.ended_at is None
    end_mandate(session, mandate, viewer=eyes, now=NOW, visits_stand=True)
    assert (mandate.ended_at, mandate.ended_by_id) == (NOW, field.office.id)
    assert planned.state is VisitState.PLANNED
    assert field.seen(field.eyes()) == {"north", "south"}  # whom her own people are to visit
    assert field.seen(field.eyes(Reach.MANDATE)) == set()
    planned.state = VisitState.DONE
    assert field.seen(field.eyes()) == {"south"}


def test_the_visits_after_a_new_last_day_are_told(field: Field) -> None:
    session, eyes = field.session, make_viewer(field.office)
    mandate = field.grant()
    start = NOW + timedelta(days=5)
    visit = make_visit(session, case=field.cases["north"], visitor=field.visitor, start_at=start)
    with pytest.raises(Invalid):
        change_end(session, mandate, TODAY + timedelta(days=4), viewer=eyes, now=NOW)
    assert mandate.until_on is None
    change_end(session, mandate, TODAY + timedelta(days=5), viewer=eyes, now=NOW)
    change_end(session, mandate, TODAY, viewer=eyes, now=NOW, visits_stand=True)
    assert mandate.until_on == TODAY
    change_end(session, mandate, TODAY, viewer=eyes, now=NOW)
    fifth = TODAY + timedelta(days=5)
    told = [(one.until_was, one.until_on, one.by_id) for one in changes_of(session, mandate)]
    assert told == [(None, fifth, field.office.id), (fifth, TODAY, field.office.id)]
    assert session.get(Visit, visit.id) is visit


def test_a_mandate_ended_by_mistake_stands_again(field: Field) -> None:
    session, eyes = field.session, make_viewer(field.office)
    mandate = field.grant()
    with pytest.raises(Conflict):
        take_up_again(session, mandate, by=field.office.id, now=NOW)
    end_mandate(session, mandate, viewer=eyes, now=NOW)
    with pytest.raises(Conflict):
        end_mandate(session, mandate, viewer=eyes, now=NOW)
    with pytest.raises(Conflict):
        change_end(session, mandate, None, viewer=eyes, now=NOW)
    assert field.seen(field.eyes()) == set()
    take_up_again(session, mandate, by=field.office.id, now=NOW)
    assert field.seen(field.eyes()) == {"north"}
    assert [one.kind for one in changes_of(session, mandate)] == ["ended", "taken_up"]


def test_mandates_are_listed_by_where_they_stand(field: Field) -> None:
    session = field.session
    now = field.grant()
    later = field.grant(territory_id=field.south, from_on=TODAY + timedelta(days=1))
    gone = field.grant(programme="residences")
    end_mandate(session, gone, viewer=make_viewer(field.office), now=NOW)
    eyes = make_viewer(field.office)
    listed = {
        one: list_mandates(session, eyes, state=one, now=NOW) for one in (IN_FORCE, TO_COME, ENDED)
    }
    assert listed == {IN_FORCE: [now], TO_COME: [later], ENDED: [gone]}
    assert len(list_mandates(session, eyes, state="all", now=NOW)) == 3


def test_a_consent_said_at_a_visit_that_one_may_not_see_is_not_told(field: Field) -> None:
    field.grant()
    person = field.cases["north"].person
    home = field.cases["north"].dwelling
    other = make_case(
        field.session, by=field.office, person=person, dwelling=home, programme="residences"
    )
    form = publish_form(field.session, home_visit(), by=None, now=NOW)
    said = []
    theirs = make_user(field.session, role=Role.VISITOR, organisation="Une autre")
    for case, visitor in ((field.cases["north"], field.visitor), (other, theirs)):
        visit = make_visit(field.session, case=case, visitor=visitor)
        sent = _sent(visit, form.id, field.visitor.id)
        field.session.add(sent)
        field.session.flush()
        said.append(_agreed(person.id, sent.id))
    said.append(_agreed(person.id, None))
    field.session.add_all(said)
    field.session.flush()

    def told(viewer: Viewer) -> tuple[set[uuid.UUID], set[uuid.UUID]]:
        listed = timeline(
            field.session, person, {EntryKind.CONSENT: viewer}, wanted=Wanted(size=50)
        )
        file = person_file(field.session, viewer, person)
        return {one.id for row in listed.rows for one in row}, {one.id for one in file.consents}

    hers = {said[0].id, said[2].id}
    assert told(field.eyes()) == (hers, hers)
    every = {one.id for one in said}
    assert told(make_viewer(field.office)) == (every, every)


def _sent(visit: Visit, form_version_id: uuid.UUID, by: uuid.UUID) -> Submission:
    return Submission(
        visit_id=visit.id, form_version_id=form_version_id, sent_by_id=by,
        instance_id=f"uuid:{visit.id}", xml=b"<a/>", sha256="0" * 64, state=SubmissionState.CHECKED,
        received_at=NOW,
    )  # fmt: skip


def _agreed(person_id: uuid.UUID, submission_id: uuid.UUID | None) -> Consent:
    return Consent(
        person_id=person_id, scope=ConsentScope.VISIT, given=True, at=NOW, text_version="1",
        submission_id=submission_id,
    )  # fmt: skip
