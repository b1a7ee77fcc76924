"""A link to choose a password, shown to the administrator once and mailed where mail is set."""

from flask import render_template
from flask.typing import ResponseReturnValue

from visits.models.accounts import User
from webapp.access.password_links import VALID_FOR, LinkKind, letter_of, make_link
from webapp.frame.mail import send
from webapp.frame.transaction import house, now


def hand_over(user: User, kind: LinkKind) -> ResponseReturnValue:
    """Show a new link with the time it is good for, and say whether a letter has left."""
    link = make_link(user, kind)
    server = house().settings.mail
    sent = send(server, letter_of(user, kind, link)) if server is not None else None
    return render_template(
        "accounts/link.html",
        user=user,
        invited=kind is LinkKind.INVITATION,
        link=link,
        until=now() + VALID_FOR[kind],
        sent=sent,
    )
