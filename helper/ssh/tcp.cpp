#include "ssh/tcp.hpp"

#include "base/shortage.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <vector>

#ifdef __linux__
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#endif

namespace helper::ssh {

namespace {

// The kernel asks again after 1, 2, 4, ... s of silence (tcp(7), tcp_syn_retries): when a cut ends in such a pause, a
// fresh socket is answered at once.
constexpr Milliseconds k_one_try{3'000};

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

// What the resolving thread leaves behind. getaddrinfo cannot be interrupted, so the thread is detached and shares this
// with the caller that still waits: `is_final` says that the rest may be read, and `done` turns readable to end a wait.
struct Resolution {
  std::atomic<bool> is_final = false;
  Fd done{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::vector<Address> addresses;
  std::string trouble;
};

void resolve(const std::shared_ptr<Resolution>& resolution, const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  int rc = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (rc == EAI_NONAME ||
      rc == EAI_ADDRFAMILY) {  // AI_ADDRCONFIG hides ::1 on a machine whose only IPv6 address is that
    hints.ai_flags = 0;
    rc = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  if (rc != 0) {
    resolution->trouble = rc == EAI_SYSTEM ? std::generic_category().message(errno) : ::gai_strerror(rc);
    return;
  }
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    Address address;
    if (at->ai_addrlen > sizeof address.storage) continue;
    std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
    address.length = at->ai_addrlen;
    resolution->addresses.push_back(address);
  }
}

tl::unexpected<Error> out_of_time(const std::string& thing, const Limit& limit, const std::string& silent) {
  if (limit.stopped())
    return fail(ErrorCode::cancelled, thing, "the request was cancelled before " + silent + " answered");
  return fail(ErrorCode::server_unreachable, thing,
              silent + " did not answer within " + std::to_string(limit.within().count() / 1000) + " s",
              "check that the server is up and that this network reaches it");
}

Result<std::vector<Address>> resolve_within(const std::string& thing, const std::string& host, std::uint16_t port,
                                            const Limit& limit) {
  auto resolution = std::make_shared<Resolution>();
  try {
    std::thread([resolution, host, port] {
      resolve(resolution, host, port);
      resolution->is_final.store(true, std::memory_order_release);
      static_cast<void>(::eventfd_write(resolution->done.get(), 1));
    }).detach();
  } catch (const std::system_error& error) {
    return fail(ErrorCode::internal, thing, std::string("no thread can be started (") + error.what() + ")");
  }
  while (!resolution->is_final.load(std::memory_order_acquire)) {
    if (limit.stopped() || limit.passed())
      return out_of_time(thing, limit, "the name service, asked for " + host + ",");
    static_cast<void>(limit.poll(resolution->done.get(), POLLIN, limit.left()));
  }
  if (!resolution->trouble.empty()) {
    return fail(or_shortage({ErrorCode::server_unreachable, thing,
                             "the name " + host + " cannot be resolved (" + resolution->trouble + ")",
                             "check the name, and HostName in ~/.ssh/config"}));
  }
  return resolution->addresses;
}

void set_option(int fd, int level, int name, int value) {
  // Each of these only tunes: a kernel without it still carries the connection.
  static_cast<void>(::setsockopt(fd, level, name, &value, sizeof value));
}

void tune(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_USER_TIMEOUT
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(k_unacknowledged.count()));
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE,
             15);  // seconds; an idle connection whose peer went away is noticed in 15 + 10
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
#endif
}

// 0 when connected, ETIMEDOUT when the limit or the slice is over, else the errno of the attempt.
int connect_one(int fd, const Address& address, const Limit& limit, Milliseconds slice) {
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.length) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  const auto until = std::chrono::steady_clock::now() + slice;
  while (true) {
    const auto left = std::chrono::ceil<Milliseconds>(until - std::chrono::steady_clock::now());
    if (left <= Milliseconds{0} || limit.passed() || limit.stopped()) return ETIMEDOUT;
    if (limit.poll(fd, POLLOUT, left) != 0) break;
  }
  int error_number = 0;
  socklen_t length = sizeof error_number;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error_number, &length) != 0) return errno;
  return error_number;
}

struct Acknowledgements {
  bool owes_us = false;
  Milliseconds last_acknowledgement{0};
};

std::optional<Acknowledgements> read_tcp_info(int fd) {
#ifdef __linux__
  tcp_info info{};
  socklen_t length = sizeof info;
  if (fd < 0 || ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return std::nullopt;
  return Acknowledgements{info.tcpi_unacked > 0, Milliseconds{info.tcpi_last_ack_recv}};
#else
  static_cast<void>(fd);
  return std::nullopt;
#endif
}

}  // namespace

Result<Fd> dial(const std::string& thing, const std::string& host, std::uint16_t port, const Limit& limit) {
  auto addresses = resolve_within(thing, host, port, limit);
  if (!addresses) return fail(std::move(addresses).error());
  int last = EHOSTUNREACH;
  bool some_silent = true;
  while (some_silent && !limit.stopped() && !limit.passed()) {
    some_silent = false;
    std::size_t untried = addresses->size();
    for (const Address& address : *addresses) {
      // A silent address must leave time for the ones after it.
      const Milliseconds slice = std::min(k_one_try, limit.left() / static_cast<Milliseconds::rep>(untried--));
      Fd fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      if (!fd) {
        last = errno;
        continue;
      }
      tune(fd.get());
      last = connect_one(fd.get(), address, limit, slice);
      if (last == 0) return fd;
      some_silent = some_silent || last == ETIMEDOUT;
      if (limit.stopped()) break;
    }
  }
  const std::string where = host + " port " + std::to_string(port);
  if (last == EMFILE || last == ENFILE) return fail(by_errno({}, last));
  if (limit.stopped() || last == ETIMEDOUT) return out_of_time(thing, limit, host + ":" + std::to_string(port));
  std::string fix = "check that the server is up and that this network reaches it";
  if (last == ECONNREFUSED) fix = "check the port, and that sshd runs on the server";
  return fail(ErrorCode::server_unreachable, thing,
              where + " cannot be reached (" + std::generic_category().message(last) + ")", fix);
}

void acknowledge_at_once(int tcp_fd) {
#ifdef TCP_QUICKACK
  if (tcp_fd >= 0) set_option(tcp_fd, IPPROTO_TCP, TCP_QUICKACK, 1);
#else
  static_cast<void>(tcp_fd);
#endif
}

std::optional<Milliseconds> last_acknowledgement(int tcp_fd) {
  const auto info = read_tcp_info(tcp_fd);
  if (!info) return std::nullopt;
  return info->last_acknowledgement;
}

SilenceWatch::SilenceWatch(int tcp_fd, Milliseconds too_long)
    : fd_(tcp_fd), too_long_(too_long), owing_since_(std::chrono::steady_clock::now()) {}

bool SilenceWatch::is_silent() {
  const auto now = std::chrono::steady_clock::now();
  const auto info = read_tcp_info(fd_);
  if (!info || !info->owes_us) {
    owing_since_ = now;
    return false;
  }
  owing_since_ = std::max(owing_since_, now - info->last_acknowledgement);
  return now - owing_since_ > too_long_;
}

std::optional<TcpHealth> tcp_health([[maybe_unused]] int fd) {
#ifdef __linux__
  tcp_info info{};
  socklen_t length = sizeof info;
  if (fd < 0 || ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return std::nullopt;
  return TcpHealth{info.tcpi_unacked > 0, Milliseconds(info.tcpi_last_ack_recv), Milliseconds(info.tcpi_rtt / 1000)};
#else
  return std::nullopt;
#endif
}

void set_tcp_patience([[maybe_unused]] int fd, [[maybe_unused]] Milliseconds patience) {
#ifdef __linux__
  const auto limit = static_cast<unsigned int>(patience.count());
  if (fd >= 0) ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
#endif
}

}  // namespace helper::ssh
