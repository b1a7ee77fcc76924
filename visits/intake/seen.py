"""The photos a visitor took of what an order is about: those beside the answers that caused it."""

import re
import uuid
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy.orm import Session

from diagnostics.form import Form
from diagnostics.xpath import Node
from visits.forms.listing import confidential_names
from visits.forms.published import read_form
from visits.ground.errors import NotFound
from visits.intake.conclusion import read_checked
from visits.intake.sealed_photos import photos_of, sealed_photos
from visits.models.visits import COUNTED, Consequence, SubmissionFile
from visits.models.works import WorkOrder
from visits.sight import Viewer
from visits.sight.reach import Reach
from visits.works.same_order import findings_seen

_TURN = re.compile(r".*\]")


def photos_seen(session: Session, order: WorkOrder, viewer: Viewer | None) -> list[SubmissionFile]:
    """List the photos of what an order is about that whoever sees the order may see, each once.

    None that stands beside an answer which only some read, and none while the person refuses
    photos. A contractor sees those of the home and the person of its order alone; without a
    `viewer` it is the one who has the link of the order.
    """
    found = (one for finding in _told_to(session, order, viewer) for one in _of(session, finding))
    return list({one.id: one for one in found}.values())


def find_photo_seen(
    session: Session, order: WorkOrder, viewer: Viewer | None, file_id: uuid.UUID
) -> SubmissionFile:
    """Find a photo of what an order is about, else raise NotFound."""
    for one in photos_seen(session, order, viewer):
        if one.id == file_id:
            return one
    raise NotFound("file_not_found")


def _told_to(session: Session, order: WorkOrder, viewer: Viewer | None) -> Sequence[Consequence]:
    if viewer is not None and viewer.reach is not Reach.GIVEN:
        return findings_seen(session, order, viewer)
    return [one for one in order.findings if _is_of(one, order)]


def _is_of(finding: Consequence, order: WorkOrder) -> bool:
    visit = finding.submission.visit
    if visit is None or order.person_id is None or order.dwelling_id is None:
        return False
    same = (visit.case.person_id, visit.case.dwelling_id)
    return same == (order.person_id, order.dwelling_id)


def _of(session: Session, finding: Consequence) -> list[SubmissionFile]:
    submission = finding.submission
    if submission.state not in COUNTED or not submission.files:
        return []
    form_id = submission.form_version.form_id
    marked = confidential_names(session, [form_id])[form_id]
    form = read_form(submission.form_version).form
    beside = {
        one.value
        for one in _answered(read_checked(submission).answers.root)
        if _is_photo(form, one) and _is_beside(_group_of(form, one), finding, form, marked)
    }
    named = beside & photos_of(submission) - sealed_photos(session, submission)
    return [one for one in submission.files if one.name in named]


def _answered(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.relevant:
            yield child
            yield from _answered(child)


def _is_photo(form: Form, node: Node) -> bool:
    question = form.by_path.get(node.path)
    return question is not None and question.type == "binary" and bool(node.value)


def _group_of(form: Form, photo: Node) -> Node:
    """Give the turn or group that a photo pictures: a strip of photos reads with what is around."""
    group = photo.parent
    assert group is not None
    strip = group.path in form.repeats and len(group.children) == 1
    return group.parent if strip and group.parent is not None else group


def _is_beside(group: Node, finding: Consequence, form: Form, marked: Collection[str]) -> bool:
    """Tell whether a group is the turn of a finding, or the one of its answers.

    One with a confidential question pictures what only some read; the whole form, anything.
    """
    if any(f"{group.path}/{name}" in form.binds for name in marked):
        return False
    turn = _turn_of(finding.path)
    if turn:
        return _turn_of(f"{group.place}/") == turn
    groups = {cause["path"].rpartition("/")[0] for cause in finding.causes}
    return group.place in groups and group.path.count("/") > 1


def _turn_of(place: str) -> str:
    """Give the innermost turn of a repeat that a place stands in, nothing for one in none."""
    found = _TURN.match(place)
    return found[0] if found else ""
