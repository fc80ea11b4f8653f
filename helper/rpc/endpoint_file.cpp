#include "rpc/endpoint_file.hpp"

#include "base/digest.hpp"
#include "base/fd.hpp"
#include "rpc/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fcntl.h>
#include <limits>
#include <sys/stat.h>
#include <unistd.h>

namespace helper::rpc {
namespace {

constexpr std::string_view k_url_head = "http://127.0.0.1:";
constexpr std::size_t k_max_endpoint_file = 4096;

std::optional<std::string> text_at(const Json& json, const char* name) {
  const auto it = json.find(name);
  if (it == json.end() || !it->is_string()) return std::nullopt;
  return it->get<std::string>();
}

}  // namespace

std::optional<std::uint16_t> port_of(std::string_view url) {
  if (!url.starts_with(k_url_head) || !url.ends_with('/')) return std::nullopt;
  const std::string_view digits = url.substr(k_url_head.size(), url.size() - k_url_head.size() - 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return port;
}

std::optional<DaemonEndpoint> parse_endpoint(std::string_view bytes) {
  const auto json = parse_json(bytes);
  if (!json || !json->is_object()) return std::nullopt;
  const auto url = text_at(*json, "url");
  const auto token = text_at(*json, "token");
  const auto version = text_at(*json, "version");
  const auto pid = json->find("pid");
  if (!url || !port_of(*url) || !token || !is_token(*token) || !version) return std::nullopt;
  if (pid == json->end() || !pid->is_number_unsigned() || *pid == 0u ||
      *pid > static_cast<unsigned>(std::numeric_limits<pid_t>::max())) {
    return std::nullopt;
  }
  const std::string socket = text_at(*json, "socket").value_or("");
  if (!socket.empty() && (socket.front() != '/' || socket.size() > k_max_socket_path)) return std::nullopt;
  return DaemonEndpoint{*url, *token, pid->get<pid_t>(), *version, text_at(*json, "started").value_or(""), socket};
}

std::string to_bytes(const DaemonEndpoint& endpoint) {
  Json json{{"url", endpoint.url},
            {"token", endpoint.token},
            {"pid", endpoint.pid},
            {"version", endpoint.version},
            {"started", endpoint.started}};
  if (!endpoint.socket.empty()) json["socket"] = endpoint.socket;
  return to_bytes(json) + "\n";
}

std::optional<DaemonEndpoint> read_endpoint(const std::filesystem::path& file) {
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) return std::nullopt;
  if (!S_ISREG(info.st_mode) || info.st_uid != ::getuid() || (info.st_mode & 0077) != 0) return std::nullopt;
  std::array<char, k_max_endpoint_file> bytes{};
  const ssize_t count = ::read(fd.get(), bytes.data(), bytes.size());
  if (count <= 0) return std::nullopt;
  return parse_endpoint(std::string_view(bytes.data(), static_cast<std::size_t>(count)));
}

Result<void> write_endpoint(FileStore& files, const std::filesystem::path& file, const DaemonEndpoint& endpoint) {
  return files.write(file, to_bytes(endpoint), 0600);
}

Result<void> remove_endpoint(FileStore& files, const std::filesystem::path& file, std::string_view token) {
  HELPER_TRY_ASSIGN(const auto bytes, files.read(file));
  const auto endpoint = bytes ? parse_endpoint(*bytes) : std::nullopt;
  if (!endpoint || endpoint->token != token) return {};
  return files.remove(file);
}

}  // namespace helper::rpc
