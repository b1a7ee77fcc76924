"""MP3, Ogg and FLAC, whose tags a library takes off."""

from io import BytesIO

from mutagen import MutagenError
from mutagen.apev2 import delete as delete_apev2
from mutagen.flac import FLAC
from mutagen.id3 import delete as delete_id3
from mutagen.mp3 import MP3
from mutagen.ogg import OggFileType
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggspeex import OggSpeex
from mutagen.oggtheora import OggTheora
from mutagen.oggvorbis import OggVorbis

from visits.ground.bare.pieces import BadMedia

TAG = 128
OGG: dict[bytes, type[OggFileType]] = {
    b"OpusHead": OggOpus,
    b"\x01vorbis": OggVorbis,
    b"\x80theora": OggTheora,
    b"Speex   ": OggSpeex,
    b"\x7fFLAC": OggFLAC,
}


def bare_mp3(data: bytes) -> bytes:
    """Leave out ID3 and APE tags."""
    file = BytesIO(data)
    try:
        delete_apev2(file)
        file.seek(0)
        delete_id3(file)
        file.seek(0)
        MP3(file)  # type: ignore[no-untyped-call]
        if b"TAG" in file.getvalue()[-TAG:]:  # one that is cut off
            raise BadMedia
    except MutagenError as error:
        raise BadMedia from error
    return file.getvalue()


def bare_ogg(data: bytes) -> bytes:
    """Leave out the comments of a stream."""
    kind = next((kind for mark, kind in OGG.items() if mark in data[:256]), None)
    if kind is None:
        raise BadMedia
    file = BytesIO(data)
    try:
        sound = kind(file)
        file.seek(0)
        sound.delete(file)
    except MutagenError as error:
        raise BadMedia from error
    return file.getvalue()


def bare_flac(data: bytes) -> bytes:
    """Leave out comments, pictures, cue sheets and what applications added."""
    file = BytesIO(data)
    try:
        sound = FLAC(file)  # type: ignore[no-untyped-call]
        sound.clear_pictures()  # type: ignore[no-untyped-call]
        sound.metadata_blocks = [one for one in sound.metadata_blocks if one.code in (0, 3)]
        sound.tags = None
        file.seek(0)
        sound.save(file, deleteid3=True, padding=lambda _info: 0)
    except MutagenError as error:
        raise BadMedia from error
    return file.getvalue()
