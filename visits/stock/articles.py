"""Articles: what an organisation keeps of each item of the kits, and of parts for works."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diagnostics.kits import ITEMS, RATED_IN
from visits.ground.db import take_turn
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.numbers import typed_number
from visits.models.stock import PART, Article
from visits.sight import Viewer

NAME_LENGTH, FITTING_LENGTH = 80, 20
MOST_ARTICLES = 500
# What may be kept: the items of the kits, and parts for works.
KEPT = (*ITEMS, PART)
MOST_RATED, MOST_CENTS, MOST_LOW = 1_000.0, 100_000, 100_000


@dataclass(frozen=True)
class ArticleSaid:
    """An article as somebody types it: the cost in euros, all else as `Article` has it."""

    item: str = ""
    name: str = ""
    fitting: str = ""
    rating: str = ""
    cost: str = ""
    low_at: str = ""


def list_articles(session: Session, viewer: Viewer) -> Sequence[Article]:
    """List the articles of the viewer's organisation, those no longer kept at the end."""
    statement = select(Article).where(Article.organisation_id == viewer.organisation_id)
    order = (Article.retired_at.is_not(None), Article.item, func.lower(Article.name), Article.id)
    return session.scalars(statement.order_by(*order)).all()


def find_article(session: Session, viewer: Viewer, article_id: uuid.UUID) -> Article:
    """Find an article of the viewer's organisation, else raise NotFound."""
    article = session.get(Article, article_id)
    if article is None or article.organisation_id != viewer.organisation_id:
        raise NotFound("article_not_found")
    return article


def add_article(session: Session, said: ArticleSaid, *, viewer: Viewer) -> Article:
    """Keep an article from now on.

    Raises Invalid, field by field, when it is not well said or is kept already, Conflict when
    there are `MOST_ARTICLES`.
    """
    take_turn(session, f"articles {viewer.organisation_id}")
    known = list_articles(session, viewer)
    if len(known) >= MOST_ARTICLES:
        raise Conflict("too_many_articles")
    article = Article(organisation_id=viewer.organisation_id, **_read(said, known))
    session.add(article)
    session.flush()
    return article


def change_article(
    session: Session, article: Article, said: ArticleSaid, *, viewer: Viewer
) -> None:
    """Say an article anew; what was moved of it stays. Raises Invalid, field by field."""
    take_turn(session, f"articles {viewer.organisation_id}")
    others = [one for one in list_articles(session, viewer) if one.id != article.id]
    read = _read(said, others)
    if read["item"] != article.item:
        raise Invalid({"item": "item_stays"})
    for name, value in read.items():
        setattr(article, name, value)


def retire_article(article: Article, *, retired: bool, now: datetime) -> None:
    """Keep an article no longer, or keep it again; what is left of it stays in stock."""
    article.retired_at = now if retired else None


def _read(said: ArticleSaid, others: Sequence[Article]) -> dict[str, str | float | int | None]:
    fields: dict[str, str] = {}
    name, fitting = " ".join(said.name.split()), " ".join(said.fitting.split())
    if said.item not in KEPT:
        fields["item"] = "bad_choice"
    if not name:
        fields["name"] = "required"
    elif len(name) > NAME_LENGTH:
        fields["name"] = "text_too_long"
    if len(fitting) > FITTING_LENGTH:
        fields["fitting"] = "text_too_long"
    rating = _number(fields, "rating", said.rating, MOST_RATED)
    if rating is not None and said.item in KEPT and said.item not in RATED_IN:
        fields["rating"] = "item_not_rated"
    mine = (said.item, name.lower(), fitting.lower(), rating)
    if "name" not in fields and any(_told_apart(one) == mine for one in others):
        fields["name"] = "article_kept_already"
    cost = _number(fields, "cost", said.cost, MOST_CENTS / 100)
    low_at = _number(fields, "low_at", said.low_at, MOST_LOW)
    if fields:
        raise Invalid(fields)
    return {
        "item": said.item,
        "name": name,
        "fitting": fitting,
        "rating": rating,
        "cost": None if cost is None else round(cost * 100),
        "low_at": None if low_at is None else int(low_at),
    }


def _told_apart(article: Article) -> tuple[str, str, str, float | None]:
    """Give what no two articles have alike: the same bulb is bought in several caps and powers."""
    return article.item, article.name.lower(), article.fitting.lower(), article.rating


def _number(fields: dict[str, str], field: str, text: str, most: float) -> float | None:
    """Read a number from 0 to `most`; nothing for nothing, and what is none among the fields."""
    if not text.strip():
        return None
    try:
        number = typed_number(text)
    except ValueError:
        fields[field] = "no_number"
        return None
    if not 0 <= number <= most:
        fields[field] = "number_too_far"
        return None
    return number
