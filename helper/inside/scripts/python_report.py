# What an interpreter says about itself, in one line and one write. It takes the tag, its path, project.imports joined by
# commas, and the project's folder. Nothing that it asks about is imported: specs are looked for, and versions are in the
# names of metadata folders (PEP 376), which any Python can read. Poetry and PDM name an environment after a hash of the
# project's folder (poetry/utils/env, generate_env_name; pdm/cli/commands/venv/utils, get_venv_prefix), hatch the folder above it
# (env/virtual/NAME/HASH/ENVIRONMENT, or .hatch in the project), pipenv writes the folder's path into it (.project).
import os, sys
tag, path, imports, project = sys.argv[1:5]
sys.path[:] = [folder for folder in sys.path if folder]

packages = {}
for folder in sys.path:
    try:
        names = os.listdir(folder)
    except Exception:
        continue
    for name in names:
        if name.endswith((".dist-info", ".egg-info")):
            parts = name.rsplit(".", 1)[0].split("-")
            packages.setdefault(parts[0].lower().replace("_", "-").replace(".", "-"), parts[1] if len(parts) > 1 else "")


def has(name):
    try:
        import importlib.util
        from importlib.machinery import PathFinder
        places, full = None, ""
        for part in name.split("."):
            full = full + "." + part if full else part
            if full in sys.modules:
                places = getattr(sys.modules[full], "__path__", [])
                continue
            spec = importlib.util.find_spec(full) if places is None else PathFinder.find_spec(full, places)
            if spec is None:
                return False
            places = spec.submodule_search_locations or []
        return True
    except Exception:
        return False


def version(name, names=""):
    return ([packages[known] for known in [name] + names.split() if known in packages] + [""])[0]


def made_for_project():
    try:
        with open(os.path.join(sys.prefix, ".project")) as marker:
            if os.path.realpath(marker.read(4096).strip()) == folder:
                return "1"
    except Exception:
        pass
    try:
        import base64, hashlib
        digest = hashlib.sha256(os.path.normcase(folder).encode()).digest()
        mark = base64.urlsafe_b64encode(digest).decode()[:8]
        name, above = os.path.basename(sys.prefix), os.path.dirname(sys.prefix)
        if "-" + mark + "-py" in name or os.path.basename(above).lower() == mark.lower() or os.path.realpath(above) == os.path.join(folder, ".hatch"):
            return "1"
        mark = base64.urlsafe_b64encode(hashlib.md5(folder.encode()).digest()).decode()[:8]
        return "1" if name.startswith(os.path.basename(folder) + "-" + mark + "-") else "0"
    except Exception:
        return "0"


def requirements():
    import re
    found = 0
    try:
        with open(os.path.join(folder, "requirements.txt")) as lines:
            for line in lines.read(65536).splitlines()[:256]:
                name = re.match("[ ]*([A-Za-z0-9][A-Za-z0-9._-]*)", line)
                if name and name.group(1).lower().replace("_", "-").replace(".", "-") in packages:
                    found += 1
    except Exception:
        pass
    return found


folder = os.path.realpath(project) if project else ""
is_environment = hasattr(sys, "real_prefix") or os.path.isfile(os.path.join(sys.prefix, "pyvenv.cfg"))
frameworks = (("torch", ""), ("tensorflow", "tensorflow-gpu nvidia-tensorflow tensorflow-cpu tf-nightly"), ("jax", ""),
              ("mindspore", "mindspore-gpu mindspore-ascend"))
answers = [
    tag, path, sys.executable if "/shims/" in path and sys.executable else path, ".".join(map(str, sys.version_info[:3])), sys.prefix,
    version("jupyterlab") if has("jupyterlab") else "no", version("notebook") if has("notebook") else "no",
    getattr(sys, "real_prefix", getattr(sys, "base_prefix", sys.prefix)), ",".join(name for name in imports.split(",") if name and not has(name)),
    ",".join(name + "=" + version(name, names) for name, names in frameworks if has(name)),
    str(requirements() if folder and os.path.isfile(os.path.join(folder, "requirements.txt")) else 0),
    made_for_project() if folder and is_environment else "0"]
text = "\n" + "\x1f".join(answers) + "\n"
os.write(1, text if str is bytes else text.encode("utf-8", "surrogateescape"))
