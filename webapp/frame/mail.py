"""Letters by e-mail, where a mail server is set; without one everything works by hand."""

import logging
import smtplib
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from webapp.frame.kept_secrets import CannotStart
from webapp.frame.posting import Handed

log = logging.getLogger("palier")

TIMEOUT = 20  # seconds
NO_SUCH_ADDRESS = (501, 511, 550, 551, 553)
PORTS = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True)
class MailServer:
    """The server that takes our letters; `security` is `starttls`, `tls` or `none`."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str = ""
    password: str = ""


@dataclass(frozen=True)
class Letter:
    """A letter to one person; with a `message_id`, the same sent twice is known to be the same."""

    to: str
    subject: str
    text: str
    message_id: str = ""


def read_mail_server(environ: Mapping[str, str]) -> MailServer | None:
    """Read the mail server of a deployment; None when there is none. Raises CannotStart.

    `PALIER_MAIL_SERVER` (`host` or `host:port`), `PALIER_MAIL_FROM`, `PALIER_MAIL_SECURITY`,
    `PALIER_MAIL_USER`, `PALIER_MAIL_PASSWORD`.
    """
    host, _, port = environ.get("PALIER_MAIL_SERVER", "").strip().partition(":")
    if not host:
        return None
    security = environ.get("PALIER_MAIL_SECURITY") or "starttls"
    sender = environ.get("PALIER_MAIL_FROM", "").strip()
    if security not in PORTS:
        raise CannotStart(
            "PALIER_MAIL_SECURITY vaut starttls, tls ou none.",
            "PALIER_MAIL_SECURITY is starttls, tls or none.",
        )
    if "@" not in sender:
        raise CannotStart(
            "PALIER_MAIL_FROM donne l’adresse d’où partent les courriels.",
            "PALIER_MAIL_FROM must be the address that letters come from.",
        )
    if not environ.get("PALIER_ADDRESS", "").startswith(("https://", "http://")):
        raise CannotStart(
            "PALIER_ADDRESS dit où mènent les liens des courriels (https://…).",
            "PALIER_ADDRESS must say where links in letters lead (https://…).",
        )
    if port and not port.isdigit():
        raise CannotStart(
            f"PALIER_MAIL_SERVER : {port} n’est pas un port.",
            f"PALIER_MAIL_SERVER: {port} is no port.",
        )
    return MailServer(
        host=host,
        port=int(port or PORTS[security]),
        sender=sender,
        security=security,
        user=environ.get("PALIER_MAIL_USER", ""),
        password=environ.get("PALIER_MAIL_PASSWORD", ""),
    )


def send(server: MailServer, letter: Letter) -> bool:
    """Hand a letter to the mail server; gives whether it took it."""
    return hand_over(server, letter) is Handed.TAKEN


def hand_over(server: MailServer, letter: Letter) -> Handed:
    """Hand a letter to the mail server; tells whether one that it did not take is worth a try."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, letter.to, letter.subject
    message["Date"] = formatdate()
    message["Message-ID"] = letter.message_id or make_msgid(domain="palier.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    try:
        with _connected(server) as connection:
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        # What the server answers may repeat the address.
        log.error("letter not sent", extra={"facts": {"error": type(error).__name__}})
        return Handed.REFUSED if _for_good(error) else Handed.NOT_NOW
    return Handed.TAKEN


def _for_good(error: Exception) -> bool:
    """Tell whether the server knows no such address: what else it refuses may pass."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(code in NO_SUCH_ADDRESS for code, _ in error.recipients.values())


def send_aside(server: MailServer, letter: Letter) -> None:
    """Hand a letter over while the answer goes out: its time tells nobody of an account."""
    threading.Thread(target=send, args=(server, letter), daemon=True).start()


def _connected(server: MailServer) -> smtplib.SMTP:
    if server.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    if server.security == "starttls":
        try:
            connection.starttls(context=ssl.create_default_context())
        except BaseException:
            connection.close()
            raise
    return connection
