"""How somebody lives from day to day: as she said it, the latest day, never worked out."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories import make_person, make_user, make_viewer
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.needs import AutonomyNote
from visits.models.people import Person, RefusedPart
from visits.people.autonomy import (
    AutonomySaid,
    Said,
    ask_again_on,
    let_go_of_autonomy,
    note_autonomy,
    put_autonomy_back,
    standing_autonomy,
    withdraw_autonomy,
)
from visits.people.part_refusals import refuse_parts, refused_parts, take_part_back
from visits.sight import Viewer

LONG = "x" * 301


class Talk:
    """A social worker, and Mme Morel who says how she lives."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now, self.today = session, now, now.date()
        self.viewer: Viewer = make_viewer(make_user(session))
        self.person: Person = make_person(session, last_name="MOREL")

    def note(
        self, ago: int = 0, how: str = "hard", words: str = "Je me tiens au mur."
    ) -> AutonomyNote:
        on = self.today - timedelta(days=ago)
        said = AutonomySaid({"indoors": Said(how, words)}, on, "A. Roy, CCAS", "home")
        return self.say(said)

    def say(self, said: AutonomySaid) -> AutonomyNote:
        return note_autonomy(self.session, self.person, said, viewer=self.viewer, now=self.now)

    def standing(self) -> AutonomyNote | None:
        return standing_autonomy(self.session, self.person)


@pytest.fixture
def talk(session: Session, now: datetime) -> Talk:
    return Talk(session, now)


def test_the_latest_day_stands_and_what_was_withdrawn_lets_the_one_before_stand(talk: Talk) -> None:
    first, second = talk.note(ago=40), talk.note(how="helped", words="Ma fille m’aide.")
    assert talk.standing() is second
    assert second.said == {"indoors": {"how": "helped", "words": "Ma fille m’aide."}}
    withdraw_autonomy(
        talk.session, talk.person, second.id, "Une autre", viewer=talk.viewer, now=talk.now
    )
    assert talk.standing() is first
    put_autonomy_back(talk.session, talk.person, second.id, viewer=talk.viewer, now=talk.now)
    assert talk.standing() is second
    with pytest.raises(Conflict, match="noted_not_withdrawn"):
        put_autonomy_back(talk.session, talk.person, second.id, viewer=talk.viewer, now=talk.now)
    with pytest.raises(NotFound):
        other = make_person(talk.session)
        put_autonomy_back(talk.session, other, second.id, viewer=talk.viewer, now=talk.now)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (AutonomySaid({}, date(2026, 1, 5), "A. Roy", "home"), "areas"),
        (AutonomySaid({"meals": Said("")}, date(2026, 1, 5), "A. Roy", "home"), "how-meals"),
        (AutonomySaid({"meals": Said("gir4")}, date(2026, 1, 5), "A. Roy", "home"), "how-meals"),
        (AutonomySaid({"meals": Said("not", LONG)}, date(2026, 1, 5), "R", "home"), "words-meals"),
        (AutonomySaid({"meals": Said("not")}, None, "A. Roy", "home"), "assessed_on"),
        (AutonomySaid({"meals": Said("not")}, date(2040, 1, 5), "A. Roy", "home"), "assessed_on"),
        (AutonomySaid({"meals": Said("not")}, date(2026, 1, 5), " ", "home"), "asked_by"),
        (AutonomySaid({"meals": Said("not")}, date(2026, 1, 5), "A. Roy", "moon"), "setting"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_field(talk: Talk, said: AutonomySaid, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        talk.say(said)
    assert set(refused.value.fields) == {field}


def test_an_earlier_day_than_what_stands_is_refused_as_it_would_count_for_nothing(
    talk: Talk,
) -> None:
    talk.note(ago=5)
    with pytest.raises(Invalid) as refused:
        talk.note(ago=6)
    assert refused.value.fields == {"assessed_on": "autonomy_told_later"}


def test_nothing_is_noted_of_who_refuses_questions_on_her_health_until_she_takes_it_back(
    talk: Talk,
) -> None:
    refuse_parts(talk.session, talk.person, [RefusedPart.HEALTH], viewer=talk.viewer, now=talk.now)
    with pytest.raises(Conflict, match="autonomy_health_refused"):
        talk.note()
    stands = refused_parts(talk.session, talk.person.id)[RefusedPart.HEALTH]
    take_part_back(talk.session, talk.person, stands.id, viewer=talk.viewer, now=talk.now)
    assert talk.note().noted_by_id == talk.viewer.user_id
    talk.person.died_on = talk.today
    with pytest.raises(Conflict, match="autonomy_of_who_died"):
        talk.note()


def test_what_is_over_24_months_old_is_let_go_and_that_she_was_asked_stays(talk: Talk) -> None:
    old, since = talk.note(ago=400), talk.note(ago=30)
    withdraw_autonomy(
        talk.session, talk.person, old.id, "Sa sœur l’a dit", viewer=talk.viewer, now=talk.now
    )
    last = datetime.combine(ask_again_on(old), talk.now.time(), talk.now.tzinfo)
    for now, gone in ((last, 0), (last + timedelta(days=1), 1), (last + timedelta(days=2), 0)):
        assert let_go_of_autonomy(talk.session, now=now) == gone
    assert (old.said, old.asked_by, old.withdrawn_why) == ({}, "", "")
    assert old.erased_on == (last + timedelta(days=1)).date() and old.noted_by == since.noted_by
    assert talk.standing() is since and since.said["indoors"]["words"]
    with pytest.raises(Conflict, match="autonomy_erased"):
        put_autonomy_back(talk.session, talk.person, old.id, viewer=talk.viewer, now=talk.now)
    assert let_go_of_autonomy(talk.session, now=last + timedelta(days=900)) == 1
    assert talk.standing() is None


def test_she_is_asked_anew_after_two_years(talk: Talk) -> None:
    assert ask_again_on(talk.note()) == talk.today.replace(year=talk.today.year + 2)
