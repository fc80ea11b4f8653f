"""A Debian root file system from the packages that are installed on this machine: no network, no registry.

It is the files that dpkg lists for some packages and all that they depend on, less documentation. What the machine's owner may
have changed or keeps secret (accounts, sshd's settings and keys, PAM) is not copied but written new.
"""
import glob
import os
import re

from common import Refused, run

LEFT_OUT = re.compile(r"/usr/share/(doc|man|locale|info|lintian|bug|zsh|bash-completion)/|/(proc|sys|dev|run|tmp|root|home|usr/local|var/log)(/|$)")
WRITTEN_ANEW = re.compile(r"/etc/(passwd|group|shadow|gshadow|nsswitch\.conf|ssh(/.*)?|pam\.d/common-.*|profile|ld\.so\.cache|hostname|hosts|resolv\.conf)-?$")
MERGED = re.compile(r"^/(bin|sbin|lib|lib32|lib64|libx32)(?=/|$)")  # Debian 12: these are links into /usr

FOLDERS = (("/proc", 0o755), ("/sys", 0o755), ("/dev", 0o755), ("/run", 0o755), ("/tmp", 0o1777), ("/var/tmp", 0o1777), ("/root", 0o700),
           ("/home", 0o755), ("/usr/local/bin", 0o755), ("/var/log", 0o755))
PAM = {"auth": "auth required pam_unix.so", "account": "account required pam_unix.so", "password": "password required pam_unix.so",
       "session": "session required pam_unix.so", "session-noninteractive": "session required pam_unix.so"}


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


def write_accounts(tree, users):
    """Debian's own accounts, and one for each (name, uid) of `users`, with a home folder and the group of its name."""
    with open("/usr/share/base-passwd/passwd.master", encoding="utf-8") as file:
        passwd = re.sub(r"(?m)^([^:]*):\*:", r"\1:x:", file.read())
    with open("/usr/share/base-passwd/group.master", encoding="utf-8") as file:
        group = re.sub(r"(?m)^([^:]*):\*:", r"\1:x:", file.read())
    for name, uid in users:
        if uid < 1000:
            passwd += f"{name}:x:{uid}:65534::/run/{name}:/usr/sbin/nologin\n"
        else:
            passwd += f"{name}:x:{uid}:{uid}::/home/{name}:/bin/bash\n"
            group += f"{name}:x:{uid}:\n"
            tree.folder(f"/home/{name}", 0o750, uid)
            for skeleton in (".profile", ".bashrc"):
                tree.copy(f"/home/{name}/{skeleton}", f"/etc/skel/{skeleton}", owner=uid)
    tree.file("/etc/passwd", passwd)
    tree.file("/etc/group", group)
    tree.file("/etc/shadow", "".join(f"{line.partition(':')[0]}:*:19000:0:99999:7:::\n" for line in passwd.splitlines()), 0o640)
    tree.file("/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n")


def write_folders(tree):
    """First of all: what is written later goes into them, and /bin is a link."""
    for folder, mode in FOLDERS:
        tree.folder(folder, mode)
    for folder in ("bin", "sbin", "lib", "lib64"):
        tree.link(f"/{folder}", f"usr/{folder}")
    tree.link("/var/run", "/run")


def write_root(tree, packages, files, users):
    """All the rest; what the tree has already stays."""
    for path in sorted(files):
        tree.from_machine(path)
    for link, entry, target in sorted(alternatives(files)):
        tree.link(link, entry)
        tree.link(entry, target)
    if "openssh-server" in packages:
        # As a hand-made image often is: no host keys and no /run/sshd, both are for the program that starts sshd.
        users = (*users, ("sshd", 100))
        tree.copy("/etc/ssh/sshd_config", "/usr/share/openssh/sshd_config")
        for name, line in PAM.items():
            tree.file(f"/etc/pam.d/common-{name}", line + "\n")
    write_accounts(tree, users)
    tree.file("/etc/profile", 'PATH="${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}"\nexport PATH\n')
