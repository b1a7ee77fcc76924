"""Posts of a residence: what they come to on a day, ended, withdrawn, put back."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_residence, make_user, make_viewer
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.stays.posts import (
    PostSaid,
    end_post,
    find_post,
    full_times,
    note_post,
    posts_of,
    put_post_back,
    withdraw_post,
)

FIRST, LAST = date(2026, 1, 5), date(2026, 6, 30)


def test_what_posts_come_to_follows_their_days(session: Session) -> None:
    house, viewer = make_residence(session), make_viewer(make_user(session))
    whole = note_post(session, house, PostSaid("Hôte", 1, FIRST), viewer=viewer, now=NOW)
    half = PostSaid("Animation", 0.5, date(2026, 3, 2), LAST)
    note_post(session, house, half, viewer=viewer, now=NOW)

    def on(day: date) -> float:
        return full_times(posts_of(session, house), day)

    assert [on(day) for day in (date(2026, 1, 4), FIRST, LAST, date(2026, 7, 1))] == [0, 1, 1.5, 1]
    end_post(whole, FIRST)
    assert on(LAST) == 0.5
    with pytest.raises(Invalid):
        end_post(whole, date(2026, 1, 4))
    end_post(whole, None)
    withdraw_post(whole, "Erreur", viewer=viewer, now=NOW)
    assert on(LAST) == 0.5
    with pytest.raises(Conflict):
        withdraw_post(whole, "Erreur", viewer=viewer, now=NOW)
    put_post_back(whole)
    assert on(LAST) == 1.5


def test_a_post_is_found_in_its_own_residence_alone(session: Session) -> None:
    house, other, viewer = make_residence(session), make_residence(session), make_user(session)
    said = PostSaid("Hôte", 1, FIRST)
    post = note_post(session, house, said, viewer=make_viewer(viewer), now=NOW)
    assert find_post(session, house, post.id) is post
    with pytest.raises(NotFound):
        find_post(session, other, post.id)


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        (PostSaid(" ", None, None), {"what": "required", "full_time": "post_no_part",
                                     "from_on": "required"}),
        (PostSaid("x" * 101, 0, LAST, FIRST), {"what": "too_long", "full_time": "post_no_part",
                                               "until_on": "post_ends_before"}),
        (PostSaid("x", 50.01, FIRST), {"full_time": "post_no_part"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_field_by_field(
    session: Session, said: PostSaid, fields: dict[str, str]
) -> None:
    house, by = make_residence(session), make_user(session)
    with pytest.raises(Invalid) as refused:
        note_post(session, house, said, viewer=make_viewer(by), now=NOW)
    assert refused.value.fields == fields
