"""The demo's messages: letters printed each working day, texts that went out, some that wait."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta

from visits.ground.errors import Conflict
from visits.intake.report_list import TO_LEAVE, TO_PRINT, count_reports, list_reports
from visits.intake.report_prints import print_reports
from visits.intake.reports import LeaveSaid, kept_from_leaving, leave_report
from visits.messages.kinds import EMAIL, TEXT
from visits.messages.printing import count_letters, print_letters, stop_letters_over
from visits.messages.sending import claim_due, give_up_late, note_sent
from visits.messages.ways import note_wish, wishes_of
from visits.models.cases import Case
from visits.models.messages import Message
from visits.models.reports import LeftHow, ReportReader
from visits.sight.listing import Wanted
from webapp.access.auth import Action
from webapp.demo.calendar import day_of, is_working_day, moment
from webapp.demo.cast import acting
from webapp.demo.story import Story
from webapp.office.messages.saying import said_by

PRINTED_AT = time(15, 30)
# Numbers kept for fiction.
NUMBERS = ("06 39 98 01 01", "06 39 98 01 02", "06 39 98 01 03")
AGREE = 40
LEFT_WITHIN = timedelta(days=4)


def write_to_people(story: Story, enrolled: list[Case], since: datetime) -> None:
    """Let some agree to be written to otherwise, and letters go out each working day."""
    agreed_at = since + timedelta(days=1)
    story.timeline.at(agreed_at, lambda at: _agree(story, enrolled, at))
    story.timeline.at(agreed_at, lambda at: _go_out(story, at))


def _agree(story: Story, enrolled: list[Case], now: datetime) -> None:
    viewer = acting(story.cast.coordinator, Action.PLAN)
    for place, case in enumerate(enrolled[:AGREE]):
        if case.person.protected or place % 4:
            continue
        by_text = place % 8 == 0
        note_wish(
            story.session,
            case.person,
            TEXT if by_text else EMAIL,
            agreed=True,
            address=NUMBERS[place % len(NUMBERS)] if by_text else f"locataire{place}@example.org",
            language="fr",
            viewer=viewer,
            now=now,
        )


def _go_out(story: Story, now: datetime) -> None:
    """Print what waits; what is sent by wire went out, as far as the demo goes."""
    viewer = acting(story.cast.coordinator, Action.PLAN)
    give_up_late(story.session, now=now)
    while due := claim_due(story.session, (EMAIL, TEXT), now=now):
        for message in due:
            note_sent(message, body=_say(story, message), to=_where(story, message), now=now)
    stop_letters_over(story.session, viewer, now=now)
    if count_letters(story.session, viewer, now=now):
        with suppress(Conflict):  # whoever asks for a place may have no address: hers waits alone
            print_letters(story.session, viewer, say=lambda one: _say(story, one), now=now)
    _leave_reports(story, now)
    later = moment(_next_day(day_of(now)), PRINTED_AT)
    story.timeline.at(later, lambda at: _go_out(story, at))


def _leave_reports(story: Story, now: datetime) -> None:
    """Leave the reports of the visits since the day before, but for one in nine; print some."""
    viewer = acting(story.cast.coordinator, Action.SEE_ANSWERS)
    latest = Wanted(sort="start", descending=True)
    to_leave = list_reports(story.session, viewer, which=TO_LEAVE, wanted=latest)
    for visit in to_leave.rows:
        place = visit.planned_start_at.toordinal() + visit.planned_start_at.hour
        if visit.planned_start_at < now - LEFT_WITHIN or place % 9 == 0:
            continue
        wanted = LeftHow.POST if place % 3 == 0 else LeftHow.EMAIL
        how = LeftHow.HANDED if kept_from_leaving(story.session, visit, wanted) else wanted
        said = LeaveSaid(how, ReportReader.HOME, "fr")
        leave_report(story.session, visit, said, address_of=_link, viewer=viewer, now=now)
    if count_reports(story.session, viewer, which=TO_PRINT):
        print_reports(story.session, viewer, now=now)


def _link(secret: str) -> str:
    return f"https://palier.example/report-link/{secret}"


def _next_day(day: date) -> date:
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def _say(story: Story, message: Message) -> str:
    return said_by(story.session, message).text


def _where(story: Story, message: Message) -> str:
    wishes = wishes_of(story.session, message.person_id) if message.person_id else {}
    return wishes[message.channel].address if message.channel in wishes else ""
