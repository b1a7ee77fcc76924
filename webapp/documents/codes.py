"""The square that a telephone reads an address from."""

import io

import qrcode
import qrcode.image.svg


def square_of(address: str) -> str:
    """Draw an address as SVG."""
    picture = qrcode.make(address, image_factory=qrcode.image.svg.SvgPathImage, border=2)
    with io.BytesIO() as written:
        picture.save(written)
        return written.getvalue().decode()
