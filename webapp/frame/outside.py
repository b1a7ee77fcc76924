"""The landlord's maintenance system, told of orders by HTTP where its address is set."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from webapp.frame.kept_secrets import LEAST, CannotStart
from webapp.frame.posting import TIMEOUT, Answer, is_safe, post


@dataclass(frozen=True)
class MaintenanceSystem:
    """A system that takes an order as JSON by POST, signed with a secret that both know.

    `landlord` is the name of the landlord whose orders it is told, where there are several.
    """

    url: str
    secret: str
    landlord: str = ""
    timeout: float = TIMEOUT

    def tell(self, told: Mapping[str, str], *, key: str, at: int) -> Answer:
        """Tell of an order; the same `key` is the same turn. `at` is the moment in seconds.

        `Palier-Signature` is `t=<at>,v1=<HMAC-SHA256 of "<at>.<body>", in hex>`.
        """
        body = json.dumps(told, ensure_ascii=False).encode()
        headers = {"Idempotency-Key": key, "Palier-Signature": sign(self.secret, body, at=at)}
        return post(self.url, body, headers, what="order", timeout=self.timeout)


def sign(secret: str, body: bytes, *, at: int) -> str:
    """Sign what is sent at a moment: whoever knows the secret can tell that it is ours, and new."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def their_reference(body: bytes) -> str:
    """Read which number a system gave an order: `{"reference": "OT-7"}`; nothing else counts."""
    try:
        answered = json.loads(body)
    except ValueError:
        return ""
    found = answered.get("reference") if isinstance(answered, dict) else None
    return str(found) if isinstance(found, str | int) else ""


def read_maintenance_system(environ: Mapping[str, str]) -> MaintenanceSystem | None:
    """Read which system is told of orders; None where none is. Raises CannotStart.

    `PALIER_MAINTENANCE_URL`, `PALIER_MAINTENANCE_SECRET`, `PALIER_MAINTENANCE_LANDLORD`.
    """
    url = environ.get("PALIER_MAINTENANCE_URL", "").strip()
    if not url:
        return None
    secret = environ.get("PALIER_MAINTENANCE_SECRET", "").strip()
    if not is_safe(url) or len(secret) < LEAST:
        raise CannotStart(
            "PALIER_MAINTENANCE_URL est une adresse https:// et va avec PALIER_MAINTENANCE_SECRET, "
            f"de {LEAST} caractères au moins.",
            "PALIER_MAINTENANCE_URL is an https:// address and goes with "
            f"PALIER_MAINTENANCE_SECRET, of {LEAST} characters at least.",
        )
    landlord = environ.get("PALIER_MAINTENANCE_LANDLORD", "").strip()
    return MaintenanceSystem(url, secret, landlord)
