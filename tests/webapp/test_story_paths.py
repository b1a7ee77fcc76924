"""Households handed over to common services, step after step, from June to October."""

import re
from datetime import date, datetime, time

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from tests.factories import make_dwelling, make_person, make_user, make_viewer
from tests.webapp.stories import browse_at, tile
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.cases.charge import put_in_charge
from visits.choosing.opening import open_by_hand
from visits.models.accounts import Role, User
from visits.models.cases import Case
from visits.models.mandates import Right

PROGRAMME = "reinforced_support"
JUNE, OCTOBER = date(2026, 6, 1), date(2026, 10, 1)
FIND, MEET, CONFIRM = (
    "Find the service that takes over",
    "Meeting of the household with that service",
    "Confirmed by the service",
)
BUTTON = r'action="([^"]*/{})"[^>]*>(?:(?!</form>).)*{}'
# Of each household: the days on which its steps were noted as done.
DONE = (
    (date(2026, 6, 20), date(2026, 7, 2), date(2026, 7, 30)),
    (date(2026, 6, 25), date(2026, 7, 9), date(2026, 8, 20)),
    (date(2026, 7, 15), date(2026, 9, 25)),
    (date(2026, 8, 3),),
    (),
)


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=PARIS)


class Story:
    """Five households, with the clock in hand."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.office = make_user(session, language="en")
        self.cases = []
        for place in range(len(DONE)):
            her = make_person(session, dwelling=make_dwelling(session), last_name=f"FOYER{place}")
            case, _fit = open_by_hand(
                session, her, PROGRAMME, motive="Impayés", viewer=make_viewer(self.office),
                now=at(JUNE, 8),
            )  # fmt: skip
            self.cases.append(case.id)
        session.commit()

    def browse(self, day: date, user: User | None = None) -> FlaskClient:
        return browse_at(self.app, user or self.office, at(day))

    def act(self, day: date, address: str, **said: str) -> str:
        """Send a form on a day; gives the page that follows."""
        made = self.browse(day).post(address, data=said, follow_redirects=True)
        assert made.status_code == 200, made.text
        return str(made.text)

    def live(self) -> None:
        acts = [(JUNE, f"/cases/{one}/paths", {"path": "handover"}, 0) for one in self.cases]
        acts += [
            (day, f"/cases/{one}", {"state": "done"}, number)
            for one, days in zip(self.cases, DONE, strict=True)
            for number, day in enumerate(days)
        ]
        for day, path, said, number in sorted(acts, key=lambda one: one[0]):
            if "path" in said:
                assert "The path is begun" in self.act(day, path, **said)
                continue
            name = (FIND, MEET, CONFIRM)[number]
            page = self.browse(day).get(path).text
            [button] = re.findall(BUTTON.format("close", "It is done"), page)
            assert f'It is done<span class="visually-hidden"> · {name}</span>' in page
            assert "Noted." in self.act(day, button, **said)


def drawn(page: str) -> list[str]:
    """Read the steps of the path as the page draws them, each in one line."""
    found = re.search(r'id="paths">.*?<ol class="timeline">(.*?)</ol>', page, re.DOTALL)
    assert found is not None
    rows = [re.sub(r"<[^>]*>", " ", one) for one in found[1].split("<li")[1:]]
    return [" ".join(one.partition(">")[2].split()) for one in rows]


def test_five_households_are_handed_over_step_after_step(app: Flask, session: Session) -> None:
    story = Story(app, session)
    story.live()
    office = story.browse(OCTOBER)
    listed = office.get(f"/tasks/?programme={PROGRAMME}&kind=step").text
    # Two were handed over; the others stand on a step, two of them later than it was due.
    assert (tile(listed, "Due now"), tile(listed, "Late")) == ("3", "2")
    for name, count in ((FIND, 1), (MEET, 1), (CONFIRM, 1)):
        assert listed.count(f"<td>{name}</td>") == count
    late = office.get(f"/tasks/?programme={PROGRAMME}&kind=step&state=late").text
    assert [late.count(f"<td>{one}</td>") for one in (FIND, MEET, CONFIRM)] == [1, 1, 0]
    held = office.get(f"/tasks/?programme={PROGRAMME}&kind=step&owner=coordinator").text
    assert [held.count(f"<td>{one}</td>") for one in (FIND, MEET, CONFIRM)] == [0, 0, 1]
    assert f"{MEET}" in office.get(f"/tasks/tasks.csv?programme={PROGRAMME}&kind=step").text
    # Counted another way: from the rows, and from the days written above.
    asked = "SELECT state, count(*) FROM task WHERE path = 'handover' GROUP BY state"
    counted = {state: count for state, count in session.execute(text(asked))}
    assert counted == {"done": sum(map(len, DONE)), "open": 3}
    due = "SELECT step, due_on FROM task WHERE path = 'handover' AND state = 'open' ORDER BY due_on"
    assert [(step, str(day)) for step, day in session.execute(text(due))] == [
        ("service", "2026-07-01"), ("meeting", "2026-08-18"), ("confirmed", "2026-10-25"),
    ]  # fmt: skip
    session.commit()

    page = office.get(f"/cases/{story.cases[3]}").text
    first, second, third = drawn(page)
    assert first.startswith(f"{FIND} done on 3 Aug 2026 · Referent")
    assert second.startswith(f"{MEET} late since 3 Aug 2026, due 18 Aug 2026 · Referent")
    assert third == f"{CONFIRM} to come · Coordinator"
    over = office.get(f"/cases/{story.cases[0]}").text
    assert "All its steps are done." in over
    assert drawn(over)[2].startswith(f"{CONFIRM} done on 30 Jul 2026")

    # Noted by mistake: the step is to do again, and what followed is gone from the list.
    [back] = re.findall(BUTTON.format("reopen", "Take back, with"), page)
    page = story.act(OCTOBER, back)
    assert [one.split(" since")[0] for one in drawn(page)][0] == f"{FIND} late"
    assert drawn(page)[1] == f"{MEET} to come · Referent"
    assert "a step before it was taken back" in page
    listed = office.get(f"/tasks/?programme={PROGRAMME}&kind=step").text
    assert (tile(listed, "Due now"), tile(listed, "Late")) == ("3", "2")
    assert [listed.count(f"<td>{one}</td>") for one in (FIND, MEET, CONFIRM)] == [2, 0, 1]
    # Of one that begins twice, that is no path, or that nobody may begin, it is said why.
    path = f"/cases/{story.cases[4]}/paths"
    again = office.post(path, data={"path": "handover"})
    assert (again.status_code, "on that path already" in again.text) == (409, True)
    wrong = office.post(path, data={"path": "other"})
    assert (wrong.status_code, 'id="path-path-error"' in wrong.text) == (422, False)


def test_whoever_decides_begins_a_path_and_whoever_plans_notes_its_steps(
    app: Flask, session: Session
) -> None:
    story = Story(app, session)
    plans = make_user(
        session, role=Role.PARTNER_COORDINATOR, organisation="Cap Nord", language="en"
    )
    rights = frozenset({Right.CALL, Right.PLAN})
    said = MandateSaid(plans.organisation_id, PROGRAMME, None, rights, JUNE, None)
    grant_mandate(session, said, by=story.office.id, now=at(JUNE))
    case = session.get_one(Case, story.cases[0])
    put_in_charge(
        session, case, organisation_id=plans.organisation_id, referent_id=plans.id,
        why="De son secteur", viewer=make_viewer(story.office), now=at(JUNE),
    )  # fmt: skip
    session.commit()
    path = f"/cases/{story.cases[0]}"
    hers = story.browse(JUNE, plans)
    assert "Begin a path" not in hers.get(path).text
    assert hers.post(f"{path}/paths", data={"path": "handover"}).status_code in (403, 404)
    assert "Begin a path" in story.browse(JUNE).get(path).text
    story.act(JUNE, f"{path}/paths", path="handover")
    hers = story.browse(date(2026, 6, 20), plans)
    # What the referent holds is hers in the list.
    assert f"<td>{FIND}</td>" in hers.get(f"/tasks/?owner={plans.id}&kind=step").text
    page = hers.get(path).text
    [button] = re.findall(BUTTON.format("close", "It is done"), page)
    assert hers.post(button, data={"state": "done"}).status_code == 302
    assert drawn(hers.get(path).text)[1].startswith(f"{MEET} due since 20 Jun 2026")
