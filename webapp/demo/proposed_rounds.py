"""Rounds that the demo's coordinator asked for this morning, of the week to come."""

from datetime import datetime, timedelta

from maps.travel import Geodesic
from visits.rounds.candidates import count_candidates
from visits.rounds.proposals import ask_for_rounds
from visits.rounds.reading import stops_of
from visits.rounds.scope import Scope, count_visitor_days, visitors_offered
from visits.rounds.solving import solve
from visits.rounds.working import check_stops, found_of, gather, keep, take_up
from webapp.access.auth import Action
from webapp.demo.calendar import day_of
from webapp.demo.cast import acting
from webapp.demo.story import Story

ASKED_BEFORE = timedelta(minutes=40)
WEEK = 7


def propose_rounds(story: Story) -> None:
    """Let the coordinator ask for next week's rounds."""
    story.timeline.at(story.now - ASKED_BEFORE, lambda now: _propose(story, now))


def _propose(story: Story, now: datetime) -> None:
    session, viewer, today = story.session, acting(story.cast.coordinator, Action.PLAN), day_of(now)
    monday = today + timedelta(days=WEEK - today.weekday())
    visitors = frozenset(one.id for one in visitors_offered(session, viewer))
    scope = Scope(monday, monday + timedelta(days=4), visitors)
    if not count_candidates(session, scope, viewer) or not count_visitor_days(session, scope):
        return
    proposal = ask_for_rounds(session, scope, viewer=viewer, now=now)
    take_up(session, now=now)
    gathered = gather(session, proposal.id, roads=Geodesic(), now=now)
    if gathered is None:
        return
    solution = solve(gathered.problem, look=lambda: None)
    stops = list(stops_of(gathered.problem, solution))
    refused = list(check_stops(session, stops, gathered, of=stops, now=now))
    keep(session, proposal.id, found_of(gathered, solution, refused), now=now)
