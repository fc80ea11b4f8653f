#include "ssh/agent.hpp"

#include "base/log.hpp"
#include "ssh/fields.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace helper::ssh {
namespace {

constexpr char k_failure = 5;
constexpr char k_request_identities = 11;
constexpr char k_identities_answer = 12;
constexpr char k_sign_request = 13;
constexpr std::size_t k_max_message = 256u << 10;  // as OpenSSH's agent and libssh have it
constexpr std::size_t k_max_keys = 1024;
// A signature may wait for a person: a confirmation dialogue, a touch of a hardware key.
constexpr Milliseconds k_sign_limit{60'000};

// True when all of `size` bytes came within the limit.
bool read_exactly(int fd, char* to, std::size_t size, const Limit& limit) {
  while (size > 0) {
    if (limit.poll(fd, POLLIN, limit.left()) == 0) {
      if (limit.stopped() || limit.passed()) return false;
      continue;
    }
    const ssize_t n = ::recv(fd, to, size, MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) return false;
    to += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

bool write_all(int fd, std::string_view bytes, const Limit& limit) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) {
      if (limit.stopped() || limit.passed()) return false;
      static_cast<void>(limit.poll(fd, POLLOUT, limit.left()));
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::optional<std::string> read_message(int fd, const Limit& limit) {
  std::array<char, 4> head{};
  if (!read_exactly(fd, head.data(), head.size(), limit)) return std::nullopt;
  std::string_view bytes(head.data(), head.size());
  const std::size_t size = take_number<std::uint32_t>(bytes).value_or(0);
  if (size == 0 || size > k_max_message) return std::nullopt;
  std::string message(size, '\0');
  if (!read_exactly(fd, message.data(), size, limit)) return std::nullopt;
  return message;
}

Fd connect_to(const std::string& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.size() >= sizeof address.sun_path) return {};
  std::memcpy(address.sun_path, socket.data(), socket.size());
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  return fd;
}

std::optional<std::string> ask(const std::string& socket, std::string_view request, const Limit& limit) {
  const Fd fd = connect_to(socket);
  if (!fd || !write_all(fd.get(), string_field(request), limit)) return std::nullopt;
  return read_message(fd.get(), limit);
}

}  // namespace

Result<std::vector<AgentKey>> parse_identities(std::string_view message) {
  const auto malformed = [] { return fail(ErrorCode::server_auth, "ssh-agent", "its list of keys is malformed"); };
  if (message.empty() || message[0] != k_identities_answer) return malformed();
  message.remove_prefix(1);
  const auto count = take_number<std::uint32_t>(message);
  if (!count || *count > k_max_keys) return malformed();
  std::vector<AgentKey> keys;
  for (std::size_t i = 0; i < *count; ++i) {
    auto blob = take_string(message);
    auto comment = take_string(message);
    if (!blob || !comment) return malformed();
    keys.push_back({std::move(*blob), std::move(*comment), {}});
  }
  if (!message.empty()) return malformed();
  return keys;
}

std::string identities_answer(const std::vector<AgentKey>& keys) {
  std::string message = k_identities_answer + u32_field(keys.size());
  for (const auto& key : keys) message += string_field(key.blob) + string_field(key.comment);
  return message;
}

std::string as_the_agent_knows_it(std::string_view sign_request, const std::vector<AgentKey>& keys) {
  std::string_view rest = sign_request.substr(std::min<std::size_t>(1, sign_request.size()));
  const auto blob = take_string(rest);
  for (const auto& key : keys) {
    if (!key.signs_with.empty() && blob == key.blob)
      return k_sign_request + string_field(key.signs_with) + std::string(rest);
  }
  return std::string(sign_request);
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view k_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < n ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += k <= n ? k_digits[group >> (18 - 6 * k) & 0x3f] : '=';
  }
  return out;
}

Result<std::vector<AgentKey>> agent_keys(const std::string& socket, const Limit& limit) {
  const auto answer = ask(socket, std::string(1, k_request_identities), limit);
  if (!answer)
    return fail(ErrorCode::server_auth, "ssh-agent", "nothing answers on " + socket,
                "start an agent, or unset SSH_AUTH_SOCK");
  return parse_identities(*answer);
}

NarrowAgent::NarrowAgent(std::string socket, std::vector<AgentKey> keys, std::stop_token stop)
    : socket_(std::move(socket)), keys_(std::move(keys)), stop_(std::move(stop)) {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return;
  theirs_.reset(ends[0]);
  ours_.reset(ends[1]);
  thread_ = std::thread([this] { last_resort("the agent of a session", [this] { serve(); }); });
}

NarrowAgent::~NarrowAgent() {
  if (ours_) ::shutdown(ours_.get(), SHUT_RDWR);  // ends the thread's wait
  if (thread_.joinable()) thread_.join();
}

void NarrowAgent::serve() {
  const Limit whole_life(std::chrono::hours(24), {});
  while (const auto request = read_message(ours_.get(), whole_life)) {
    std::string answer(1, k_failure);
    if (request->front() == k_request_identities) answer = identities_answer(keys_);
    if (request->front() == k_sign_request)
      answer = ask(socket_, as_the_agent_knows_it(*request, keys_), Limit(k_sign_limit, stop_)).value_or(answer);
    if (!write_all(ours_.get(), string_field(answer), whole_life)) return;
  }
}

}  // namespace helper::ssh
