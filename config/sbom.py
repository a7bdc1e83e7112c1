"""What the platform is made of, as CycloneDX JSON, out of the locks alone: no network, equal locks give equal bytes.

python config/sbom.py > sbom.json      # then ask any service of advisories, for example one that reads CycloneDX

Runtime only: what is installed by requirements.lock, and the packages whose code is bundled into pages.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)((?: ; [^\\]+)?)", re.MULTILINE)
HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")


def bill() -> dict[str, Any]:
    """The bill of materials: the product, and every locked component with the hashes an installation insists on."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    product = {
        "type": "application", "bom-ref": "zuschlag", "name": project["name"], "version": project["version"],
        "licenses": [{"license": {"id": project["license"]}}],
    }  # fmt: skip
    parts = sorted([*_python(), *_pages()], key=lambda part: part["bom-ref"])
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"component": product},
        "components": parts,
        "dependencies": [{"ref": "zuschlag", "dependsOn": [part["bom-ref"] for part in parts]}],
    }  # fmt: skip


def _python() -> Iterator[dict[str, Any]]:
    for block in re.split(r"\n(?=[A-Za-z0-9])", (ROOT / "requirements.lock").read_text("utf-8")):
        if pin := PIN.match(block):
            name, version, marker = pin[1].lower(), pin[2], pin[3].removeprefix(" ; ").strip()
            yield _component("pypi", name, version, HASH.findall(block), marker=marker)


def _pages() -> Iterator[dict[str, Any]]:
    """Packages that pages are bundled from; tools that only build or test are left out."""
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    for path, facts in packages.items():
        if path and not facts.get("dev"):
            name = path.rpartition("node_modules/")[2]
            yield _component("npm", name, facts["version"], [facts["integrity"]], licence=facts.get("license", ""))


def _component(
    kind: str, name: str, version: str, hashes: list[str], *, marker: str = "", licence: str = ""
) -> dict[str, Any]:
    purl = f"pkg:{kind}/{quote(name)}@{quote(version)}"
    found: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if licence:
        found["licenses"] = [{"expression": licence}]
    notes = [("zuschlag:lock-hash", one) for one in hashes] + [("zuschlag:only-if", marker)] * bool(marker)
    return found | {"properties": [{"name": key, "value": value} for key, value in notes]}


if __name__ == "__main__":
    json.dump(bill(), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
