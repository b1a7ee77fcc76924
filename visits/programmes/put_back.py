"""What a draft lost of the published version, given back to it in its place."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import tomli_w
from sqlalchemy.orm import Session

from visits.ground.errors import NotFound
from visits.ground.folding import fold
from visits.programmes.drafts import find_draft, said_in
from visits.programmes.published import find_programme
from visits.programmes.schema import ProgrammeSchema, written

# What cases use, and a next version may therefore not lack.
LISTS = ("outcome", "visit_kind")

Row = dict[str, Any]


def put_row_back(
    session: Session, code: str, key: str, lost: str, *, by: uuid.UUID, now: datetime
) -> Mapping[str, str]:
    """Put a row of the published version back into a draft; gives how it is called.

    Where the draft has a new one of the same name, that one gets the code it had. Raises NotFound.
    """
    draft = find_draft(session, code, to_change=True)
    before: list[Row] = written(ProgrammeSchema(), find_programme(session, code)).get(key, [])
    row = next((one for one in before if key in LISTS and one["code"] == lost), None)
    if row is None:
        raise NotFound("not_found")
    said = said_in(draft)
    rows: list[Row] = said.setdefault(key, [])
    if lost not in {one["code"] for one in rows}:
        known = {one["code"] for one in before}
        again = (one for one in rows if one["code"] not in known and _called(one) == _called(row))
        same = next(again, None)
        if same is None:
            ahead = {one["code"] for one in before[: before.index(row)]}
            places = [at for at, one in enumerate(rows, start=1) if one["code"] in ahead]
            rows.insert(max(places, default=0), row)
        else:
            _call(said, key, same, lost)
        draft.toml, draft.changed_at, draft.changed_by_id = tomli_w.dumps(said), now, by
        session.flush()
    names: Mapping[str, str] = row["name"]
    return names


def _called(row: Row) -> str:
    return fold(row.get("name", {}).get("fr", ""))


def _call(said: Row, key: str, row: Row, code: str) -> None:
    """Give a row another code, wherever the draft names it."""
    for one in (*said.get("cadence", ()), *said.get("adaptation_step", ())):
        if key == "visit_kind" and one.get("visit_kind") == row["code"]:
            one["visit_kind"] = code
    row["code"] = code
