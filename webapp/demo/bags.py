"""What visitors carry and mind: kit items handed out, measures noted at some doors."""

from datetime import datetime, timedelta

from visits.ground.deadlines import today_in_paris
from visits.models.cases import Case
from visits.models.people import AlertCode, PersonAlert
from visits.models.stock import Article
from visits.people.measures import end_alert, note_alert
from visits.sight import Viewer
from visits.stock.articles import ArticleSaid, add_article
from visits.stock.bags import bag_of
from visits.stock.central import count_article, hand_to_bag, in_stock, receive
from visits.stock.ordering import find_order, order_article, receive_order
from webapp.access.auth import Action
from webapp.demo.calendar import next_office_moment
from webapp.demo.cast import acting
from webapp.demo.story import Story

REFILL, RESTOCK = timedelta(days=14), timedelta(days=56)
# A full bag. Rug tape is handed out once and forgotten: one bag or another stands below zero.
FULL = {"led": 90, "aerator": 30, "shower_head": 6, "pressure_reducer": 2, "night_light": 6}
AT_FIRST = FULL | {"rug_tape": 6}
ARTICLES = (
    ArticleSaid("led", "LED sphérique", "E27", "7", "1,85", "150"),
    ArticleSaid("aerator", "Mousseur à économie d’eau", "M22/F24", "5", "2,40", "60"),
    ArticleSaid("shower_head", "Douchette 3 jets", "G1/2", "7,5", "8,90", "10"),
    ArticleSaid("pressure_reducer", "Réducteur à membrane", "20/27", "3", "31", "3"),
    ArticleSaid("night_light", "Veilleuse à détecteur", "", "", "4,20", "10"),
    ArticleSaid("rug_tape", "Bande antidérapante 5 m", "", "", "3,10", ""),
)
# So many times all bags fill the shelf; the caretaker miscounts now and then.
SHELF, MISCOUNTED = 3, (0, 0, -2, -1, 0, 1)
MINDED = (
    AlertCode.HARD_OF_HEARING,
    AlertCode.SLOW_TO_THE_DOOR,
    AlertCode.CALL_HELPER_FIRST,
    AlertCode.PET_IN_THE_HOME,
    AlertCode.NO_VOICEMAIL,
    AlertCode.INTERPRETER,
    AlertCode.TWO_VISITORS,
    AlertCode.PLAIN_CLOTHES,
)
SHARE = 0.05


def fill_bags(story: Story, since: datetime) -> None:
    """Keep a central stock, and fill the visitors' bags from it every fortnight."""
    seeing = acting(story.cast.coordinator, Action.HAND_OUT_KITS)
    kept = {said.item: add_article(story.session, said, viewer=seeing) for said in ARTICLES}

    def hand_out(now: datetime) -> None:
        for visitor in story.cast.visitors:
            bag = bag_of(story.session, visitor.id)
            for item, number in (FULL if bag else AT_FIRST).items():
                short = min(number - bag.get(item, 0), in_stock(story.session, kept[item]))
                if short > 0:
                    hand_to_bag(
                        story.session, kept[item], visitor.id, short, viewer=seeing, now=now
                    )
        story.timeline.at(next_office_moment(now + REFILL), hand_out)

    def restock(now: datetime) -> None:
        _restock(story, kept, seeing, now)
        story.timeline.at(next_office_moment(now + RESTOCK), restock)

    story.timeline.at(since, restock)
    story.timeline.at(next_office_moment(since + timedelta(hours=1)), hand_out)


def _restock(story: Story, kept: dict[str, Article], seeing: Viewer, now: datetime) -> None:
    """Count what is there, receive what is missing, and order what takes longer."""
    for place, (item, article) in enumerate(kept.items()):
        there = in_stock(story.session, article)
        counted = max(0, there + MISCOUNTED[place % len(MISCOUNTED)]) if there else 0
        if there:
            count_article(story.session, article, counted, viewer=seeing, now=now)
        missing = AT_FIRST[item] * len(story.cast.visitors) * SHELF - counted
        if missing > 0 and item != "shower_head":
            batch = f"{now:%y%m}-{place + 1}"
            receive(story.session, article, missing, batch=batch, viewer=seeing, now=now)
        elif missing > 0:
            _order(story, article, missing, seeing, now)


def _order(story: Story, article: Article, missing: int, seeing: Viewer, now: datetime) -> None:
    """Order shower heads: they come ten days later than told, so the last ones are late."""
    due = now + timedelta(days=21)
    order = order_article(
        story.session, article, missing, supplier="Robinetterie de l’Oise",
        expected_on=due.date(), viewer=seeing, now=now, today=today_in_paris(now),
    )  # fmt: skip

    def come(then: datetime) -> None:
        found = find_order(story.session, seeing, order.id, today=today_in_paris(then))
        receive_order(
            story.session, found, missing, batch=f"{then:%y%m}-D", viewer=seeing, now=then
        )

    story.timeline.at(next_office_moment(due + timedelta(days=10)), come)


def note_alerts(story: Story, enrolled: list[Case], since: datetime) -> None:
    """Note what to mind at one door in twenty; some measures end, some are due for review."""
    number = max(len(MINDED), round(len(enrolled) * SHARE))
    chosen = story.rng.sample(enrolled, min(number, len(enrolled)))
    span = (story.now - since) * 0.9
    for place, case in enumerate(chosen):
        at = next_office_moment(since + span * story.rng.random())
        _note(story, case, MINDED[place % len(MINDED)], at)


def _note(story: Story, case: Case, code: AlertCode, at: datetime) -> None:
    viewer = acting(story.cast.social_worker, Action.NOTE_ALERTS)
    ends = story.rng.random() < 0.15

    def note(now: datetime) -> None:
        alert = note_alert(story.session, case.person, code, viewer=viewer, now=now)
        if ends:
            later = next_office_moment(now + timedelta(days=90))
            story.timeline.at(later, lambda then: end(alert, then))

    def end(alert: PersonAlert, now: datetime) -> None:
        end_alert(story.session, alert, viewer=viewer, now=now)

    story.timeline.at(at, note)
