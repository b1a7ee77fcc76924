"""What a page of an error gives its reader: the page to go back to, and what she had typed."""

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

NEVER_SHOWN = ("password", "secret", "code", "token")
# Where nobody is let in, or nothing is, there is nothing above to go back to either.
NO_WAY_BACK = frozenset({401, 403, 404})


def page_above(status: int) -> str:
    """Give the path of the page that stands nearest above the one asked for; empty without one."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None or status in NO_WAY_BACK:
        return ""
    parts = request.path.rstrip("/").split("/")
    # The page itself too: what was sent to it may be read there.
    for end in range(len(parts), 1, -1):
        path = "/".join(parts[:end])
        try:
            adapter.match(path, method="GET")
        except RequestRedirect:
            return f"{path}/"
        except HTTPException:
            continue
        return path
    return ""


def words_typed(status: int) -> list[str]:
    """List the words that were sent with a form and that nothing was kept of."""
    if status == 413 or request.method != "POST":
        return []
    try:
        typed = list(request.form.items(multi=True))
    except HTTPException:  # a body that cannot be read
        return []
    return [
        said.strip()
        for name, said in typed
        if not any(part in name for part in NEVER_SHOWN)
        # However few, words are worth copying; a date, a number or a choice is soon typed again.
        and " " in said.strip()
        and any(letter.isalpha() for letter in said)
    ]
