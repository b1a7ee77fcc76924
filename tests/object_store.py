"""A real object store that speaks S3: OpenStack Swift from PyPI, one disk, its four servers.

No build of MinIO, Garage or SeaweedFS is to be had from a package registry; Swift is, and Debian
has it too (`swift-proxy`), with the door that speaks S3 (`s3api`) in it.
"""

import base64
import email.utils
import hashlib
import hmac
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.server import free_port
from visits.ground.bucket import At

KEY, SECRET = "palier:palier", "a-secret-key-of-the-tests"
SERVERS = ("account", "container", "object", "proxy")
START_S = 300

CONF = """[swift-hash]
swift_hash_path_suffix = palier
[storage-policy:0]
name = Policy-0
default = yes
"""
# One copy on one disk, in a ring of its own for each kind.
RINGS = """
import sys
from swift.common.ring import RingBuilder
folder = sys.argv[1]
for kind, port in (one.split(":") for one in sys.argv[2:]):
    builder = RingBuilder(4, 1, 0)
    builder.add_dev({"region": 0, "zone": 0, "device": "disk", "weight": 1.0, "meta": "",
        "ip": "127.0.0.1", "port": int(port),
        "replication_ip": "127.0.0.1", "replication_port": int(port)})
    builder.rebalance()
    builder.get_ring().save(f"{folder}/{kind}.ring.gz")
"""
DEFAULT = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
workers = 0
log_level = WARNING
"""
STORING = """[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""
DOOR = f"""[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
# The one server of a kind is asked again at once after it failed.
error_suppression_limit = 1000000
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_{KEY.replace(":", "_")} = {SECRET} .admin
[filter:slo]
use = egg:swift#slo
"""


@dataclass
class ObjectStore:
    """Swift in a folder of its own, which must let files have attributes."""

    folder: Path
    ports: dict[str, int] = field(default_factory=lambda: {kind: free_port() for kind in SERVERS})
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['proxy']}"

    def at(self, bucket: str = "palier", prefix: str = "", *, secret: str = SECRET) -> At:
        """Tell where a bucket of it is."""
        return At(bucket, prefix, self.url, "us-east-1", KEY, secret)

    def environ(self, bucket: str = "palier") -> dict[str, str]:
        """Give the settings with which a deployment keeps its files here."""
        return {
            "PALIER_FILES": f"s3://{bucket}",
            "PALIER_S3_ENDPOINT": self.url,
            "PALIER_S3_KEY": KEY,
            "PALIER_S3_SECRET": SECRET,
        }

    def start(self) -> None:
        """Start all of it on what its disk holds."""
        (self.folder / "devices" / "disk").mkdir(parents=True, exist_ok=True)
        (self.folder / "swift.conf").write_text(CONF)
        for kind in SERVERS:
            written = DEFAULT + (DOOR if kind == "proxy" else STORING)
            said = {"port": self.ports[kind], "folder": self.folder, "kind": kind}
            (self.folder / f"{kind}.conf").write_text(written.format(**said))
        rings = [f"{kind}:{self.ports[kind]}" for kind in SERVERS if kind != "proxy"]
        subprocess.run([sys.executable, "-c", RINGS, str(self.folder), *rings], check=True)
        self.begin(*SERVERS)

    def begin(self, *kinds: str) -> None:
        """Begin servers anew and wait until all of it answers."""
        for kind in kinds:
            program = Path(sys.executable).with_name(f"swift-{kind}-server")
            with (self.folder / f"{kind}.log").open("ab") as log:
                self._running[kind] = subprocess.Popen(
                    [sys.executable, program, self.folder / f"{kind}.conf", "--verbose"],
                    stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip
        ends = time.monotonic() + START_S
        while time.monotonic() < ends:
            try:
                self.make_bucket("answers")
                self._put("/answers/each-of-them")
                return
            except OSError:  # refused, or 503 while one of its servers is not there
                time.sleep(0.1)
        raise AssertionError("\n".join(log.read_text() for log in self.folder.glob("*.log")))

    def kill(self, *kinds: str) -> None:
        """Kill servers: without those of its disk it answers 503, without the proxy nothing."""
        for kind in kinds or SERVERS:
            self.tell(kind, signal.SIGKILL)
            self._running.pop(kind).wait()

    def tell(self, kind: str, what: signal.Signals) -> None:
        """Send a signal to a server and what it began."""
        os.killpg(self._running[kind].pid, what)

    def running(self) -> list[str]:
        """List the servers that run."""
        return list(self._running)

    def make_bucket(self, bucket: str) -> None:
        """Make a bucket, unless it is there."""
        self._put(f"/{bucket}")

    def _put(self, path: str) -> None:
        date = email.utils.formatdate(usegmt=True)
        signed = hmac.new(SECRET.encode(), f"PUT\n\n\n{date}\n{path}".encode(), hashlib.sha1)
        headers = {
            "Date": date,
            "Authorization": f"AWS {KEY}:{base64.b64encode(signed.digest()).decode()}",
        }
        asked = urllib.request.Request(self.url + path, method="PUT", headers=headers)
        try:
            urllib.request.urlopen(asked, timeout=10).close()
        except urllib.error.HTTPError as refused:
            refused.close()
            if refused.code != 409:  # it is there
                raise

    def on_disk(self) -> Iterable[Path]:
        """Give the files in which its objects stand."""
        return (self.folder / "devices" / "disk" / "objects").rglob("*.data")
