"""Healthy set-ups: no note that is not true.

Each row of the tables is a set-up that is as it should be: `helper ensure` ends with 0, says the row's own notes and no other, is then silent
but for these, and ssh works and prints nothing. Mostly a row has no notes at all. A note that a row has is true for that set-up, and the row says why.

HELPER_ROWS names the rows to try (words with blanks between), or says "all", which takes half an hour; without it, every third row of each table is
tried, and those that field reports named.
"""
import concurrent.futures
import dataclasses
import json
import os
import re
import shutil
import stat
import subprocess
import time
import unittest

import harness
from fleet import Fleet
from harness import Sandbox

AT_ONCE = 3
MUST = ("mindspore-with-shm-of-the-server", "robots")  # in every run
PROJECT = "/workspace/my_project"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclasses.dataclass(frozen=True)
class True_:
    """A note that is true for the set-up. `once`: it is about what this ensure has done, so the second one has nothing to say."""
    words: str
    reason: str
    once: bool = False


@dataclasses.dataclass(frozen=True)
class Row:
    """A set-up: what the target says, and what was there before."""
    name: str
    image: str = "debian-plain:1"
    dockerfile: str = ""          # lines after FROM image: the row has an image of its own
    container: dict = dataclasses.field(default_factory=dict)
    ssh: dict = dataclasses.field(default_factory=dict)
    target: dict = dataclasses.field(default_factory=dict)
    forwards: int = 0             # a port of the container
    mounts_project: str = ""      # a folder of the server that is PROJECT in the container
    before: str = ""              # a script on the server, as its root
    server: str = ""              # another way to the server: user@NAME or a Host of the client
    client: str = ""              # the client's Host blocks; {address}, {home} and {name} are the sandbox's
    notes: tuple = ()
    needs: tuple = ()             # programs of this machine without which the row is left out

    def of_target(self, sandbox):
        container = {"image": f"healthy/{self.name}" if self.dockerfile else self.image, "name": self.name, "gpus": "none", **self.container}
        if self.mounts_project:
            container["mounts"] = [*container.get("mounts", []), self.mounts_project]
        key = {"key": self.ssh["key"].format(home=sandbox.environment()["HOME"])} if "key" in self.ssh else {}
        target = {"container": container, "ssh": {"user": "root", **self.ssh, **key}, **self.target}
        if self.mounts_project and "project" not in target:
            target["project"] = {"local": ".", "remote": PROJECT}
        if self.server:
            target["server"] = self.server.format(name=sandbox.name)
        return target


WHOSE_FILES = True_(r"files that root writes to /workspace/my_project will belong to root on the server; their owner there is alice \(5001\)",
                    "the project is alice's, and root of the container is root of the server")
PRIVILEGED = True_(r"container \S+ is privileged: root in it is root of server \S+; fix: .*\"security_notes\": false", "it is so, and told once", once=True)
SOCKET = True_(r"container \S+ has /run/docker.sock of server \S+ at /var/run/docker.sock: who may use that socket is root of server", "it is so, and told once",
               once=True)
ADOPTED = True_(r"container \S+ was not made by helper: it is used as it is", "somebody else made it, and the person must know what helper does not do with it")
OWN_JUPYTER = True_(r"something that helper did not start listens on port 8888 of the container, such as a Jupyter of the image's own",
                    "the image starts a Jupyter, whose token helper does not have")
NO_JUPYTER = True_(r"Jupyter is not in the container; to add it: ", "the config asks for Jupyter, and the image has none")
JUPYTER_OF_ANOTHER_PYTHON = True_(r"Jupyter is run by \S+, since \S+ has none; to add it there: ", "kernels would be of another Python than the project's")

NO_HOME = True_(r"user \S+ cannot write into the home folder /", "IDEs keep what they bring below it", once=False)
NO_SOCKET = True_(r"there is no keeper, since the engine has no socket on the server", "nothing starts sshd again when the container starts", once=True)
SUBORDINATE = True_(r"the engine is rootless: files that dev writes to \S+ get a subordinate id on the server", "dev is not carol there")
OTHER_IDS = True_(r"the engine gives the container's users other ids on the server .*: root is user id 300000 there, .* can be alice \(5001\)", "root cannot write to the project")

OTHER_PYTHON = True_(r"`which python3` in the container's login shell is /usr/bin/python3 .* not /workspace/my_project/.venv/bin/python", "a terminal has another Python than the IDE")

SERVES = "CMD jupyter notebook --allow-root --no-browser --ip=0.0.0.0 --port=8888\n"
IMAGES = (
    Row("debian-plain"),
    Row("debian-with-sshd", image="debian-sshd:1"),
    Row("ubuntu-root", image="ubuntu-like:1"),
    Row("ubuntu-user", image="ubuntu-like:1", ssh={"user": "ubuntu"}),
    Row("user-of-the-image", image="non-root:1", ssh={"user": "dev"}),
    Row("root-in-an-image-with-a-user", image="non-root:1"),
    Row("user-without-a-name", image="uid-only:1"),
    Row("supervisord", image="supervisord:1"),
    Row("entrypoint-that-execs", image="entrypoint:1"),
    Row("conda", image="conda:1"),
    Row("conda-named", image="conda:1", target={"python": "conda:other"}),
    Row("centernet", image="centernet:1.2", container={"gpus": "all", "shm_size": "1g", "ulimits": {"memlock": -1}, "hostname": "centernet"},
        mounts_project=f"/home/my_project:{PROJECT}"),
    Row("pytorch-of-nvidia", image="ngc-pytorch:1", container={"gpus": "all", "ulimits": {"memlock": -1, "stack": 67108864}, "extra_args": ["--ipc=host"]}),
    Row("mindspore-with-shm-of-the-server", image="mindspore:1", container={"mounts": ["/dev/shm:/dev/shm"]}),
    Row("python-slim", image="python-slim:1"),
    Row("distroless", image="distroless:1"),
    Row("distroless-nonroot", image="distroless:1", ssh={"user": "nonroot"}),
    Row("pip", image="pip:1"),
    Row("alpine-with-glibc", image="musl:1",
        dockerfile="COPY --from=debian-plain:1 /usr/bin/python3.11 /usr/bin/python3\nCOPY --from=debian-plain:1 /usr/lib/python3.11 /usr/lib/python3.11\n"
                   "COPY --from=debian-plain:1 /usr/lib/x86_64-linux-gnu /usr/lib/x86_64-linux-gnu\nCOPY --from=debian-plain:1 /usr/lib/x86_64-linux-gnu /lib/x86_64-linux-gnu\nCOPY --from=debian-plain:1 /usr/lib64 /lib64\n"),
    Row("busybox-with-glibc", image="busybox:1",
        dockerfile="COPY --from=debian-plain:1 /usr/bin/python3.11 /usr/bin/python3\nCOPY --from=debian-plain:1 /usr/lib/python3.11 /usr/lib/python3.11\n"
                   "COPY --from=debian-plain:1 /usr/lib/x86_64-linux-gnu /usr/lib/x86_64-linux-gnu\nCOPY --from=debian-plain:1 /usr/lib/x86_64-linux-gnu /lib/x86_64-linux-gnu\nCOPY --from=debian-plain:1 /usr/lib64 /lib64\n"),
    Row("uv-venv-of-the-image", dockerfile="RUN python3 -m venv --without-pip /opt/venv && echo 'uv = 0.4.18' >> /opt/venv/pyvenv.cfg\n"
                                           f"ENV VIRTUAL_ENV=/opt/venv PATH=/opt/venv/bin:{SYSTEM_PATH}\n"),
    Row("uv-venv-of-the-project", target={"project": {"local": ".", "remote": PROJECT}},
        dockerfile=f"RUN mkdir -p {PROJECT} && cd {PROJECT} && python3 -m venv --without-pip .venv && echo 'uv = 0.4.18' >> .venv/pyvenv.cfg "
                   "&& touch uv.lock && printf '[project]\\nname = \"x\"\\n' > pyproject.toml\n", notes=(OTHER_PYTHON,)),
    Row("healthcheck", dockerfile="HEALTHCHECK --interval=1s CMD test -e /etc/passwd\n"),
    Row("volume-and-stop-signal", dockerfile="VOLUME /data\nSTOPSIGNAL SIGINT\nEXPOSE 6006 8888\nONBUILD RUN true\n"),
    Row("shell-entrypoint", dockerfile="ENTRYPOINT exec sleep 100000\n"),
    Row("bashrc-that-greets-people", dockerfile="RUN printf 'case $- in *i*) echo Welcome to the lab;; esac\\n' >> /root/.bashrc; echo 'Welcome!' > /etc/motd\n"),
    Row("bash-env-and-umask", dockerfile="RUN echo umask 077 >> /etc/profile && echo 'export A=1' > /etc/e\nENV BASH_ENV=/etc/e ENV=/etc/e LANG=de_DE.UTF-8 TZ=Europe/Berlin\n"),
    Row("odd-variables", container={"env": {"EMPTY": "", "QUOTES": "it's \"so\" #1", "EQUALS": "a=b, c=#1", "WIDE": "größer", "BLANKS": "  two  words "}}),
    Row("python-that-greets", dockerfile="RUN echo 'print(\"hello\")' > /etc/start.py\nENV PYTHONSTARTUP=/etc/start.py PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1\n"),
    Row("zsh-in-the-container", image="shells:1", dockerfile="RUN useradd -m -s /usr/bin/zsh zoe && echo 'print hello' > /home/zoe/.zshrc\n", ssh={"user": "zoe"}, needs=("zsh",)),
    Row("fish-in-the-container", image="shells:1", dockerfile="RUN useradd -m -s /usr/bin/fish fay\n", ssh={"user": "fay"}, needs=("fish",)),
    Row("tcsh-in-the-container", image="shells:1", dockerfile="RUN useradd -m -s /usr/bin/tcsh tess && echo 'if ($?prompt) echo hello' > /home/tess/.tcshrc\n",
        ssh={"user": "tess"}, needs=("tcsh",)),
    Row("jupyter", image="jupyter-notebook:6", target={"jupyter": {"dir": "/root"}}),
    Row("jupyter-as-a-user", image="jupyter-notebook:6", ssh={"user": "dev"}, target={"jupyter": {"dir": "/home/dev"}}),
    Row("jupyter-in-conda", image="jupyter-conda:6", target={"jupyter": {"dir": "/root"}}),
    Row("jupyter-of-the-image", image="jupyter-notebook:6", dockerfile=SERVES, target={"jupyter": {"dir": "/root"}}, notes=(OWN_JUPYTER,)),
    Row("jupyter-of-the-image-unwanted", image="jupyter-notebook:6", dockerfile=SERVES),
    Row("jupyter-wanted-and-missing", image="debian-plain:1", target={"jupyter": {"dir": "/root"}}, notes=(NO_JUPYTER,)),
)

OPTIONS = (
    Row("shm-of-the-server", container={"mounts": ["/dev/shm:/dev/shm"]}),
    Row("dev-of-the-server", container={"mounts": ["/dev:/dev"], "privileged": True}, notes=(PRIVILEGED,)),
    Row("dev-of-the-server-as-a-user", image="ubuntu-like:1", ssh={"user": "ubuntu"}, container={"mounts": ["/dev:/dev"], "privileged": True}, notes=(PRIVILEGED,)),
    Row("dev-by-a-flag", container={"extra_args": ["-v", "/dev:/dev", "--device-cgroup-rule=c *:* rmw"]}),
    Row("ipc-of-the-server", container={"extra_args": ["--ipc=host"]}),
    Row("processes-of-the-server", container={"extra_args": ["--pid=host"]}),
    Row("network-of-the-server", container={"extra_args": ["--network=host"]}),
    Row("robots", container={"extra_args": ["--network=host", "--ipc=host", "--pid=host"], "privileged": True, "env": {"DISPLAY": ":0"},
                             "mounts": ["/dev:/dev", "/dev/shm:/dev/shm", "/tmp/.X11-unix:/tmp/.X11-unix"]}, before="mkdir -p /tmp/.X11-unix",
        notes=(PRIVILEGED,)),
    Row("network-of-its-own", container={"extra_args": ["--network=lab"]}, before="docker network create lab"),
    Row("init", container={"extra_args": ["--init"]}),
    Row("restart-always", container={"restart": "always"}),
    Row("restart-on-failure", container={"restart": "on-failure:3"}),
    Row("tmpfs", container={"extra_args": ["--tmpfs=/tmp", "--tmpfs=/run:rw,noexec"]}),
    Row("read-only-root", container={"extra_args": ["--read-only", "--tmpfs=/tmp"]}, notes=(NO_HOME,)),
    Row("named-volume", container={"mounts": ["data-of-healthy:/data"]}, mounts_project=f"code-of-healthy:{PROJECT}"),
    Row("mount-as-a-record", container={"extra_args": ["--mount", "type=bind,source=/home/my_project,target=/data,readonly"]}),
    Row("published-ports", container={"ports": ["16006:6006", "127.0.0.1:18080:80"]}),
    Row("forwarded-ports", forwards=6006),
    Row("limits", container={"shm_size": "256m", "ulimits": {"nofile": 4096}, "extra_args": ["--memory=1g", "--cpus=1", "--pids-limit=500"]}),
    Row("debugger", container={"extra_args": ["--cap-add=SYS_PTRACE", "--security-opt=seccomp=unconfined", "--add-host=box:10.0.0.1", "--dns=10.0.0.2"]}),
    Row("clock-of-the-server", container={"mounts": ["/etc/localtime:/etc/localtime:ro", "/etc/timezone:/etc/timezone:ro"]}),
    Row("accounts-of-the-server", container={"mounts": ["/etc/passwd:/etc/passwd:ro", "/etc/group:/etc/group:ro"]}),
    Row("socket-of-docker", container={"mounts": ["/run/docker.sock:/var/run/docker.sock"]}, notes=(SOCKET,)),
    Row("homes-of-the-server", container={"mounts": ["/home:/home"]}),
    Row("logs-of-journald-off", container={"extra_args": ["--log-driver=none"]}),
    Row("labels-and-hostname", container={"hostname": "box", "extra_args": ["--label=team=vision", "--workdir=/opt", "--stop-timeout=1"]}),
    Row("runs-as-another-user", container={"extra_args": ["--user=1000:1000"]}),
    Row("no-keeper", target={"keeper": False}),
    Row("hooks", target={"post_create": ["echo made"], "post_start": ["echo started; echo words >&2"]}),
    Row("cache-of-the-ide", target={"ide": {"backend_cache": True}}),
    Row("environment-of-sessions", ssh={"env": {"EDITOR": "vim", "P": "/opt/bin:${containerEnv:PATH}"}}),
    Row("auto-port", ssh={"local_port": "auto"}),
    Row("gpu-all", image="centernet:1.2", container={"gpus": "all"}),
    Row("gpu-first", image="centernet:1.2", container={"gpus": "device=0"}),
    Row("gpu-two-of-a-list", image="centernet:1.2", container={"gpus": "0,1"}),
    Row("gpu-one-by-count", image="centernet:1.2", container={"gpus": 1}),
    Row("gpu-by-runtime", image="centernet:1.2", container={"gpus": "all", "runtime": "nvidia"}),
    # Whose files are whose.
    Row("project-of-root", mounts_project=f"/home/my_project:{PROJECT}"),
    Row("project-of-alice-read-by-root", mounts_project=f"/home/alice/project:{PROJECT}:ro"),
    Row("project-of-alice-written-by-root", mounts_project=f"/home/alice/project:{PROJECT}", notes=(WHOSE_FILES,)),
    Row("project-of-alice-and-a-new-user", mounts_project=f"/home/alice/project:{PROJECT}", ssh={"user": "dev", "create": True}),
    Row("project-of-alice-and-a-user-of-the-image", image="ubuntu-like:1", mounts_project=f"/home/alice/project:{PROJECT}", ssh={"user": "ubuntu"}),
    Row("project-of-alice-read-by-a-user", image="ubuntu-like:1", mounts_project=f"/home/alice/project:{PROJECT}:ro", ssh={"user": "ubuntu"}),
    Row("project-of-alice-and-ids-as-they-are", image="ubuntu-like:1", mounts_project=f"/home/alice/project:{PROJECT}",
        ssh={"user": "ubuntu", "match_owner": False}),
    Row("project-of-the-first-user", image="ubuntu-like:1", before="mkdir -p /home/first && chown 1000:1000 /home/first", mounts_project=f"/home/first:{PROJECT}",
        ssh={"user": "ubuntu"}),
    Row("blanks-in-names", before="mkdir -p '/home/my project'", container={"mounts": ["/home/my project:/workspace/my project"]},
        target={"project": {"local": "my project", "remote": "/workspace/my project"}}),
    # Of somebody else.
    Row("adopted", before="docker run -d --name adopted debian-plain:1 sleep 100000", notes=(ADOPTED,)),
    Row("adopted-of-compose", before="docker run -d --name adopted-of-compose --restart always --label com.docker.compose.project=lab "
        "--label com.docker.compose.service=train --label com.docker.compose.oneoff=False -v /home/my_project:/workspace/my_project debian-plain:1 sleep 100000",
        target={"project": {"local": ".", "remote": PROJECT}}, notes=(ADOPTED,)),
    Row("adopted-with-gpus", image="centernet:1.2", container={"gpus": "all"}, notes=(ADOPTED,),
        before="docker run -d --gpus all --init --ipc host --name adopted-with-gpus centernet:1.2 sleep 100000"),
)

# Accounts on the server, each of the group docker; their shells are this machine's.
ACCOUNTS = {"bea": "/bin/bash", "dan": "/bin/dash", "fay": "/usr/bin/fish", "zoe": "/usr/bin/zsh", "tess": "/usr/bin/tcsh", "ann": "/bin/bash"}
START_FILES = """
echo 'echo Welcome to the lab; echo words >&2' > ~bea/.bashrc
echo 'echo Welcome to the lab' > ~dan/.profile
mkdir -p ~fay/.config/fish; echo 'echo Welcome to the lab' > ~fay/.config/fish/config.fish
echo 'print Welcome to the lab' > ~zoe/.zshenv
echo 'echo Welcome to the lab' > ~tess/.cshrc
touch ~ann/.hushlogin; echo 'export PATH=$PATH:/opt/bin LANG=de_DE.UTF-8; alias docker=false; set -o noclobber' > ~ann/.bashrc
"""

CLIENTS = (
    Row("account-of-bash-that-greets", server="bea@{name}"),
    Row("account-of-dash", server="dan@{name}"),
    Row("account-of-fish", server="fay@{name}", needs=("fish",)),
    Row("account-of-zsh", server="zoe@{name}", needs=("zsh",)),
    Row("account-of-tcsh", server="tess@{name}", needs=("tcsh",)),
    Row("account-with-aliases", server="ann@{name}"),
    Row("account-of-alice-and-her-project", server="alice@{name}", mounts_project=f"/home/alice/project:{PROJECT}", ssh={"user": "dev", "create": True}),
    Row("another-alias", server="work-box", client="Host work-box\n  HostName {address}\n  User root\n  Port 22\n  AddressFamily inet\n  ConnectTimeout 20\n"),
    Row("by-its-address", server="root@{name}:22"),
    Row("jump", server="behind", client="Host behind\n  HostName {address}\n  User root\n  ProxyJump {name}\n"),
    Row("proxy-command", server="proxied", client="Host proxied\n  HostName {address}\n  User root\n  ProxyCommand ssh -W %h:%p {name}\n"),
    Row("hashed-known-hosts", server="hashed", client="Host hashed\n  HostName {address}\n  User root\n  HashKnownHosts yes\n  UserKnownHostsFile {home}/.ssh/hashed_hosts\n"),
    Row("control-master", server="shared", client="Host shared\n  HostName {address}\n  User root\n  ControlMaster auto\n  ControlPath {home}/%C\n  ControlPersist 60\n"),
    Row("identities-only", server="strict", client="Host strict\n  HostName {address}\n  User root\n  IdentitiesOnly yes\n  PreferredAuthentications publickey\n"
                                                   "  StrictHostKeyChecking yes\n  UpdateHostKeys no\n"),
    Row("match-and-include", server="included", client="Host inc*\n  Include {home}/.ssh/conf.d/*\nMatch originalhost included\n  User root\n  ForwardAgent yes\n"),
    Row("many-options", server="many", client="Host many\n  HostName {address}\n  User root\n  Compression yes\n  ForwardX11 yes\n  ForwardX11Trusted yes\n  SendEnv LANG LC_*\n"
        "  LogLevel VERBOSE\n  VisualHostKey yes\n  LocalForward 29999 127.0.0.1:9\n  RequestTTY yes\n  SetEnv FOO=bar\n  TCPKeepAlive yes\n  EscapeChar none\n"),
    Row("locked-key-that-the-agent-holds", ssh={"key": "{home}/.ssh/locked key"}),
    Row("key-with-blanks", ssh={"key": "{home}/.ssh/my key"}),
    Row("options-for-all-hosts", client="Host *\n  ServerAliveInterval 30\n  AddKeysToAgent yes\n  HashKnownHosts yes\n  ForwardAgent yes\n  Compression yes\n  SendEnv LANG LC_*\n"
        "  ControlMaster auto\n  ControlPath {home}/%C\n  ControlPersist 10m\n  VisualHostKey yes\n  IdentitiesOnly yes\n  StrictHostKeyChecking accept-new\n"),
)

PODMAN = {"engine": "podman"}
PROJECT_OF_CAROL = "mkdir -p /home/carol/project; chown carol: /home/carol/project"
# Docker gives its containers' users other ids, for all containers but those with --userns=host.
REMAP = """
grep -q ^dockremap: /etc/passwd || useradd --system --no-create-home dockremap
for file in subuid subgid; do sed -i /^dockremap:/d /etc/$file; echo dockremap:300000:65536 >> /etc/$file; done
sed -i '1s/{/{"userns-remap": "default",/' /etc/docker/daemon.json
"""

ENGINES = (
    Row("podman", target=PODMAN, notes=(NO_SOCKET,)),
    Row("podman-with-gpus", image="centernet:1.2", container={"gpus": "all"}, target=PODMAN, notes=(NO_SOCKET,)),
    Row("podman-with-one-gpu", image="centernet:1.2", container={"gpus": "device=1"}, target=PODMAN, notes=(NO_SOCKET,)),
    Row("podman-and-a-project", target=PODMAN, mounts_project=f"/home/my_project:{PROJECT}", notes=(NO_SOCKET,)),
    Row("podman-and-a-new-user", target=PODMAN, mounts_project=f"/home/alice/project:{PROJECT}", ssh={"user": "dev", "create": True}, notes=(NO_SOCKET,)),
    Row("rootless", target=PODMAN, server="carol@{name}", notes=(NO_SOCKET,)),
    Row("rootless-and-her-project", target=PODMAN, server="carol@{name}", before=PROJECT_OF_CAROL, mounts_project=f"/home/carol/project:{PROJECT}", notes=(NO_SOCKET,)),
    Row("rootless-and-a-user-of-the-image", image="centernet:1.2", target=PODMAN, server="carol@{name}", before=PROJECT_OF_CAROL, ssh={"user": "dev", "create": True},
        mounts_project=f"/home/carol/project:{PROJECT}", notes=(NO_SOCKET, SUBORDINATE)),
    Row("rootless-and-a-project-to-read", image="centernet:1.2", target=PODMAN, server="carol@{name}", before=PROJECT_OF_CAROL, ssh={"user": "dev", "create": True},
        mounts_project=f"/home/carol/project:{PROJECT}:ro", notes=(NO_SOCKET,)),
    Row("rootless-as-herself", target=PODMAN, server="carol@{name}", before=PROJECT_OF_CAROL, container={"extra_args": ["--userns=keep-id"]},
        mounts_project=f"/home/carol/project:{PROJECT}", ssh={"user": "carol"}, notes=(NO_SOCKET, NO_HOME)),
    Row("other-ids"),
    Row("other-ids-and-a-volume", mounts_project=f"code-of-healthy:{PROJECT}"),
    Row("other-ids-and-a-project-to-read", mounts_project=f"/home/alice/project:{PROJECT}:ro"),
    Row("other-ids-and-a-project", mounts_project=f"/home/alice/project:{PROJECT}", notes=(OTHER_IDS,)),
)


class Healthy(unittest.TestCase):
    """The rows of a class are targets of one config, and are tried a few at once."""
    SANDBOX = None
    ROWS = ()
    agent = {}  # the variables by which the person's agent is reached

    @classmethod
    def setUpClass(cls):
        cls.sandbox = cls.enterClassContext(Sandbox(cls.SANDBOX))
        cls.rows = wanted(cls.ROWS)
        cls.prepare()
        cls.fleet = Fleet(cls.sandbox, "config with blanks")
        cls.addClassCleanup(cls.fleet.close)
        cls.fleet.helper.environment.update(cls.agent)
        for port, row in enumerate(cls.rows, cls.fleet.first_port + len(cls.rows)):
            target = row.of_target(cls.sandbox)
            cls.fleet.add_target(row.name, target)
            written = cls.fleet.targets[row.name]
            written["server"] = target.get("server", written["server"])
            written["ssh"].update(target["ssh"])
            if "jupyter" in target:
                written["jupyter"] = {"local_port": port, **target["jupyter"]}
            if row.forwards:
                written["forwards"] = [f"{port}:{row.forwards}"]
        cls.fleet.write()
        cls.fleet.run("trust")
        pool = cls.enterClassContext(concurrent.futures.ThreadPoolExecutor(AT_ONCE))
        cls.outcomes = {row.name: pool.submit(cls.attempt, row) for row in cls.rows}

    @classmethod
    def prepare(cls):
        """Images, folders and accounts, before the first row."""
        cls.sandbox.make_images(*sorted({row.image for row in cls.rows} | {"debian-plain:1"}))
        cls.on_server("mkdir -p /home/alice/project && chown alice:alice /home/alice/project")
        builds = [f"docker build -q -t healthy/{row.name} - <<'END_OF_FILE'\nFROM {row.image}\n{row.dockerfile}END_OF_FILE\n" for row in cls.rows if row.dockerfile]
        cls.on_server("".join(builds), timeout=300)

    @classmethod
    def on_server(cls, script, **more):
        return cls.sandbox.control("exec", "sh", "-ec", script, **more).stdout

    @classmethod
    def attempt(cls, row):
        """Everything that is done with one target; the tests look at the result."""
        if row.before:
            cls.on_server(row.before)
        outcome = {"first": cls.fleet.run("ensure", row.name, "--json"), "second": cls.fleet.run("ensure", row.name)}
        if outcome["first"].returncode == 0:
            cls.fleet.ssh_config(row.name)
            outcome["ssh"] = cls.fleet.openssh(row.name, "true", env={**os.environ, **cls.agent})
            outcome["exec"] = cls.fleet.helper.run("exec", "--config", cls.fleet.path, row.name, "--", "true")
        return outcome

    def check(self, row):
        if row.name not in self.outcomes:
            self.skipTest("this machine has no such engine")
        outcome = self.outcomes[row.name].result()
        first, second = outcome["first"], outcome["second"]
        self.assertEqual((first.returncode, first.stderr), (0, ""), first.stdout)
        report = json.loads(first.stdout)
        self.assertEqual((report["state"], report.get("problems", [])), ("ready", []))
        self.assert_notes(report.get("notes", []), row.notes)
        self.assertEqual(second.returncode, 0, second.stderr)
        self.assertRegex(second.stdout, rf"^{row.name}: ready, nothing to do \([^\n]*\)\n$")
        self.assert_notes([line.removeprefix("note: ") for line in second.stderr.splitlines()], [note for note in row.notes if not note.once])
        for way in ("ssh", "exec"):
            done = outcome[way]
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""), way)

    def assert_notes(self, said, true):
        for text in said:
            self.assertTrue(any(re.search(note.words, text) for note in true), f"a note that is not in the table: {text}")
        for note in true:
            self.assertEqual(sum(bool(re.search(note.words, text)) for text in said), 1, f"missing, or said twice: {note.words}; said: {said}")


class Images(Healthy):
    SANDBOX = "e2e-healthy"
    ROWS = IMAGES


class Options(Healthy):
    SANDBOX = "e2e-healthy"
    ROWS = OPTIONS


class Clients(Healthy):
    SANDBOX = "e2e-healthy"
    ROWS = CLIENTS

    @classmethod
    def prepare(cls):
        super().prepare()
        for name, shell in ACCOUNTS.items():
            cls.on_server(f"useradd -M -U -G docker -p '*' -s {shell} {name}; mkdir -p /home/{name}; cp -R ~/.ssh /home/{name}/; chown -R {name}: /home/{name}")
        cls.on_server(START_FILES)
        home = cls.sandbox.environment()["HOME"]
        values = {"address": cls.sandbox.address, "home": home, "name": cls.sandbox.name}
        with open(os.path.join(home, ".ssh", "config"), "r+", encoding="utf-8") as file:
            before = file.read()
            file.seek(0)
            file.write("".join(row.client.format(**values) + "\n" for row in cls.rows if not row.client.startswith("Host *")) + "Host *\n" + before)
            file.write("".join(row.client.format(**values) + "\n" for row in cls.rows if row.client.startswith("Host *")))
        os.makedirs(os.path.join(home, ".ssh", "conf.d"))
        with open(os.path.join(home, ".ssh", "conf.d", "lab"), "w", encoding="utf-8") as file:
            file.write(f"Host included\n  HostName {cls.sandbox.address}\n")
        hashed = os.path.join(home, ".ssh", "hashed_hosts")
        shutil.copy(os.path.join(home, ".ssh", "known_hosts"), hashed)
        subprocess.run(["ssh-keygen", "-H", "-f", hashed], check=True, capture_output=True)
        cls.addClassCleanup(cls.end_masters, home)
        cls.start_agent(home)

    @classmethod
    def start_agent(cls, home):
        """It holds the locked key, and one that no server knows."""
        cls.agent = {"SSH_AUTH_SOCK": os.path.join(home, "agent")}
        agent = subprocess.Popen(["ssh-agent", "-D", "-a", cls.agent["SSH_AUTH_SOCK"]], stdout=subprocess.DEVNULL)
        cls.addClassCleanup(agent.wait)
        cls.addClassCleanup(agent.terminate)
        while not os.path.exists(cls.agent["SSH_AUTH_SOCK"]):
            time.sleep(0.02)
        for name in ("other", "locked key", "my key"):
            key = os.path.join(home, ".ssh", name)
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
            if name != "my key":
                subprocess.run(["ssh-add", "-q", key], check=True, env={**os.environ, **cls.agent})
        subprocess.run(["ssh-keygen", "-q", "-p", "-N", "open sesame", "-f", os.path.join(home, ".ssh", "locked key")], check=True, stdout=subprocess.DEVNULL)

    @classmethod
    def end_masters(cls, home):
        """The masters that OpenSSH has left behind, for ControlPersist."""
        for entry in os.scandir(home):
            if stat.S_ISSOCK(entry.stat(follow_symlinks=False).st_mode) and entry.name != "agent":
                subprocess.run(["ssh", "-F", "/dev/null", "-S", entry.path, "-O", "exit", "any"], capture_output=True, check=False, timeout=20)


class Engines(Healthy):
    """Podman of root, Podman of carol, and a Docker that gives users other ids."""
    SANDBOX = "e2e-healthy"
    ROWS = ENGINES

    @classmethod
    def prepare(cls):
        super().prepare()
        for user, rows in (("root", [row for row in cls.rows if row.name.startswith("podman")]), ("carol", [row for row in cls.rows if row.server])):
            try:
                cls.sandbox.control("podman", "--user", user, *sorted({row.image for row in rows}), timeout=300)
            except AssertionError as refusal:  # no Podman on this machine, or none without root
                print(f"left out: {', '.join(row.name for row in rows)}: {refusal}")
                cls.rows = [row for row in cls.rows if row not in rows]
        cls.on_server("docker save -o /tmp/images debian-plain:1", timeout=120)
        cls.sandbox.control("engine", "stop")
        cls.on_server(REMAP)
        cls.sandbox.control("engine", "start")
        cls.addClassCleanup(cls.take_the_other_images_away)
        cls.on_server("docker load -q -i /tmp/images; rm /tmp/images", timeout=120)

    @classmethod
    def take_the_other_images_away(cls):
        cls.sandbox.control("engine", "stop")
        cls.on_server("rm -rf /var/lib/docker/300000.300000")


def wanted(rows):
    names = os.environ.get("HELPER_ROWS", "").split()
    if not names:
        names = [row.name for place, row in enumerate(rows) if place % 3 == 0 or row.name in MUST]
    return [row for row in rows if (names == ["all"] or row.name in names) and all(shutil.which(program) for program in row.needs)]


def add_tests():
    for kind in (Images, Options, Clients, Engines):
        for row in wanted(kind.ROWS):
            def test(self, row=row):
                self.check(row)
            setattr(kind, f"test_{row.name.replace('-', '_')}", test)


del Healthy

if __name__ == "__main__":
    add_tests()
    harness.main()
