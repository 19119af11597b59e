"""What the engine tells of an appliance that runs as it should, to be weakened."""

from typing import Any

from host.asvs.containers import Container, Image, Network, Seen
from host.asvs.isolation import LASTING
from host.services import USERS

NETWORKS = {
    "nginx": ("front", "application"),
    "web": ("application", "database", "broker", "egress"),
    "worker": ("database", "broker", "egress"),
    "beat": ("broker",),
    "sealer": ("database", "egress"),
    "egress": ("egress", "outside"),
    "postgres": ("database",),
    "valkey": ("broker",),
}
WRITES = {"postgres": "/var/lib/postgresql", "sealer": "/heads", "worker": "/tombstones"}
PORTS = {
    "8443/tcp": [{"HostIp": "10.20.0.5", "HostPort": "443"}],
    "9464/tcp": [{"HostIp": "127.0.0.1", "HostPort": "49153"}],
}
DECLARED_PORTS = [
    {"target": 8443, "protocol": "tcp", "host_ip": "10.20.0.5", "published": "443"},
    {"target": 9464, "protocol": "tcp", "host_ip": "127.0.0.1"},
]


def container(service: str, user: int) -> Container:
    mounts: list[dict[str, Any]] = [
        {"Type": "bind", "Source": f"/etc/plumbline/keys/{service}", "Destination": "/run/secrets", "RW": False},
    ]  # fmt: skip
    if service in WRITES:
        mounts.append({
            "Type": "bind", "Source": "/var/lib/plumbline/x", "Destination": WRITES[service], "RW": True
        })  # fmt: skip
    memory = 512 << 20
    told = {
        "Id": f"id-{service}",
        "Image": f"sha256:{service}",
        "State": {"Running": True},
        "Config": {"User": f"{user}:{user}", "Env": ["PLUMBLINE_MODE=production", "PATH=/usr/bin"]},
        "HostConfig": {
            "CapDrop": ["ALL"], "CapAdd": None, "SecurityOpt": ["no-new-privileges:true"],
            "ReadonlyRootfs": True, "Memory": memory, "MemorySwap": memory, "NanoCpus": 10**9,
            "PidsLimit": 32, "LogConfig": {"Config": {"max-size": "10m"}}, "Privileged": False,
            "PidMode": "", "IpcMode": "private", "UTSMode": "", "UsernsMode": "",
            "NetworkMode": "plumbline_front", "MaskedPaths": ["/proc/kcore"],
            "PortBindings": dict(PORTS) if service == "nginx" else {},
        },
        "Mounts": mounts,
        "NetworkSettings": {"Networks": {f"plumbline_{name}": {} for name in NETWORKS[service]}},
    }  # fmt: skip
    return Container(service, f"id-{service}", told)


def appliance() -> Seen:
    """Each value of its own, so that a test may change it."""
    containers = [container(name, USERS[name]) for name in LASTING]
    networks = {
        key: Network(
            f"plumbline_{key}",
            key not in ("front", "outside"),
            tuple(f"id-{name}" for name, joined in NETWORKS.items() if key in joined),
        )
        for key in ("front", "application", "database", "broker", "egress", "outside")
    }
    services: dict[str, Any] = {
        name: {"networks": dict.fromkeys(joined)} for name, joined in NETWORKS.items()
    }
    services["nginx"]["ports"] = DECLARED_PORTS
    images = {one.image: Image(one.image, (f"layer-{one.service}",)) for one in containers}
    return Seen(containers, networks, {"services": services}, images, ())


def of(seen: Seen, service: str) -> Any:
    """What is told of one service, to be changed in place."""
    (found,) = [one for one in seen.containers if one.service == service]
    return found.told
