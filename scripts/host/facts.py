"""What the host is like: thin looks at it, which change nothing and judge nothing."""

from __future__ import annotations

import errno
import http.client
import json
import os
import platform
import re
import shutil
import socket
import ssl
import stat
import tempfile
from pathlib import Path
from typing import FrozenSet, NamedTuple, Optional
from urllib.parse import urlsplit

from host.ending import Refused
from host.programs import openssl, run, succeeds
from host.services import USERS

SECONDS = 10
PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\s*", re.DOTALL)


class Machine(NamedTuple):
    system: str
    """Distribution and version, as /etc/os-release has them."""
    architecture: str
    cores: int
    memory: int
    """Megabytes."""


class Engine(NamedTuple):
    version: Optional[str]
    compose: Optional[str]
    options: FrozenSet[str] = frozenset()
    """Names of its security options."""
    root: Optional[Path] = None
    said: str = ""


class Disk(NamedTuple):
    folder: Path
    total: int
    free: int
    """Gigabytes, as what is not root may use them."""


class Port(NamedTuple):
    address: str
    port: int
    trouble: Optional[str]
    own: bool
    """It is published by this installation's nginx."""


class Name(NamedTuple):
    host: str
    addresses: list[str]


class Clock(NamedTuple):
    synchronised: Optional[bool]
    source: str


class Certificate(NamedTuple):
    begins: float
    ends: float
    of_host: bool
    of_key: bool
    disorder: str
    """The issuer that should come next in the chain and does not."""
    trusted_here: bool
    last_issuer: str


class Reached(NamedTuple):
    url: str
    status: Optional[int]
    stage: str = ""
    """What failed: name, certificate or way."""
    said: str = ""


def machine() -> Machine:
    release = Path("/etc/os-release")
    pairs = dict(
        re.findall(r'^(ID|VERSION_ID)="?([^"\n]*)"?$', release.read_text(), re.MULTILINE)
        if release.exists()
        else []
    )
    return Machine(
        system=f"{pairs.get('ID', '')} {pairs.get('VERSION_ID', '')}".strip(),
        architecture=platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
    )


def engine() -> Engine:
    try:
        said = run("docker", "info", "--format", "{{json .}}")
    except Refused as refused:
        return Engine(None, None, said=str(refused))
    told = json.loads(said)
    if not told.get("ServerVersion"):
        return Engine(None, None, said="; ".join(told.get("ServerErrors") or ["nothing"]))
    names = (re.match(r"name=([\w-]+)", option) for option in told.get("SecurityOptions") or [])
    try:
        compose = run("docker", "compose", "version", "--short").decode().strip()
    except Refused:
        compose = None
    return Engine(
        version=told["ServerVersion"],
        compose=compose,
        options=frozenset(name[1] for name in names if name),
        root=Path(told["DockerRootDir"]),
    )


def disk(folder: Path) -> Disk:
    """Of the file system that the folder is on, or will be on once it is made."""
    there = folder
    while not there.exists():
        there = there.parent
    usage = shutil.disk_usage(there)
    return Disk(folder, usage.total // 10**9, usage.free // 10**9)


def port(address: str, number: int, *keys: Path) -> Port:
    """It is this installation's own where a container that has its nginx's secrets publishes it."""
    asked = ("--filter", f"publish={number}", "--no-trunc", "--format", "{{.Mounts}}")
    try:
        mounts = run("docker", "ps", *asked).decode()
    except Refused:
        mounts = ""
    mounted = set(mounts.replace("\n", ",").split(","))
    own = any(str(folder.resolve() / "nginx") in mounted for folder in keys)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((address, number))
        except OSError as error:
            told = {
                errno.EADDRINUSE: "something listens there",
                errno.EADDRNOTAVAIL: "this machine has no such address",
            }
            trouble = told.get(error.errno or 0, str(error))
            return Port(address, number, trouble, own)
    return Port(address, number, None, own)


def name(host: str) -> Name:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return Name(host, [])
    return Name(host, sorted({str(address[0]) for *_, address in found}))


def clock() -> Clock:
    try:
        said = run("timedatectl", "show", "--property=NTPSynchronized", "--value").decode().strip()
        if said in ("yes", "no"):
            return Clock(said == "yes", "timedatectl")
    except Refused:
        pass
    try:
        # The last field is the leap status: Normal, or Not synchronised.
        leap = run("chronyc", "-c", "tracking").decode().strip().rpartition(",")[2]
    except Refused:
        return Clock(None, "")
    return Clock(leap in ("Normal", "Insert second", "Delete second"), "chronyc")


def certificate(file: Path, key: Path, host: str) -> Certificate:
    """Raises Refused where one of the files cannot be read."""
    blocks = PEM.findall(file.read_bytes())
    if not blocks:
        raise Refused(f"{file} holds no certificate in PEM.")
    names = [_told(block, "-subject", "-issuer", "-nameopt", "RFC2253") for block in blocks]
    pairs = [tuple(line.partition("=")[2].strip() for line in told) for told in names]
    begins, ends = _told(blocks[0], "-startdate", "-enddate")
    kind = "-checkip" if re.fullmatch(r"[\d.]+|.*:.*", host) else "-checkhost"
    matches = openssl("x509", "-noout", kind, host, stdin=blocks[0]).decode()
    following = (subject for subject, _ in pairs[1:])
    disorder = [issuer for _, issuer in pairs[:-1] if issuer != next(following)]
    return Certificate(
        begins=_moment(begins),
        ends=_moment(ends),
        of_host="does match" in matches,
        of_key=openssl("x509", "-noout", "-pubkey", stdin=blocks[0])
        == openssl("pkey", "-pubout", "-in", key),
        disorder=disorder[0] if disorder else "",
        trusted_here=_trusted(blocks),
        last_issuer=pairs[-1][1],
    )


def certificate_end(file: Path) -> Optional[float]:
    """Seconds since 1970; None where no certificate can be read there."""
    try:
        return _moment(openssl("x509", "-noout", "-enddate", "-in", file).decode())
    except Refused:
        return None


def _moment(told: str) -> float:
    """As openssl tells it: notAfter=Nov 27 06:00:00 2027 GMT."""
    return ssl.cert_time_to_seconds(told.strip().partition("=")[2])


def _told(block: bytes, *questions: str) -> list[str]:
    return openssl("x509", "-noout", *questions, stdin=block).decode().strip().splitlines()


def _trusted(blocks: list[bytes]) -> bool:
    """By the authorities that this machine knows, with nothing but what the chain itself brings."""
    with tempfile.TemporaryDirectory() as folder:
        leaf, chain = Path(folder) / "leaf", Path(folder) / "chain"
        leaf.write_bytes(blocks[0])
        chain.write_bytes(b"".join(blocks))
        return succeeds("openssl", "verify", "-untrusted", chain, leaf)


def reached(url: str, authority: Optional[Path], proxy: str) -> Reached:
    """One request, by the proxy where there is one; what comes back is not read."""
    address = urlsplit(url)
    host, number = address.hostname or "", address.port or 443
    try:
        trust = ssl.create_default_context(cafile=str(authority) if authority else None)
        way = urlsplit(proxy)
        if proxy:
            asked = http.client.HTTPSConnection(
                way.hostname or "", way.port or 3128, timeout=SECONDS, context=trust
            )
            asked.set_tunnel(host, number)
        else:
            asked = http.client.HTTPSConnection(host, number, timeout=SECONDS, context=trust)
        asked.request("GET", address.path or "/", headers={"User-Agent": "Plumbline preflight"})
        status = asked.getresponse().status
        asked.close()
    except socket.gaierror as error:
        return Reached(url, None, "name", error.strerror or str(error))
    except ssl.SSLCertVerificationError as error:
        return Reached(url, None, "certificate", error.verify_message)
    except (OSError, http.client.HTTPException) as error:
        return Reached(url, None, "way", str(error) or type(error).__name__)
    return Reached(url, status)


def secrets_amiss(keys: Path, data: Path) -> list[str]:
    """Folders and files of secrets whose owner or mode is another than install sets. Raises Refused."""
    folders = {keys / name: user for name, user in USERS.items()}
    folders[data / "authority"] = 0
    amiss = []
    for folder, user in folders.items():
        if not folder.is_dir():
            continue
        try:
            files = sorted(folder.iterdir())
        except PermissionError:
            raise Refused(f"{folder} can be looked into by root alone: run this as root.") from None
        for path, mode in ((folder, 0o500), *((file, 0o400) for file in files)):
            found = path.lstat()
            if (found.st_uid, stat.S_IMODE(found.st_mode)) != (user, mode):
                amiss.append(str(path))
    return amiss
