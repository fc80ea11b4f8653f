"""Stand-in for PyTorch in the sandbox's images: it imports, its GPUs are the /dev/nvidiaN that are there, and it multiplies ones."""
import glob
import types

__version__ = "2.2.0+standin"
version = types.SimpleNamespace(cuda="12.3", hip=None)


def _count():
    return len(glob.glob("/dev/nvidia[0-9]*"))


def _init():
    if _count() == 0:
        raise RuntimeError("Found no NVIDIA driver on your system (stand-in)")


cuda = types.SimpleNamespace(is_available=lambda: _count() > 0, device_count=_count, init=_init, get_device_name=lambda number=0: f"stand-in GPU {number}")


class _Ones:
    """A matrix of equal numbers."""

    def __init__(self, size, value=1.0):
        self.size, self.value = size, value

    def __matmul__(self, other):
        return _Ones(self.size, self.value * other.value * self.size)

    def sum(self):
        return types.SimpleNamespace(item=lambda: self.value * self.size * self.size)


def ones(rows, columns, device="cpu"):
    assert rows == columns and (device == "cpu" or int(device.partition(":")[2]) < _count())
    return _Ones(rows)
