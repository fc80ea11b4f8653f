# start.py FOLDER MODULE NOTEBOOKS (Python 2.7 or later) runs `python -m MODULE --config=FOLDER/config.json` in the folder of
# the notebooks, with its output and its pid kept in FOLDER. A child keeps the last of what Jupyter and its kernels print.
# It is nobody's child in the end, so that the children of Jupyter are its kernels and terminals. Jupyter itself is a
# child too: one that broke down is started again.
import os, runpy, signal, sys, time

LIMIT = 256 * 1024  # bytes of a log file; there are two at most
STEADY = 10  # seconds; what ends sooner, and has never served, would end again
PAUSE, LONGEST_PAUSE = 1, 30  # seconds before it is started again; more each time that it ends soon


def keep(folder, source):
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    name = os.path.join(folder, "log")
    log, size = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 0
    while True:
        data = os.read(source, 65536)
        if not data:
            return
        try:
            if size + len(data) > LIMIT:
                os.rename(name, name + ".1")
                os.close(log)
                log, size = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 0
            os.write(log, data)
            size += len(data)
        except OSError:
            pass  # a full /dev, or the folder is gone: what is printed is lost, and nobody waits for it


def write(name, text):
    new = os.path.join(folder, name + ".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w") as file:
        os.fchmod(file.fileno(), 0o644)
        file.write(text)
    os.rename(new, os.path.join(folder, name))


def is_wanted(child):
    try:
        with open(os.path.join(folder, "pid")) as file:
            return file.read().startswith("%d " % child) and not os.path.exists(os.path.join(folder, "stopped"))
    except Exception:
        return False  # the folder belongs to another by now, or is gone


def broke_down(status):
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status) not in (signal.SIGINT, signal.SIGTERM)
    return os.WEXITSTATUS(status) != 0


folder, module, notebooks = sys.argv[1:4]
source, sink = os.pipe()
if os.fork() == 0:
    os.close(sink)
    if os.fork() == 0:
        os.setsid()
        keep(folder, source)
    os._exit(0)
os.wait()
os.close(source)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
os.dup2(sink, 1)
os.dup2(sink, 2)
pause = PAUSE
write("keeper", "%d\n" % os.getpid())
while True:
    began = os.times()[4]
    child = os.fork()
    if child == 0:
        break
    status = os.waitpid(child, 0)[1]
    is_steady = os.times()[4] - began >= STEADY
    if not broke_down(status) or not (is_steady or os.path.exists(os.path.join(folder, "served"))):
        os._exit(0)
    if is_steady:
        pause = PAUSE
    time.sleep(pause)
    pause = min(2 * pause, LONGEST_PAUSE)
    if not is_wanted(child):
        os._exit(0)
    os.write(2, b"helper: Jupyter broke down and is started again\n")
with open("/proc/self/stat") as stat:
    started = stat.read().rpartition(")")[2].split()[19]
write("pid", "%d %s\n" % (os.getpid(), started))
if not os.access(os.path.expanduser("~"), os.W_OK):  # a read-only image: connection files have no other place
    os.environ["JUPYTER_RUNTIME_DIR"] = os.path.join(folder, "runtime")
os.chdir(notebooks)
sys.path.pop(0)  # this folder; `python -m` would have put the folder of the notebooks there, whose files may have any name
sys.argv[1:] = ["--config=" + os.path.join(folder, "config.json")]
runpy.run_module(module, run_name="__main__", alter_sys=True)
