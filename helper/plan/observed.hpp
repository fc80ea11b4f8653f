// Observed is what is: facts read from the world in one look, with no judgement, grouped by where they were read. An
// absent optional means "not looked at, because what it depends on is not there" (no container: nothing inside it).
#pragma once

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "config/config.hpp"
#include "plan/jupyter.hpp"
#include "plan/place.hpp"
#include "plan/record.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace helper::plan {

enum class EngineKind { docker, podman };

struct Engine {
  std::string version;                // the server's: "20.10.24"; "" when it was not asked, since the container runs
  std::vector<std::string> runtimes;  // registered names: "runc", "nvidia"; not asked either
  EngineKind kind = EngineKind::docker;
  std::string program = "docker";  // the command that drives it: what says `docker` may be Podman
  bool rootless = false;           // it runs as the person: no address of a container is within reach
  bool cdi = false;                // it takes devices by their CDI names (nvidia.com/gpu=0)
  std::string passed_over{};       // why the engine that is asked before it was not taken; "" otherwise
  std::int64_t cpus = 0;           // that its machine has; 0: not known
  std::int64_t memory = 0;         // bytes; the same
  friend bool operator==(const Engine&, const Engine&) = default;
};

// What Docker says of who built it, and of what matters to the safety of a server; "" where it did not say.
struct EngineBuild {
  std::string version;             // the server's
  std::string client_version;      // of its command
  std::string client_maker;        // of the same: "Docker Engine - Community"
  std::string runc;                // the commit: "v1.2.5-0-g59923ef", "1.1.5+ds1-1+deb12u1"
  std::string firewall;            // "iptables+firewalld"
  bool has_authorization = false;  // plugins judge what its clients may do
  friend bool operator==(const EngineBuild&, const EngineBuild&) = default;
};

// NVIDIA's container toolkit on the server.
struct Toolkit {
  std::string version;  // "1.17.8"
  std::string commit;   // of its sources; "" when it does not say
  friend bool operator==(const Toolkit&, const Toolkit&) = default;
};

enum class ContainerState { absent, created, running, paused, restarting, removing, exited, dead };

// How a container was given its GPUs.
enum class GpuWay { none, gpus_flag, runtime, cdi, devices };

// What the engine tells of how a container was made.
struct EngineSettings {
  std::string restart;  // as config's "restart"; "no" when there is none
  bool privileged = false;
  std::int64_t shm_size = 0;  // bytes
  std::map<std::string, config::Ulimit> ulimits;
  std::vector<std::string> mounts;  // SOURCE:DESTINATION[:ro]
  std::vector<std::string> ports;   // [ADDRESS:]PORT:CONTAINER_PORT/PROTOCOL; PORT is "" when the engine chose it
  friend bool operator==(const EngineSettings&, const EngineSettings&) = default;
};

// Something that is mounted in a container.
struct Mount {
  enum class Kind { server_folder, volume, memory };
  std::string place;  // where in the container
  Kind kind = Kind::server_folder;
  std::string source;  // the path on the server (a file or a folder), or the volume's name
  bool read_only = false;
  friend bool operator==(const Mount&, const Mount&) = default;
};

struct Container {
  ContainerState state = ContainerState::absent;
  std::string id;
  std::string image;          // as named at creation
  std::string image_id;       // of what that name meant then
  bool ever_started = false;  // false: it was created and has never run, so removing it loses nothing
  int exit_code = 0;          // of its last run
  std::string error;          // the engine's text when the last start failed; "" otherwise
  std::string started_at;     // RFC 3339, as the engine gives it
  GpuWay gpu_way = GpuWay::none;
  std::string runtime;                         // HostConfig.Runtime
  std::map<std::string, std::string> labels;   // ours tell whether we made it
  std::map<std::string, std::string> applied;  // Desired::fields when it was made; none: it has no such label
  std::optional<EngineSettings> settings;      // absent: the engine did not tell
  Ways ways;                                   // how the server reaches its ports
  std::vector<std::string> env;                // "NAME=value": of the image and of its creation
  bool auto_remove = false;                    // --rm: the engine deletes it as soon as it stops
  std::vector<Mount> mounts;                   // those that were asked for when it was made
  std::string bundle_volume;                   // the volume at k_bundle_folder; "" when there is none
  friend bool operator==(const Container&, const Container&) = default;
};

struct Image {
  std::string id;
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::string build_fingerprint = {};  // k_label_build; "" when helper did not build it
  friend bool operator==(const Image&, const Image&) = default;
};

// The files of this machine from which an image is built, as they are now.
struct BuildInputs {
  std::string fingerprint;     // of their names, modes and bytes, and of the build's settings
  std::optional<Error> error;  // they cannot be read
  friend bool operator==(const BuildInputs&, const BuildInputs&) = default;
};

// A framework of machine learning that an interpreter can import.
struct Framework {
  std::string name;     // as it is imported: "torch"
  std::string version;  // of the package that is installed; "" when it is not known
  friend bool operator==(const Framework&, const Framework&) = default;
};

// One interpreter that was run. One that was found in several ways is there once for each.
struct Python {
  std::string path;     // as found: "/opt/conda/envs/CenterNet/bin/python"
  std::string version;  // "3.11.2"
  std::string prefix;   // sys.prefix
  std::string
      source;  // how it was found: "login:python", "conda:NAME", "venv:.venv", "path", "system"; see docs/python.md
  std::string base_prefix = {};           // sys.base_prefix: another one than prefix in a virtual environment
  std::vector<std::string> missing = {};  // of project.imports: those that it cannot import
  std::vector<Framework> frameworks = {};
  int requirements = 0;           // how many packages of the project's requirements.txt it has
  bool made_for_project = false;  // poetry, pipenv or hatch made it for this project
  friend bool operator==(const Python&, const Python&) = default;
};

// One that was found and gave no answer. One that was found in several ways is there once for each.
struct SilentPython {
  std::string path;
  std::string source;
  int status = 0;          // of the interpreter; k_time_was_up when its time was up
  std::string words = {};  // the line that tells most of what it wrote
  std::string target =
      {};                // the file that the path leads to as a link, and that is not there; "" when it is no such link
  bool unasked = false;  // it was not run, as one of too many
  friend bool operator==(const SilentPython&, const SilentPython&) = default;
};

// What /dev and nvidia-smi tell about NVIDIA GPUs in one place: on the server, or inside the container.
struct GpuFacts {
  std::vector<std::string> nodes;     // of /dev: "nvidia0", "nvidiactl", under WSL "dxg"
  bool openable = true;               // false: nvidiactl is there, and the kernel forbids to open it
  std::string driver;                 // version of the kernel module that is loaded; "" when none is, or it is not told
  bool smi_found = false;             // nvidia-smi is there
  int smi_status = 0;                 // its exit status
  std::string smi_words;              // the first line that is none of the list, when it failed: it may list GPUs first
  std::vector<std::string> gpus;      // "GPU 0: ..." lines of nvidia-smi -L, and its "MIG ..." lines
  std::vector<std::string> others{};  // who made the GPUs here that are not NVIDIA's: "AMD", "Intel", "Huawei"
  friend bool operator==(const GpuFacts&, const GpuFacts&) = default;
};

// Who a file of the server belongs to.
struct Owner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string name;    // on the server; "" when the id has none
  std::string folder;  // whose owner it is: the server's side of project.remote
  friend bool operator==(const Owner&, const Owner&) = default;
};

// `count` ids of a place, from `inside` on, are those of the server from `outside` on (user_namespaces(7), uid_map).
struct IdRange {
  std::uint32_t inside = 0;
  std::uint32_t outside = 0;
  std::uint32_t count = 0;
  friend bool operator==(const IdRange&, const IdRange&) = default;
};

// The inside of a running container.
struct Inside {
  bool has_shell = true;  // false: nothing in it can run a script, so that nothing else is known
  std::string user_home;  // of ssh.user; "" when that user does not exist
  std::uint32_t user_uid = 0;
  std::uint32_t user_gid = 0;
  std::string owner_is;           // the container's user who has the uid of ServerFacts::project_owner; "" = it is free
  bool post_create_done = false;  // the marker of this container's first run is there
  bool post_start_done = false;   // ... of this start
  std::string bundle;             // the digest of the SSH bundle that is in it, complete; "" when none is
  std::string image_sshd;         // the image's own sshd; "" when it has none
  bool can_switch_users = true;   // its root has the capabilities by which sshd becomes another user
  bool sshd_listening = false;    // something listens on the SSH port
  std::string sshd_fingerprint;   // fingerprint of the setup that our sshd was started with; "" when ours does not run
  std::string login;              // changes with the accounts and the keys that may log in
  std::string ssh_server;         // changes when that sshd starts again, or with its keys; "" = it is not known
  bool traces = false;            // files or processes of ours are in it
  bool cache_linked = true;       // false: the volume of ide.backend_cache is there, and ~/.cache/JetBrains is not it
  std::vector<Python> pythons;    // each was run and answered
  std::vector<SilentPython> silent_pythons;
  bool login_cut = false;                  // the login shell's start files took too long, and were not waited for
  std::vector<std::string> project_files;  // what files of the project name as its environment: "conda:NAME"
  // The places that helper writes to, where links point elsewhere: "/etc" -> "/config/etc".
  std::map<std::string, std::string> real_places;
  // Places of volumes that show a folder of the server, as the volume driver's option device= makes them.
  std::vector<std::string> bound_volumes;
  GpuFacts gpu;
  JupyterFacts jupyter;
  std::string sshd_env{};                      // env_mark() of the setup that our sshd was started with
  std::vector<std::string> authorized_keys{};  // lines of the keys that our sshd admits
  std::string host_key_digest{};   // SHA-256 of our sshd's private ed25519 host key; "" when it is not known
  std::string user_person{};       // MakeUser::person, by which ssh.user was made; "" when it was not made so
  std::vector<IdRange> uid_map{};  // which users of the server its users are; empty: it is not known
  bool root_password = false;      // the image's own sshd runs, and is known to let root in by a password
  friend bool operator==(const Inside&, const Inside&) = default;
};

struct Tunnel {
  std::uint16_t local_port = 0;
  std::optional<Remote> remote;             // what it forwards to, as the server names it
  std::string trouble;                      // why the way to the server is not up; "" when it is
  std::optional<bool> answers;              // an SSH server proved a host key through it; nullopt: not tried
  std::vector<std::string> host_keys = {};  // "TYPE BASE64": those that it proved to have
  friend bool operator==(const Tunnel&, const Tunnel&) = default;
};

// The user's key pair on this machine.
struct LocalKey {
  std::string private_file;
  std::string public_line;      // "ssh-ed25519 AAAA... comment"
  bool open_to_others = false;  // other users may read it, so that ssh does not use it
  bool is_another = false;      // the public line is that of another key
  bool has_passphrase = false;
  bool in_agent = false;  // an agent is known to hold it; asked only where that matters
  friend bool operator==(const LocalKey&, const LocalKey&) = default;
};

// A command and a first word of sftp, each over a strict SSH session with the person's key, as an IDE begins; and,
// where one failed or none could be tried, what was found in the container that a login reads on its way.
struct SessionTry {
  std::string of;              // session_key() at that time
  bool command = false;        // its output came
  bool sftp = false;           // the server answered in its protocol, with nothing before
  std::string stray;           // the first line that came where none belongs
  std::string words;           // the last line that the client wrote about the one that failed
  int exit_status = 0;         // of the command; 255 is ssh's own
  bool undecided = false;      // no answer came in time, or the agent did not sign: nothing is known of the container
  std::string shell;           // the user's, as the container's accounts name it
  std::string nologin;         // the file that keeps all but root out; "" when there is none
  std::string ending_file;     // a start file of the shell that ends it, or waits, before any command runs
  std::string noisy_file;      // prints something although nobody asked it to
  std::string noisy_line;      // the first line of that
  std::string loose;           // a file or folder on the way to our keys that others may change: sshd refuses them
  std::string loose_owner;     // the id of its owner, who is neither root nor the user; "" when its mode is the cause
  std::string reading_file{};  // a start file of the shell that reads what the session is sent
  bool no_home = false;        // the session cannot write into its home folder
  [[nodiscard]] bool works() const { return command && sftp; }
  friend bool operator==(const SessionTry&, const SessionTry&) = default;
};

// An SSH bundle on this machine: OpenSSH's server with all that it needs, for one kind of processor.
struct SshBundle {
  std::string machine;  // as uname -m names it: "x86_64"
  std::string digest;   // of its content
  std::string file;     // a .tar.gz
  friend bool operator==(const SshBundle&, const SshBundle&) = default;
};

// The image of the keeper on this machine, for one kind of processor.
struct KeeperImage {
  std::string machine;  // as uname -m names it: "x86_64"
  std::string version;  // helper's
  std::string file;     // a .tar, for `docker import`
  friend bool operator==(const KeeperImage&, const KeeperImage&) = default;
};

// The keeper of this account on the server: a container that starts the services of our containers whenever these
// start, also when nobody runs helper.
struct Keeper {
  std::string name;  // "helper-keeper-anna"; there is one for each account of the server
  ContainerState state = ContainerState::absent;
  std::string id;
  std::string version;      // of the helper that started it; "" when it is not ours
  bool has_socket = false;  // the engine has a socket that can be mounted in it
  // What was recorded there by this machine for the target's container: services_fingerprint(); "" = nothing is
  // recorded, absent = it is not known.
  std::optional<std::string> recorded;
  friend bool operator==(const Keeper&, const Keeper&) = default;
};

// Whether a container may be replaced, so that what was written in it is lost.
enum class Consent { not_asked, no, yes, snapshot_first };

// What was tried, and what was allowed, since the request began. It is how a plan knows that starting again the same
// way would be the same.
struct Attempts {
  int sshd_starts = 0;                        // of our sshd, successfully
  int starts = 0;                             // containers that were started, successfully
  std::map<GpuWay, std::string> failed_ways;  // the engine's text when a start failed
  Consent consent = Consent::not_asked;
  std::string consent_for;     // the id of the one container that the consent is about
  std::string snapshot_image;  // with Consent::snapshot_first: what to call the copy
  std::string set_aside;       // the id of the container that waits for another to take its place
  std::string replace_failed;  // why the container that was to replace it could not be made; "" = it was not tried
  std::string jupyter_failed;  // why Jupyter did not come up in this run of the container; "" otherwise
  std::string built;           // BuildInputs::fingerprint of the image that was built; "" = none was
  bool created = false;        // a container was created: no keeper knows that one yet
  int awaited = 0;             // how often the keeper was waited for
  std::string keeper_failed;   // why the keeper could not do its part; "" otherwise
  Consent install = Consent::not_asked;  // whether JupyterLab may be installed; yes or no once somebody was asked
  bool installed = false;                // it was
  friend bool operator==(const Attempts&, const Attempts&) = default;
};

// Of this machine: files of ours, the open tunnels, and what was seen through them.
struct LocalFacts {
  std::vector<Tunnel> tunnels;
  std::optional<LocalKey> key;
  std::vector<std::string> host_keys;  // public halves of those that this machine has for the container, with the
                                       // private ones: "ssh-ed25519 AAAA..."
  std::vector<std::string> pinned_host_keys;  // of this target, in our known_hosts
  std::optional<SessionTry> session;          // the last one, of what is there now; absent: not tried yet
  std::optional<BuildInputs> build;           // absent: the config builds no image
  std::optional<SshBundle> bundle;            // for ServerFacts::machine; absent: we have none
  std::optional<KeeperImage> keeper_image;    // the same
  Person me{};                                // who this person is, in records
  std::string host_key_digest{};              // SHA-256 of the private ed25519 one of host_keys
  // Another config on this machine, of the same person, that the container was created by and that still names it.
  std::string other_project{};
  std::string created_nonce{};  // of the container of this name that this machine created last
  std::string half_recorded{};  // the nonce, when that one's record may lack its private host keys; "" = it has them
};

// Of the server, outside of the container: its engine, and what the engine tells.
struct ServerFacts {
  std::optional<Error> error;         // it cannot be reached: nothing else of it and of the place is known
  std::string machine;                // as uname -m names it; "" when it was not asked
  std::optional<Error> engine_error;  // its engine cannot be used: nothing below is known
  std::optional<Engine> engine;       // the one that answered
  std::optional<Image> image;         // absent: not on the server
  std::optional<Container> container;
  std::optional<Container> aside;      // the container that is being replaced, under its other name
  std::optional<GpuFacts> gpu;         // only when the target wants GPUs
  std::optional<Owner> project_owner;  // absent: project.remote is no folder of the server
  std::optional<Keeper> keeper;        // absent: it was not looked for
  std::vector<Record> records{};       // those that the engine has under the ids of container and aside
  // Folders of mounts that the config names and the server does not have.
  std::vector<std::string> missing_folders{};
  // Only where the engine was asked about itself, which it is not while the container runs.
  std::optional<EngineBuild> engine_build{};
  std::optional<Toolkit> toolkit{};  // only of a full look for a target that wants GPUs
};

// Of the place where programs of the target run.
struct PlaceFacts {
  std::optional<Place> current;           // absent: there is none now, since the container does not run
  std::map<std::uint16_t, Remote> doors;  // by port: how the server gets there; the SSH port's is our sshd's
  std::optional<Inside> inside;
  std::optional<Error> inside_error;  // the container runs and could not be looked into
};

struct Observed {
  Attempts attempts;
  LocalFacts local;
  ServerFacts server;
  PlaceFacts place;
};

[[nodiscard]] std::string to_text(ContainerState state);
[[nodiscard]] std::string to_text(EngineKind kind);  // "Docker", "Podman"

}  // namespace helper::plan
