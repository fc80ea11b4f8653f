// The endpoint file is how a command finds the daemon: where it listens, and the token that its port asks for.
// It is as secret as a key: 0600, in a folder of ours.
#pragma once

#include "base/files.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace helper::rpc {

struct DaemonEndpoint {
  std::string url;    // "http://127.0.0.1:41234/"
  std::string token;  // 64 hexadecimal digits
  pid_t pid = 0;
  std::string version;
  std::string started;   // RFC 3339, UTC
  std::string socket{};  // absolute path of the Unix socket; "" when there is none
  friend bool operator==(const DaemonEndpoint&, const DaemonEndpoint&) = default;
};

// The path of a Unix socket and the zero byte after it fill sockaddr_un.sun_path (unix(7)).
inline constexpr std::size_t k_max_socket_path = 107;  // bytes

// Pure. nullopt for anything that is not wholly an endpoint of ours (garbage, another host, a port out of range).
[[nodiscard]] std::optional<DaemonEndpoint> parse_endpoint(std::string_view bytes);
[[nodiscard]] std::string to_bytes(const DaemonEndpoint& endpoint);
// The port of "http://127.0.0.1:PORT/"; nullopt for any other form.
[[nodiscard]] std::optional<std::uint16_t> port_of(std::string_view url);

// nullopt when the file is absent, is not a plain file that only we can open, or does not parse.
[[nodiscard]] std::optional<DaemonEndpoint> read_endpoint(const std::filesystem::path& file);
[[nodiscard]] Result<void> write_endpoint(FileStore& files, const std::filesystem::path& file,
                                          const DaemonEndpoint& endpoint);
// Removes the file while it still names this token: a daemon that came after us keeps its own.
[[nodiscard]] Result<void> remove_endpoint(FileStore& files, const std::filesystem::path& file, std::string_view token);

}  // namespace helper::rpc
