"""The images that the sandbox can make, by name: each a Recipe. docs/images.md says what helper does with such images.

Stand-ins for images of others have their shape (entry point, environment, user, where Python is) and say that they are stand-ins.
"""
import dataclasses
import json
import os
import re
import tempfile

import debian
import foreign
from common import run
from place import STAND_INS

BASE = tuple(("base-files base-passwd bash coreutils dash debianutils diffutils findutils grep gzip hostname libc-bin login mawk "
              "ncurses-base ncurses-bin passwd procps sed tar util-linux").split())
SERVER = ("openssh-server", "openssh-client", "openssh-sftp-server")
PYTHON = ("python3",)

CONDA = "/opt/conda"
ENVIRONMENTS = ("CenterNet", "other")
FILES = os.path.join(STAND_INS, "images")
SIGNS = r'["$\\]'
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

PROFILE = """# ~/.profile: executed by Bourne-compatible login shells.
if [ -n "${BASH_VERSION:-}" ] && [ -f ~/.bashrc ]; then . ~/.bashrc; fi
"""
BASHRC = f"""# >>> conda initialize >>>
. {CONDA}/etc/profile.d/conda.sh
# <<< conda initialize <<<
conda activate {ENVIRONMENTS[0]}
"""


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How an image is made. With packages it is a Debian root; without, it holds what its parts write and nothing else."""
    changes: tuple           # Dockerfile's instructions, as `docker import -c` takes them
    packages: tuple = ()     # of this machine, with all that they depend on
    parts: tuple = ()        # functions (tree, files): write first, so what they write replaces a package's file
    users: tuple = ()        # (name, uid) beside Debian's own
    without: str = ""        # a pattern: these files of the packages are left out


def environment(**values):
    """ENV instructions; in double quotes Dockerfile's own signs are ", $ and the backslash."""
    def escaped(match):
        return "\\" + match.group()
    return tuple(f'ENV {name}="{re.sub(SIGNS, escaped, value)}"' for name, value in values.items())


def _compile(source, *flags):
    """A C program of ours by musl's compiler: bytes."""
    with tempfile.TemporaryDirectory(prefix="sandbox-image.") as folder:
        out = os.path.join(folder, "program")
        run("musl-gcc", "-Os", *flags, "-o", out, os.path.join(FILES, source))
        with open(out, "rb") as file:
            return file.read()


def _python(files):
    """(python3.11, its content, the names in its library)."""
    name = os.path.basename(os.path.realpath("/usr/bin/python3"))
    library = f"/usr/lib/{name}/"
    with open(f"/usr/bin/{name}", "rb") as file:
        content = file.read()
    return name, content, sorted({path[len(library):].partition("/")[0] for path in files if path.startswith(library)})


def _python_at(tree, files, prefix, module=None, link_to=None):
    """A Python of its own under prefix, its standard library shared with the system's. `module` is a stand-in that it can import;
    link_to is a prefix whose program it is a hard link to, which saves its size."""
    name, content, library = _python(files)
    if link_to:
        tree.hard_link(f"{prefix}/bin/{name}", f"{link_to}/bin/{name}")
    else:
        tree.file(f"{prefix}/bin/{name}", content, 0o755)
    for link in ("python3", "python"):
        tree.link(f"{prefix}/bin/{link}", name)
    for entry in library:
        tree.link(f"{prefix}/lib/{name}/{entry}", f"/usr/lib/{name}/{entry}")
    tree.folder(f"{prefix}/lib/{name}/site-packages")
    if module:  # in the library itself: Debian's Python looks for packages elsewhere
        tree.copy(f"{prefix}/lib/{name}/{module}.py", os.path.join(FILES, f"{module}.py"))


def conda(tree, files):
    """As conda lays it out: each environment has its own interpreter, standard library and conda-meta, and no pyvenv.cfg."""
    prefixes = [CONDA] + [f"{CONDA}/envs/{entry}" for entry in ENVIRONMENTS]
    for prefix in prefixes:
        _python_at(tree, files, prefix, link_to=None if prefix == CONDA else CONDA)
        tree.file(f"{prefix}/conda-meta/history", "==> 2024-01-02 03:04:05 <==\n# cmd: /opt/conda/bin/conda create -n\n")
    for source, path, mode in (("conda", "bin/conda", 0o755), ("conda.sh", "etc/profile.d/conda.sh", 0o644)):
        tree.copy(f"{CONDA}/{path}", os.path.join(STAND_INS, "conda", source), mode)
    tree.link(f"{CONDA}/condabin/conda", "../bin/conda")
    tree.file("/root/.conda/environments.txt", "".join(prefix + "\n" for prefix in prefixes))
    tree.file("/root/.bashrc", BASHRC)


def home_of_root(tree, _files):
    tree.file("/root/.profile", PROFILE)


def workspace(tree, _files):
    tree.folder("/workspace")


def debian_profile(tree, _files):
    """Debian's own /etc/profile: a login shell's PATH starts from scratch, whatever the image's ENV says."""
    tree.copy("/etc/profile", "/usr/share/base-files/profile")


def host_key(tree, _files):
    """What openssh-server's installation makes, for an image that starts sshd by itself."""
    with tempfile.TemporaryDirectory(prefix="sandbox-image.") as folder:
        path = os.path.join(folder, "key")
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "image", "-f", path)
        tree.copy("/etc/ssh/ssh_host_ed25519_key", path, 0o600)
        tree.copy("/etc/ssh/ssh_host_ed25519_key.pub", path + ".pub")
    tree.folder("/run/sshd")


def certificates(tree, _files):
    """What the installation of ca-certificates makes."""
    tree.copy("/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs/ca-certificates.crt")


def ubuntu_release(tree, _files):
    tree.file("/etc/os-release", 'PRETTY_NAME="Ubuntu 24.04 (stand-in of the sandbox)"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n')


def busybox(tree, _files):
    """One static program and a link a command; no account but root."""
    tree.copy("/bin/busybox", "/bin/busybox", 0o755)
    for applet in run("/bin/busybox", "--list").stdout.split():
        tree.link(f"/bin/{applet}", "busybox")
    tree.file("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
    tree.file("/etc/group", "root:x:0:\n")
    tree.folder("/root", 0o700)
    tree.folder("/tmp", 0o1777)


def static_shell(tree, _files):
    """A shell and the program that the image is for: no other command, no account, no /tmp, no /etc."""
    tree.copy("/bin/sh", "/bin/bash-static", 0o755)
    tree.file("/app/wait", _compile("wait.c", "-static"), 0o755)


def musl(tree, _files):
    """musl's loader and a program that it loads; busybox's commands; the start file of Alpine."""
    tree.copy("/lib/ld-musl-x86_64.so.1", "/lib/x86_64-linux-musl/libc.so", 0o755)
    tree.file("/usr/bin/wait-musl", _compile("wait.c"), 0o755)
    tree.file("/etc/os-release", 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.17\nPRETTY_NAME="Alpine Linux (stand-in of the sandbox)"\n')
    tree.copy("/etc/profile", os.path.join(FILES, "alpine-profile"))
    tree.file("/etc/profile.d/README", "Files that end in .sh are read by /etc/profile.\n")
    tree.file("/etc/shells", "/bin/sh\n/bin/ash\n")
    tree.file("/etc/passwd", "root:x:0:0:root:/root:/bin/ash\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n")
    tree.file("/etc/shadow", "root:*::0:::::\nnobody:!::0:::::\n", 0o640)
    tree.file("/etc/group", "root:x:0:root\nnobody:x:65534:\n")
    busybox(tree, _files)


def supervised_program(tree, _files):
    tree.copy("/etc/supervisor/conf.d/ticker.conf", os.path.join(FILES, "ticker.conf"))
    tree.folder("/var/log/supervisor")


def entry_point(tree, _files):
    tree.copy("/usr/local/bin/entrypoint", os.path.join(FILES, "entrypoint"), 0o755)


def ngc(tree, files):
    """The shape of NVIDIA's PyTorch images: entry point with a banner, start files named by ENV, torch beside the system's Python."""
    tree.copy("/opt/nvidia/nvidia_entrypoint.sh", os.path.join(FILES, "nvidia_entrypoint.sh"), 0o755)
    tree.file("/etc/shinit_v2", "# Read by every shell that ENV or BASH_ENV points here.\nexport NVIDIA_SHELL_STARTED=yes\n")
    tree.copy(f"/usr/local/lib/{_python(files)[0]}/dist-packages/torch/__init__.py", os.path.join(FILES, "torch.py"))
    tree.link("/usr/bin/python", "python3")
    tree.folder("/workspace")


def mindspore(tree, files):
    """MindSpore's images: a Python of their own, outside the system's PATH, that only ENV names."""
    _python_at(tree, files, "/usr/local/python-3.9.2", module="mindspore")
    # The folder in LD_LIBRARY_PATH: what comes from there instead of from a program's own folder breaks that program.
    tree.file("/usr/local/python-3.9.2/lib/libcrypto.so.3", "not a library\n")


def own_python(tree, files):
    """As the images named python on Docker Hub: /usr/local/bin, and no other."""
    _python_at(tree, files, "/usr/local")


def no_shell(tree, _files):
    tree.file("/etc/passwd", "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n")
    tree.file("/etc/group", "root:x:0:\nnonroot:x:65532:\n")
    tree.folder("/home/nonroot", 0o700, 65532)


def conda_jupyter(tree, files):
    """Jupyter in one environment of conda's and not in the system's Python: the packages' modules under its prefix."""
    conda(tree, files)
    prefix = f"{CONDA}/envs/{ENVIRONMENTS[0]}"
    modules = "/usr/lib/python3/dist-packages"
    for path in sorted(debian.package_files(debian.closure(NOTEBOOK))):
        if path.startswith(modules + "/"):
            tree.from_machine(path, prefix + "/lib/python3/dist-packages" + path[len(modules):])
    # As ipykernel is installed there: its kernel is the environment's own Python.
    kernel = {"argv": [f"{prefix}/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Python 3", "language": "python"}
    tree.file(f"{prefix}/share/jupyter/kernels/python3/kernel.json", json.dumps(kernel))


def jupyterlab(tree, _files):
    """A real JupyterLab 4, of Debian 13: its dependencies on Node's packages are for building it, and would make it 1.5 GB."""
    files = foreign.packages("trixie", (*BASE, "python3", "python3-jupyter-server", "python3-jupyterlab-server", "python3-ipykernel",
                                        "python3-notebook-shim", "python3-async-lru"), alone=("jupyterlab",))
    debian.write_folders(tree)
    debian.write_accounts(tree, (("dev", 1000),))
    certificates(tree, _files)
    foreign.write_packages(tree, files)


DEBIAN = BASE + PYTHON
NOTEBOOK = DEBIAN + ("jupyter-notebook",)
NGC_ENVIRONMENT = environment(
    CUDA_VERSION="12.3.2.001", CUDA_HOME="/usr/local/cuda", _CUDA_COMPAT_PATH="/usr/local/cuda/compat", ENV="/etc/shinit_v2", BASH_ENV="/etc/bash.bashrc",
    SHELL="/bin/bash", NVIDIA_REQUIRE_CUDA="cuda>=9.0", NVIDIA_REQUIRE_JETPACK_HOST_MOUNTS="", NVIDIA_VISIBLE_DEVICES="all",
    NVIDIA_DRIVER_CAPABILITIES="compute,utility,video", NVIDIA_PRODUCT_NAME="PyTorch", PYTORCH_VERSION="2.2.0a0+81ea7a4", LC_ALL="C.UTF-8",
    TORCH_CUDA_ARCH_LIST="5.2 6.0 6.1 7.0 7.2 7.5 8.0 8.6 8.7 9.0+PTX", LESSOPEN="| /usr/bin/lesspipe %s", PYTHONIOENCODING="utf-8",
    PATH=f"/usr/local/mpi/bin:/usr/local/nvidia/bin:/usr/local/cuda/bin:{SYSTEM_PATH}:/usr/local/ucx/bin:/opt/tensorrt/bin",
    LD_LIBRARY_PATH="/usr/local/lib/python3.10/dist-packages/torch/lib:/usr/local/cuda/compat/lib:/usr/local/nvidia/lib:/usr/local/nvidia/lib64",
    QUOTED="it's a \"quoted\" value with $DOLLAR, \\ and `ticks`")

IMAGES = {
    "centernet:1.2": Recipe(packages=BASE + SERVER + PYTHON + ("iproute2",), parts=(workspace, home_of_root, conda),
                            changes=(*environment(CUDA_HOME="/usr/local/cuda", CENTERNET_VERSION="1.2"), "WORKDIR /workspace", 'CMD ["bash"]')),
    "bare:1": Recipe(packages=BASE, parts=(home_of_root,), changes=('CMD ["sh"]',)),
    "debian-sshd:1": Recipe(packages=DEBIAN + SERVER, parts=(debian_profile, home_of_root, host_key),
                            changes=(*environment(GREETING="hello  world"), "EXPOSE 22", 'CMD ["/usr/sbin/sshd", "-D"]')),
    "debian-plain:1": Recipe(packages=DEBIAN, parts=(debian_profile, home_of_root), changes=(*environment(GREETING="it's \"here\""), 'CMD ["bash"]')),
    "ubuntu-like:1": Recipe(packages=DEBIAN, parts=(debian_profile, home_of_root, ubuntu_release), users=(("ubuntu", 1000),), changes=('CMD ["/bin/bash"]',)),
    "busybox:1": Recipe(parts=(busybox,), changes=(*environment(GREETING="hello world"), 'CMD ["sh"]')),
    "static-shell:1": Recipe(parts=(static_shell,), changes=(*environment(GREETING="hello world"), 'CMD ["/app/wait"]')),
    "musl:1": Recipe(parts=(musl,), changes=(*environment(PATH=f"/opt/tool/bin:{SYSTEM_PATH}"), 'CMD ["/bin/sh"]')),
    "non-root:1": Recipe(packages=DEBIAN, parts=(debian_profile, home_of_root), users=(("dev", 1000),),
                         changes=(*environment(PATH=f"/home/dev/.local/bin:{SYSTEM_PATH}"), "USER 1000", "WORKDIR /home/dev", 'CMD ["bash"]')),
    "uid-only:1": Recipe(packages=DEBIAN, parts=(debian_profile, home_of_root), changes=(*environment(HOME="/tmp"), "USER 4242:0", 'CMD ["bash"]')),
    "supervisord:1": Recipe(packages=DEBIAN + ("supervisor",), parts=(debian_profile, home_of_root, supervised_program),
                            changes=('CMD ["/usr/bin/supervisord", "-n", "-c", "/etc/supervisor/supervisord.conf"]',)),
    "entrypoint:1": Recipe(packages=DEBIAN, parts=(debian_profile, home_of_root, entry_point),
                           changes=('ENTRYPOINT ["/usr/local/bin/entrypoint"]', 'CMD ["bash"]')),
    "conda:1": Recipe(packages=DEBIAN, parts=(debian_profile, home_of_root, conda),
                      changes=(*environment(PATH=f"{CONDA}/bin:{SYSTEM_PATH}", LANG="C.UTF-8"), 'CMD ["/bin/bash"]')),
    "ngc-pytorch:1": Recipe(packages=DEBIAN, parts=(debian_profile, home_of_root, ngc),
                            changes=(*NGC_ENVIRONMENT, "WORKDIR /workspace", 'ENTRYPOINT ["/opt/nvidia/nvidia_entrypoint.sh"]')),
    "mindspore:1": Recipe(packages=DEBIAN, parts=(debian_profile, home_of_root, mindspore),
                          changes=(*environment(PATH=f"/usr/local/python-3.9.2/bin:{SYSTEM_PATH}", LD_LIBRARY_PATH="/usr/local/python-3.9.2/lib:/usr/local/cuda/lib64",
                                                PYTHONPATH="", GLOG_v="2"), 'CMD ["/bin/bash"]')),
    "python-slim:1": Recipe(packages=DEBIAN, parts=(debian_profile, home_of_root, own_python), without=r"/usr/bin/(python|pydoc)",
                            changes=(*environment(PATH=f"/usr/local/bin:{SYSTEM_PATH}", LANG="C.UTF-8", PYTHON_VERSION="3.11.2"), 'CMD ["python3"]')),
    "jupyter-notebook:6": Recipe(packages=NOTEBOOK, parts=(debian_profile, home_of_root), users=(("dev", 1000),),
                                 changes=(*environment(GREETING="hello  world", QUOTED="it's a \"quoted\" $value"), 'CMD ["bash"]')),
    "jupyter-conda:6": Recipe(packages=NOTEBOOK, parts=(debian_profile, home_of_root, conda_jupyter), without="/usr/lib/python3/dist-packages/",
                              changes=('CMD ["bash"]',)),
    "jupyter-serving:6": Recipe(packages=NOTEBOOK, parts=(debian_profile, home_of_root),
                                changes=(*environment(JUPYTER_TOKEN="of-the-image"),
                                         'CMD ["jupyter", "notebook", "--allow-root", "--no-browser", "--ip=0.0.0.0", "--port=8888"]')),
    "jupyterlab:4": Recipe(parts=(jupyterlab, debian_profile, home_of_root),
                           changes=(*environment(GREETING="hello  world", QUOTED="it's a \"quoted\" $value"), 'CMD ["bash"]')),
    "pip:1": Recipe(packages=DEBIAN + ("python3-pip", "python3-venv"), parts=(debian_profile, home_of_root, certificates), changes=('CMD ["bash"]',)),
    "shells:1": Recipe(packages=DEBIAN + ("fish", "tcsh", "zsh"), parts=(debian_profile, home_of_root), changes=('CMD ["bash"]',)),
    "distroless:1": Recipe(packages=PYTHON, parts=(no_shell,), without=r"/usr/s?bin/(?!python3)",
                           changes=(*environment(SSL_CERT_FILE="/etc/ssl/certs/ca-certificates.crt"), 'ENTRYPOINT ["/usr/bin/python3"]')),
}
# What `scripts/sandbox up` makes; the others are made when asked for.
ALWAYS = ("centernet:1.2", "bare:1")

