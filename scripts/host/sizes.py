"""What a machine of each size gives to each service, and what Postgres makes of its part."""

from __future__ import annotations

from typing import Final, Mapping, NamedTuple

from host.values import megabytes

HOST_MEMORY: Final = 1024
"""Megabytes that no service is given: kernel, engine, and whoever looks after the machine."""
WEB_THREADS: Final = 4
POSTGRES_OTHERS: Final = 4
"""Sessions at work beside web's threads and the worker's processes: sealer, backup, a person, one to spare."""


class Share(NamedTuple):
    memory: int
    """Megabytes, at most."""
    cpus: float


class Size(NamedTuple):
    cores: int
    memory: int
    """Megabytes of the machine."""
    disk: int
    """Gigabytes below the engine's folder."""
    shares: Mapping[str, Share]
    web_processes: int
    worker_processes: int
    clone_space: str

    @property
    def worker_memory(self) -> str:
        return f"{self.shares['worker'].memory}m"

    @property
    def sessions(self) -> int:
        """How many at most ask Postgres something at the same time."""
        return self.web_processes * WEB_THREADS + self.worker_processes + POSTGRES_OTHERS


SIZES: Final[Mapping[str, Size]] = {
    "50": Size(
        cores=2,
        memory=8 * 1024,
        disk=40,
        shares={
            "nginx": Share(384, 1),
            "web": Share(1024, 2),
            "worker": Share(3072, 2),
            "beat": Share(256, 0.5),
            "sealer": Share(384, 0.5),
            "postgres": Share(1536, 2),
            "valkey": Share(256, 0.5),
            "egress": Share(256, 1),
        },
        web_processes=3,
        worker_processes=2,
        clone_space="2g",
    ),
    "500": Size(
        cores=4,
        memory=16 * 1024,
        disk=100,
        shares={
            "nginx": Share(384, 1),
            "web": Share(2048, 3),
            "worker": Share(6144, 4),
            "beat": Share(256, 0.5),
            "sealer": Share(512, 1),
            "postgres": Share(4608, 4),
            "valkey": Share(384, 1),
            "egress": Share(256, 1),
        },
        web_processes=6,
        worker_processes=4,
        clone_space="4g",
    ),
    "5000": Size(
        cores=16,
        memory=64 * 1024,
        disk=500,
        shares={
            "nginx": Share(512, 2),
            "web": Share(4096, 8),
            "worker": Share(20480, 10),
            "beat": Share(256, 0.5),
            "sealer": Share(1024, 1),
            "postgres": Share(28672, 12),
            "valkey": Share(1024, 2),
            "egress": Share(256, 1),
        },
        web_processes=12,
        worker_processes=8,
        clone_space="16g",
    ),
}


def needed_beside_clones(size: Size) -> int:
    """Megabytes that the worker needs beside its clones: what each of its processes grows to, and what they share."""
    return 512 + 256 * size.worker_processes


def needed_memory(size: Size, worker_memory: str) -> int:
    """Megabytes of the machine, with this limit for the worker."""
    others = sum(share.memory for name, share in size.shares.items() if name != "worker")
    return max(size.memory, others + megabytes(worker_memory) + HOST_MEMORY)


def postgres_settings(size: Size) -> dict[str, str]:
    """By the limit of its memory: a quarter for shared buffers, half taken for granted in caches, and for each
    statement and each cleaning so much that all of them together fit.
    """
    memory = size.shares["postgres"].memory
    return {
        "shared_buffers": f"{memory // 4}MB",
        "effective_cache_size": f"{memory // 2}MB",
        "work_mem": f"{min(memory // 128, 128)}MB",
        "maintenance_work_mem": f"{min(memory // 16, 1024)}MB",
        "max_wal_size": f"{max(memory, 2048)}MB",
    }


def variables(size: Size) -> dict[str, str]:
    """What compose.yaml is told of a size."""
    settings = " ".join(f"-c {name}={value}" for name, value in postgres_settings(size).items())
    return {
        **{
            f"PLUMBLINE_{name.upper()}_{what}": value
            for name, share in size.shares.items()
            for what, value in (("MEMORY", f"{share.memory}m"), ("CPUS", f"{share.cpus:g}"))
        },
        "PLUMBLINE_CLONE_SPACE": size.clone_space,
        "PLUMBLINE_WEB_PROCESSES": str(size.web_processes),
        "PLUMBLINE_WORKER_PROCESSES": str(size.worker_processes),
        "PLUMBLINE_POSTGRES_SETTINGS": settings,
        "PLUMBLINE_POSTGRES_SHARED": f"{size.shares['postgres'].memory // 8}m",
    }
