"""What a photo or a document may be, as its first bytes say, and how large."""

from collections.abc import Sequence

from visits.ground.bare import without_metadata
from visits.ground.errors import Invalid

LARGEST = 10 * 1024 * 1024
MOST_AT_ONCE, MOST = 10, 60
KINDS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"RIFF", "image/webp"),
)

DOCUMENTS = ((b"%PDF-", "application/pdf"), *KINDS)


def kinds_of(photos: Sequence[bytes]) -> list[str]:
    """Give the media type of each photo.

    Raises Invalid for none at all, what is no photo or is too large.
    """
    if not photos:
        raise Invalid({"photos": "no_file"})
    return [_kind_of(one) for one in photos]


def _kind_of(data: bytes) -> str:
    if len(data) > LARGEST:
        raise Invalid({"photos": "photo_too_large"})
    kind = next((kind for start, kind in KINDS if data.startswith(start)), "")
    if not kind or without_metadata(data, media_type=kind) is None:
        raise Invalid({"photos": "no_photo"})
    return kind


def document_kind(data: bytes, *, at: str) -> str:
    """Give the media type of a document.

    Raises Invalid, at a field, for none at all, what is neither PDF nor picture, or is too large.
    """
    if not data:
        raise Invalid({at: "no_file"})
    if len(data) > LARGEST:
        raise Invalid({at: "document_too_large"})
    kind = next((kind for start, kind in DOCUMENTS if data.startswith(start)), "")
    if not kind or without_metadata(data, media_type=kind) is None:
        raise Invalid({at: "document_unreadable"})
    return kind
