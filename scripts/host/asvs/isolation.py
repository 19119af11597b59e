"""How the containers that run are shut off: from the host, from one another, and by what they may use. Pure."""

from __future__ import annotations

import re
from typing import Any, Callable, Final, Iterable, Mapping, Sequence

from host.asvs.containers import Container, Seen
from host.asvs.findings import Finding, judged
from host.services import USERS

LASTING: Final = ("nginx", "web", "worker", "beat", "sealer", "egress", "postgres", "valkey")
INTERNAL: Final = ("application", "database", "broker", "egress")
OUTWARD: Final = {"front": "nginx", "outside": "egress"}
"""Networks that lead on, and the one service that is in each."""
KEPT: Final = {
    "postgres": {"/var/lib/postgresql"},
    "sealer": {"/heads"},
    "worker": {"/tombstones"},
    "drill": {"/run/drill"},
    "drill-database": {"/run/drill", "/var/lib/postgresql"},
}
"""What may be written besides memory."""
TARGETS: Final = {"8443/tcp", "9464/tcp", "8080/tcp"}
"""Ports of nginx that may be published: the door, numbers for a scraper, the redirection from plain HTTP."""
MOST_PROCESSES: Final = 256
_SECRET_NAME: Final = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|(?<![A-Z])KEY")
_LOGIN: Final = re.compile(r"://[^/\s:@]+:[^/\s@]+@")
_OF_HOST: Final = re.compile(
    r"(?:^|/)(?:docker|containerd|podman|crio)\.sock$|^/(?:proc|sys|dev|etc|boot|root|usr|var/run|run)?$"
)
_APPLY: Final = "Take out what was added to compose.yaml, and docker compose up --detach --wait."


def ours(found: Seen) -> list[Container]:
    return [one for one in found.containers if one.service in USERS]


def missing(found: Seen) -> list[str]:
    """Nothing can be said of a service that does not run."""
    running = {one.service for one in found.containers if one.is_running}
    return [f"{name} does not run" for name in LASTING if name not in running]


def each(found: Seen, wrong: Callable[[Container], Iterable[str]]) -> list[str]:
    """Of all that are ours, and of those that should be there."""
    told = [f"{one.service}: {what}" for one in ours(found) for what in wrong(one)]
    return missing(found) + told


def users(found: Seen) -> Finding:
    def wrong(one: Container) -> Iterable[str]:
        wanted, told = USERS[one.service], str(one.config.get("User") or "")
        if told != f"{wanted}:{wanted}":
            yield f"runs as {told or 'root'}, not {wanted}"
        if one.host.get("GroupAdd"):
            yield "is in other groups as well"

    amiss = each(found, wrong)
    known: dict[str, str] = {}
    for one in found.containers:
        number = str(one.config.get("User") or "0").partition(":")[0]
        other = known.setdefault(number, one.service)
        if other != one.service and {one.service, other} & USERS.keys():
            amiss.append(f"{one.service} and {other} share {number}")
    return judged("containers.users", amiss, "each a numeric user of its own, none root", _APPLY)


def capabilities(found: Seen) -> Finding:
    def wrong(one: Container) -> Iterable[str]:
        if [name.upper() for name in one.host.get("CapDrop") or ()] != ["ALL"]:
            yield "keeps capabilities"
        if one.host.get("CapAdd"):
            yield f"has {', '.join(one.host['CapAdd'])}"

    return judged("containers.capabilities", each(found, wrong), "none has any", _APPLY)


def no_new_privileges(found: Seen) -> Finding:
    def wrong(one: Container) -> Iterable[str]:
        told = [str(option).replace("=", ":") for option in one.host.get("SecurityOpt") or ()]
        if not {"no-new-privileges", "no-new-privileges:true"} & set(told):
            yield "may gain privileges"
        yield from (option for option in told if option.endswith((":unconfined", ":disable")))

    well = "none gains any; the engine's seccomp filter holds"
    return judged("containers.no_new_privileges", each(found, wrong), well, _APPLY)


def read_only_root(found: Seen) -> Finding:
    def wrong(one: Container) -> Iterable[str]:
        if not one.host.get("ReadonlyRootfs"):
            yield "its root can be written"
        for mount in one.told.get("Mounts") or ():
            where = mount.get("Destination", "")
            if mount.get("Type") == "tmpfs" or not mount.get("RW", True):
                continue
            if where not in KEPT.get(one.service, ()):
                yield f"{where} can be written"

    well = "only what is to be kept, and memory, can be written"
    return judged("containers.read_only_root", each(found, wrong), well, _APPLY)


def limits(found: Seen) -> Finding:
    def wrong(one: Container) -> Iterable[str]:
        if not one.host.get("Memory"):
            yield "no limit of memory"
        if not one.host.get("NanoCpus"):
            yield "no limit of cores"
        if not 0 < (one.host.get("PidsLimit") or 0) <= MOST_PROCESSES:
            yield "no limit of processes"
        if not ((one.host.get("LogConfig") or {}).get("Config") or {}).get("max-size"):
            yield "its log grows without an end"
        if one.service == "worker" and one.host.get("MemorySwap") != one.host.get("Memory"):
            yield "a clone could reach swap"

    well = "memory, cores, processes and logs of each are limited"
    return judged("containers.limits", each(found, wrong), well, _APPLY)


def namespaces(found: Seen) -> Finding:
    # Whoever has the engine's socket has the host, in whichever container of this project.
    amiss = missing(found)
    for one in found.containers:
        amiss += [f"{one.service}: {what}" for what in (*_shared(one.host), *_given(one))]
    return judged("containers.namespaces", amiss, "none shares anything of the host's", _APPLY)


def _shared(host: Mapping[str, Any]) -> Iterable[str]:
    if host.get("Privileged"):
        yield "is privileged"
    for name in ("PidMode", "UTSMode", "UsernsMode"):
        if host.get(name):
            yield f"{name} is {host[name]}"
    if host.get("IpcMode") not in ("private", "shareable", "none"):
        yield f"IpcMode is {host.get('IpcMode') or 'not told'}"
    if str(host.get("NetworkMode") or "host").startswith(("host", "container:")):
        yield "is in the host's network, or another's"


def _given(one: Container) -> Iterable[str]:
    for name in ("Devices", "DeviceRequests", "DeviceCgroupRules", "VolumesFrom", "Links"):
        if one.host.get(name):
            yield f"has {name}"
    if one.host.get("MaskedPaths") == []:
        yield "sees what of /proc is hidden"
    for mount in one.told.get("Mounts") or ():
        if _OF_HOST.search(str(mount.get("Source") or "-").rstrip("/") or "/"):
            yield f"is given {mount['Source']} of the host"


def ports(found: Seen) -> Finding:
    amiss = missing(found)
    for one in found.containers:
        bindings = one.host.get("PortBindings") or {}
        if one.host.get("PublishAllPorts"):
            amiss.append(f"{one.service}: all its ports are published")
        if one.service != "nginx":
            amiss += [f"{one.service}: {port} is published" for port in bindings]
            continue
        wanted = _declared_ports(found.declared)
        for port, places in bindings.items():
            told = {
                (place.get("HostIp") or "", place.get("HostPort") or "") for place in places or ()
            }
            if port not in TARGETS or not all(_is_wanted(port, place, wanted) for place in told):
                amiss.append(f"nginx: {port} is published as nobody declared it")
    return judged("containers.ports", amiss, "nginx alone publishes, what is declared", _APPLY)


def _declared_ports(declared: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Port of the container, address and port of the host; the last may be any."""
    nginx = (declared.get("services") or {}).get("nginx") or {}
    return [
        (
            f"{one.get('target')}/{one.get('protocol', 'tcp')}",
            str(one.get("host_ip") or ""),
            str(one.get("published") or ""),
        )
        for one in nginx.get("ports") or ()
    ]


def _is_wanted(port: str, place: tuple[str, str], wanted: Sequence[tuple[str, str, str]]) -> bool:
    address, number = place
    return any(
        port == target and address == host and published in ("", "0", number)
        for target, host, published in wanted
    )


def networks(found: Seen) -> Finding:
    amiss = missing(found)
    names = {network.name: key for key, network in found.networks.items()}
    services = found.declared.get("services") or {}
    for one in ours(found):
        told = (one.told.get("NetworkSettings") or {}).get("Networks") or {}
        joined = {names.get(name, name) for name in told} - {"none"}
        wanted = set((services.get(one.service) or {}).get("networks") or {})
        amiss += [f"{one.service} is in {name}" for name in sorted(joined - wanted)]
        if one.is_running:
            amiss += [f"{one.service} is not in {name}" for name in sorted(wanted - joined)]
        outward = {name for name in joined if OUTWARD.get(name, one.service) != one.service}
        outward |= joined - set(INTERNAL) - set(OUTWARD)
        amiss += [f"{one.service} has a way out by {name}" for name in sorted(outward)]
    for name in INTERNAL:
        network = found.networks.get(name)
        if network is None or not network.internal:
            amiss.append(f"{name} is not shut off")
        else:
            known = {one.id for one in ours(found)}
            amiss += [f"a stranger is in {name}" for one in network.members if one not in known]
    well = "each is where it must be; four lead nowhere"
    return judged("containers.networks", list(dict.fromkeys(amiss)), well, _APPLY)


def environment(found: Seen) -> Finding:
    amiss = missing(found)
    for one in ours(found):
        for variable in one.config.get("Env") or ():
            name, _, value = variable.partition("=")
            if value and _SECRET_NAME.search(name) and not value.startswith("/"):
                amiss.append(f"{one.service}: {name}")
            elif _LOGIN.search(value):
                amiss.append(f"{one.service}: {name} holds a password")
    amiss += [f"{name}: a secret of its folder stands in it" for name in found.secrets_in]
    todo = f"{_APPLY} Then make that secret anew: whoever could ask the engine has read it."
    return judged("containers.environment", amiss, "no secret stands in any", todo)


JUDGES: Final[Sequence[Callable[[Seen], Finding]]] = (
    *(users, capabilities, no_new_privileges, read_only_root, limits, namespaces),
    *(ports, networks, environment),
)


def judge(found: Seen) -> list[Finding]:
    """Everything but the images, of which a release tells."""
    return [judgement(found) for judgement in JUDGES]
