"""Posts in a residence: noted with their days, ended, withdrawn; summed as full times on a day."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.db import new_id
from visits.ground.errors import Invalid, NotFound
from visits.models.portfolio import Residence
from visits.models.posts import StaffPost
from visits.sight import Viewer
from visits.sight.withdrawing import put_back, withdraw

WHAT_LENGTH = 100
MOST_HUNDREDTHS = 50_00


@dataclass(frozen=True)
class PostSaid:
    """A post as it was typed; `full_time` is 1.0 for one person all week."""

    what: str
    full_time: float | None
    from_on: date | None
    until_on: date | None = None


def note_post(
    session: Session, residence: Residence, said: PostSaid, *, viewer: Viewer, now: datetime
) -> StaffPost:
    """Note a post of a residence. Raises Invalid by field."""
    fields = _wrong(said)
    if fields:
        raise Invalid(fields)
    assert said.from_on is not None and said.full_time is not None
    post = StaffPost(
        id=new_id(),
        residence_id=residence.id,
        what=said.what.strip(),
        hundredths=round(said.full_time * 100),
        from_on=said.from_on,
        until_on=said.until_on,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(post)
    session.flush()
    return post


def end_post(post: StaffPost, until_on: date | None) -> None:
    """Say which is the last day of a post; None lets it go on. Raises Invalid."""
    if until_on is not None and until_on < post.from_on:
        raise Invalid({"until_on": "post_ends_before"})
    post.until_on = until_on


def withdraw_post(post: StaffPost, why: str, *, viewer: Viewer, now: datetime) -> None:
    """Withdraw a post that was noted by mistake. Raises Invalid, Conflict."""
    withdraw(post, why=why, viewer=viewer, now=now)


def put_post_back(post: StaffPost) -> None:
    """Let a post that was withdrawn count again. Raises Conflict."""
    put_back(post)


def posts_of(session: Session, residence: Residence) -> Sequence[StaffPost]:
    """List the posts of a residence that the viewer sees, the latest first."""
    its = select(StaffPost).where(StaffPost.residence_id == residence.id)
    its = its.options(joinedload(StaffPost.noted_by), joinedload(StaffPost.withdrawn_by))
    return session.scalars(its.order_by(StaffPost.from_on.desc(), StaffPost.id.desc())).all()


def find_post(session: Session, residence: Residence, post_id: uuid.UUID) -> StaffPost:
    """Find a post of a residence to change it, else raise NotFound."""
    post = session.get(StaffPost, post_id, with_for_update={"key_share": True})
    if post is None or post.residence_id != residence.id:
        raise NotFound("post_not_found")
    return post


def full_times(posts: Iterable[StaffPost], day: date) -> float:
    """Sum what posts come to on a day: 1.5 for one and a half."""
    return sum(one.hundredths for one in posts if one.counts_on(day)) / 100


def _wrong(said: PostSaid) -> dict[str, str]:
    fields, what = {}, said.what.strip()
    if not what or len(what) > WHAT_LENGTH:
        fields["what"] = "too_long" if what else "required"
    if said.full_time is None or not 1 <= round(said.full_time * 100) <= MOST_HUNDREDTHS:
        fields["full_time"] = "post_no_part"
    if said.from_on is None:
        fields["from_on"] = "required"
    elif said.until_on is not None and said.until_on < said.from_on:
        fields["until_on"] = "post_ends_before"
    return fields
