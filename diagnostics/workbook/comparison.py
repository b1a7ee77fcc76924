"""What changed from one version of a diagnostic to the next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from ..form import Form, parse_form
from ..phrasing import choices_of, readable, said
from ..texts import Wording
from .consequences import GROUP, Consequence
from .publishing import PublishedForm

_TYPES = {"select1": "select_one", "select": "select_multiple", "trigger": "acknowledge"}
_NUMBERED = re.compile(r"consequence_\d+")
_COMPARED = ("kind", "code", "severity", "due", "owner", "quantity", "home", "for_each", "when")
# Whose change is a change of words; `label:fr` and so on.
WORDS = ("label", "hint", "constraint_message", "required_message")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing of one question or consequence that is not what it was; empty for none."""

    name: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Part:
    """A question, group or calculation by its name, with its words in the first language."""

    name: str
    label: str
    type: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs between two versions, in the order of the newer form.

    `renamed` are questions gone and come with the same words: their answers will not line up.
    """

    added: tuple[Part, ...] = ()
    removed: tuple[Part, ...] = ()
    renamed: tuple[tuple[Part, Part], ...] = ()
    moved: tuple[Change, ...] = ()
    reworded: tuple[Change, ...] = ()
    retyped: tuple[Change, ...] = ()
    choices: tuple[Change, ...] = ()
    expressions: tuple[Change, ...] = ()
    consequences_added: tuple[Consequence, ...] = ()
    consequences_removed: tuple[Consequence, ...] = ()
    consequences_changed: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return any(getattr(self, one.name) for one in fields(self))


@dataclass(frozen=True, slots=True)
class _Item:
    """What one path of a form is, flat enough to compare."""

    part: Part
    place: str
    words: Mapping[str, str]
    choices: Mapping[str, str]
    rules: Mapping[str, str]


def compare(old: PublishedForm, new: PublishedForm) -> Comparison:
    """Compare two versions: questions by name, consequences by name or by what they call for."""
    before, after = _items(old), _items(new)
    both = [(before[key], after[key]) for key in after if key in before]
    renamed = tuple(_renamed(before, after))
    gone = {old.name for old, _ in renamed}
    come = {new.name for _, new in renamed}
    pairs = list(_paired(old.consequences, new.consequences))
    followed, continued = {was.name for was, _ in pairs}, {now.name for _, now in pairs}
    return Comparison(
        added=_only(after, before, but=come),
        removed=_only(before, after, but=gone),
        renamed=renamed,
        moved=tuple(
            _one(was, "group", was.place, now.place) for was, now in both if was.place != now.place
        ),
        reworded=tuple(one for was, now in both for one in _differences(was, was.words, now.words)),
        retyped=tuple(
            _one(was, "type", was.part.type, now.part.type)
            for was, now in both
            if was.part.type != now.part.type
        ),
        choices=tuple(
            one for was, now in both for one in _differences(was, was.choices, now.choices)
        ),
        expressions=tuple(
            one for was, now in both for one in _differences(was, was.rules, now.rules)
        ),
        consequences_added=tuple(one for one in new.consequences if one.name not in continued),
        consequences_removed=tuple(one for one in old.consequences if one.name not in followed),
        consequences_changed=tuple(
            change for was, now in pairs for change in _consequence_changes(was, now)
        ),
    )


def _only(
    items: Mapping[str, _Item], others: Mapping[str, _Item], *, but: set[str]
) -> tuple[Part, ...]:
    return tuple(
        one.part for key, one in items.items() if key not in others and one.part.name not in but
    )


def _renamed(
    before: Mapping[str, _Item], after: Mapping[str, _Item]
) -> Iterator[tuple[Part, Part]]:
    """Pair questions gone with questions come that have the same type and words."""
    come = [one for key, one in after.items() if key not in before and one.words]
    for key, was in before.items():
        if key in after or not was.words:
            continue
        same = [now for now in come if now.words == was.words and now.part.type == was.part.type]
        if same:
            come.remove(same[0])
            yield was.part, same[0].part


def _one(item: _Item, what: str, before: str, after: str) -> Change:
    return Change(item.part.name, what, before, after)


def _differences(
    item: _Item, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[Change]:
    for what in dict.fromkeys([*before, *after]):
        if before.get(what, "") != after.get(what, ""):
            yield _one(item, what, before.get(what, ""), after.get(what, ""))


def _items(published: PublishedForm) -> dict[str, _Item]:
    """Describe the parts of a form by name; by path where a name stands several times."""
    form = parse_form(published.xform)
    ours = {one.path for one in published.consequences}
    top = f"/{form.root_name}/"
    paths = [
        path
        for path, node in form.models.items()
        if path.startswith(top)
        and path not in ours
        and not path.startswith((f"{top}meta", f"{top}{GROUP}"))
        and (path in form.binds or path in form.controls or node.children)
    ]
    names = [path.rpartition("/")[2] for path in paths]
    return {
        name if names.count(name) == 1 else path: _item(form, path)
        for name, path in zip(names, paths, strict=True)
    }


def _item(form: Form, path: str) -> _Item:
    words = dict(_words(form, path))
    label = next((text for what, text in words.items() if what.startswith("label:")), "")
    name = path.rpartition("/")[2]
    holder = path.rpartition("/")[0].removeprefix(f"/{form.root_name}").strip("/")
    return _Item(
        part=Part(name, label, _type(form, path)),
        place=holder.replace("/", " › "),
        words=words,
        choices=dict(_choices(form, path)),
        rules=dict(_rules(form, path)),
    )


def _type(form: Form, path: str) -> str:
    bind, control, asked = form.binds.get(path), form.controls.get(path), form.by_path.get(path)
    if control is None:
        return "calculate" if bind is not None and bind.calculate is not None else "hidden"
    if control.tag in ("group", "repeat"):
        return control.tag
    if asked is not None and asked.control == "note":
        return "note"
    if control.tag == "upload":
        return control.media.partition("/")[0] or "file"
    if control.tag == "input" and bind is not None:
        return {"int": "integer", "string": "text"}.get(bind.type, bind.type)
    return _TYPES.get(control.tag, control.tag)


def _words(form: Form, path: str) -> Iterator[tuple[str, str]]:
    bind, control = form.binds.get(path), form.controls.get(path)
    wordings: dict[str, Wording] = {}
    if control is not None:
        wordings |= {"label": control.label, "hint": control.hint}
    if bind is not None:
        wordings |= {
            "constraint_message": bind.constraint_message,
            "required_message": bind.required_message,
        }
    for language in form.languages or ("",):
        for what, wording in wordings.items():
            text = said(form.texts, wording, language)
            if text:
                yield f"{what}:{language}", text


def _choices(form: Form, path: str) -> Iterator[tuple[str, str]]:
    asked = form.by_path.get(path)
    if asked is None or asked.choices is None:
        return
    for language in form.languages or ("",):
        for value, label in choices_of(form, asked, language).items():
            yield f"{value}:{language}", label or value


def _rules(form: Form, path: str) -> Iterator[tuple[str, str]]:
    bind, control, count = form.binds.get(path), form.controls.get(path), form.counts.get(path)
    if bind is not None:
        rules = {
            "relevant": bind.relevant,
            "required": bind.required,
            "constraint": bind.constraint,
            "calculation": bind.calculate,
        }
        yield from ((what, readable(rule.source)) for what, rule in rules.items() if rule)
        if bind.about:
            yield "about", bind.about
        if bind.readers:
            yield "readers", bind.readers
    if count is not None:
        yield "repeat_count", readable(count.source)
    if control is None:
        return
    if control.appearance:
        yield "appearance", control.appearance
    drawn = control.element.find("{*}itemset")
    condition = re.search(r"\[(.*)\]\s*$", drawn.get("nodeset", "") if drawn is not None else "")
    if condition is not None:
        yield "choice_filter", readable(condition[1])
    for what in ("start", "end", "step"):
        if control.tag == "range" and control.element.get(what):
            yield what, control.element.get(what, "")


def _paired(
    old: tuple[Consequence, ...], new: tuple[Consequence, ...]
) -> Iterator[tuple[Consequence, Consequence]]:
    """Pair by name; those that only have a number by what they call for, then by their sentence."""
    rest, others = list(old), list(new)
    for key in (_named, _calls_for, _sentence, _condition):
        known = {key(one): one for one in rest if key(one) is not None}
        for now in list(others):
            was = known.pop(key(now), None) if key(now) is not None else None
            if was is not None:
                rest.remove(was)
                others.remove(now)
                yield was, now


def _named(one: Consequence) -> object:
    return None if _NUMBERED.fullmatch(one.name) else one.name


def _unnamed(one: Consequence, *key: object) -> object:
    return (one.kind, one.for_each, *key) if _NUMBERED.fullmatch(one.name) else None


def _calls_for(one: Consequence) -> object:
    return _unnamed(one, one.code, one.when)


def _sentence(one: Consequence) -> object:
    return _unnamed(one, one.label.get("fr"))


def _condition(one: Consequence) -> object:
    return _unnamed(one, one.when)


def _consequence_changes(was: Consequence, now: Consequence) -> Iterator[Change]:
    for what in _COMPARED:
        before, after = str(getattr(was, what)), str(getattr(now, what))
        if before != after:
            yield Change(now.name, what, before, after)
    for language in dict.fromkeys([*was.label, *now.label]):
        before, after = was.label.get(language, ""), now.label.get(language, "")
        if before != after:
            yield Change(now.name, f"label:{language}", before, after)
