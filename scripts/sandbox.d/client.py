"""The client side of a sandbox: a folder that is used as a person's home, whose ssh knows the server and nothing else."""
import json
import os
import shlex
import shutil

from common import ProcessRecord, Refused, run
from network import server_address


def make_key(place):
    os.makedirs(place.client, mode=0o700)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "sandbox client", "-f", os.path.join(place.client, "id_ed25519"))


def _write(path, content, mode=0o600):
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(content)


def ssh_config(place, settings):
    return (f"Host {place.name}\n"
            f"  HostName {server_address(settings)}\n"
            f"  User root\n"
            f"  IdentityFile {place.home}/.ssh/id_ed25519\n"
            f"  IdentitiesOnly yes\n"
            f"  UserKnownHostsFile {place.home}/.ssh/known_hosts\n")


def local_ports(settings):
    """ssh and Jupyter: 2222 and 8888 for the first sandbox, the next ones for another beside it."""
    return 2221 + settings["subnet"], 8887 + settings["subnet"]


def helper_config(place, settings):
    ssh_port, jupyter_port = local_ports(settings)
    return {"targets": {"centernet": {
        "server": place.name,
        "container": {"name": "centernet", "image": "centernet:1.2", "hostname": "centernet", "gpus": "all", "shm_size": "1g",
                      "ulimits": {"memlock": -1}, "mounts": ["/home/my_project:/workspace/my_project"]},
        "ssh": {"user": "root", "local_port": ssh_port},
        "jupyter": {"local_port": jupyter_port, "dir": "/workspace/my_project"},
        "python": "auto",
        "project": {"local": os.path.join(place.home, "my_project"), "remote": "/workspace/my_project"}}}}


def write_files(place, settings):
    """ssh_config, known_hosts, helper.json, home/, bin/; all of them the person's, also under sudo."""
    with open(os.path.join(place.staging, "etc/ssh/ssh_host_ed25519_key.pub"), encoding="utf-8") as file:
        kind, key = file.read().split()[:2]
    for folder in ("home/.ssh", "home/my_project", "home/.config/helper", "runtime", "bin"):
        os.makedirs(os.path.join(place.client, folder), mode=0o700)
    config = ssh_config(place, settings)
    _write(f"{place.client}/ssh_config", config)
    # Last, so that it holds for what the blocks before it left open: OpenSSH takes ~ from the account, not from $HOME.
    _write(f"{place.home}/.ssh/config", f"{config}\nHost *\n  IdentityFile {place.home}/.ssh/id_ed25519\n  UserKnownHostsFile {place.home}/.ssh/known_hosts\n")
    known = f"{server_address(settings)} {kind} {key}\n"
    for path in (f"{place.client}/known_hosts", f"{place.home}/.ssh/known_hosts"):
        _write(path, known)
    for name in ("id_ed25519", "id_ed25519.pub"):
        shutil.copy(os.path.join(place.client, name), f"{place.home}/.ssh/{name}")
    text = json.dumps(helper_config(place, settings), indent=2) + "\n"
    _write(f"{place.client}/helper.json", text)
    _write(f"{place.home}/.config/helper/config.json", text)
    _write(f"{place.home}/my_project/train.py", 'print("training on this machine")\n')
    for name in ("ssh", "scp", "sftp"):
        real = shutil.which(name, path="/usr/bin:/bin")
        if real is None:
            raise Refused(f"{name} is not installed: run scripts/install-deps")
        _write(f"{place.client}/bin/{name}", f'#!/bin/sh\n# OpenSSH reads the account\'s ~/.ssh/config whatever $HOME says; a later -F wins over this one.\n'
                                             f'exec {real} -F {shlex.quote(place.home)}/.ssh/config "$@"\n', 0o700)
    owner = place.person()
    for path, folders, files in os.walk(place.client):
        for entry in [path, *(os.path.join(path, name) for name in files + folders)]:
            os.chown(entry, *owner, follow_symlinks=False)


def environment(place):
    return {"HOME": place.home, "XDG_RUNTIME_DIR": f"{place.client}/runtime", "XDG_CONFIG_HOME": f"{place.home}/.config",
            "XDG_DATA_HOME": f"{place.home}/.local/share", "XDG_STATE_HOME": f"{place.home}/.local/state", "XDG_CACHE_HOME": f"{place.home}/.cache",
            "HELPER_SANDBOX_CACHE": place.cache, "HELPER_SANDBOX_DIR": place.top}


def stop_daemon(place):
    """Ends the helperd that a client of this sandbox started: its files go with the sandbox, so nobody could reach it any more."""
    try:
        with open(f"{place.client}/runtime/helper/endpoint.json", encoding="utf-8") as file:
            pid = int(json.load(file)["pid"])
        with open(f"/proc/{pid}/environ", "rb") as file:
            ours = f"HOME={place.home}".encode() in file.read().split(b"\0")
    except (OSError, ValueError, KeyError, TypeError):
        return
    if ours:
        record = ProcessRecord(os.path.join(place.state, "helperd.json"))
        record.write(pid)
        record.stop(seconds=5)


LEFT_BEHIND = ("SSH_AUTH_SOCK", "SSH_ASKPASS", "DOCKER_HOST", "DOCKER_CONTEXT")


def export_lines(place):
    """For `eval "$(scripts/sandbox env)"` in a POSIX shell."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in environment(place).items()]
    lines.append(f'export PATH={shlex.quote(place.client + "/bin")}:"$PATH"')
    lines.append(f"unset {' '.join(LEFT_BEHIND)}")
    return "\n".join(lines)
