// FakeServer is this machine playing a server: a `docker` whose containers are the machine itself, with a home folder,
// a user and a login shell of the test's own. The shells that run the scripts are real.
#pragma once

#include "base/process/local_runner.hpp"
#include "support/scoped_env.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace helper::test {

namespace fs = std::filesystem;

class FakeServer {
 public:
  // `shell` is `sh` in the containers: "dash", "bash --posix", "busybox sh".
  explicit FakeServer(const std::string& shell = "sh")
      : path_("PATH", (folder_.path() / "bin").string() + ":" + std::getenv("PATH")) {
    fs::create_directories(home());
    fs::permissions(home(), fs::perms(0755));
    // Keeps what it was asked, one word a line. Everything that is run "in the container" is run here.
    program("docker", R"sh(#!/bin/sh
here=${0%/bin/docker}
printf '%s\n' "$@" --- >> "$here/docker.log"
case $1 in
  exec)
    detach=
    while [ "$1" != -- ]; do [ "$1" != --detach ] || detach=yes; shift; done
    shift 2
    [ -z "$detach" ] || { "$@" </dev/null >/dev/null 2>&1 & exit 0; }
    [ "$1" = sh ] && { shift; exec )sh" +
                          shell + R"sh( "$@"; }
    exec "$@" ;;
  container) if [ -f "$here/container" ]; then cat "$here/container"; else echo; exit 1; fi ;;
  image) if [ -f "$here/image" ]; then cat "$here/image"; else echo; exit 1; fi ;;
  info) if [ -f "$here/info" ]; then cat "$here/info"; else exit 1; fi ;;
  version) echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2; exit 1 ;;
  create) printf '%s' "$KEY" > "$here/KEY"; cat > "$here/stdin"; echo 0123456789abcdef ;;
esac
)sh");
    program("podman", "#!/bin/sh\nexit 125\n");  // the machine's own is not asked
    set_user(std::to_string(::getuid()), "/bin/bash");
  }

  [[nodiscard]] fs::path home() const { return folder_.path() / "home"; }
  [[nodiscard]] fs::path folder() const { return folder_.path(); }

  // Who `root` is in the containers: passwd answers with this id, our own group, home() and this login shell.
  void set_user(const std::string& uid, const std::string& shell) {
    program("getent", "#!/bin/sh\n[ \"$2\" = root ] || exit 2\necho 'root:x:" + uid + ":" + std::to_string(::getgid()) +
                          "::" + home().string() + ":" + shell + "'\n");
  }

  void program(const std::string& name, const std::string& text) const { executable("bin/" + name, text); }
  void executable(const std::string& file, const std::string& text) const {
    write(file, text);
    fs::permissions(folder_.path() / file, fs::perms(0755));
  }
  void write(const std::string& file, const std::string& text) const {
    const fs::path path = folder_.path() / file;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  // A Python in `prefix`, below home(): the machine's own under that name.
  fs::path python(const std::string& prefix) const {
    const fs::path link = home() / prefix / "bin" / "python";
    fs::create_directories(link.parent_path());
    fs::create_symlink("/usr/bin/python3", link);
    return link;
  }

  LocalRunner runner;

 private:
  TempFolder folder_;
  ScopedEnv path_;
};

}  // namespace helper::test
