#include "ssh/jump_bridge.hpp"

#include "base/log.hpp"
#include "base/shortage.hpp"
#include "ssh/native.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace helper::ssh {
namespace {

constexpr std::size_t k_piece = 32'768;

}  // namespace

Result<Transport> JumpBridge::open(std::unique_ptr<Session> hop, const std::string& name, const std::string& host,
                                   std::uint16_t port, const Limit& limit) {
  const Wire wire{hop->native().session.get(), hop->native().transport.get(), hop->native().liveness_fd};
  ChannelPtr channel(ssh_channel_new(wire.session));
  if (!channel)
    return fail(ErrorCode::server_unreachable, hop->name(),
                std::string("the connection is gone: ") + ssh_get_error(wire.session));
  const int rc = drive(wire, limit, SSH_AGAIN,
                       [&] { return ssh_channel_open_forward(channel.get(), host.c_str(), port, "127.0.0.1", 0); });
  if (rc == SSH_AGAIN) return gave_up(name, limit, "the jump host " + hop->name() + " connected to it");
  if (rc != SSH_OK) {
    return fail(ErrorCode::server_unreachable, name,
                "the jump host " + hop->name() + " does not connect to " + host + " port " + std::to_string(port) +
                    ": " + ssh_get_error(wire.session),
                "check that the name and port are right as seen from " + hop->name() +
                    ", and that its sshd has AllowTcpForwarding");
  }
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) {
    return fail(by_errno({ErrorCode::internal, name, "no socket pair can be made", {}}, errno));
  }
  Transport transport;
  transport.fd.reset(ends[0]);
  Fd ours(ends[1]);
  transport.liveness_fd = wire.liveness_fd;
  transport.carrier = std::unique_ptr<JumpBridge>(new JumpBridge(std::move(hop), std::move(channel), std::move(ours)));
  return transport;
}

JumpBridge::JumpBridge(std::unique_ptr<Session> hop, ChannelPtr channel, Fd ours)
    : hop_(std::move(hop)),
      channel_(std::move(channel)),
      ours_(std::move(ours)),
      thread_([this](const std::stop_token& stop) {
        last_resort("a jump host's bridge", [&] { carry(stop); });
        ::shutdown(ours_.get(), SHUT_RDWR);
      }) {}

JumpBridge::~JumpBridge() {
  thread_.request_stop();
  thread_.join();
}

bool JumpBridge::may_write() const {
  return !local_eof_ && ssh_channel_window_size(channel_.get()) > 0 &&
         (ssh_get_status(hop_->native().session.get()) & SSH_WRITE_PENDING) == 0;
}

// From the channel to the socket pair. False when this way is at its end by an error.
bool JumpBridge::inwards() {
  if (inbound_sent_ == inbound_.size() && !remote_eof_) {
    inbound_.clear();
    inbound_sent_ = 0;
    const int ready = ssh_channel_poll(channel_.get(), 0);
    if (ready == SSH_ERROR) return false;
    if (ready == SSH_EOF) {
      remote_eof_ = true;
      ::shutdown(ours_.get(), SHUT_WR);
    }
    if (ready > 0) {
      inbound_.resize(static_cast<std::size_t>(ready));
      const int n = ssh_channel_read_nonblocking(channel_.get(), inbound_.data(), static_cast<std::uint32_t>(ready), 0);
      if (n < 0 && n != SSH_EOF) return false;
      inbound_.resize(static_cast<std::size_t>(std::max(n, 0)));
    }
  }
  while (inbound_sent_ < inbound_.size()) {
    const ssize_t n =
        ::send(ours_.get(), inbound_.data() + inbound_sent_, inbound_.size() - inbound_sent_, MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    inbound_sent_ += static_cast<std::size_t>(n);
  }
  return true;
}

// From the socket pair to the channel.
bool JumpBridge::outwards() {
  std::array<char, k_piece> piece;
  while (may_write()) {
    const std::size_t room = std::min<std::size_t>(piece.size(), ssh_channel_window_size(channel_.get()));
    const ssize_t n = ::recv(ours_.get(), piece.data(), room, 0);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    if (n == 0) {
      local_eof_ = true;
      return ssh_channel_send_eof(channel_.get()) == SSH_OK;
    }
    if (ssh_channel_write(channel_.get(), piece.data(), static_cast<std::uint32_t>(n)) != n) return false;
  }
  return true;
}

void JumpBridge::carry(const std::stop_token& stop) {
  const Session::Native& native = hop_->native();
  const StopFd stop_fd(stop);
  while (!stop.stop_requested() && !(local_eof_ && remote_eof_)) {
    acknowledge_at_once(native.liveness_fd);
    if (!inwards() || !outwards() || ssh_is_connected(native.session.get()) == 0) break;
    const bool pending = (ssh_get_status(native.session.get()) & SSH_WRITE_PENDING) != 0;
    const bool full = inbound_sent_ < inbound_.size();
    std::array<pollfd, 3> fds{
        pollfd{native.transport.get(), static_cast<short>((full ? 0 : POLLIN) | (pending ? POLLOUT : 0)), 0},
        pollfd{ours_.get(), static_cast<short>((may_write() ? POLLIN : 0) | (full ? POLLOUT : 0)), 0},
        pollfd{stop_fd.get(), POLLIN, 0},
    };
    static_cast<void>(::poll(fds.data(), fds.size(), static_cast<int>(k_wait_slice.count())));
    // An error or the far end's close shows up in the calls above on the next turn.
  }
}

}  // namespace helper::ssh
