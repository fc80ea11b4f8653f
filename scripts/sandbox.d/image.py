"""The sandbox's images, made from the packages that are installed on this machine: no network, no registry.

An image is the files that dpkg lists for some packages and all that they depend on, less documentation. What the machine's
owner may have changed or keeps secret (accounts, sshd's settings and keys, PAM) is not copied but written anew.
"""
import glob
import hashlib
import io
import os
import re
import stat
import tarfile

from common import Refused, run

BASE = ("base-files base-passwd bash coreutils dash debianutils diffutils findutils grep gzip hostname libc-bin login mawk "
        "ncurses-base ncurses-bin passwd procps sed tar util-linux").split()
SERVING = "openssh-server openssh-client openssh-sftp-server python3 iproute2".split()
ENVIRONMENTS = ("CenterNet", "other")
CONDA = "/opt/conda"

LEFT_OUT = re.compile(r"/usr/share/(doc|man|locale|info|lintian|bug|zsh|bash-completion)/|/(proc|sys|dev|run|tmp|root|home|usr/local|var/log)(/|$)")
WRITTEN_ANEW = re.compile(r"/etc/(passwd|group|shadow|gshadow|nsswitch\.conf|ssh(/.*)?|pam\.d/common-.*|profile|ld\.so\.cache|hostname|hosts|resolv\.conf)-?$")
MERGED = re.compile(r"^/(bin|sbin|lib|lib32|lib64|libx32)(?=/|$)")  # Debian 12: these are links into /usr

PROFILE = """# ~/.profile: executed by Bourne-compatible login shells.
if [ -n "${BASH_VERSION:-}" ] && [ -f ~/.bashrc ]; then . ~/.bashrc; fi
"""
BASHRC = f"""# >>> conda initialize >>>
. {CONDA}/etc/profile.d/conda.sh
# <<< conda initialize <<<
conda activate {ENVIRONMENTS[0]}
"""
PAM = {"auth": "auth required pam_unix.so", "account": "account required pam_unix.so", "password": "password required pam_unix.so",
       "session": "session required pam_unix.so", "session-noninteractive": "session required pam_unix.so"}

IMAGES = {
    "centernet:1.2": {"packages": BASE + SERVING, "conda": True,
                      "changes": ["ENV CUDA_HOME=/usr/local/cuda", "ENV CENTERNET_VERSION=1.2", "WORKDIR /workspace", 'CMD ["bash"]']},
    "bare:1": {"packages": BASE, "conda": False, "changes": ['CMD ["sh"]']},
}
LABEL = "helper.sandbox.key"


def installed():
    """name -> (dpkg's file name stem, version, names it depends on); a virtual name maps to what provides it."""
    rows = run("dpkg-query", "-W", "-f", "${db:Status-Status}\t${Package}\t${binary:Package}\t${Version}\t${Pre-Depends}, ${Depends}\t${Provides}\n").stdout
    packages, providers = {}, {}
    for row in rows.splitlines():
        status, name, binary, version, depends, provides = row.split("\t")
        if status == "installed" and name not in packages:
            needs = [[re.split(r"[ (:]", choice.strip())[0] for choice in group.split("|")] for group in depends.split(",") if group.strip()]
            packages[name] = (binary, version, needs)
            for virtual in provides.split(","):
                providers.setdefault(re.split(r"[ (]", virtual.strip())[0], name)
    return packages, providers


def closure(wanted):
    """name -> (stem, version) of the packages and of all they depend on."""
    packages, providers = installed()
    found, queue = {}, list(wanted)
    while queue:
        name = queue.pop()
        if name in found:
            continue
        if name not in packages:
            raise Refused(f"the Debian package {name} is not installed: run scripts/install-deps")
        binary, version, needs = packages[name]
        found[name] = (binary, version)
        for choices in needs:
            real = [choice if choice in packages else providers.get(choice) for choice in choices]
            queue += [choice for choice in real if choice][:1]
    return found


def key_of(recipe, packages):
    """Changes whenever the image would: with a package's version, with this file, with a stand-in."""
    digest = hashlib.sha256(repr((sorted(packages.items()), recipe)).encode())
    here = os.path.dirname(os.path.abspath(__file__))
    for path in [os.path.abspath(__file__), *sorted(glob.glob(os.path.join(here, "../../tests/sandbox/conda/*")))]:
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:16]


class Tree:
    """A tar of a root file system; every folder is entered once, before what lies in it."""

    def __init__(self, file):
        self.tar = tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT)
        self.seen = set()

    def _add(self, info, content=None):
        if info.name in self.seen:
            return
        parent = os.path.dirname(info.name)
        if parent and parent not in self.seen:
            self.folder("/" + parent)
        self.seen.add(info.name)
        self.tar.addfile(info, content)

    @staticmethod
    def _info(path, kind, mode):
        info = tarfile.TarInfo(path.strip("/"))
        info.type, info.mode, info.uid, info.gid, info.uname, info.gname = kind, mode, 0, 0, "", ""
        return info

    def folder(self, path, mode=0o755):
        self._add(self._info(path, tarfile.DIRTYPE, mode))

    def link(self, path, target):
        info = self._info(path, tarfile.SYMTYPE, 0o777)
        info.linkname = target
        self._add(info)

    def file(self, path, content, mode=0o644):
        data = content if isinstance(content, bytes) else content.encode()
        info = self._info(path, tarfile.REGTYPE, mode)
        info.size = len(data)
        self._add(info, io.BytesIO(data))

    def hard_link(self, path, target, mode=0o755):
        info = self._info(path, tarfile.LNKTYPE, mode)
        info.linkname = target.strip("/")
        self._add(info)

    def from_machine(self, path):
        about = os.lstat(path)
        if stat.S_ISDIR(about.st_mode):
            self.folder(path, stat.S_IMODE(about.st_mode))
        elif stat.S_ISLNK(about.st_mode):
            self.link(path, os.readlink(path))
        elif stat.S_ISREG(about.st_mode):
            info = self._info(path, tarfile.REGTYPE, stat.S_IMODE(about.st_mode))
            info.size, info.uid, info.gid, info.mtime = about.st_size, about.st_uid, about.st_gid, int(about.st_mtime)
            with open(path, "rb") as file:
                self._add(info, file)


def package_files(packages):
    files = set()
    for binary, _ in packages.values():
        stem = f"/var/lib/dpkg/info/{binary}.list"
        if not os.path.exists(stem):
            stem = f"/var/lib/dpkg/info/{binary.partition(':')[0]}.list"
        with open(stem, encoding="utf-8") as file:
            for line in file:
                path = MERGED.sub(r"/usr/\1", line.rstrip("\n"))
                if path != "/." and not LEFT_OUT.search(path) and not WRITTEN_ANEW.search(path) and os.path.lexists(path):
                    files.add(path)
    return files


def alternatives(files):
    """(link, name, target) of each alternative, such as awk, whose present target is among the files."""
    for record in glob.glob("/var/lib/dpkg/alternatives/*"):
        with open(record, encoding="utf-8") as file:
            lines = file.read().splitlines()
        pairs = [(os.path.basename(record), lines[1])]
        for name, link in zip(lines[2::2], lines[3::2]):
            if not name:
                break
            pairs.append((name, link))
        for name, link in pairs:
            entry = f"/etc/alternatives/{name}"
            if os.path.islink(entry) and MERGED.sub(r"/usr/\1", os.readlink(entry)) in files:
                yield MERGED.sub(r"/usr/\1", link), entry, os.readlink(entry)


def accounts(tree, serving):
    with open("/usr/share/base-passwd/passwd.master", encoding="utf-8") as file:
        passwd = re.sub(r"(?m)^([^:]*):\*:", r"\1:x:", file.read())
    with open("/usr/share/base-passwd/group.master", encoding="utf-8") as file:
        group = re.sub(r"(?m)^([^:]*):\*:", r"\1:x:", file.read())
    if serving:
        passwd += "sshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n"
    tree.file("/etc/passwd", passwd)
    tree.file("/etc/group", group)
    tree.file("/etc/shadow", "".join(f"{line.partition(':')[0]}:*:19000:0:99999:7:::\n" for line in passwd.splitlines()), 0o640)
    tree.file("/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n")


def conda_layout(tree, files):
    """As conda lays it out: each environment has its own interpreter, standard library and conda-meta, and no pyvenv.cfg."""
    version = os.path.basename(os.path.realpath("/usr/bin/python3"))  # python3.11
    library = f"/usr/lib/{version}"
    with open(f"/usr/bin/{version}", "rb") as file:
        program = file.read()
    names = sorted({path[len(library) + 1:].partition("/")[0] for path in files if path.startswith(library + "/")})
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/sandbox/conda")
    prefixes = [CONDA] + [f"{CONDA}/envs/{name}" for name in ENVIRONMENTS]
    for prefix in prefixes:
        if prefix == CONDA:
            tree.file(f"{prefix}/bin/{version}", program, 0o755)
        else:
            tree.hard_link(f"{prefix}/bin/{version}", f"{CONDA}/bin/{version}")
        tree.link(f"{prefix}/bin/python3", version)
        tree.link(f"{prefix}/bin/python", version)
        for name in names:
            tree.link(f"{prefix}/lib/{version}/{name}", f"{library}/{name}")
        tree.folder(f"{prefix}/lib/{version}/site-packages")
        tree.file(f"{prefix}/conda-meta/history", "==> 2024-01-02 03:04:05 <==\n# cmd: /opt/conda/bin/conda create -n\n")
    for source, path, mode in (("conda", "bin/conda", 0o755), ("conda.sh", "etc/profile.d/conda.sh", 0o644)):
        with open(os.path.join(here, source), encoding="utf-8") as file:
            tree.file(f"{CONDA}/{path}", file.read(), mode)
    tree.link(f"{CONDA}/condabin/conda", "../bin/conda")
    tree.file("/root/.conda/environments.txt", "".join(prefix + "\n" for prefix in prefixes))


def write_tar(file, recipe, packages):
    files = package_files(packages)
    serving = "openssh-server" in packages
    tree = Tree(file)
    for folder, mode in (("/proc", 0o755), ("/sys", 0o755), ("/dev", 0o755), ("/run", 0o755), ("/tmp", 0o1777), ("/var/tmp", 0o1777),
                         ("/root", 0o700), ("/home", 0o755), ("/usr/local/bin", 0o755), ("/workspace", 0o755), ("/var/log", 0o755)):
        if serving or folder != "/workspace":
            tree.folder(folder, mode)
    for folder in ("bin", "sbin", "lib", "lib64"):
        tree.link(f"/{folder}", f"usr/{folder}")
    for path in sorted(files):
        tree.from_machine(path)
    for link, entry, target in sorted(alternatives(files)):
        tree.link(link, entry)
        tree.link(entry, target)
    accounts(tree, serving)
    tree.file("/etc/profile", 'PATH="${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}"\nexport PATH\n')
    tree.file("/root/.profile", PROFILE)
    if serving:
        # As a hand-made image often is: no host keys and no /run/sshd, both are for whoever starts sshd.
        with open("/usr/share/openssh/sshd_config", encoding="utf-8") as source:
            tree.file("/etc/ssh/sshd_config", source.read())
        for name, line in PAM.items():
            tree.file(f"/etc/pam.d/common-{name}", line + "\n")
    if recipe["conda"]:
        tree.file("/root/.bashrc", BASHRC)
        conda_layout(tree, files)
    tree.tar.close()


def ensure_images(place, docker):
    """Imports the images that the engine lacks; docker(*argv, **) runs its command line. Returns the names it imported."""
    imported = []
    for name, recipe in IMAGES.items():
        packages = closure(recipe["packages"])
        key = key_of(recipe, packages)
        has = docker("image", "inspect", "-f", f'{{{{index .Config.Labels "{LABEL}"}}}}', name, check=False)
        if has.returncode == 0 and has.stdout.strip() == key:
            continue
        stem = name.replace(":", "-")
        path = os.path.join(place.images, f"{stem}-{key}.tar")
        if not os.path.exists(path):
            os.makedirs(place.images, mode=0o700, exist_ok=True)
            for old in glob.glob(os.path.join(place.images, f"{stem}-*")):
                os.unlink(old)
            with open(path + ".new", "wb") as file:
                write_tar(file, recipe, packages)
            os.replace(path + ".new", path)
        changes = [word for change in [*recipe["changes"], f"LABEL {LABEL}={key}"] for word in ("-c", change)]
        with open(path, "rb") as file:
            docker("import", *changes, "-", name, stdin=file, timeout=300)
        imported.append(name)
    if imported:
        docker("image", "prune", "-f")  # what stood under these names before
    return imported
