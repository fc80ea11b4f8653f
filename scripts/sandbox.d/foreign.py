"""Files of packages of another Debian release than this machine's: from the mirror that the machine's apt uses, by apt's own means,
without installing anything. Kept in the sandbox's cache; Refused where the mirror has no such release."""
import glob
import os
import re
import subprocess
import tarfile
import tempfile

from common import Refused, run
from place import cache_folder

LEFT_OUT = re.compile(r"/usr/share/(doc|man|locale|info|lintian|bug|zsh|bash-completion)/")
MIRROR_LIMIT = 600  # seconds


def _mirror():
    rows = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(COMPONENT) $(ORIGIN) $(LABEL)", "Created-By: Packages").stdout.splitlines()
    for row in rows:
        words = row.split()
        if words[1:] == ["main", "Debian", "Debian"]:
            return words[0]
    raise Refused("this machine's apt names no Debian mirror")


def _apt(folder, *argv):
    """apt-get on an empty system of its own under `folder`."""
    options = {"Dir::Etc::sourcelist": f"{folder}/sources.list", "Dir::Etc::sourceparts": "-", "Dir::State::lists": f"{folder}/lists",
               "Dir::State::status": f"{folder}/status", "Dir::Cache": f"{folder}/cache", "Debug::NoLocking": "1", "APT::Sandbox::User": "root",
               "APT::Install-Recommends": "false", "Acquire::Retries": "2"}
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    done = subprocess.run(["apt-get", "-qq", "-y", *words, *argv], cwd=f"{folder}/cache/archives", stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=MIRROR_LIMIT, check=False)
    if done.returncode != 0:
        raise Refused(f"apt-get {argv[0]}: {(done.stderr.strip() or 'failed').splitlines()[-1]}")


def packages(release, wanted, alone=(), purpose=""):
    """The .deb files of `wanted` with all that they depend on, and of `alone` without; kept for each purpose."""
    folder = os.path.join(cache_folder(), "-".join(filter(None, ("debian", release, purpose))))
    done = os.path.join(folder, "complete")
    names = " ".join((*wanted, "+", *alone))
    if not os.path.exists(done) or open(done, encoding="utf-8").read() != names:
        for part in ("lists/partial", "cache/archives/partial"):
            os.makedirs(os.path.join(folder, part), exist_ok=True)
        with open(os.path.join(folder, "sources.list"), "w", encoding="utf-8") as file:
            file.write(f"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {_mirror()} {release} main\n")
        open(os.path.join(folder, "status"), "w", encoding="utf-8").close()
        _apt(folder, "update", "--error-on=any")
        _apt(folder, "--download-only", "install", *wanted)
        if alone:
            _apt(folder, "download", *alone)
        with open(done, "w", encoding="utf-8") as file:
            file.write(names)
    return sorted(glob.glob(os.path.join(folder, "cache", "archives", "*.deb")))


def write_packages(tree, files):
    """What the packages hold, as they are packed: no script of theirs is run."""
    for path in files:
        with tempfile.TemporaryFile() as content:
            subprocess.run(["dpkg-deb", "--fsys-tarfile", path], stdout=content, check=True, timeout=120)
            content.seek(0)
            with tarfile.open(fileobj=content, mode="r:") as archive:
                for entry in archive:
                    name = entry.name.removeprefix(".")
                    if name.strip("/") and not LEFT_OUT.search(name):
                        tree.entry(entry, archive.extractfile(entry) if entry.isreg() else None)
