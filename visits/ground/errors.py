"""Refusals in the field's words. They carry no HTTP: webapp maps them by kind."""

from collections.abc import Mapping


class Refused(Exception):
    """What was asked cannot be done; `code` names why, `fields` says where, by field.

    `code` is a stable name that webapp turns into a sentence in the reader's language.
    """

    code = "refused"

    def __init__(self, code: str | None = None, /, **details: object) -> None:
        self.code = code or type(self).code
        self.details = details
        super().__init__(self.code)


class NotFound(Refused):
    """There is no such thing, or not for this viewer: the two look the same."""

    code = "not_found"


class Forbidden(Refused):
    """The viewer may not do this."""

    code = "forbidden"


class AccountClosed(Forbidden):
    """The password is right, but the account is closed."""

    code = "account_closed"


class Conflict(Refused):
    """The state of the thing does not allow it."""

    code = "conflict"


class Invalid(Refused):
    """What was sent is not acceptable, field by field.

    `fields` maps a field name to a code of the reason.
    """

    code = "invalid"

    def __init__(
        self, fields: Mapping[str, str] | None = None, code: str | None = None, /, **details: object
    ) -> None:
        super().__init__(code or type(self).code, **details)
        self.fields = dict(fields or {})


class DifferentSubmission(Conflict):
    """A submission with this id but other content is already kept."""

    code = "different_submission"


class DoNotContact(Conflict):
    """The person asked not to be contacted again, or not yet."""

    code = "do_not_contact"


class Busy(Refused):
    """Somebody else holds what this needs; the same again in a moment may do."""

    code = "busy"


class Away(Refused):
    """The database does not answer; the same again does, once it is back."""

    code = "database_away"


class FilesAway(Refused):
    """Where files stand does not answer; the same again does, once it is back.

    Its details: what it `said`, and whether it `refuses` the key or the bucket.
    """

    code = "files_away"


class TooManyTries(Refused):
    """Too many failed sign-ins: wait `minutes`."""

    code = "too_many_tries"


class NoRoom(Refused):
    """The disk is full: nothing was kept, the same again does once there is room."""

    code = "no_room"


class ReadOnly(Refused):
    """The disk or the database lets nothing be written."""

    code = "read_only"
