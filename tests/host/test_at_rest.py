"""What a path stands on, judged by layouts of disks as Linux tells them."""

import pytest
from host.at_rest import (
    ENCRYPTED,
    MEMORY,
    PLAIN,
    UNKNOWN,
    Device,
    Facts,
    Mount,
    Swap,
    judge,
    judge_swap,
)
from host.disks import facts, read_mounts, read_swaps

LUKS = "CRYPT-LUKS2-0123456789abcdef-data"
DEVICES = {
    "8:0": Device("sda"),
    "8:1": Device("sda1", below=("8:0",)),
    "8:16": Device("sdb"),
    "253:0": Device("dm-0", LUKS, ("8:1",)),
    "253:1": Device("dm-1", "CRYPT-LUKS2-fedcba-other", ("8:16",)),
    "253:2": Device("dm-2", "LVM-abc", ("253:0",)),
    "253:3": Device("dm-3", "LVM-abc", ("253:0", "8:16")),
    "253:4": Device("dm-4", "LVM-abc", ("8:1",)),
    "253:5": Device("dm-5", "CRYPT-VERITY-0-root", ("8:1",)),
    "253:6": Device("dm-6", "CRYPT-PLAIN-cryptswap", ("8:1",)),
    "253:7": Device("dm-7", "CRYPT-LUKS1-0-old", ("8:1",)),
    "253:8": Device("dm-8", "mpath-3600"),
    "253:9": Device("dm-9", "CRYPT-INTEGRITY-0-x", ("253:0",)),
    "9:0": Device("md0", below=("253:0", "253:1")),
    "9:1": Device("md1", below=("253:0", "8:16")),
    "7:0": Device("loop0", file="/crypt/image"),
    "7:1": Device("loop1", file="/image"),
    "7:2": Device("loop2", file="/srv/itself"),
    "252:0": Device("zram0"),
    "9:7": Device("md7", below=("9:8",)),
    "9:8": Device("md8", below=("9:7",)),
}
ROOT = Mount("/", "8:1", "ext4", "/dev/sda1", "rw")


def made_of(*mounts: Mount, members: tuple[str, ...] = ()) -> Facts:
    """Mounts over a plain root; what has no block device has number 0:…, but btrfs, whose are `members`."""

    def mount_of(path: str) -> Mount:
        inside = [
            mount
            for mount in (ROOT, *mounts)
            if path == mount.point or path.startswith(mount.point.rstrip("/") + "/")
        ]
        return max(inside, key=lambda mount: len(mount.point))

    def devices_of(mount: Mount) -> tuple[str, ...]:
        return members if mount.number.startswith("0:") else (mount.number,)

    return Facts(mount_of, DEVICES, devices_of)


def on(number: str, kind: str = "ext4", options: str = "rw") -> Mount:
    return Mount("/srv", number, kind, "source", options)


CASES = {
    "a partition": (on("8:1"), PLAIN, "sda"),
    "a whole disk": (on("8:16"), PLAIN, "sdb"),
    "LUKS2 on a partition": (on("253:0"), ENCRYPTED, "LUKS2 on dm-0"),
    "LUKS1": (on("253:7"), ENCRYPTED, "LUKS1"),
    "LVM on LUKS": (on("253:2"), ENCRYPTED, "LUKS2"),
    "LVM over LUKS and a plain disk": (on("253:3"), PLAIN, "sdb"),
    "LVM on a plain disk": (on("253:4"), PLAIN, "sda"),
    "verity is no encryption": (on("253:5"), PLAIN, "sda"),
    "integrity above LUKS": (on("253:9"), ENCRYPTED, "LUKS2"),
    "RAID of two LUKS": (on("9:0"), ENCRYPTED, "LUKS2"),
    "RAID of LUKS and a plain disk": (on("9:1"), PLAIN, "sdb"),
    "RAID made of itself": (on("9:7"), UNKNOWN, "not to be seen"),
    "multipath without its paths": (on("253:8"), UNKNOWN, "nothing below"),
    "a device that is not told": (on("259:9"), UNKNOWN, "259:9"),
    "a loop on an encrypted file": (on("7:0"), ENCRYPTED, "LUKS2"),
    "a loop on a plain file": (on("7:1"), PLAIN, "sda"),
    "a loop on itself": (on("7:2"), UNKNOWN, "not to be seen"),
    "zram": (on("252:0"), MEMORY, "zram0"),
    "gocryptfs": (on("0:50", "fuse.gocryptfs"), ENCRYPTED, "gocryptfs at /srv"),
    "eCryptfs": (on("0:51", "ecryptfs"), ENCRYPTED, "eCryptfs"),
    "another FUSE": (on("0:52", "fuse.sshfs"), UNKNOWN, "other end"),
    "tmpfs": (on("0:53", "tmpfs"), MEMORY, "tmpfs at /srv"),
    "NFS": (on("0:54", "nfs4"), UNKNOWN, "other end"),
    "a host's folder in a guest": (on("0:55", "virtiofs"), UNKNOWN, "other end"),
    "zfs": (on("0:56", "zfs"), UNKNOWN, "no block device"),
    "overlay on LUKS": (
        on("0:57", "overlay", "rw,lowerdir=/l,upperdir=/crypt/u"),
        ENCRYPTED,
        "LUKS2",
    ),
    "overlay on a plain disk": (on("0:58", "overlay", "rw,upperdir=/u,workdir=/w"), PLAIN, "sda"),
    "overlay without an upper folder": (on("0:59", "overlay", "ro"), UNKNOWN, "upper"),
    "overlay on itself": (on("0:60", "overlay", "rw,upperdir=/srv/u"), UNKNOWN, "upper"),
}  # fmt: skip


@pytest.mark.parametrize(("mount", "state", "how"), CASES.values(), ids=CASES)
def test_a_path_is_judged_by_all_that_is_below_it(mount: Mount, state: str, how: str) -> None:
    seen = made_of(mount, Mount("/crypt", "253:0", "ext4", "/dev/mapper/data", "rw"))
    verdict = judge("/srv/plumbline", seen)
    assert verdict.state == state
    assert how in verdict.how


@pytest.mark.parametrize(
    ("members", "state"),
    [(("253:0", "253:1"), ENCRYPTED), (("253:0", "8:16"), PLAIN), ((), UNKNOWN)],
    ids=["all encrypted", "one is not", "none told"],
)
def test_btrfs_is_as_good_as_its_weakest_device(members: tuple[str, ...], state: str) -> None:
    assert judge("/srv", made_of(on("0:70", "btrfs"), members=members)).state == state


def test_only_the_path_s_own_mount_counts() -> None:
    assert judge("/srv-other", made_of(on("253:0"))).state == PLAIN


SWAPS = {
    "none": ([], MEMORY),
    "zram": ([Swap("/dev/zram0", "252:0")], MEMORY),
    "a random key at each boot": ([Swap("/dev/dm-6", "253:6")], ENCRYPTED),
    "a partition": ([Swap("/dev/sda1", "8:1")], PLAIN),
    "a file on a plain disk": ([Swap("/swapfile", "")], PLAIN),
    "a file on LUKS": ([Swap("/srv/swapfile", "")], ENCRYPTED),
    "zram and a partition": ([Swap("/dev/zram0", "252:0"), Swap("/dev/sda1", "8:1")], PLAIN),
}


@pytest.mark.parametrize(("swaps", "state"), SWAPS.values(), ids=SWAPS)
def test_swap_is_judged_as_a_whole(swaps: list[Swap], state: str) -> None:
    assert judge_swap(swaps, made_of(on("253:0"))).state == state


def test_mountinfo_is_read_as_proc_5_has_it() -> None:
    line = "36 35 98:0 /mnt1 /mnt\\040two rw,noatime shared:1 master:2 - ext3 /dev/root rw,errors=panic"
    assert read_mounts(line) == {
        36: Mount("/mnt two", "98:0", "ext3", "/dev/root", "rw,errors=panic")
    }


def test_swaps_are_read_with_blanks_in_the_table() -> None:
    text = (
        "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/swapfile   file\t\t2097148\t\t0\t\t-2\n"
    )
    assert read_swaps(text) == [Swap("/swapfile", "")]


@pytest.mark.parametrize(
    ("path", "kind"), [("/proc/1", "proc"), ("/dev/pts/not/there/yet", "devpts")]
)
def test_the_kernel_is_asked_for_the_mount_of_a_path(path: str, kind: str) -> None:
    found = facts().mount_of(path)
    assert found
    assert found.kind == kind


def test_this_machine_s_memory_is_memory() -> None:
    assert judge("/dev/shm", facts()).state == MEMORY  # noqa: S108 - asked about, not written to
