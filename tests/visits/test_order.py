"""Orders have no ties, and ids grow in the order in which they were made."""

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from tests.total_order import leaves_ties
from visits.ground.db import new_id
from visits.models.portfolio import FormVersion
from visits.models.visits import Submission


def test_an_order_by_a_moment_alone_leaves_ties() -> None:
    assert leaves_ties(select(Submission).order_by(Submission.received_at.desc()))
    assert not leaves_ties(select(Submission).order_by(Submission.received_at, Submission.id))


def test_an_order_by_what_is_unique_leaves_none() -> None:
    one = select(FormVersion).order_by(FormVersion.form_id, FormVersion.version.desc())
    assert not leaves_ties(one)
    assert leaves_ties(select(FormVersion).order_by(FormVersion.form_id))


def test_a_count_is_ordered_by_what_it_is_grouped_by() -> None:
    count = select(Submission.state, func.count()).group_by(Submission.state)
    assert not leaves_ties(count.order_by(Submission.state))
    assert leaves_ties(count.order_by(func.count()))


def test_ids_grow_in_the_order_they_were_made() -> None:
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(made)
    assert [one.hex for one in made] == sorted(one.hex for one in made)


def test_an_order_by_an_alias_is_judged_like_one_by_its_table() -> None:
    other = aliased(Submission)
    assert leaves_ties(select(other).order_by(other.received_at))
    assert not leaves_ties(select(other).order_by(other.received_at, other.id))
