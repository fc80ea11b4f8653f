"""A tar of a root file system, written entry by entry: what is entered first under a path stays."""
import io
import os
import stat
import tarfile


class Tree:
    """Every folder is entered once, before what lies in it."""

    def __init__(self, file):
        self.tar = tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT)
        self.seen = set()

    def _add(self, info, content=None):
        if info.name in self.seen:
            return
        parent = os.path.dirname(info.name)
        if parent and parent not in self.seen:
            self.folder("/" + parent)
        self.seen.add(info.name)
        self.tar.addfile(info, content)

    @staticmethod
    def _info(path, kind, mode, owner=0):
        info = tarfile.TarInfo(path.strip("/"))
        info.type, info.mode, info.uid, info.gid, info.uname, info.gname = kind, mode, owner, owner, "", ""
        return info

    def folder(self, path, mode=0o755, owner=0):
        self._add(self._info(path, tarfile.DIRTYPE, mode, owner))

    def link(self, path, target):
        info = self._info(path, tarfile.SYMTYPE, 0o777)
        info.linkname = target
        self._add(info)

    def file(self, path, content, mode=0o644, owner=0):
        data = content if isinstance(content, bytes) else content.encode()
        info = self._info(path, tarfile.REGTYPE, mode, owner)
        info.size = len(data)
        self._add(info, io.BytesIO(data))

    def hard_link(self, path, target, mode=0o755):
        info = self._info(path, tarfile.LNKTYPE, mode)
        info.linkname = target.strip("/")
        self._add(info)

    def copy(self, path, source, mode=0o644, owner=0):
        with open(source, "rb") as file:
            self.file(path, file.read(), mode, owner)

    def entry(self, info, content=None):
        """An entry of another tar."""
        copy = self._info(info.name.removeprefix("."), info.type, info.mode, info.uid)
        copy.linkname, copy.size = info.linkname.removeprefix("./") if info.islnk() else info.linkname, info.size
        self._add(copy, content)

    def from_machine(self, path, place=None):
        """The machine's file or folder `path`, under its own name or at `place`."""
        about = os.lstat(path)
        if stat.S_ISDIR(about.st_mode):
            self.folder(place or path, stat.S_IMODE(about.st_mode))
        elif stat.S_ISLNK(about.st_mode):
            self.link(place or path, os.readlink(path))
        elif stat.S_ISREG(about.st_mode):
            info = self._info(place or path, tarfile.REGTYPE, stat.S_IMODE(about.st_mode))
            info.size, info.uid, info.gid, info.mtime = about.st_size, about.st_uid, about.st_gid, int(about.st_mtime)
            with open(path, "rb") as file:
                self._add(info, file)
