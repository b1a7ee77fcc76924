"""Messages: the list and the same as a file; one, stopped, taken back, tried again."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid
from visits.messages.by_hand import find_message, stop, take_stop_back, try_again
from visits.messages.listing import ALL, LISTS, MessageFilter, list_messages
from visits.messages.printing import count_letters
from visits.models.accounts import User
from visits.models.messages import Message, MessageState
from visits.sight.withdrawing import WHY_LENGTH
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import moment
from webapp.frame.transaction import house, now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_latest_first
from webapp.office.frame.moments import typed_day
from webapp.office.messages.saying import said_by
from webapp.words import word

messages = Blueprint("messages", __name__, url_prefix="/messages")


@messages.get("/")
@requires(Action.PLAN)
def index() -> ResponseReturnValue:
    """List the messages, the latest first."""
    only = _only()
    with showing("messages") as (session, shown):
        wanted = wanted_latest_first("due")
        listed = list_messages(session, viewer(), only=only, wanted=wanted, now=now())
        shown.update(one.person_id for one in listed.rows)
        return render_template(
            "messages/index.html",
            listed=listed,
            only=only,
            lists=LISTS,
            letters=count_letters(session, viewer(), now=now()),
        )


@messages.get("/messages.csv")
@requires(Action.PLAN)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    with showing("messages") as (session, shown):
        wanted = whole(wanted_latest_first("due"))
        listed = list_messages(session, viewer(), only=_only(), wanted=wanted, now=now())
        shown.update(one.person_id for one in listed.rows)
        lines = list(_lines(listed.rows))
    return list_file("messages.csv", lines, of=listed)


@messages.get("/<uuid:message_id>")
@requires(Action.PLAN)
def show(message_id: uuid.UUID) -> ResponseReturnValue:
    """Show one message: what it says, where it stands, and why."""
    return _page(message_id)


@messages.post("/<uuid:message_id>")
@requires(Action.PLAN)
def act(message_id: uuid.UUID) -> ResponseReturnValue:
    """Stop a message, take that back, or try it again."""
    acts: dict[str, Callable[[Session, Message], None]] = {
        "stop": lambda session, one: stop(
            session, one, why=request.form.get("why", ""), viewer=viewer(), now=now()
        ),
        "back": lambda session, one: take_stop_back(session, one, viewer=viewer(), now=now()),
        "again": lambda session, one: try_again(session, one, viewer=viewer(), now=now()),
    }
    chosen = acts.get(request.form.get("act", ""), _no_such_act)
    try:
        with transaction() as session:
            chosen(session, find_message(session, viewer(), message_id, to_change=True))
    except Invalid as refused:
        return _page(message_id, errors=refused.fields), 422
    except Conflict as refused:
        return _page(message_id, said=refused.code), 409
    flash(_("The message is up to date."), "success")
    return redirect(url_for(".show", message_id=message_id))


def _no_such_act(_session: Session, _one: Message) -> None:
    raise Invalid({"act": "bad_choice"})


def _page(message_id: uuid.UUID, *, errors: dict[str, str] | None = None, said: str = "") -> str:
    with showing("message") as (session, shown):
        one = find_message(session, viewer(), message_id)
        shown.add(one.person_id or (one.case.person_id if one.case else None))
        return render_template(
            "messages/show.html",
            one=one,
            says=said_by(session, one, address=house().settings.address or ""),
            reader=one.person or session.get_one(User, one.user_id),
            may_stop=one.may_go_out or one.state is MessageState.GIVEN_UP,
            may_try=one.state in (MessageState.FAILED, MessageState.GIVEN_UP),
            why_length=WHY_LENGTH,
            typed=request.form,
            said=sentence(said) if said else "",
            errors={name: sentence(code) for name, code in (errors or {}).items()},
        )


def _only() -> MessageFilter:
    asked = request.args
    return MessageFilter(
        state=asked.get("state", ALL),
        kind=asked.get("kind", ""),
        channel=asked.get("channel", ""),
        person=asked.get("person", ""),
        order=asked.get("order", ""),
        first=_day("from"),
        last=_day("to"),
    )


def _day(name: str) -> date | None:
    """Read the day of a filter; nonsense filters nothing."""
    try:
        return typed_day(request.args[name]) if request.args.get(name) else None
    except ValueError:
        return None


def _lines(found: Sequence[Message]) -> Iterator[Sequence[object]]:
    yield (
        _("Due"), _("To whom"), _("What about"), _("How"), _("State"), _("Why not"),
        _("Tries"), _("Sent"),
    )  # fmt: skip
    for one in found:
        reader = one.person or one.user
        yield (
            moment(one.due_at),
            reader.name if reader else "",
            word("message_kind", one.kind),
            word("message_channel", one.channel),
            word("message_state", one.state),
            word("message_why", one.why) if one.why else one.stopped_why or "",
            one.attempts,
            moment(one.sent_at) if one.sent_at else "",
        )
