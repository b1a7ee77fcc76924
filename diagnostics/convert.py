"""What `palier forms convert` does: a workbook in, a published form out."""

from __future__ import annotations

from .workbook import PublishedForm, publish, read_workbook


def convert(data: bytes, suffix: str) -> PublishedForm:
    """Read and publish a workbook of `.yaml`, `.xlsx` or `.md`; raises WorkbookRefused."""
    return publish(read_workbook(data, suffix=suffix))
