"""The programs that read the files of deploy/, and the files made ready for them."""

import datetime as dt
import os
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.architecture.source import ROOT

DEPLOY = ROOT / "deploy"
UNITS = ("ponte-api", "ponte-worker", "ponte-browser")
HOST = "ponte.example.com"


def program(name: str) -> str:
    """Where `make servers` put it; where there is none the test skips, which fails in CI."""
    found = ROOT / ".tools" / "servers" / name
    if not found.exists():
        pytest.skip(f"{name} is not here: `make servers` fetches it")
    return str(found)


def ran(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """What the program said, both ways together."""
    return subprocess.run(
        command,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={"PATH": os.environ["PATH"], **environment},
    )


def certificate(folder: Path) -> None:
    """One of our own making, named as the sample names its files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / "privkey.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))


def nginx_folder(folder: Path, *, api: int = 8000, tls: int = 8443) -> Path:
    """The sample in an nginx that keeps all it needs in this folder and listens on loopback; returns its main file."""
    certificate(folder)
    sample = (DEPLOY / "nginx" / "ponte.conf").read_text(encoding="utf-8")
    for old, new in (
        ("127.0.0.1:8000", f"127.0.0.1:{api}"),
        (f"/etc/letsencrypt/live/{HOST}", str(folder)),
        ("/var/log/nginx", str(folder)),
        ("listen 443 ssl", f"listen 127.0.0.1:{tls} ssl"),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("    listen 80;\n    listen [::]:80;\n", f"    listen unix:{folder}/plain.sock;\n"),
    ):
        assert old in sample
        sample = sample.replace(old, new)
    (folder / "ponte.conf").write_text(sample, encoding="utf-8")
    kept = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/main.log;\nevents {{}}\n"
        f"http {{\n{kept}include {folder}/ponte.conf;\n}}\n",
        encoding="utf-8",
    )
    return main


def units(folder: Path) -> list[Path]:
    """The units with a program that is really there in place of the one that an installation has."""
    (folder / "ponte.env").write_text((ROOT / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")
    made: list[Path] = []
    for name in UNITS:
        text = (DEPLOY / "systemd" / f"{name}.service").read_text(encoding="utf-8")
        text = text.replace("/opt/ponte/.venv/bin/ponte", "/bin/true").replace("/etc/ponte", str(folder))
        made.append(folder / f"{name}.service")
        made[-1].write_text(text, encoding="utf-8")
    return made


def unit_path(folder: Path) -> str:
    """Where systemd-analyze finds units: these, those of an unpacked systemd, the system's."""
    unpacked = ROOT / ".tools" / "servers" / "of-systemd" / "unpacked" / "lib" / "systemd" / "system"
    return f"{folder}:{unpacked}:" if unpacked.exists() else f"{folder}:"
