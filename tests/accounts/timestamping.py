"""A time-stamp authority on this machine: OpenSSL behind a small web server that can be told to misbehave."""

import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
accuracy = secs:1
ess_cert_id_alg = sha256
"""
PEM = serialization.Encoding.PEM


class Authority:
    """Answers at `url`; `roots` is the PEM file to trust. Set `answers` to send something else, once per request."""

    def __init__(self, folder: Path, digests: str = "sha256") -> None:
        if not shutil.which("openssl"):
            pytest.skip("openssl is not installed")
        self.folder, self.roots, self.asked = folder, folder / "roots.pem", 0
        self.answers: list[bytes] = []
        _certify(folder)
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder, digests=digests), "utf-8")
        (folder / "serial").write_text("01\n", "utf-8")
        self.server = HTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stamp(self, question: bytes) -> bytes:
        """What OpenSSL answers to a request."""
        asked, answer = self.folder / "asked.tsq", self.folder / "answer.tsr"
        asked.write_bytes(question)
        command = ["openssl", "ts", "-reply", "-config", self.folder / "tsa.cnf", "-section", "one",
                   "-queryfile", asked, "-out", answer]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
        return answer.read_bytes()

    def checks(self, content: bytes, stamp: bytes) -> bool:
        """Whether OpenSSL itself finds the stamp good for these bytes."""
        data, reply = self.folder / "data", self.folder / "reply.tsr"
        data.write_bytes(content)
        reply.write_bytes(stamp)
        command = ["openssl", "ts", "-verify", "-data", data, "-in", reply, "-CAfile", self.roots]
        return subprocess.run(command, capture_output=True).returncode == 0

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def _handler(authority: Authority) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            authority.asked += 1
            answer = authority.answers.pop(0) if authority.answers else authority.stamp(question)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: object) -> None:
            pass

    return Handler


def _certify(folder: Path) -> None:
    """A root and a certificate below it that may stamp times and nothing else."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("Root", root_key, root_key).add_extension(x509.BasicConstraints(True, None), critical=True)
    stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    leaf = _certificate("Stamps", key, root_key).add_extension(stamping, critical=True)
    for name, builder in (("roots.pem", root), ("tsa.pem", leaf)):
        (folder / name).write_bytes(builder.sign(root_key, hashes.SHA256()).public_bytes(PEM))
    secret = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "tsa.key").write_bytes(secret)


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    issued_by = "Root" if issuer is not key else name
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issued_by)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=10))
    )
