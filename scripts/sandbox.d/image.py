"""Makes the sandbox's images from their recipes (catalog.py): a tar, kept in the cache, imported into the sandbox's engine."""
import glob
import hashlib
import os
import re

import catalog
import debian
from common import Refused
from place import STAND_INS
from tree import Tree

LABEL = "helper.sandbox.key"
SOURCES = ("catalog.py", "debian.py", "image.py", "tree.py")


def key_of(recipe, packages):
    """Changes whenever the image would: with a package's version, with how images are made, with a stand-in."""
    parts = [part.__name__ for part in recipe.parts]
    digest = hashlib.sha256(repr((sorted(packages.items()), recipe.changes, parts, recipe.users, recipe.without)).encode())
    here = os.path.dirname(os.path.abspath(__file__))
    stand_ins = glob.glob(os.path.join(STAND_INS, "conda", "*")) + glob.glob(os.path.join(STAND_INS, "images", "*"))
    for path in [os.path.join(here, name) for name in SOURCES] + sorted(stand_ins):
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:16]


def write_tar(file, recipe, packages):
    files = debian.package_files(packages)
    if recipe.without:
        files = {path for path in files if not re.match(recipe.without, path)}
    tree = Tree(file)
    if packages:
        debian.write_folders(tree)
    for part in recipe.parts:
        part(tree, files)
    if packages:
        debian.write_root(tree, packages, files, recipe.users)
    tree.tar.close()


def ensure_images(place, docker, wanted=catalog.ALWAYS):
    """Imports those of the images wanted that the engine lacks; docker(*argv, **) runs its command line. Returns their names."""
    imported = []
    for name in wanted:
        recipe = catalog.IMAGES[name]
        packages = debian.closure(recipe.packages)
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
        changes = [word for change in [*recipe.changes, f"LABEL {LABEL}={key}"] for word in ("-c", change)]
        with open(path, "rb") as file:
            docker("import", *changes, "-", name, stdin=file, timeout=300)
        imported.append(name)
    if imported:
        docker("image", "prune", "-f")  # what stood under these names before
    return imported


def full_names(words):
    """The catalogue's names for what a person wrote, with the tag or without; no word means all."""
    found = []
    for word in words or catalog.IMAGES:
        name = next((name for name in catalog.IMAGES if word in (name, name.partition(":")[0])), None)
        if name is None:
            raise Refused(f"image {word}: none of {', '.join(catalog.IMAGES)}")
        found.append(name)
    return found
