"""Podman on the server, beside the Docker Engine: rootful for root, rootless for carol, and a stand-in for a CDI specification."""
import json
import os
import subprocess

from common import Refused, run
from server import enter, write

# This kernel has hybrid control groups, which crun refuses, and a sandbox may lack CAP_SYS_RESOURCE, without which the limits
# that Podman sets by itself cannot be set (test with `podman run` and no such file: "setrlimit: Operation not permitted").
CONTAINERS_CONF = """[containers]
default_ulimits = ["nofile=20000:20000", "nproc=30000:30000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[engine.runtimes]
runc = ["/usr/local/sbin/runc", "/usr/sbin/runc", "/usr/bin/runc"]
"""
# A newer release has control groups v2, where this kernel may have no controllers (they are in use as v1), and crun.
NEWER_CONTAINERS_CONF = """[containers]
default_ulimits = ["nofile=20000:20000", "nproc=30000:30000"]
pids_limit = 0
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
[engine.runtimes]
crun = ["/usr/local/sbin/crun", "/usr/bin/crun"]
"""
NEEDS = ("podman", "conmon", "newuidmap", "slirp4netns")
FOLDERS = ("usr/bin", "usr/sbin", "usr/libexec/podman", "usr/lib/podman")


def missing(place):
    """The programs that Podman needs and the server lacks."""
    return [name for name in NEEDS if not any(os.path.exists(os.path.join(place.server_root, folder, name)) for folder in FOLDERS)]


def stage(place):
    """Its files in the server's root; nothing without Podman."""
    if not missing(place):
        write(f"{place.staging}/etc/containers/containers.conf", NEWER_CONTAINERS_CONF if place.server_root != "/" else CONTAINERS_CONF)


def cdi_specification():
    """Stand-in: what `nvidia-ctk cdi generate` writes names the same devices, with the driver's files in place of this program."""
    def device(name, *numbers):
        return {"name": name, "containerEdits": {"deviceNodes": [{"path": f"/dev/nvidia{number}"} for number in numbers]}}
    return {"cdiVersion": "0.5.0", "kind": "nvidia.com/gpu", "devices": [device("0", 0), device("1", 1), device("all", 0, 1)],
            "containerEdits": {"deviceNodes": [{"path": "/dev/nvidiactl"}],
                               "mounts": [{"hostPath": "/usr/local/bin/nvidia-smi", "containerPath": "/usr/bin/nvidia-smi", "options": ["ro", "nosuid", "nodev", "bind"]}]}}


def write_cdi(place, there):
    text = json.dumps(cdi_specification(), indent=2) + "\n" if there else ""
    run(*enter(place, "sh", "-c", "mkdir -p /etc/cdi; if [ $0 = yes ]; then cat >/etc/cdi/nvidia.json; else rm -f /etc/cdi/nvidia.json; fi",
               "yes" if there else "no"), text=text)


def as_user(place, user, *argv):
    """The command line that runs argv in the server as that user, past ssh."""
    if user == "root":
        return enter(place, *argv)
    return enter(place, "runuser", "-u", user, "--", "env", f"HOME=/home/{user}", f"USER={user}", "sh", "-c", 'cd && exec "$@"', "sh", *argv)


def give_images(place, user, names):
    """Copies images of the Docker Engine to the user's Podman."""
    lacking = missing(place)
    if lacking:
        raise Refused(f"podman: {', '.join(lacking)} not installed: run scripts/install-deps")
    for name in names:
        with subprocess.Popen(enter(place, "docker", "save", name), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as save:
            load = subprocess.run(as_user(place, user, "podman", "load", "--quiet"), stdin=save.stdout, capture_output=True, text=True, timeout=300, check=False)
            save.stdout.close()
        if save.returncode != 0 or load.returncode != 0:
            raise Refused(f"podman load {name} for {user}: {load.stderr.strip()}")
