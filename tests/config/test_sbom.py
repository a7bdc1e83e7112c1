"""The bill of materials names everything that is installed, with the hashes of the locks, and nothing by an address."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from config.sbom import bill

ROOT = Path(__file__).resolve().parents[2]


def test_every_locked_package_is_named_with_version_and_hash_and_no_tool_that_only_tests() -> None:
    found = bill()
    named = {(part["name"], part["version"]) for part in found["components"]}
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    assert len(pins) > 50
    assert {(name.lower(), version) for name, version in pins} <= named
    assert {"django", "age-encryption", "rfc3161-client"} <= {name for name, _version in named}
    assert not {"pytest", "esbuild", "tus-js-client"} & {name for name, _version in named}
    for part in found["components"]:
        hashes = [one["value"] for one in part["properties"] if one["name"] == "zuschlag:lock-hash"]
        assert hashes and all(one.startswith(("sha256:", "sha512-")) for one in hashes), part["name"]
        assert part["purl"].startswith(("pkg:pypi/", "pkg:npm/")) and part["version"] in part["purl"]
    refs = [part["bom-ref"] for part in found["components"]]
    assert len(refs) == len(set(refs)) and found["dependencies"][0]["dependsOn"] == refs


def test_it_is_printed_as_cyclonedx_the_same_each_time_and_names_the_product() -> None:
    command = [sys.executable, "-I", str(ROOT / "config" / "sbom.py")]
    first, second = (subprocess.run(command, capture_output=True, check=True).stdout for _n in range(2))
    assert first == second
    told = json.loads(first)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.5")
    assert told["metadata"]["component"]["version"] == version
    assert b"http" not in first
