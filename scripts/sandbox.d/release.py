"""The server of another Debian release than this machine's: its Docker Engine, Podman, sshd and tools, from the packages of that release
(foreign.py), unpacked once into a folder of the sandbox's cache. A server of that release has this folder for its root."""
import contextlib
import fcntl
import glob
import hashlib
import os
import shutil
import subprocess
import tempfile

import debian
import foreign
from common import Refused
from place import cache_folder
from tree import Tree

RELEASES = ("trixie",)  # Debian 13: Docker 26, Podman 5
PACKAGES = tuple(("base-files base-passwd bash coreutils dash debianutils diffutils findutils grep gzip hostname libc-bin login mawk mount "
                  "ncurses-base ncurses-bin passwd procps sed tar util-linux openssh-server openssh-client openssh-sftp-server python3 iproute2 "
                  "iptables nftables docker.io docker-cli podman conmon crun runc netavark aardvark-dns passt slirp4netns uidmap").split())
# What update-alternatives makes of them when they are installed.
ALTERNATIVES = {"/usr/bin/awk": "mawk", "/usr/bin/which": "which.debianutils", "/usr/sbin/iptables": "iptables-nft", "/usr/sbin/ip6tables": "ip6tables-nft",
                **{f"/usr/sbin/{name}-{verb}": f"{name}-nft-{verb}" for name in ("iptables", "ip6tables") for verb in ("save", "restore")}}
SOURCES = ("release.py", "foreign.py", "debian.py", "tree.py")


def _key():
    digest = hashlib.sha256()
    for name in SOURCES:
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:16]


def _write(path, release):
    with open(path, "wb") as file:
        tree = Tree(file)
        debian.write_folders(tree)
        for link, target in ALTERNATIVES.items():
            tree.link(link, target)
        debian.write_root(tree, ("openssh-server",), (), ())
        foreign.write_packages(tree, foreign.packages(release, PACKAGES, purpose="server"))
        tree.tar.close()


@contextlib.contextmanager
def _lock():
    os.makedirs(cache_folder(), exist_ok=True)
    with open(os.path.join(cache_folder(), "release.lock"), "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_root(release, used):
    """The folder with the root of that release, made when it is not there; `used` are those of sandboxes that are up. It is not called under
    the lock of the sandboxes: the first time takes a minute or two."""
    root = os.path.join(cache_folder(), f"root-{release}-{_key()}")
    with _lock():
        if os.path.isdir(root):
            return root
        shutil.rmtree(f"{root}.new", ignore_errors=True)
        os.makedirs(f"{root}.new")
        with tempfile.NamedTemporaryFile(dir=cache_folder(), prefix="root-", suffix=".tar") as archive:
            _write(archive.name, release)
            done = subprocess.run(["tar", "-xpf", archive.name, "-C", f"{root}.new", "--numeric-owner"], stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, timeout=300, check=False)
        if done.returncode != 0:
            raise Refused(f"the root of Debian {release} cannot be unpacked: {done.stderr.strip()}")
        with open(f"{root}.new/etc/group", "a", encoding="utf-8") as file:
            file.write("docker:x:999:\n")
        os.rename(f"{root}.new", root)
        for old in glob.glob(os.path.join(cache_folder(), f"root-{release}-*")):
            if old not in (root, *used):
                shutil.rmtree(old)
    return root
