"""Files of services: brought, looked at, taken in around residences, taken back."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from visits.ground.errors import Conflict, Invalid
from visits.portfolio import NotATable, message
from visits.sight.homes import landlords_run
from visits.surroundings.imports import (
    FURTHEST_M,
    MOST_OF_A_KIND,
    Becomes,
    FileLookedAt,
    bring_file,
    find_file,
    list_files,
    look_at_file,
    take_file_in,
    withdraw_file,
)
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import current_language
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.list_file import list_file
from webapp.office.frame.listing import pairs, stands_at
from webapp.office.frame.read_lines import lines_told
from webapp.office.surroundings.around import WALK
from webapp.words import word

service_files = Blueprint("service_files", __name__, url_prefix="/surroundings/files")
# So many lines of a file are shown on a page; the file itself has the others.
MOST_SHOWN = 200


@service_files.get("/")
@requires(Action.IMPORT_STOCK)
def index() -> ResponseReturnValue:
    """List the files of services, the latest first."""
    return _index()


@service_files.post("/")
@requires(Action.IMPORT_STOCK)
def bring() -> ResponseReturnValue:
    """Take a file of services, to be looked at: nothing is noted yet."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _index({"file": sentence("no_file")}), 422
    try:
        with transaction() as session:
            landlord = request.form.get("landlord", type=uuid.UUID)
            file = bring_file(
                session, landlord, sent.read(), sent.filename, viewer=viewer(), now=now()
            )
    except NotATable as refused:
        return _index({"file": message(refused.code, current_language(), **refused.details)}), 422
    except Invalid as refused:
        return _index({name: sentence(code) for name, code in refused.fields.items()}), 422
    return redirect(url_for(".show", service_file_id=file.id))


@service_files.get("/<uuid:service_file_id>")
@requires(Action.IMPORT_STOCK)
def show(service_file_id: uuid.UUID) -> ResponseReturnValue:
    """Show what taking a file in would do, line by line; of one taken in, what it did."""
    return _show(service_file_id)


@service_files.get("/<uuid:service_file_id>/lines.csv")
@requires(Action.IMPORT_STOCK)
def lines(service_file_id: uuid.UUID) -> ResponseReturnValue:
    """Give every line of a file that is looked at, as it was, with what becomes of it."""
    try:
        with reading() as session:
            file = find_file(session, service_file_id, viewer=viewer())
            looked = look_at_file(session, file, walk=WALK, viewer=viewer())
            rows = lines_told(file.content or b"", looked.read.table, _what_becomes(looked))
    except Conflict as refused:
        return _show(service_file_id, sentence(refused.code)), 409
    return list_file("services-lus.csv", rows)


def _what_becomes(looked: FileLookedAt) -> Mapping[int, Sequence[str]]:
    """Say by line what becomes of it, around each residence that it is near."""
    told: defaultdict[int, list[str]] = defaultdict(list)
    for left in looked.read.left:
        told[left.line].append(word("service_fault", left.why))
    for point in looked.far:
        told[point.line].append(word("service_becomes", Becomes.FAR))
    for one in looked.placed:
        there = one.residence.short_line
        told[one.point.line].append(f"{word('service_becomes', one.becomes)} ({there})")
    return told


@service_files.post("/<uuid:service_file_id>/taken")
@requires(Action.IMPORT_STOCK)
def take(service_file_id: uuid.UUID) -> ResponseReturnValue:
    """Take a file in."""
    try:
        with transaction() as session:
            file = find_file(session, service_file_id, viewer=viewer(), to_change=True)
            took = take_file_in(session, file, walk=WALK, viewer=viewer(), now=now())
    except Conflict as refused:
        return _show(service_file_id, sentence(refused.code)), 409
    number = took.counts[Becomes.NEW] + took.counts[Becomes.AGAIN]
    said = ngettext(
        "%(num)d service is taken in around the residences.",
        "%(num)d services are taken in around the residences.",
        number,
    )
    flash(said, "success")
    return redirect(url_for(".show", service_file_id=service_file_id))


@service_files.post("/<uuid:service_file_id>/withdrawal")
@requires(Action.IMPORT_STOCK)
def withdraw(service_file_id: uuid.UUID) -> ResponseReturnValue:
    """Let a file go, or take back what it told."""
    try:
        with transaction() as session:
            file = find_file(session, service_file_id, viewer=viewer(), to_change=True)
            withdraw_file(session, file, viewer=viewer(), now=now())
    except Conflict as refused:
        return _show(service_file_id, sentence(refused.code)), 409
    flash(_("The file is taken back: what it told counts no more."), "success")
    return redirect(url_for(".index"))


def _show(service_file_id: uuid.UUID, error: str = "") -> str:
    stands_at("service_files.show", service_file_id=service_file_id)
    with reading() as session:
        file = find_file(session, service_file_id, viewer=viewer())
        looked = None
        if file.content is not None:
            looked = look_at_file(session, file, walk=WALK, viewer=viewer())
        return render_template(
            "surroundings/file.html",
            file=file,
            looked=looked,
            becomes=list(Becomes),
            furthest=FURTHEST_M,
            most_of_a_kind=MOST_OF_A_KIND,
            most_shown=MOST_SHOWN,
            error=error,
        )


def _index(errors: dict[str, str] | None = None) -> str:
    stands_at("service_files.index")
    with reading() as session:
        return render_template(
            "surroundings/files.html",
            files=list_files(session, viewer()),
            landlords=pairs(landlords_run(session, viewer()), "id", "name"),
            furthest=FURTHEST_M,
            typed=request.form,
            errors=errors or {},
        )
