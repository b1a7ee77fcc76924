"""Find a Chromium for the browser tests, or install one, and say which in plain words."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The shell without a window draws each page whatever else is open. The whole browser now and then
# gave a page no frame for two minutes, on a quiet machine too.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Where Playwright's own installer puts them.
CACHED = (
    "chromium_headless_shell-*/chrome-headless-shell-*/chrome-headless-shell",
    "chromium-*/chrome-linux*/chrome",
)
# A list of features takes the place of Playwright's own, so that one is here too. The pop-ups of
# the address bar, which nobody sees, would cost every profile a process and a second of a core.
WITHOUT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding",
    "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect",
    "TcpPortRandomizationWin", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
)  # fmt: skip
CHROMIUM = [
    f"--disable-features={','.join(WITHOUT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Give the path of a Chromium on this machine, Playwright's own included."""
    given = os.environ.get("PALIER_CHROMIUM")
    if given:
        return given
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    for place in CACHED:
        if found := sorted(Path.home().glob(f".cache/ms-playwright/{place}")):
            return str(found[-1])
    return None


def install_chromium() -> None:
    """Install Chromium with apt where we may, else with Playwright's own installer."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    if _may_install():
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", SHELL], **quiet)
        if find_chromium() is None:
            subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], **quiet)
    if find_chromium() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], **quiet)


def _may_install() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def main() -> None:
    """Make sure that there is a Chromium, or say what to install."""
    given = os.environ.get("PALIER_CHROMIUM")
    wanted = given is None and shutil.which(SHELL) is None and _may_install()
    if wanted or find_chromium() is None:
        print("No Chromium without a window here: installing one.")
        install_chromium()
    found = find_chromium()
    if found is None:
        sys.exit(
            "No Chromium was found and none could be installed. Install one (Debian: apt install "
            "chromium) or name it in PALIER_CHROMIUM, then run `make test` again."
        )
    print(f"Chromium: {found}")


if __name__ == "__main__":
    main()
