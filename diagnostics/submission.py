"""One submission against its form: recomputed, checked, and told what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any, NamedTuple

from .answers import Answers, lay_out, write_xml
from .delays import PARIS
from .form import Form
from .kinds import fits, in_range, recorded, same_answer, typed
from .model import Bind, Rule
from .ordering import Stage
from .texts import Wording
from .wellformed import BadSubmission, Element, Head, head_of, read_head, read_submission
from .xpath import ExpressionFailed, Node, Scope, TooMuchWork, Value, number_of, text_of, truth_of

__all__ = [
    "BadSubmission",
    "Checked",
    "Corrected",
    "Head",
    "Violation",
    "ViolationKind",
    "check",
    "read_head",
]

MOST_ROUNDS = 20  # for answers that depend on one another
_UNWORKABLE = (
    ExpressionFailed,
    ArithmeticError,
    ValueError,
    TypeError,
    LookupError,
    RecursionError,
)


class ViolationKind(StrEnum):
    """What can be wrong with an answer."""

    REQUIRED = "required"
    CONSTRAINT = "constraint"
    TYPE = "type"
    CHOICE = "choice"
    COUNT = "count"
    VERSION = "version"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Violation:
    """An answer that breaks a rule; the path carries the positions of repeats."""

    path: str
    kind: ViolationKind
    message: str


class Corrected(NamedTuple):
    """A calculated or hidden answer that differed from what the rules give."""

    path: str
    sent: str
    computed: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A submission after the check. Paths carry the positions of repeats, from 1."""

    form_id: str
    version: str
    instance_id: str
    values: Mapping[str, Any]
    calculated: Mapping[str, str]
    violations: tuple[Violation, ...]
    corrected: tuple[Corrected, ...]
    unknown: tuple[str, ...]
    relevant: frozenset[str]
    xml: bytes = field(repr=False)
    answers: Answers = field(repr=False, compare=False)
    scope: Scope = field(repr=False, compare=False)

    @property
    def valid(self) -> bool:
        """Tell whether no rule is broken."""
        return not self.violations


def check(
    form: Form,
    xml: bytes | Element,
    *,
    now: datetime,
    language: str = "fr",
    zone: tzinfo = PARIS,
) -> Checked:
    """Check a submission, read already or not; raises BadSubmission when it is not of the form.

    `now` is the moment today() and now() stand for: pass the end of the visit, not that of receipt.
    """
    sent = read_submission(xml) if isinstance(xml, bytes) else xml
    head = head_of(sent)
    if head.form_id != form.form_id or sent.name != form.root_name:
        raise BadSubmission(
            f"Cette visite est du formulaire « {head.form_id} », pas de « {form.form_id} »."
        )
    answers = lay_out(form, sent)
    scope = Scope(
        answers.document,
        answers.index,
        now=now,
        zone=zone,
        instances=form.instances,
        words=form,
        language=language,
    )
    try:
        corrected = _Calculation(form, answers, scope).run()
        violations = _version(form, head) + _violations(form, answers, scope)
    except TooMuchWork:
        raise BadSubmission("La visite contient trop de répétitions pour être vérifiée.") from None
    return checked_of(form, answers, scope, head=head, corrected=corrected, violations=violations)


def checked_of(
    form: Form,
    answers: Answers,
    scope: Scope,
    *,
    head: Head,
    corrected: list[Corrected],
    violations: list[Violation],
) -> Checked:
    """Sum up answers whose relevance and values are worked out."""
    nodes = [node for node in answers.root.walk() if node.relevant]
    return Checked(
        form_id=form.form_id,
        version=head.version or form.version,
        instance_id=head.instance_id,
        values=_values(form, answers.root),
        calculated={node.place: node.value for node in nodes if _is_calculated(form, node)},
        violations=tuple(violations),
        corrected=tuple(corrected),
        unknown=tuple(answers.unknown),
        relevant=frozenset(node.place for node in nodes),
        xml=write_xml(form, answers, head.version or form.version),
        answers=answers,
        scope=scope,
    )


def _is_calculated(form: Form, node: Node) -> bool:
    bind = form.binds.get(node.path)
    return bind is not None and bind.calculate is not None and not form.is_proposed(bind)


def _values(form: Form, node: Node) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for child in node.children:
        if child.path in form.repeats:
            turns = values.setdefault(child.name, [])
            if child.relevant:
                turns.append(_values(form, child))
        elif child.relevant:
            group = bool(form.model_node(child.path).children)
            values[child.name] = _values(form, child) if group else _value(form, child)
    return values


def _value(form: Form, node: Node) -> Any:
    question, bind = form.by_path.get(node.path), form.binds.get(node.path)
    several = question is not None and question.choices is not None and question.choices.several
    return typed(node.value, bind.type if bind is not None else "string", several=several)


def _version(form: Form, head: Head) -> list[Violation]:
    if not head.version or head.version == form.version:
        return []
    message = f"Remplie avec la version {head.version}, vérifiée avec la version {form.version}."
    return [Violation(f"/{form.root_name}", ViolationKind.VERSION, message)]


def evaluate(rule: Rule, scope: Scope, node: Node) -> Value | None:
    """Work a rule out on a node; None when it cannot be."""
    scope.current = node
    scope.position = scope.size = 1
    try:
        return rule.evaluate(scope, node)
    except _UNWORKABLE:
        return None


def holds(rule: Rule, scope: Scope, node: Node) -> bool:
    """Tell whether a rule holds on a node; one that cannot be worked out does not."""
    value = evaluate(rule, scope, node)
    return value is not None and truth_of(value)


class _Calculation:
    """Works out relevance and calculated answers, each after those it depends on."""

    def __init__(self, form: Form, answers: Answers, scope: Scope) -> None:
        self.form, self.answers, self.scope = form, answers, scope
        self.computed: dict[int, str] = {}

    def run(self) -> list[Corrected]:
        """Bring every answer to what the rules give; returns where that differs."""
        for stage in self.form.order:
            self._stage(stage)
        return [
            Corrected(node.place, node.sent, node.value)
            for node in self.answers.root.walk()
            if not node.children and self._differs(node)
        ]

    def _differs(self, node: Node) -> bool:
        if not node.relevant:
            return node.sent != ""
        return id(node) in self.computed and not same_answer(node.sent, node.value)

    def _stage(self, stage: Stage) -> None:
        for _ in range(MOST_ROUNDS if stage.circular else 1):
            changed = [self._path(path) for path in stage.paths]
            if not any(changed):
                return

    def _path(self, path: str) -> bool:
        bind = self.form.binds.get(path)
        changed = False
        for node in self.answers.index.get(path, ()):
            before = node.relevant, node.value
            self._relevance(node, bind)
            if not node.children:
                self._answer(node, bind)
            changed = changed or (node.relevant, node.value) != before
        return changed

    def _relevance(self, node: Node, bind: Bind | None) -> None:
        node.relevant = node.parent is None or node.parent.relevant
        if node.relevant and bind is not None and bind.relevant is not None:
            node.relevant = holds(bind.relevant, self.scope, node)

    def _answer(self, node: Node, bind: Bind | None) -> None:
        if not node.relevant:
            node.value = ""
            return
        node.value = self.computed.get(id(node), node.sent)
        if bind is None or bind.calculate is None or self.form.is_proposed(bind):
            return
        if bind.calculate.made_once and node.sent:
            return
        node.value = self.computed[id(node)] = self._calculated(node, bind, bind.calculate)

    def _calculated(self, node: Node, bind: Bind, rule: Rule) -> str:
        first = self._in_language(node, bind, rule)
        if not rule.translated or first == node.sent:
            return first
        spoken, found = self.scope.language, first
        for language in self.form.languages:
            self.scope.language = language
            if self._in_language(node, bind, rule) == node.sent:
                found = node.sent
        self.scope.language = spoken
        return found

    def _in_language(self, node: Node, bind: Bind, rule: Rule) -> str:
        value = evaluate(rule, self.scope, node)
        return "" if value is None else recorded(text_of(value), bind.type)


def _violations(form: Form, answers: Answers, scope: Scope) -> list[Violation]:
    found: list[Violation] = []
    for node in answers.root.walk():
        if not node.relevant:
            continue
        if node.children:
            found.extend(_counts(form, node, scope))
            continue
        violation = violation_at(form, node, scope)
        if violation is not None:
            found.append(violation)
    return found


def _counts(form: Form, node: Node, scope: Scope) -> list[Violation]:
    found = []
    for model in form.model_node(node.path).children:
        rule = form.counts.get(model.path)
        if rule is None:
            continue
        # A count is written as seen from a turn of the repeat, of which there may be none.
        value = evaluate(rule, scope, Node(model.name, node))
        wanted = number_of(value, scope.zone) if value is not None else 0.0
        wanted = max(0, int(wanted)) if abs(wanted) < 1e9 else 0
        given = len(node.named.get(model.name, ()))
        if given != wanted:
            message = f"{wanted} répétition(s) attendue(s), {given} reçue(s)."
            found.append(Violation(f"{node.place}/{model.name}", ViolationKind.COUNT, message))
    return found


def violation_at(form: Form, node: Node, scope: Scope) -> Violation | None:
    """Say what is wrong with the answer of a relevant leaf, in the language of the scope."""
    bind = form.binds.get(node.path)
    if node.value == "":
        return _missing(form, node, scope, bind=bind)
    if node.value == form.model_node(node.path).value:
        return None  # the default that nobody touched
    typed_in = bind is not None and (bind.calculate is None or form.is_proposed(bind))
    if bind is not None and typed_in and not fits(node.value, bind.type):
        return Violation(node.place, ViolationKind.TYPE, f"Réponse illisible ({bind.type}).")
    return (
        _wrong_choice(form, node, scope)
        or _outside(form, node)
        or _broken(form, node, scope, bind=bind)
    )


def _missing(form: Form, node: Node, scope: Scope, *, bind: Bind | None) -> Violation | None:
    if bind is None or bind.required is None or not holds(bind.required, scope, node):
        return None
    message = _message(form, bind.required_message, scope, node=node) or "Réponse obligatoire."
    return Violation(node.place, ViolationKind.REQUIRED, message)


def _wrong_choice(form: Form, node: Node, scope: Scope) -> Violation | None:
    question = form.by_path.get(node.path)
    if question is None or question.choices is None:
        return None
    offered = question.choices.offered(node, scope)
    picked = node.value.split() if question.choices.several else [node.value]
    wrong = [value for value in picked if offered is not None and value not in offered]
    if not wrong and len(set(picked)) == len(picked):
        return None
    said = " ".join(wrong)[:200]
    message = f"Choix inconnu : {said}" if wrong else "Un choix figure deux fois."
    return Violation(node.place, ViolationKind.CHOICE, message)


def _outside(form: Form, node: Node) -> Violation | None:
    control = form.controls.get(node.path)
    if control is None or control.tag != "range":
        return None
    start, end = control.element.get("start", ""), control.element.get("end", "")
    if in_range(node.value, start, end):
        return None
    return Violation(node.place, ViolationKind.CONSTRAINT, f"Valeur attendue de {start} à {end}.")


def _broken(form: Form, node: Node, scope: Scope, *, bind: Bind | None) -> Violation | None:
    if bind is None or bind.constraint is None or holds(bind.constraint, scope, node):
        return None
    message = _message(form, bind.constraint_message, scope, node=node) or "Valeur non acceptée."
    return Violation(node.place, ViolationKind.CONSTRAINT, message)


def _message(form: Form, wording: Wording, scope: Scope, *, node: Node) -> str:
    return form.texts.filled(wording, scope, node)
