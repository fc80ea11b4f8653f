#include "ssh/transport.hpp"

#include "base/log.hpp"
#include "base/process/pipe.hpp"
#include "base/process/spawn.hpp"
#include "ssh/jump_bridge.hpp"
#include "ssh/tcp.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace helper::ssh {

Result<Transport> open_transport(const HostConfig& host, const ConnectOptions& options, const std::stop_token& stop) {
  if (!host.jumps.empty()) {
    HostConfig hop = host.jumps.back();
    hop.jumps.assign(host.jumps.begin(), host.jumps.end() - 1);
    HELPER_TRY_ASSIGN(auto session, Session::connect(hop, options, stop));
    return JumpBridge::open(std::move(session), host.alias, host.hostname, host.port,
                            Limit(options.connect_timeout, stop));
  }
  if (!host.proxy_command.empty() && host.proxy_passes_socket)
    return ProxyCommand::take_socket(host.alias, host.proxy_command, Limit(options.connect_timeout, stop));
  if (!host.proxy_command.empty()) return ProxyCommand::start(host.alias, host.proxy_command);
  Transport transport;
  HELPER_TRY_ASSIGN(transport.fd, dial(host.alias, host.hostname, host.port, Limit(options.connect_timeout, stop)));
  transport.liveness_fd = transport.fd.get();
  return transport;
}

namespace {

constexpr Milliseconds k_end_politely{500};
constexpr Milliseconds k_wait_for_words{300};

// The socket that was sent over `from`; empty for anything else.
Fd receive_socket(int from) {
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (::recvmsg(from, &message, MSG_CMSG_CLOEXEC) <= 0) return {};
  const cmsghdr* head = CMSG_FIRSTHDR(&message);
  if (head == nullptr || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) return {};
  int number = -1;
  std::memcpy(&number, CMSG_DATA(head), sizeof number);
  Fd passed(number);
  int type = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(passed.get(), SOL_SOCKET, SO_TYPE, &type, &size) != 0) return {};
  ::fcntl(passed.get(), F_SETFL, O_NONBLOCK);
  return passed;
}

}  // namespace

Result<Transport> ProxyCommand::start(const std::string& name, const std::string& command) {
  HELPER_TRY_ASSIGN(Started started, run(name, command));
  Transport transport;
  transport.fd = std::move(started.network);
  transport.carrier = std::move(started.command);
  return transport;
}

Result<Transport> ProxyCommand::take_socket(const std::string& name, const std::string& command, const Limit& limit) {
  HELPER_TRY_ASSIGN(Started started, run(name, command));
  while (limit.poll(started.network.get(), POLLIN, limit.left()) == 0) {
    if (limit.stopped() || limit.passed()) return gave_up(name, limit, "its ProxyCommand made the connection");
  }
  Transport transport;
  transport.fd = receive_socket(started.network.get());
  if (!transport.fd) {
    const std::string words = started.command->last_words();
    return fail(ErrorCode::server_unreachable, name,
                "its ProxyCommand handed over no connected socket, as ProxyUseFdpass has it" +
                    (words.empty() ? "" : "; it said: " + words),
                "look at ProxyCommand and ProxyUseFdpass in ~/.ssh/config");
  }
  transport.liveness_fd = transport.fd.get();
  transport.carrier = std::move(started.command);
  return transport;
}

Result<ProxyCommand::Started> ProxyCommand::run(const std::string& name, const std::string& command) {
  const auto cannot = [&](const Error& why) {
    if (why.code == ErrorCode::internal) return fail(why);
    return fail(ErrorCode::server_unreachable, name, "its ProxyCommand cannot be started (" + why.cause + ")",
                "look at ProxyCommand in ~/.ssh/config");
  };
  auto network = make_socket_pair();
  if (!network) return cannot(network.error());
  auto err = make_socket_pair();
  if (!err) return cannot(err.error());
  ::fcntl(err->ours.get(), F_SETFL, 0);
  // The shell execs the program, so that the program gets our signals. The text is the person's
  // own shell text from ~/.ssh/config: it is the only text that is not quoted.
  const int theirs = network->theirs.get();
  const auto pid = spawn_shell("exec " + command, {theirs, theirs, err->theirs.get()});
  if (!pid) return cannot(pid.error());
  err->theirs.reset();
  return Started{std::move(network->ours), std::unique_ptr<ProxyCommand>(new ProxyCommand(*pid, std::move(err->ours)))};
}

ProxyCommand::ProxyCommand(pid_t pid, Fd err) : pid_(pid), err_(std::move(err)) {
  try {
    listener_ = std::thread([this] { last_resort("a ProxyCommand's listener", [this] { listen(); }); });
  } catch (const std::system_error&) {
    err_.reset();  // then nobody reads its messages, and it must not wait for that
    ended_ = true;
  }
}

void ProxyCommand::listen() {
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t n = ::recv(err_.get(), buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    const std::lock_guard lock(mutex_);
    if (n > 0) words_.take({buffer.data(), static_cast<std::size_t>(n)});
    if (n > 0) continue;
    ended_ = true;
    silent_.notify_all();
    return;
  }
}

std::string ProxyCommand::last_words() {
  std::unique_lock lock(mutex_);
  silent_.wait_for(lock, k_wait_for_words, [this] { return ended_; });
  return words_.line();
}

ProxyCommand::~ProxyCommand() {
  end_group(pid_, k_end_politely);
  if (err_) ::shutdown(err_.get(), SHUT_RDWR);  // ends the listener's wait
  if (listener_.joinable()) listener_.join();
}

}  // namespace helper::ssh
