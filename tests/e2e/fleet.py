"""Many targets of one helper.json, each a container of an image of scripts/sandbox.d/catalog.py, and the ways into them that people use."""
import json
import os
import re
import subprocess

from harness import Helper

# Of OpenSSH itself, whatever ssh the PATH names: -F holds the Host block that helper prints, and nothing else.
STRICT = ("-o", "BatchMode=yes", "-o", "ConnectTimeout=15")


class Fleet:
    """helper.json with all targets in it; each has its own local port."""

    def __init__(self, sandbox, name="fleet"):
        self.sandbox, self.helper = sandbox, Helper(sandbox)
        self.path = os.path.join(sandbox.client, f"{name}.json")
        self.targets = {}
        # Below the ports that the kernel gives to clients; beside those of another sandbox.
        self.first_port = 23000 + 200 * (sandbox.status()["local_ports"]["ssh"] % 45)

    def add(self, name, image, user="root", **container):
        self.add_target(name, {"container": {"image": image, "gpus": "none", "restart": "no", **container}, "ssh": {"user": user}})
        return name

    def add_target(self, name, target):
        """A target as a person writes it, but for where its server is and its local port."""
        target = {**target, "server": self.sandbox.name, "ssh": {**target.get("ssh", {}), "local_port": self.first_port + len(self.targets)}}
        self.targets[name] = target

    def write(self):
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump({"targets": self.targets}, file, indent=1)

    def run(self, *argv, **more):
        return self.helper.run(*argv, "--config", self.path, **more)

    def json(self, *argv, **more):
        return self.helper.json(*argv, "--config", self.path, **more)

    def close(self):
        self.helper.run("rpc", "shutdown")

    def ssh_config(self, name):
        """A file with the Host block of the target."""
        done = self.run("settings", name, "--format", "ssh-config")
        if done.returncode != 0:
            raise AssertionError(f"settings {name}: exit {done.returncode}\n{done.stderr}")
        path = os.path.join(self.sandbox.client, f"block-{name}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(done.stdout)
        return path

    def openssh(self, name, *command, options=(), timeout=40, **more):
        """ssh to the target by OpenSSH with exactly what helper printed; the CompletedProcess."""
        given = {"stdin": subprocess.DEVNULL} if "input" not in more else {}
        return subprocess.run(["/usr/bin/ssh", "-F", os.path.join(self.sandbox.client, f"block-{name}"), *STRICT, *options, name, *command],
                              capture_output=True, text=True, timeout=timeout, **given, **more)

    def sftp(self, name, batch, timeout=40):
        return subprocess.run(["/usr/bin/sftp", "-q", "-F", os.path.join(self.sandbox.client, f"block-{name}"), *STRICT, "-b", "-", name], input=batch,
                              capture_output=True, text=True, timeout=timeout)

    def container(self, name):
        """docker inspect of its container."""
        return json.loads(self.sandbox.docker("inspect", name).stdout)[0]


def read_environment(text):
    """name -> value, from the output of `env -0` or of a program that prints that way."""
    return dict(entry.split("=", 1) for entry in text.split("\0") if "=" in entry)


def error_of(report):
    """(code, text) of what `--json` said when it did not end well."""
    error = report.get("error") or {}
    return error.get("name", ""), re.sub(r"\s+", " ", f"{error.get('thing', '')}: {error.get('cause', '')}; fix: {error.get('fix', '')}")
