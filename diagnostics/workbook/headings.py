"""Headings of workbooks from elsewhere, by the names we know: whatever case, spaces or alias."""

from __future__ import annotations

# What ODK's converter takes for the same column, and what it is called here.
_SAME: dict[str, dict[str, str]] = {
    "survey": {
        "caption": "label",
        "command": "type",
        "tag": "name",
        "value": "name",
        "relevance": "relevant",
        "calculate": "calculation",
        "count": "repeat_count",
        "jr:count": "repeat_count",
        "read_only": "readonly",
        "constraining_message": "constraint_message",
        "requiredmsg": "required_message",
    },
    "choices": {"caption": "label", "value": "name"},
    "settings": {
        "title": "form_title",
        "set_form_title": "form_title",
        "id_string": "form_id",
        "set_form_id": "form_id",
    },
}
_SAME["external_choices"] = _SAME["choices"]
_WORDS = ("label", "hint", "guidance_hint", "constraint_message", "required_message")
_MEDIA = ("image", "big-image", "audio", "video", "media")
_KNOWN: dict[str, frozenset[str]] = {
    "survey": frozenset(
        [
            *_WORDS,
            *_MEDIA,
            *("type", "name", "relevant", "calculation", "constraint", "required", "readonly"),
            *("repeat_count", "choice_filter", "appearance", "parameters", "default", "trigger"),
            *("disabled", "about", "readers"),
        ]
    ),
    "choices": frozenset(["list_name", "name", "label", *_MEDIA]),
    "settings": frozenset(
        [
            *("form_title", "form_id", "version", "default_language", "instance_name", "style"),
            *("allow_choice_duplicates", "public_key", "submission_url", "namespaces"),
            *("source", "instrument"),
        ]
    ),
    "consequences": frozenset(
        [
            "name",
            "when",
            "for_each",
            "kind",
            "code",
            "severity",
            "due",
            "owner",
            "quantity",
            "home",
            "label",
        ]
    ),
}
_KNOWN["external_choices"] = _KNOWN["choices"]
_SPOKEN = frozenset([*_WORDS, *_MEDIA])


def known_heading(sheet: str, heading: str) -> str:
    """Give a heading as we name it: `Relevance` is `relevant`, `Label : fr` is `label::fr`.

    One that we do not know comes back as it is: a choice filter may call it by that name.
    """
    head, colons, rest = (part.strip() for part in heading.partition("::"))
    if not colons:
        before, colon, after = (part.strip() for part in heading.partition(":"))
        if colon and _named(sheet, before) in _SPOKEN:
            head, colons, rest = before, "::", after
    named = _named(sheet, head)
    if named not in _KNOWN.get(sheet, ()):
        return heading.strip()
    return f"{named}::{rest}" if colons else named


def _named(sheet: str, head: str) -> str:
    snake = "_".join(head.split()).lower()
    return _SAME.get(sheet, {}).get(snake, snake)
