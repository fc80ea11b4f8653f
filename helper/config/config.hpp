// Config is what the person wrote, checked: one value per key of the table in keys.cpp, defaults filled in.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace helper::config {

// -1 means unlimited, as in docker run --ulimit.
struct Ulimit {
  std::int64_t soft = 0;
  std::int64_t hard = 0;
  friend bool operator==(const Ulimit&, const Ulimit&) = default;
};

// LOCAL:CONTAINER of "forwards": a local port on 127.0.0.1 and the container's port that it goes to.
struct PortPair {
  std::uint16_t local = 0;
  std::uint16_t container = 0;
  friend bool operator==(const PortPair&, const PortPair&) = default;
};

// A Dockerfile from which the image is built on the server.
struct BuildConfig {
  std::filesystem::path context;  // absolute folder of this machine: a relative one is taken from the config's folder
  std::string dockerfile = "Dockerfile";    // within the context, '/' between names
  std::map<std::string, std::string> args;  // docker build --build-arg: kept in the image, so no place for secrets
  std::string target;                       // the stage to build; "" = the last
  friend bool operator==(const BuildConfig&, const BuildConfig&) = default;
};

struct ContainerConfig {
  std::string name;                  // default: the target's name
  std::string image;                 // required, unless `build` is there: then helper/TARGET
  std::optional<BuildConfig> build;  // absent: the image is pulled, or on the server already
  std::string hostname;              // "" = the engine's choice
  std::string gpus = "all";  // "all", "none", a count, or [device=]indices/UUIDs joined by commas; "device=0" is GPU 0,
                             // "0,1" both; "amd", "intel" (plan/gpu_makers.hpp)
  std::string runtime = "auto";  // "auto", "gpus" (only --gpus), or a runtime's name (--runtime=NAME)
  std::string shm_size;          // "" = the engine's default; else as docker run --shm-size: "1g"
  std::map<std::string, Ulimit> ulimits;
  bool privileged = false;
  std::vector<std::string> mounts;  // HOST:CONTAINER[:ro], or VOLUME:CONTAINER[:ro]
  std::vector<std::string> ports;   // as docker run -p, but 127.0.0.1 when no address is given
  std::map<std::string, std::string> env;
  std::optional<std::vector<std::string>>
      command;                             // absent: the image's own, or one that waits if that is a bare shell
  std::string restart = "unless-stopped";  // docker run --restart
  std::vector<std::string> extra_args;     // handed to docker create as they are
  bool share = false;                      // other people may use it too, each as a user of their own
  friend bool operator==(const ContainerConfig&, const ContainerConfig&) = default;
};

struct SshConfig {
  // "": in a shared container, the person's own, until the daemon has named it.
  std::string user = "root";
  std::uint16_t local_port = 2222;  // 0: "auto", until the daemon has chosen one
  std::string key = "auto";         // private key file, or "auto": the person's own, else one made for this
  bool match_owner = true;          // give the user the ids of the project folder's owner on the server; not for root
  bool create = false;              // make the user when the image has none of that name
  std::map<std::string, std::string> env{};  // of sessions, beside the container's own
  friend bool operator==(const SshConfig&, const SshConfig&) = default;
};

struct JupyterConfig {
  std::uint16_t local_port = 8888;  // the same
  std::uint16_t port = 8888;        // in the container; 0: in a shared one, until the daemon has chosen it
  std::string dir;                  // "" = project.remote
  bool install = false;             // JupyterLab may be installed in a container that helper made
  friend bool operator==(const JupyterConfig&, const JupyterConfig&) = default;
};

struct ProjectConfig {
  std::filesystem::path local;       // absolute: a relative one is taken from the config file's folder
  std::string remote;                // absolute path in the container; "" when there is no project
  std::vector<std::string> imports;  // modules that the interpreter must be able to import: "torch", "cv2"
  friend bool operator==(const ProjectConfig&, const ProjectConfig&) = default;
};

struct IdeConfig {
  bool backend_cache = false;          // ~/.cache/JetBrains of ssh.user is a volume that outlives the container
  std::string project_model = "keep";  // "off": IDEs are not to make modules of pyproject.toml files
  friend bool operator==(const IdeConfig&, const IdeConfig&) = default;
};

// What a devcontainer.json wants of the server; 0: nothing.
struct HostRequirements {
  std::int64_t cpus = 0;
  std::int64_t memory = 0;  // bytes
  friend bool operator==(const HostRequirements&, const HostRequirements&) = default;
};

// Which start files of the user's shell are asked what commands run with (userEnvProbe of a devcontainer.json).
enum class EnvProbe { none, login, interactive, login_interactive };

struct Target {
  std::string name;
  std::string server = "local";  // "local", an alias of ~/.ssh/config, or [user@]host[:port]
  std::string engine = "auto";   // "auto" (docker, or podman where docker is not there), "docker", "podman"
  ContainerConfig container;
  SshConfig ssh;
  std::optional<JupyterConfig> jupyter;  // absent: no Jupyter port
  std::vector<PortPair> forwards;
  std::string python = "auto";  // "auto", "conda:NAME", or an absolute path
  ProjectConfig project;
  IdeConfig ide;
  std::vector<std::string> post_create;  // lines of sh, run inside as ssh.user, once for each container
  std::vector<std::string> post_start;   // the same, once for each start of it
  bool keeper = true;                    // a container of ours on the server starts sshd and Jupyter with the container
  std::vector<std::string> remarks;      // what its devcontainer.json says and helper does not do, safe to show
  std::filesystem::path config_file{};   // that names it; absolute
  // Its Host for ssh on this machine, which its pinned host keys and its Jupyter token go by: the target's name; of a
  // target whose name another config's has already, with a number behind it.
  std::string ssh_name{};
  // The config gives container.name no text: until the daemon has put the person's name before it, it is the target's.
  bool default_name = false;
  HostRequirements requirements{};      // of its devcontainer.json
  EnvProbe env_probe = EnvProbe::none;  // the same, for post_create and post_start
  bool security_notes = true;           // what is old or dangerous on the server and in the container is told once
  friend bool operator==(const Target&, const Target&) = default;
};

struct Config {
  std::filesystem::path file;  // absolute
  std::map<std::string, Target> targets;
};

// Ports of the container that helper takes for itself.

// Our sshd never takes the port of one that the image runs. Above the ephemeral ports (Linux: 32768 to 60999).
inline constexpr std::uint16_t k_container_ssh_port = 61022;

// The sh text that keeps a container up and does nothing else.

// As process 1 a plain `sleep` ignores SIGTERM, and `docker stop` would take its full 10 s; the shell also reaps
// orphans.
inline constexpr const char* k_wait = "trap 'exit 0' TERM INT; while :; do sleep 86400 & wait $!; done";

}  // namespace helper::config
