"""One published form: its questions, rules, choices and texts; parsed once and cached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from .choices import ChoiceList, read_choices
from .controls import Control, read_controls
from .model import Bind, Rule, read_binds, read_instances, read_model, read_rule
from .ordering import Stage, stages
from .texts import Texts, Wording, read_texts
from .wellformed import BadForm, read_form
from .xpath import ExpressionError, Node, Scope, references, text_of

XFORMS = "{http://www.w3.org/2002/xforms}"
XHTML = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True, slots=True)
class Question:
    """Something the form asks or tells: a question, a note, or a calculated answer on screen."""

    path: str
    name: str
    type: str
    control: str
    appearance: str
    media: str
    wording: Wording
    hinting: Wording
    groups: tuple[str, ...]
    repeat: str | None
    choices: ChoiceList | None
    texts: Texts = field(repr=False, compare=False)

    def label(self, language: str) -> str:
        """Give the question in a language, with a gap where it quotes answers."""
        return self.texts.plain(self.wording, language)

    def hint(self, language: str) -> str:
        """Give the hint in a language."""
        return self.texts.plain(self.hinting, language)


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A parsed form. It does not change and may be shared between threads."""

    form_id: str
    version: str
    namespace: str
    root_name: str
    model: Node = field(repr=False)
    binds: Mapping[str, Bind] = field(repr=False)
    questions: tuple[Question, ...] = field(repr=False)
    controls: Mapping[str, Control] = field(repr=False)
    repeats: frozenset[str]
    instances: Mapping[str, Node] = field(repr=False)
    texts: Texts = field(repr=False)
    order: tuple[Stage, ...] = field(repr=False)
    reads: Mapping[str, frozenset[str]] = field(repr=False)
    titling: str = ""
    by_path: Mapping[str, Question] = field(default_factory=dict, repr=False)
    counts: Mapping[str, Rule] = field(default_factory=dict, repr=False)
    models: Mapping[str, Node] = field(default_factory=dict, repr=False)

    def is_proposed(self, bind: Bind) -> bool:
        """Tell whether a calculation only proposes an answer, to be changed on screen."""
        asked = bind.path in self.by_path and bind.readonly in ("", "false()")
        return asked and bind.calculate is not None

    def model_node(self, path: str) -> Node:
        """Give the node of the model at a path."""
        return self.models[path]

    def title(self, language: str) -> str:
        """Give the title; when it is written "Français / English", the part of that language."""
        parts = [part.strip() for part in self.titling.split(" / ")]
        if len(parts) == 2 and all(parts):
            return parts[1] if language == "en" else parts[0]
        return self.titling

    @property
    def languages(self) -> tuple[str, ...]:
        """List the codes of the languages, the default one first."""
        return self.texts.languages

    def group_title(self, path: str, language: str) -> str:
        """Give the title of a group or repeat; empty when it has none."""
        control = self.controls.get(path)
        return self.texts.plain(control.label, language) if control is not None else ""

    def choice_label(self, value: str, question: Node, scope: Scope) -> str:
        """Give the label of a choice of a question; empty when it offers no such choice."""
        asked = self.by_path.get(question.path)
        if asked is None or asked.choices is None:
            return ""
        return asked.choices.label_of(value, question, scope)

    def itext(self, ident: str, scope: Scope) -> str:
        """Give the text of that id, in the scope's language."""
        return self.texts.filled(Wording(ident=ident), scope, scope.current)

    def spoken(self, node: Node, scope: Scope) -> str:
        """Give an answer as a sentence quotes it; one made of labels is made again."""
        bind = self.binds.get(node.path)
        if bind is not None and bind.type == "decimal" and scope.language == "fr":
            return node.text().removesuffix(".0").replace(".", ",")
        if bind is None or bind.calculate is None or not bind.calculate.translated:
            return node.text()
        scope.current = node
        return text_of(bind.calculate.evaluate(scope, node)) if node.relevant else ""


@lru_cache(maxsize=64)
def parse_form(xform: bytes) -> Form:
    """Parse an XForm; raises BadForm."""
    top = read_form(xform)
    model = top.find(f"{XHTML}head/{XFORMS}model")
    body = top.find(f"{XHTML}body")
    if model is None or body is None:
        raise BadForm("Ce fichier XML n’est pas un formulaire XForms.")
    try:
        return _assemble(top, model, body)
    except (ExpressionError, RecursionError) as error:
        raise BadForm(f"Une expression du formulaire est illisible : {error}") from error


def _assemble(top: etree._Element, model: etree._Element, body: etree._Element) -> Form:
    texts = read_texts(model)
    controls = read_controls(body)
    repeats = frozenset(path for path, one in controls.items() if one.tag == "repeat")
    template, primary = read_model(model, repeats)
    binds = read_binds(model)
    needs = _needs(template, binds, lists=_filtered_lists(controls))
    instances = read_instances(model)
    questions = _questions(controls, binds, texts, instances)
    return Form(
        form_id=primary.get("id", ""),
        version=primary.get("version", ""),
        namespace=etree.QName(primary).namespace or "",
        root_name=etree.QName(primary).localname,
        model=template,
        binds=binds,
        questions=questions,
        controls=controls,
        repeats=repeats,
        instances=instances,
        texts=texts,
        order=stages(needs),
        reads=_reads(template, binds),
        titling=(top.findtext(f"{XHTML}head/{XHTML}title") or "").strip(),
        by_path={question.path: question for question in questions},
        counts=_counts(controls),
        models={node.path: node for node in template.walk()},
    )


def _counts(controls: Mapping[str, Control]) -> dict[str, Rule]:
    rules = {path: read_rule(control.count) for path, control in controls.items()}
    return {path: rule for path, rule in rules.items() if rule is not None}


def _filtered_lists(controls: Mapping[str, Control]) -> dict[str, str]:
    """Give by path the expression a question draws its choices with."""
    found = ((path, one.element.find(f"{XFORMS}itemset")) for path, one in controls.items())
    return {path: itemset.get("nodeset", "") for path, itemset in found if itemset is not None}


def _needs(
    template: Node, binds: Mapping[str, Bind], *, lists: Mapping[str, str]
) -> dict[str, frozenset[str]]:
    """List for each path what its relevance and its calculated answer depend on."""
    nodes = {node.path: node for node in template.walk()}
    needs: dict[str, frozenset[str]] = {}
    for node in template.walk():
        if node.parent is None:
            continue
        bind = binds.get(node.path)
        read = {node.parent.path} if node.parent.parent is not None else set()
        for rule in (bind.relevant, bind.calculate) if bind is not None else ():
            if rule is not None:
                read |= references(rule.source, template, node)
        if bind is not None and bind.calculate is not None and bind.calculate.translated:
            # A choice has a name only among those on offer, so what filters the list comes first.
            for asked in read & lists.keys():
                read |= references(lists[asked], template, nodes[asked])
        needs[node.path] = frozenset(read) - ({node.path} if not _reads_itself(bind) else set())
    return needs


def _reads(template: Node, binds: Mapping[str, Bind]) -> dict[str, frozenset[str]]:
    """List for each calculated answer the answers it is made of."""
    return {
        node.path: references(bind.calculate.source, template, node)
        for node in template.walk()
        if (bind := binds.get(node.path)) is not None and bind.calculate is not None
    }


def _reads_itself(bind: Bind | None) -> bool:
    """Tell whether a rule looks at its own question in another turn of the repeat."""
    rules = (bind.relevant, bind.calculate) if bind is not None else ()
    return any(rule is not None and "sibling" in rule.source for rule in rules)


def _questions(
    controls: Mapping[str, Control],
    binds: Mapping[str, Bind],
    texts: Texts,
    instances: Mapping[str, Node],
) -> tuple[Question, ...]:
    asked = []
    for path, control in controls.items():
        if control.tag in ("group", "repeat"):
            continue
        bind = binds.get(path)
        note = control.tag == "input" and bind is not None and bind.is_note
        asked.append(
            Question(
                path=path,
                name=path.rpartition("/")[2],
                type=bind.type if bind else "string",
                control="note" if note else control.tag,
                appearance=control.appearance,
                media=control.media,
                wording=control.label,
                hinting=control.hint,
                groups=control.groups,
                repeat=control.repeat,
                choices=read_choices(control.element, texts, instances),
                texts=texts,
            )
        )
    return tuple(asked)
