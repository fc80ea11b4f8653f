"""The server side of a sandbox: process 1 in its namespaces, the Docker Engine and sshd in there, the GPU set-up."""
import contextlib
import glob
import json
import os
import shutil
import subprocess

from common import Refused, run, start_time, wait_for
from place import STAND_INS

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
GPU_SETUPS = ("none", "runtime", "gpus", "both")
CAP_SYS_RESOURCE = 1 << 24  # linux/capability.h
SOCKET = "/run/docker.sock"

SSHD_CONFIG = """HostKey /etc/ssh/ssh_host_ed25519_key
PidFile /run/sshd.pid
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
Subsystem sftp internal-sftp
"""
PROJECT_FILE = """print("training on the sandbox server")
"""


def lacks_sys_resource():
    with open("/proc/self/status", encoding="ascii") as file:
        bounding = next(line for line in file if line.startswith("CapBnd:"))
    return not int(bounding.split()[1], 16) & CAP_SYS_RESOURCE


def write(path, content, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(content)
    os.chmod(path, mode)


def stage(place):
    """Lays out the files that server-init copies into the server's own root."""
    root = place.staging
    write(f"{root}/etc/ssh/sshd_config", SSHD_CONFIG)
    os.makedirs(f"{root}/root/.ssh", mode=0o700)
    os.chmod(f"{root}/root", 0o700)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", place.name, "-f", f"{root}/etc/ssh/ssh_host_ed25519_key")
    shutil.copyfile(os.path.join(place.client, "id_ed25519.pub"), f"{root}/root/.ssh/authorized_keys")
    os.chmod(f"{root}/root/.ssh/authorized_keys", 0o600)
    write(f"{root}/home/my_project/train.py", PROJECT_FILE)
    library = f"{root}/usr/local/lib/sandbox"
    os.makedirs(library)
    os.makedirs(f"{root}/usr/local/bin")
    for name in ("nvidia-container-runtime", "nvidia-container-runtime-hook"):
        shutil.copy(os.path.join(STAND_INS, "gpu", name), library)
    shutil.copy(os.path.join(STAND_INS, "gpu", "nvidia-smi"), f"{root}/usr/local/bin")
    if lacks_sys_resource():
        os.makedirs(f"{root}/usr/local/sbin")
        for name in ("runc", "crun"):
            shutil.copy(os.path.join(STAND_INS, "runc", "runc"), f"{root}/usr/local/sbin/{name}")
        shutil.copy(os.path.join(STAND_INS, "runc", "fit-process"), library)


def boot(place, address):
    """Starts process 1 of the server; returns once its file system is ready."""
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        if not any(line.split()[1].startswith("/sys/fs/cgroup") and line.split()[2] in ("cgroup", "cgroup2") for line in mounts):
            raise Refused("no control groups are mounted under /sys/fs/cgroup: apt-get install cgroupfs-mount, then run cgroupfs-mount")
    shutil.rmtree(place.podman_data, ignore_errors=True)
    for folder in (place.root, place.logs, place.engine_data, place.podman_data):
        os.makedirs(folder, mode=0o700, exist_ok=True)
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "server-init")
    log_path = os.path.join(place.logs, "init.log")
    with open(log_path, "ab") as log:
        starter = subprocess.Popen(["nsenter", f"--net=/run/netns/{place.namespace}", "unshare", "--mount", "--pid", "--ipc", "--uts", "--fork",
                                    "--kill-child", program, place.state, place.server_root, place.engine_data, place.podman_data, place.name, address],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True, cwd="/")
    line = starter.stdout.readline().strip()
    starter.stdout.close()
    if not line:
        with open(log_path, encoding="utf-8", errors="replace") as log:
            raise Refused(f"the server's file system could not be made: {log.read().strip()}")
    place.init.write(int(line))


def enter(place, *argv, environment=None):
    """The command line that runs argv in the server, as its root, with a plain environment."""
    given = {"PATH": PATH, "HOME": "/root", "USER": "root", "LOGNAME": "root", "SHELL": "/bin/bash", **(environment or {})}
    words = [f"{name}={value}" for name, value in given.items()]
    return ["nsenter", "-t", str(place.must_be_up()), "-m", "-n", "-p", "-u", "-i", "env", "-i", *words, "sh", "-c", 'cd ~ && exec "$@"', "sh", *argv]


def docker(place, *argv, check=True, stdin=subprocess.DEVNULL, timeout=60):
    try:
        done = subprocess.run(enter(place, "docker", *argv), stdin=stdin, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        raise Refused(f"docker {argv[0]}: no answer within {timeout} s; see {place.logs}/dockerd.log") from None
    if check and done.returncode != 0:
        raise Refused(f"docker {argv[0]} in the sandbox: {done.stderr.strip()}")
    return done


def _start(place, record, name, *argv):
    """Starts a service in the server and records the pid that this machine knows it by."""
    log_path = os.path.join(place.logs, f"{name}.log")
    with open(log_path, "ab") as log:
        # The shell prints its pid before it becomes the service; /proc is the server's there, so its outer pid is looked up.
        starter = subprocess.Popen(enter(place, "sh", "-c", 'echo $$; exec "$@" >&2', "sh", *argv), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=log, start_new_session=True, cwd="/")
    inner = starter.stdout.readline().strip()
    starter.stdout.close()
    outer = _outer_pid(starter.pid, inner.decode())
    if outer is None:
        raise Refused(f"{name} did not start: see {log_path}")
    record.write(outer)


def _outer_pid(starter, inner):
    """nsenter forks to enter the pid namespace: ours is its child, known there as `inner` (proc(5) status, NSpid)."""
    with open(f"/proc/{starter}/task/{starter}/children", encoding="ascii") as file:
        for child in file.read().split():
            with open(f"/proc/{child}/status", encoding="ascii", errors="replace") as status:
                if any(line.startswith("NSpid:") and line.split()[-1] == inner for line in status):
                    return int(child)
    return None


def start_sshd(place):
    if place.sshd.read() is None:
        _start(place, place.sshd, "sshd", "/usr/sbin/sshd", "-D", "-e")


def write_gpu_setup(place, setup):
    """What is installed for GPUs on the server: the hook on the engine's PATH (--gpus), the runtime in daemon.json (--runtime)."""
    settings = {"exec-opts": ["native.cgroupdriver=cgroupfs"], "cgroup-parent": f"/{place.cgroup}"}
    if setup in ("runtime", "both"):
        settings["runtimes"] = {"nvidia": {"path": "/usr/local/bin/nvidia-container-runtime", "runtimeArgs": []}}
    library, programs = "/usr/local/lib/sandbox", "/usr/local/bin"
    steps = ["set -eu", "mkdir -p /etc/docker", "cat >/etc/docker/daemon.json"]
    for name, there in (("nvidia-container-runtime", setup in ("runtime", "both")), ("nvidia-container-runtime-hook", setup in ("gpus", "both"))):
        steps.append(f"ln -sf {library}/{name} {programs}/{name}" if there else f"rm -f {programs}/{name}")
    run(*enter(place, "sh", "-c", "\n".join(steps)), text=json.dumps(settings, indent=2) + "\n")


def engine_answers(place):
    return docker(place, "version", "-f", "{{.Server.Version}}", check=False, timeout=20).returncode == 0


def start_engine(place):
    if place.engine.read() is None:
        run(*enter(place, "rm", "-f", "/run/docker.pid"))  # of an engine that was killed: its pid may be another process by now
        _start(place, place.engine, "dockerd", "dockerd")
    socket = f"/proc/{place.must_be_up()}/root{SOCKET}"
    if not wait_for(lambda: place.engine.read() is None or (os.path.exists(socket) and engine_answers(place)), 60, 0.05) or place.engine.read() is None:
        with open(os.path.join(place.logs, "dockerd.log"), encoding="utf-8", errors="replace") as log:
            raise Refused("the Docker Engine did not start:\n" + "".join(log.readlines()[-8:]))


def stop_engine(place):
    """As a service manager would, but containers get half a second to end instead of ten."""
    running = place.engine.read()
    if running is None:
        return
    listed = docker(place, "ps", "-q", check=False).stdout.split()
    inner = docker(place, "inspect", "-f", "{{.State.Pid}}", *listed, check=False).stdout.split() if listed else []
    os.kill(running["pid"], 15)
    if not wait_for(lambda: place.engine.read() is None, 0.5):
        # Safe against reuse of a pid: only processes of the server can be named in there.
        run(*enter(place, "sh", "-c", 'for pid; do kill -9 "$pid" 2>/dev/null || true; done', "sh", *[pid for pid in inner if pid != "0"]))
    place.engine.stop(seconds=15)


def set_gpu(place, setup):
    if setup not in GPU_SETUPS:
        raise Refused(f"gpu {setup}: one of {', '.join(GPU_SETUPS)}")
    stop_engine(place)
    write_gpu_setup(place, setup)
    start_engine(place)
    place.write_settings(gpu=setup)


def clear_engine(place):
    """Takes away everything but images, so that each sandbox starts the same."""
    containers = docker(place, "ps", "-aq").stdout.split()
    if containers:
        docker(place, "rm", "-f", "-v", *containers)
    docker(place, "network", "prune", "-f")
    volumes = docker(place, "volume", "ls", "-q").stdout.split()
    if volumes:
        docker(place, "volume", "rm", "-f", *volumes)


def thaw(place):
    """A process of a paused container does not end, even by SIGKILL, and would keep process 1 of the server from ending."""
    for pattern, word in (("/sys/fs/cgroup/freezer/{}/*/freezer.state", "THAWED"), ("/sys/fs/cgroup/{}/*/cgroup.freeze", "0"),
                          ("/sys/fs/cgroup/unified/{}/*/cgroup.freeze", "0")):
        for path in glob.glob(pattern.format(place.cgroup)):
            with contextlib.suppress(FileNotFoundError), open(path, "w", encoding="utf-8") as file:
                file.write(word)


def halt(place):
    """Ends every process of the server: they all live in the namespace of its process 1. Its mounts end with them."""
    thaw(place)
    place.init.stop(first=9)
    for record in (place.engine, place.sshd):
        record.stop()
    for folder in glob.glob(f"/sys/fs/cgroup/*/{place.cgroup}") + glob.glob(f"/sys/fs/cgroup/{place.cgroup}"):
        for path, _, _ in os.walk(folder, topdown=False):
            if not wait_for(lambda p=path: _removed(p), 2):
                raise Refused(f"{path}: this control group cannot be removed (processes left in it?)")
    # Podman's control groups have no parent of this sandbox's own; those in use are another sandbox's, and stay.
    for folder in glob.glob("/sys/fs/cgroup/*/libpod_parent"):
        for path, _, _ in os.walk(folder, topdown=False):
            _removed(path)
    shutil.rmtree(place.podman_data, ignore_errors=True)


def _removed(folder):
    try:
        os.rmdir(folder)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def is_running(place):
    record = place.init.read()
    return record is not None and start_time(record["pid"]) is not None
