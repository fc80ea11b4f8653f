"""Where a sandbox keeps its things. A name is unique on the machine, as its network namespace is."""
import contextlib
import fcntl
import json
import os
import pwd
import re
import shutil

from common import ProcessRecord, Refused

# An interface name has 15 bytes at most, and ours begin with a prefix of three.
NAME_FORM = re.compile(r"[a-z][a-z0-9-]{0,11}")
REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STAND_INS = os.path.join(REPOSITORY, "tests", "sandbox")


def _top():
    # Not under $XDG_RUNTIME_DIR: `sandbox env` changes that, and `down` must find the same sandbox from any shell.
    return os.environ.get("HELPER_SANDBOX_DIR", "/run/helper-sandbox")


def cache_folder():
    if "HELPER_SANDBOX_CACHE" in os.environ:
        return os.environ["HELPER_SANDBOX_CACHE"]
    base = os.environ.get("XDG_CACHE_HOME", "")
    return os.path.join(base if os.path.isabs(base) else os.path.expanduser("~/.cache"), "helper-sandbox")


class Place:
    """The folders and names of one sandbox; the folder of state goes with `down`, the cache stays."""

    def __init__(self, name):
        if not NAME_FORM.fullmatch(name):
            raise Refused(f"--name {name}: lower-case letters, digits and '-', 12 at most, a letter first")
        self.name = name
        self.top = _top()
        self.cache = cache_folder()
        for folder in (self.top, self.cache):
            # They are in mount options, where ',' and ':' have a meaning.
            if not os.path.isabs(folder) or re.search(r"[,:\\\s]", folder):
                raise Refused(f"{folder}: must be absolute, without blanks, commas, colons and backslashes")
        self.state = os.path.join(self.top, name)
        self.client = os.path.join(self.state, "client")
        self.home = os.path.join(self.client, "home")
        self.logs = os.path.join(self.state, "log")
        self.root = os.path.join(self.state, "root")     # mount point of the server's file system, in its own mount namespace
        self.staging = os.path.join(self.state, "server")  # copied into the server when it starts
        self.podman_data = os.path.join(self.cache, "podman", name)  # new at each `up`
        self.images = os.path.join(self.cache, "images")
        self.namespace = f"hs-{name}"
        self.veth = f"hs-{name}"
        self.delay_link = f"hd-{name}"
        self.cgroup = f"helper-sandbox-{name}"
        self.init = ProcessRecord(os.path.join(self.state, "init.json"))
        self.engine = ProcessRecord(os.path.join(self.state, "dockerd.json"))
        self.sshd = ProcessRecord(os.path.join(self.state, "sshd.json"))
        self.delay = ProcessRecord(os.path.join(self.state, "delay.json"))

    def read_settings(self):
        """What was chosen at `up` (subnet number) and since (gpu set-up); empty when there is no such sandbox."""
        try:
            with open(os.path.join(self.state, "settings.json"), encoding="utf-8") as file:
                return json.load(file)
        except (FileNotFoundError, NotADirectoryError):
            return {}

    @property
    def server_root(self):
        """The files that the server sees below what it writes: this machine's, or a folder of the cache (release.py)."""
        return self.read_settings().get("root", "/")

    @property
    def engine_data(self):
        """One for each kind of engine: an older one cannot read what a newer one wrote."""
        release = self.read_settings().get("release")
        return os.path.join(self.cache, "-".join(filter(None, ("engine", release))), self.name)

    def write_settings(self, **changes):
        settings = {**self.read_settings(), **changes}
        temporary = os.path.join(self.state, "settings.json.new")
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(settings, file)
        os.replace(temporary, os.path.join(self.state, "settings.json"))

    def must_be_up(self):
        record = self.init.read()
        if record is None:
            raise Refused(f"sandbox {self.name} is not up: scripts/sandbox --name {self.name} up")
        return record["pid"]

    def others(self):
        """Every sandbox on this machine but this one."""
        if not os.path.isdir(self.top):
            return []
        return [Place(entry) for entry in sorted(os.listdir(self.top)) if entry != self.name and NAME_FORM.fullmatch(entry)]

    def person(self):
        """uid and gid of who will use the client's files: with sudo, the person behind it."""
        if os.geteuid() == 0 and os.environ.get("SUDO_UID", "").isdigit():
            user = pwd.getpwuid(int(os.environ["SUDO_UID"]))
            return user.pw_uid, user.pw_gid
        return os.geteuid(), os.getegid()

    @contextlib.contextmanager
    def lock(self):
        """One change at a time on this machine. The lock is the top folder itself, so that nothing of it stays behind."""
        while True:
            os.makedirs(self.top, mode=0o755, exist_ok=True)
            if os.path.islink(self.top) or os.stat(self.top).st_uid != os.geteuid():
                raise Refused(f"{self.top} belongs to somebody else: remove it, or set HELPER_SANDBOX_DIR")
            handle = os.open(self.top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(handle, fcntl.LOCK_EX)
            try:
                same = os.fstat(handle).st_ino == os.stat(self.top).st_ino
            except FileNotFoundError:
                same = False
            if same:
                break
            os.close(handle)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                os.rmdir(self.top)
            os.close(handle)

    def forget(self):
        shutil.rmtree(self.state, ignore_errors=True)
        if os.path.exists(self.state):
            raise Refused(f"{self.state} cannot be removed: something is still mounted or open there")
