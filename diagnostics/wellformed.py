"""Read XML that strangers may have written: bounded time, bounded memory, one kind of refusal.

Submissions are read with expat, without namespace processing: ODK clients exist that send
`orx:meta` without declaring `orx`. That is safe, because a name is only ever compared with the
names of the form, never resolved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from lxml import etree

LARGEST_SUBMISSION = 16_000_000  # bytes; photos travel beside the XML, not in it
LARGEST_FORM = 16_000_000
DEEPEST = 100
MOST_ELEMENTS = 50_000
# The question that a form asks in ODK Collect beside its own: which visit it comes from.
VISIT_QUESTION = "palier_visit"

OPENROSA = "http://openrosa.org/xforms"
OUR_NAMESPACES = frozenset(
    [
        "",
        OPENROSA,
        "http://openrosa.org/javarosa",
        "http://www.w3.org/2002/xforms",
        "http://opendatakit.org/submissions",
        "http://opendatakit.org/xforms",
    ]
)


class BadSubmission(ValueError):
    """The bytes are not a submission of the form at all; the message is French, for people."""


class BadForm(ValueError):
    """The bytes are not an XForm that can be used; the message is French, for people."""


class Element:
    """An element as sent: local name, namespace, text, children; attributes of the root only."""

    __slots__ = ("attributes", "children", "name", "namespace", "text")

    def __init__(self, name: str, namespace: str, attributes: dict[str, str]) -> None:
        """Start an element; text and children follow."""
        self.name = name
        self.namespace = namespace
        self.attributes = attributes
        self.children: list[Element] = []
        self.text = ""

    def find(self, name: str) -> Element | None:
        """Give the first child of that name."""
        return next((child for child in self.children if child.name == name), None)


def read_submission(data: bytes) -> Element:
    """Read a submission into elements; raises BadSubmission, never anything else."""
    if len(data) > LARGEST_SUBMISSION:
        raise BadSubmission("La visite envoyée est trop volumineuse.")
    builder = _Builder()
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BadSubmission(
            f"Le fichier n’est pas du XML bien formé (ligne {error.lineno}, "
            f"colonne {error.offset + 1}) : il est tronqué ou abîmé."
        ) from error
    except (LookupError, ValueError) as error:
        if isinstance(error, BadSubmission):
            raise
        raise BadSubmission("L’encodage du fichier n’est pas reconnu.") from error
    if builder.top is None:
        raise BadSubmission("Le fichier est vide.")
    return builder.top


class _Builder:
    """Receives expat's events; stops at the first thing a submission never holds."""

    def __init__(self) -> None:
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = self.doctype
        self.top: Element | None = None
        self.open: list[Element] = []
        # Texts are joined once: adding to one in a loop takes its square in time.
        self.texts: list[list[str]] = []
        self.defaults = [""]
        self.prefixes = {"orx": OPENROSA, "jr": "http://openrosa.org/javarosa"}
        self.count = 0

    def doctype(self, *_: object) -> None:
        raise BadSubmission("Le fichier contient une DTD ou des entités : c’est refusé.")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MOST_ELEMENTS:
            raise BadSubmission(f"La visite contient plus de {MOST_ELEMENTS} éléments.")
        if len(self.open) >= DEEPEST:
            raise BadSubmission(f"La visite contient plus de {DEEPEST} niveaux imbriqués.")
        self._declare(attributes)
        prefix, _, local = name.rpartition(":")
        namespace = self.prefixes.get(prefix, f"?{prefix}") if prefix else self.defaults[-1]
        element = Element(local, namespace, attributes if not self.open else {})
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.top = element
        self.open.append(element)
        self.texts.append([])

    def _declare(self, attributes: dict[str, str]) -> None:
        self.defaults.append(attributes.get("xmlns", self.defaults[-1]))
        for name, value in attributes.items():
            if name.startswith("xmlns:"):
                self.prefixes[name[6:]] = value

    def end(self, name: str) -> None:
        self.open.pop().text = "".join(self.texts.pop())
        self.defaults.pop()

    def characters(self, text: str) -> None:
        self.texts[-1].append(text)


@dataclass(frozen=True, slots=True)
class Head:
    """What a submission says of itself before it is checked."""

    form_id: str
    version: str
    instance_id: str
    started_at: str
    ended_at: str
    corrects: str = ""
    visit: str = ""


def read_head(xml: bytes) -> Head:
    """Read form, version and instance id of a submission; raises BadSubmission.

    `started_at` and `ended_at` are the ISO moments by the tablet's clock, or empty; `corrects` is
    the instance id of the version that this one corrects, `visit` the answer that names its visit.
    """
    return head_of(read_submission(xml))


def head_of(top: Element) -> Head:
    """Read the head of a submission that is already in elements."""
    form_id = top.attributes.get("id", "").strip()
    if not form_id:
        raise BadSubmission("L’identifiant du formulaire manque.")
    meta = top.find("meta")
    instance = meta.find("instanceID") if meta is not None else None
    first = meta.find("deprecatedID") if meta is not None else None
    start, end, visit = top.find("start"), top.find("end"), top.find(VISIT_QUESTION)
    return Head(
        form_id=form_id,
        version=top.attributes.get("version", "").strip(),
        instance_id=(instance.text if instance is not None else "").strip(),
        started_at=(start.text if start is not None else "").strip(),
        ended_at=(end.text if end is not None else "").strip(),
        corrects=(first.text if first is not None else "").strip(),
        visit=(visit.text if visit is not None else "").strip(),
    )


def read_form(data: bytes) -> etree._Element:
    """Read an XForm; raises BadForm, never anything else."""
    if len(data) > LARGEST_FORM:
        raise BadForm("Le formulaire est trop volumineux.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        top = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise BadForm("Le formulaire n’est pas du XML bien formé.") from error
    document: Any = top.getroottree()
    if document.docinfo.doctype:
        raise BadForm("Le formulaire contient une DTD ou des entités : c’est refusé.")
    return top
