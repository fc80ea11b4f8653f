#include "config/keys.hpp"

#include "config/setters.hpp"

#include <algorithm>
#include <array>

namespace helper::config {
namespace {

// Within an object the last row is always written by the template, so that every other line may end with a comma.
constexpr std::array k_keys{
    Key{.path = "$schema",
        .kind = Kind::text,
        .default_json = "",
        .help = "Where an editor finds the schema of this file; helper ignores it",
        .pattern = "",
        .example = R"("helper.schema.json")"},
    Key{.path = "targets",
        .kind = Kind::named,
        .required = true,
        .default_json = "",
        .help = "What `helper ensure NAME` can bring within reach, by name",
        .pattern = "^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}$",
        .example = R"({"centernet": {"container": {"image": "centernet:1.2"}}})"},
    Key{.path = "targets.*",
        .kind = Kind::object,
        .default_json = "",
        .help = "One container on one server",
        .pattern = "",
        .example = R"({"container": {"image": "centernet:1.2"}})"},
    Key{.path = "targets.*.server",
        .kind = Kind::text,
        .default_json = R"("local")",
        .help = "The machine with the container engine: \"local\", an alias of ~/.ssh/config, or user@host:port",
        .pattern = "^[^\\s'\"`$\\\\;&<>|(){}#*?!/,-][^\\s'\"`$\\\\;&<>|(){}#*?!/,]*$",
        .example = R"("gpu1")",
        .set = [](Target& t, const JsonNode& v) { return set_text(t.server, v, check_server); }},
    Key{.path = "targets.*.container",
        .kind = Kind::object,
        .required = true,
        .default_json = "",
        .help = "The container, as one would give it to docker run",
        .pattern = "",
        .example = R"({"image": "centernet:1.2"})"},
    Key{.path = "targets.*.container.name",
        .kind = Kind::text,
        .default_json = "",
        .help = "The container's name (--name); the target's name when left out",
        .pattern = "^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$",
        .example = R"("centernet")",
        .set = [](Target& t, const JsonNode& v) { return set_text(t.container.name, v, check_container_name); }},
    Key{.path = "targets.*.container.image",
        .kind = Kind::text,
        .default_json = "",
        .help = "The image, as docker run takes it; with build, what the built one is called (helper/TARGET)",
        .pattern = "^[a-zA-Z0-9][a-zA-Z0-9._:/@+-]*$",
        .example = R"("centernet:1.2")",
        .set = [](Target& t, const JsonNode& v) { return set_text(t.container.image, v, check_image); }},
    Key{.path = "targets.*.container.build",
        .kind = Kind::object,
        .default_json = "",
        .help = "Builds the image on the server from a Dockerfile of this machine, again whenever its files change",
        .pattern = "",
        .example = R"({"context": "."})",
        .set = [](Target& t, const JsonNode&) { return begin_build(t); }},
    Key{.path = "targets.*.container.build.context",
        .kind = Kind::text,
        .default_json = R"(".")",
        .help = "The folder of this machine that is sent, less what its .dockerignore names; a relative one is taken "
                "from the folder of this file",
        .pattern = "^[^\\u0000-\\u001f\\u007f]+$",
        .example = R"("docker")",
        .set = [](Target& t, const JsonNode& v) { return set_path(t.container.build->context, v); }},
    Key{.path = "targets.*.container.build.dockerfile",
        .kind = Kind::text,
        .default_json = R"("Dockerfile")",
        .help = "The Dockerfile, within the context",
        .pattern = "^[^/\\u0000-\\u001f\\u007f-][^\\u0000-\\u001f\\u007f]*$",
        .example = R"("docker/Dockerfile.gpu")",
        .set = [](Target& t,
                  const JsonNode& v) { return set_text(t.container.build->dockerfile, v, check_dockerfile); }},
    Key{.path = "targets.*.container.build.args",
        .kind = Kind::env,
        .default_json = "{}",
        .help = "Build arguments (--build-arg); they can be read in the image, so no secrets",
        .pattern = "^[a-zA-Z_][a-zA-Z0-9_]*$",
        .example = R"({"CUDA": "12.4"})",
        .set = [](Target& t, const JsonNode& v) { return set_env(t.container.build->args, v); }},
    Key{.path = "targets.*.container.build.target",
        .kind = Kind::text,
        .default_json = R"("")",
        .help = "The stage to build (--target); \"\" is the last",
        .pattern = "^([a-zA-Z0-9][a-zA-Z0-9_.-]*)?$",
        .example = R"("dev")",
        .set = [](Target& t, const JsonNode& v) { return set_text(t.container.build->target, v, check_stage); }},
    Key{.path = "targets.*.container.hostname",
        .kind = Kind::text,
        .default_json = R"("")",
        .help = "The container's host name (--hostname); \"\" leaves it to the engine",
        .pattern = "^([a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9_])?)?$",
        .example = R"("centernet")",
        .set = [](Target& t, const JsonNode& v) { return set_text(t.container.hostname, v, check_hostname); }},
    Key{.path = "targets.*.container.gpus",
        .kind = Kind::text_or_number,
        .default_json = R"("all")",
        .help = "The GPUs: \"all\", \"none\", a count, one as \"device=0\", several as \"0,1\" (indices or UUIDs)",
        .pattern = "^(all|none|[1-9][0-9]{0,2}|(device=)?[0-9A-Za-z:/-]+(,[0-9A-Za-z:/-]+)*)$",
        .example = R"("0,1")",
        .set = [](Target& t, const JsonNode& v) { return set_text(t.container.gpus, v, check_gpus); }},
    Key{.path = "targets.*.container.runtime",
        .kind = Kind::text,
        .default_json = R"("auto")",
        .help = "How the container gets its GPUs: \"auto\" takes what the engine has, \"gpus\" only --gpus, else a "
                "runtime's name (--runtime)",
        .pattern = "^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$",
        .example = R"("nvidia")",
        .set = [](Target& t, const JsonNode& v) { return set_text(t.container.runtime, v, check_runtime); }},
    Key{.path = "targets.*.container.shm_size",
        .kind = Kind::text_or_number,
        .default_json = R"("")",
        .help = "Shared memory (--shm-size), which data loaders of PyTorch fill; \"\" leaves it to the engine (64m)",
        .pattern = "^([0-9]{1,18}([bB]|[kKmMgGtT]([iI]?[bB])?)?)?$",
        .example = R"("8g")",
        .set = [](Target& t, const JsonNode& v) { return set_text(t.container.shm_size, v, check_size); }},
    Key{.path = "targets.*.container.ulimits",
        .kind = Kind::ulimits,
        .default_json = "{}",
        .help = "Limits of resources (--ulimit): -1 for none, a number, or soft and hard",
        .pattern = "",
        .example = R"({"memlock": -1, "stack": 67108864})",
        .set = [](Target& t, const JsonNode& v) { return set_ulimits(t.container.ulimits, v); }},
    Key{.path = "targets.*.container.privileged",
        .kind = Kind::flag,
        .default_json = "false",
        .help = "Gives the container every right on the server (--privileged)",
        .pattern = "",
        .example = "true",
        .set = [](Target& t, const JsonNode& v) { return set_flag(t.container.privileged, v); }},
    Key{.path = "targets.*.container.mounts",
        .kind = Kind::texts,
        .default_json = "[]",
        .help = "Folders of the server, or volumes, and where they stand in the container (-v)",
        .pattern = "^(/[^:]*|[a-zA-Z0-9][a-zA-Z0-9_.-]*):/[^:]+(:(ro|rw))?$",
        .example = R"(["/home/me/my_project:/workspace/my_project"])",
        .set = [](Target& t, const JsonNode& v) { return set_mounts(t.container.mounts, v); }},
    Key{.path = "targets.*.container.ports",
        .kind = Kind::texts,
        .default_json = "[]",
        .help = "Ports published on the server (-p), on its 127.0.0.1 unless an address is written; none is needed for "
                "tunnels",
        .pattern = "^(([0-9.]+|\\[[0-9a-fA-F:.]+\\]):)?([0-9-]*:)?[0-9-]+(/(tcp|udp|sctp))?$",
        .example = R"(["6006:6006"])",
        .set = [](Target& t, const JsonNode& v) { return set_texts(t.container.ports, v, check_port_mapping); }},
    Key{.path = "targets.*.container.env",
        .kind = Kind::env,
        .default_json = "{}",
        .help = "Environment variables of the container (-e); other users of the server's engine can read them",
        .pattern = "^[a-zA-Z_][a-zA-Z0-9_]*$",
        .example = R"({"NCCL_DEBUG": "INFO"})",
        .set = [](Target& t, const JsonNode& v) { return set_env(t.container.env, v); }},
    Key{.path = "targets.*.container.command",
        .kind = Kind::texts,
        .default_json = "",
        .help =
            "What the container runs; left out: the image's own command, or one that waits when that is a bare shell",
        .pattern = "",
        .example = R"(["sleep", "infinity"])",
        .set = [](Target& t, const JsonNode& v) { return set_command(t.container.command, v); }},
    Key{.path = "targets.*.container.restart",
        .kind = Kind::text,
        .default_json = R"("unless-stopped")",
        .help = "When the engine starts it again by itself (--restart)",
        .pattern = "^(no|always|unless-stopped|on-failure(:[0-9]+)?)$",
        .example = R"("no")",
        .set = [](Target& t, const JsonNode& v) { return set_text(t.container.restart, v, check_restart); }},
    Key{.path = "targets.*.container.extra_args",
        .kind = Kind::texts,
        .default_json = "[]",
        .help = "Further flags of docker create that have no key here, one list entry a word",
        .pattern = "",
        .example = R"(["--ipc=host"])",
        .set = [](Target& t, const JsonNode& v) { return set_extra_args(t.container.extra_args, v); }},
    Key{.path = "targets.*.ssh",
        .kind = Kind::object,
        .default_json = "",
        .help = "The way in: an SSH server inside the container, reached through a tunnel",
        .pattern = "",
        .example = R"({"local_port": 2222})"},
    Key{.path = "targets.*.ssh.user",
        .kind = Kind::text,
        .default_json = R"("root")",
        .help = "The user in the container",
        .pattern = "^[a-zA-Z_][a-zA-Z0-9_.-]{0,31}$",
        .example = R"("dev")",
        .set = [](Target& t, const JsonNode& v) { return set_text(t.ssh.user, v, check_user); }},
    Key{.path = "targets.*.ssh.key",
        .kind = Kind::text,
        .default_json = R"("auto")",
        .help = "The private key file that lets one in; \"auto\" takes your own key, or makes one for this",
        .pattern = "^[^\\u0000-\\u001f\\u007f]+$",
        .example = R"("~/.ssh/id_ed25519")",
        .set = [](Target& t, const JsonNode& v) { return set_text(t.ssh.key, v, check_local_path); }},
    Key{.path = "targets.*.ssh.local_port",
        .kind = Kind::port,
        .default_json = "2222",
        .help = "The port of this machine (on 127.0.0.1) that leads to it",
        .pattern = "",
        .example = "2223",
        .set = [](Target& t, const JsonNode& v) { return set_port(t.ssh.local_port, v); }},
    Key{.path = "targets.*.jupyter",
        .kind = Kind::object,
        .default_json = "",
        .help = "A tunnel to Jupyter in the container; left out: none",
        .pattern = "",
        .example = R"({"dir": "/workspace/my_project", "port": 8888, "local_port": 8888})",
        .set = [](Target& t, const JsonNode&) { return begin_jupyter(t); }},
    Key{.path = "targets.*.jupyter.dir",
        .kind = Kind::text,
        .default_json = "",
        .help = "The folder in the container that it opens; project.remote when left out",
        .pattern = "^/[^\\u0000-\\u001f\\u007f]*$",
        .example = R"("/workspace/my_project")",
        .set = [](Target& t, const JsonNode& v) { return set_text(t.jupyter->dir, v, check_container_path); }},
    Key{.path = "targets.*.jupyter.port",
        .kind = Kind::port,
        .default_json = "8888",
        .help = "The port in the container on which it listens",
        .pattern = "",
        .example = "8889",
        .set = [](Target& t, const JsonNode& v) { return set_port(t.jupyter->port, v); }},
    Key{.path = "targets.*.jupyter.local_port",
        .kind = Kind::port,
        .default_json = "8888",
        .help = "The port of this machine (on 127.0.0.1) that leads to it",
        .pattern = "",
        .example = "8889",
        .set = [](Target& t, const JsonNode& v) { return set_port(t.jupyter->local_port, v); }},
    Key{.path = "targets.*.forwards",
        .kind = Kind::forwards,
        .default_json = "[]",
        .help = "More tunnels: \"LOCAL:CONTAINER\" ports, or one number for both",
        .pattern = "^[0-9]{1,5}(:[0-9]{1,5})?$",
        .example = R"(["6006:6006", 5678])",
        .set = [](Target& t, const JsonNode& v) { return set_forwards(t.forwards, v); }},
    Key{.path = "targets.*.project",
        .kind = Kind::object,
        .default_json = "",
        .help = "Which folder here is which folder there, for the IDE's path mapping",
        .pattern = "",
        .example = R"({"local": ".", "remote": "/workspace/my_project"})"},
    Key{.path = "targets.*.project.local",
        .kind = Kind::text,
        .default_json = R"(".")",
        .help = "The folder of this machine; a relative one is taken from the folder of this file",
        .pattern = "^[^\\u0000-\\u001f\\u007f]+$",
        .example = R"("~/my_project")",
        .set = [](Target& t, const JsonNode& v) { return set_path(t.project.local, v); }},
    Key{.path = "targets.*.project.imports",
        .kind = Kind::texts,
        .default_json = "[]",
        .help = "Modules that the project imports: an interpreter that has them all goes before one that has not",
        .pattern = "^[a-zA-Z_][a-zA-Z0-9_]*(\\.[a-zA-Z_][a-zA-Z0-9_]*)*$",
        .example = R"(["torch", "cv2"])",
        .set = [](Target& t, const JsonNode& v) { return set_imports(t.project.imports, v); }},
    Key{.path = "targets.*.project.remote",
        .kind = Kind::text,
        .required = true,
        .default_json = "",
        .help = "The same folder in the container",
        .pattern = "^/[^\\u0000-\\u001f\\u007f]*$",
        .example = R"("/workspace/my_project")",
        .set = [](Target& t, const JsonNode& v) { return set_text(t.project.remote, v, check_container_path); }},
    Key{.path = "targets.*.python",
        .kind = Kind::text,
        .default_json = R"("auto")",
        .help = "The interpreter: \"auto\" (what a login shell's `which python` names), \"conda:NAME\", or a path in "
                "the container",
        .pattern = "^(auto|conda:[^/ :#]+|/.*[^/])$",
        .example = R"("conda:CenterNet")",
        .set = [](Target& t, const JsonNode& v) { return set_text(t.python, v, check_python); }},
};

}  // namespace

std::span<const Key> keys() { return k_keys; }

const Key* find_key(std::string_view path) {
  const auto* row = std::ranges::find(k_keys, path, &Key::path);
  return row == k_keys.end() ? nullptr : row;
}

std::string_view last_name(std::string_view path) { return path.substr(path.rfind('.') + 1); }

std::vector<const Key*> children_of(std::string_view path) {
  std::vector<const Key*> rows;
  for (const Key& row : k_keys) {
    const std::size_t dot = row.path.rfind('.');
    const std::string_view parent = dot == std::string_view::npos ? std::string_view() : row.path.substr(0, dot);
    if (parent == path && last_name(row.path) != "*") rows.push_back(&row);
  }
  return rows;
}

std::string wanted(Kind kind) {
  switch (kind) {
    case Kind::object:
    case Kind::named:
      return "an object in { }";
    case Kind::text:
      return "text in quotes";
    case Kind::text_or_number:
      return "text in quotes, or a whole number from 1";
    case Kind::flag:
      return "true or false";
    case Kind::port:
      return "a port number from 1 to 65535";
    case Kind::texts:
      return "a list of texts in [ ]";
    case Kind::forwards:
      return "a list of ports in [ ]";
    case Kind::env:
      return "an object of texts in { }";
    case Kind::ulimits:
      break;
  }
  return "an object of limits in { }";
}

}  // namespace helper::config
