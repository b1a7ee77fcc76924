"""Fill the forms that ship: by hand with answers by name, or at random until every rule holds."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from diagnostics.assessment import Assessment, Called, assess
from diagnostics.convert import convert
from diagnostics.form import Form, Question, parse_form
from diagnostics.forms import read_shipped
from diagnostics.submission import Checked, ViolationKind, check
from diagnostics.workbook import PublishedForm
from diagnostics.xpath import Node
from tests.diagnostics.builders import NOW, visit

Answers = dict[str, Any]
MOST_ROUNDS = 60
TURNS = 3
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@cache
def shipped_form(name: str) -> PublishedForm:
    """Publish a form that ships."""
    return convert(read_shipped(name), ".yaml")


def parsed(name: str) -> Form:
    """Parse a form that ships."""
    return parse_form(shipped_form(name).xform)


class Filled:
    """What a form makes of the answers given by name; repeats are lists of answers by name."""

    def __init__(self, name: str, **answers: Any) -> None:
        form = parsed(name)
        root = form.model.children[0]
        placed, left = _placed(root, answers, form.repeats)
        assert not left, f"unknown answers: {sorted(left)}"
        self.checked: Checked = check(form, visit(form, placed), now=NOW)
        self.assessment: Assessment = assess(form, self.checked, shipped_form(name).consequences)

    @property
    def called(self) -> dict[str, Called]:
        """Give what is called for by name; of a repeat, the first turn."""
        return {one.name: one for one in reversed(self.assessment.called)}

    @property
    def missing(self) -> set[str]:
        """Name the answers that break a rule."""
        return {one.path.rpartition("/")[2] for one in self.checked.violations}

    def value(self, name: str) -> str:
        """Give a calculated answer by name, or by the end of its path: `tap[2]/tap_m3`."""
        calculated = self.checked.calculated
        (found,) = [value for path, value in calculated.items() if path.endswith(f"/{name}")]
        return found


def _placed(
    model: Node, answers: Mapping[str, Any], repeats: frozenset[str]
) -> tuple[Answers, set[str]]:
    """Sort flat answers into the groups they belong to; also names those that fit nowhere."""
    left = set(answers)
    made: Answers = {}
    for child in model.children:
        if child.path in repeats:
            turns = [_placed(child, turn, repeats) for turn in answers.get(child.name, [])]
            assert not any(strangers for _, strangers in turns), turns
            made[child.name] = [turn for turn, _ in turns]
            left.discard(child.name)
        elif child.children:
            made[child.name], others = _placed(child, answers, repeats)
            left &= others
        elif child.name in answers:
            made[child.name] = answers[child.name]
            left.discard(child.name)
    return made, left


def filled_at_random(name: str, seed: int) -> Checked:
    """Answer what the form asks, at random, until the check finds nothing to say."""
    form, chance = parsed(name), random.Random(f"{name} {seed}")
    answers = _empty(form.model.children[0], form.repeats, chance)
    for _ in range(MOST_ROUNDS):
        checked = check(form, visit(form, answers), now=NOW)
        wanted = {one.path: one.kind for one in checked.violations}
        if not _answer_more(form, checked, answers, wanted=wanted, chance=chance):
            return check(form, checked.xml, now=NOW)
    raise AssertionError(f"{name} cannot be filled: {checked.violations}")


def _empty(model: Node, repeats: frozenset[str], chance: random.Random) -> Answers:
    made: Answers = {}
    for child in model.children:
        if child.path in repeats:
            turns = range(chance.randint(0, TURNS))
            made[child.name] = [_empty(child, repeats, chance) for _ in turns]
        elif child.children and child.name != "meta":
            made[child.name] = _empty(child, repeats, chance)
    return made


def _answer_more(
    form: Form,
    checked: Checked,
    answers: Answers,
    *,
    wanted: Mapping[str, ViolationKind],
    chance: random.Random,
) -> bool:
    changed = False
    for node in _leaves(checked.answers.root):
        question, bind = form.by_path.get(node.path), form.binds.get(node.path)
        if question is None or not node.relevant or question.control == "note":
            continue
        if bind is not None and (bind.calculate is not None or bind.preload):
            continue
        holder, key = _holder(answers, node.place)
        if node.place in wanted or key not in holder:
            holder[key] = _anything(form, checked, question, node=node, chance=chance)
            changed = True
    return changed


def _leaves(node: Node) -> Iterator[Node]:
    return (one for one in node.walk() if not one.children)


def _holder(answers: Answers, place: str) -> tuple[Answers, str]:
    *groups, key = place.split("/")[2:]
    holder: Any = answers
    for part in groups:
        name, _, turn = part.partition("[")
        holder = holder.setdefault(name, {})
        if turn:
            holder = holder[int(turn.rstrip("]")) - 1]
    return holder, key


def _anything(
    form: Form, checked: Checked, question: Question, *, node: Node, chance: random.Random
) -> str:
    if question.choices is not None:
        scope = checked.scope
        scope.current = node
        offered = sorted(question.choices.offered(node, scope) or [])
        if not offered:
            return ""
        if question.name.endswith("_agreed") and chance.random() < 0.8:
            return "yes"
        many = chance.randint(1, 3) if question.choices.several else 1
        return " ".join(chance.sample(offered, min(many, len(offered))))
    if question.type in ("int", "decimal"):
        return any_number(form, question, chance)
    return {
        "date": "2026-05-06",
        "time": "10:30:00.000+01:00",
        "dateTime": "2026-05-06T10:30:00.000+02:00",
        "binary": "a.jpg",
        "geopoint": "49.43 2.08 0 5",
    }.get(question.type, "trois mots ici")


def any_number(form: Form, question: Question, chance: random.Random) -> str:
    rule = form.binds[question.path].constraint
    bounds = [float(found) for found in _NUMBER.findall(rule.source)] if rule is not None else []
    low, high = (min(bounds), max(bounds)) if bounds else (0.0, 100.0)
    number = chance.uniform(low, high)
    return str(round(number)) if question.type == "int" else str(round(number, 1))
