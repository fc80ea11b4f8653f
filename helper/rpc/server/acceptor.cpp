#include "rpc/server/acceptor.hpp"

#include "base/log.hpp"
#include "base/shortage.hpp"
#include "rpc/endpoint_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace helper::rpc {
namespace {

namespace asio = boost::asio;
using ErrorOf = boost::system::error_code;

constexpr int k_backlog = 512;
constexpr int k_at_once = 16;  // connections taken before others have their turn
constexpr std::size_t k_spares = 8;
constexpr Milliseconds k_tick{250};
constexpr Milliseconds k_log_pause{1'000};  // between two refusals that are logged

std::size_t descriptor_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<std::size_t>(limit.rlim_cur) : 1024;
}

// The other end of a Unix socket, as the kernel saw it connect.
bool is_ours(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::getuid();
}

std::string reason() { return std::strerror(errno); }

}  // namespace

Limits within_descriptors(Limits limits) {
  limits.strangers = std::clamp<std::size_t>(descriptor_limit() / 16, 2, std::max<std::size_t>(limits.strangers, 2));
  limits.connections = std::clamp<std::size_t>(descriptor_limit() / 4, 4, std::max<std::size_t>(limits.connections, 4));
  return limits;
}

Acceptor::Acceptor(std::shared_ptr<Front> front, std::function<void()> on_lost)
    : front_(std::move(front)), lost_(std::move(on_lost)), timer_(front_->loop) {
  keep_spares();
}

Acceptor::~Acceptor() { close_all(); }

Result<void> Acceptor::listen_tcp() {
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!fd || ::bind(fd.get(), generic, size) != 0 || ::listen(fd.get(), k_backlog) != 0 ||
      ::getsockname(fd.get(), generic, &size) != 0) {
    return fail(by_errno({ErrorCode::internal, "127.0.0.1", "no port can be listened on", {}}, errno));
  }
  front_->port = ntohs(address.sin_port);
  listen_at(std::move(fd), Origin::tcp);
  return {};
}

Result<void> Acceptor::listen_unix(const std::filesystem::path& path) {
  const std::string text = path.string();
  const auto failed = [&](const std::string& cause) { return fail(ErrorCode::file_failed, text, cause); };
  if (text.size() > k_max_socket_path)
    return failed(
        fmt::format("a Unix socket's path may have {} bytes, and this one has {}", k_max_socket_path, text.size()));
  struct stat info {};
  if (::lstat(text.c_str(), &info) == 0) {
    if (!S_ISSOCK(info.st_mode)) return failed("something that is not a socket is in its place");
    if (::unlink(text.c_str()) != 0) return failed("the socket of before cannot be removed (" + reason() + ")");
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  text.copy(address.sun_path, k_max_socket_path);
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail(by_errno({ErrorCode::file_failed, text, "it cannot be bound", {}}, errno));
  // Nobody can connect before listen().
  if (::chmod(text.c_str(), 0600) != 0 || ::lstat(text.c_str(), &info) != 0 || ::listen(fd.get(), k_backlog) != 0) {
    const std::string cause = reason();
    ::unlink(text.c_str());
    return failed("it cannot be listened at (" + cause + ")");
  }
  path_ = path;
  path_device_ = info.st_dev;
  path_inode_ = info.st_ino;
  listen_at(std::move(fd), Origin::unix_socket);
  return {};
}

bool Acceptor::socket_is_ours() const {
  struct stat info {};
  return ::lstat(path_.c_str(), &info) == 0 && S_ISSOCK(info.st_mode) && info.st_dev == path_device_ &&
         info.st_ino == path_inode_;
}

Result<bool> Acceptor::keep_unix() {
  if (path_.empty() || socket_is_ours()) return false;
  HELPER_TRY(listen_unix(std::filesystem::path(path_)));
  // Nobody can reach the earlier listener any more, but some clients may still wait there.
  const auto is_unix = [](const auto& each) { return each->origin == Origin::unix_socket; };
  if (std::ranges::count_if(listeners_, is_unix) > 1) {
    const auto before = std::ranges::find_if(listeners_, is_unix);
    accept(std::shared_ptr<Listener>(*before));
    listeners_.erase(before);
  }
  return true;
}

void Acceptor::listen_at(Fd socket, Origin origin) {
  auto descriptor = asio::posix::stream_descriptor(front_->loop, socket.get());
  static_cast<void>(socket.release());
  listeners_.push_back(std::make_shared<Listener>(Listener{std::move(descriptor), origin}));
  wait(listeners_.back());
}

void Acceptor::stop_listening() {
  listeners_.clear();
  if (!path_.empty() && socket_is_ours()) ::unlink(path_.c_str());
  path_.clear();
}

// Our own accept4(): Asio's accept() would leave the descriptor open to every child.
void Acceptor::wait(const std::shared_ptr<Listener>& listener) {
  listener->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                  [this, weak = std::weak_ptr(listener)](const ErrorOf&) {
                                    if (const auto same = weak.lock()) accept(same);
                                  });
}

void Acceptor::accept(const std::shared_ptr<Listener>& listener) {
  for (int i = 0; i < k_at_once; ++i) {
    Fd socket(::accept4(listener->descriptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket) {
      // An error of one connection must not stop the accepting of others.
      try {
        admit(std::move(socket), listener->origin);
      } catch (const std::exception& error) {
        log_warning("a connection could not be taken in: {}", error.what());
      }
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    if (errno == ECONNABORTED || errno == EINTR || errno == EPROTO) continue;
    if (!out_of_descriptors(*listener)) return;
  }
  wait(listener);
}

// True when another try may help. Else the listener rests until look_after(): endless tries would take a whole CPU.
bool Acceptor::out_of_descriptors(Listener& listener) {
  const std::string cause = reason();
  if (listener.origin == Origin::unix_socket && !spares_.empty()) {
    spares_.clear();
    return true;
  }
  log_warning("no connection can be taken for a moment: {}", cause);
  listener.paused = true;
  look_after();
  return false;
}

void Acceptor::keep_spares() {
  while (spares_.size() < k_spares) {
    Fd spare(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!spare) return;
    spares_.push_back(std::move(spare));
  }
}

std::size_t Acceptor::count(Origin origin, bool known) const {
  return static_cast<std::size_t>(std::ranges::count_if(connections_, [&](const auto& each) {
    return each.second->origin() == origin && each.second->is_known() == known;
  }));
}

std::size_t Acceptor::busy() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(connections_, [](const auto& each) { return each.second->is_busy(); }));
}

template <class Which>
bool Acceptor::make_way(Which which) {
  const auto oldest = std::ranges::find_if(connections_, [&](const auto& each) { return which(*each.second); });
  if (oldest == connections_.end()) return false;
  const auto connection = oldest->second;  // it takes itself off the list
  connection->give_way();
  return true;
}

void Acceptor::admit(Fd socket, Origin origin) {
  const bool tcp = origin == Origin::tcp;
  if (tcp ? !front_->lookup.admits(front_->peers, socket.get()) : !is_ours(socket.get())) {
    ++front_->counts.strangers;
    return;
  }
  // A client that has something to say says it at once, so the oldest connections are those that do not.
  if (tcp && count(Origin::tcp, false) >= front_->limits.strangers) {
    const auto is_stranger = [](const Connection& each) { return each.origin() == Origin::tcp && !each.is_known(); };
    static_cast<void>(make_way([&](const Connection& each) { return is_stranger(each) && each.is_leaving(); }) ||
                      make_way(is_stranger));
  }
  if (!tcp && count(Origin::unix_socket, true) >= front_->limits.connections &&
      !make_way([](const Connection& each) { return each.origin() == Origin::unix_socket && each.is_idle(); })) {
    return refuse(socket);
  }
  if (tcp) {
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  const asio::generic::stream_protocol protocol(tcp ? AF_INET : AF_UNIX, tcp ? IPPROTO_TCP : 0);
  Connection::Socket its(front_->loop, protocol, socket.get());
  static_cast<void>(socket.release());
  const auto connection = std::make_shared<Connection>(front_, *this, std::move(its), origin, ++next_number_);
  connections_.emplace(connection->number(), connection);
  ++front_->counts.connections;
  connection->start();
  if (!looking_) look_after();
}

void Acceptor::refuse(const Fd& socket) {
  const Error error = no_place(front_->limits);
  ++front_->counts.refused;
  on_refused(503, error.cause);
  const std::string answer = refusal_answer(503, error);
  static_cast<void>(::send(socket.get(), answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

bool Acceptor::on_known(Connection& connection) {
  return connection.origin() != Origin::tcp || count(Origin::tcp, true) < front_->limits.connections ||
         make_way([](const Connection& each) { return each.origin() == Origin::tcp && each.is_idle(); });
}

// A stranger may be refused a million times: the log says so once a second.
void Acceptor::on_refused(unsigned status, const std::string& cause) {
  ++untold_;
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now - last_told_ < k_log_pause) return;
  last_told_ = now;
  const std::uint64_t others = std::exchange(untold_, 0) - 1;
  log_info("refused with HTTP {}: {}{}", status, cause,
           others == 0 ? std::string() : fmt::format(" (and {} others before)", others));
}

void Acceptor::on_lost() { lost_(); }

void Acceptor::on_closed(Connection& connection) { connections_.erase(connection.number()); }

void Acceptor::look_at_all() {
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [number, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->look_after(std::chrono::steady_clock::now());
  keep_spares();
}

// Every k_tick while there is a connection, or a listener that rests.
void Acceptor::look_after() {
  // One look that fails must not be the last.
  try {
    look_at_all();
  } catch (const std::exception& error) {
    log_warning("a look after the connections failed: {}", error.what());
  }
  const bool rests = std::ranges::any_of(listeners_, [](const auto& each) { return each->paused; });
  looking_ = !connections_.empty() || rests;
  if (!looking_) return;
  timer_.expires_after(std::min(k_tick, front_->limits.heartbeat));
  timer_.async_wait([this](const ErrorOf& error) {
    if (error) return;
    for (const auto& listener : listeners_) {
      if (std::exchange(listener->paused, false)) wait(listener);
    }
    look_after();
  });
}

void Acceptor::wind_up() {
  const auto all = connections_;
  for (const auto& [number, connection] : all) connection->wind_up();
}

void Acceptor::close_all() {
  stop_listening();
  timer_.cancel();
  const auto all = connections_;
  for (const auto& [number, connection] : all) connection->close();
}

}  // namespace helper::rpc
