// What a single value of the config may be: pure checks, used for the file and for the answers of `helper init` alike.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace helper::config {

// What is wrong with a value, and what to write instead; the caller knows which value it is.
struct Flaw {
  std::string cause;
  std::string fix;
};
using Check = std::optional<Flaw>;  // nullopt: the value is good

// Names: of targets ([a-zA-Z0-9][a-zA-Z0-9_.-]*, at most 64: they become host aliases and file names) and containers
// (the engine's own rule, the same characters).
[[nodiscard]] Check check_target_name(std::string_view text);
[[nodiscard]] Check check_container_name(std::string_view text);
// NAME[:TAG][@DIGEST] as the engine's reference grammar has it, or sha256:ID.
[[nodiscard]] Check check_image(std::string_view text);
[[nodiscard]] Check check_hostname(std::string_view text);
// A file within a build's context.
[[nodiscard]] Check check_dockerfile(std::string_view text);
[[nodiscard]] Check check_stage(std::string_view text);
// "local", an alias, or [user@]host[:port], host also as [IPv6].
[[nodiscard]] Check check_server(std::string_view text);
[[nodiscard]] Check check_user(std::string_view text);
// "all", "none", a count, "device=INDEX", or indices and UUIDs joined by commas.
[[nodiscard]] Check check_gpus(std::string_view text);
[[nodiscard]] Check check_engine(std::string_view text);
[[nodiscard]] Check check_project_model(std::string_view text);
// What `sh -c` takes: any text but an empty one and one with a NUL.
[[nodiscard]] Check check_command_line(std::string_view text);
[[nodiscard]] Check check_runtime(std::string_view text);
[[nodiscard]] Check check_size(std::string_view text);
[[nodiscard]] Check check_restart(std::string_view text);
[[nodiscard]] Check check_mount(std::string_view text);
[[nodiscard]] Check check_port_mapping(std::string_view text);
[[nodiscard]] Check check_env_name(std::string_view text);
[[nodiscard]] Check check_ulimit_name(std::string_view text);
[[nodiscard]] std::span<const std::string_view> ulimit_names();
[[nodiscard]] Check check_python(std::string_view text);
// A module's name as `import` takes it: "torch", "google.protobuf".
[[nodiscard]] Check check_module(std::string_view text);
// An absolute path in the container.
[[nodiscard]] Check check_container_path(std::string_view text);
// A path of this machine: anything without control characters.
[[nodiscard]] Check check_local_path(std::string_view text);
// A value passed on as it is: no NUL byte.
[[nodiscard]] Check check_plain(std::string_view text);

// 1..65535, digits only.
[[nodiscard]] std::optional<std::uint16_t> parse_port(std::string_view text);
// "LOCAL:CONTAINER", or one port for both.
[[nodiscard]] std::optional<PortPair> parse_port_pair(std::string_view text);
// "-1", "N" or "SOFT:HARD".
[[nodiscard]] std::optional<Ulimit> parse_ulimit(std::string_view text);
// soft <= hard, where -1 is above all.
[[nodiscard]] Check check_ulimit(const Ulimit& limit);

// The container's side of a checked mount: "/workspace".
[[nodiscard]] std::string_view mount_point(std::string_view mount);

// The name of an image that helper makes for a target.

// "helper/centernet": of letters, digits and single separators, as engines ask for; capitals become small ones.
[[nodiscard]] std::string image_name(std::string_view target);

}  // namespace helper::config
