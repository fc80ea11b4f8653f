#include "tunnel/tcp_end.hpp"

#include "tunnel/sockets.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <utility>

namespace helper::tunnel {
namespace {

constexpr std::size_t k_chunk = 64u << 10;  // bytes moved by one call
constexpr int k_chunks_per_turn = 4;        // then other connections have their turn

}  // namespace

TcpEnd::TcpEnd(Loop& loop, Fd socket, FarEvents events)
    : socket_(std::move(socket)),
      events_(std::move(events)),
      watch_(
          loop, socket_.get(), [this] { readable(); }, [this] { writable(); }) {
  watch_.want_write();
}

std::size_t TcpEnd::room() const { return state_ == State::open && !blocked_ && !eof_sent_ ? k_chunk : 0; }

std::size_t TcpEnd::write(std::span<const char> bytes) {
  const Moved sent = transmit(socket_.get(), bytes);
  if (sent.bytes < bytes.size()) {
    blocked_ = true;  // a broken connection is writable, too: writable() finds the error
    watch_.want_write();
  }
  return sent.bytes;
}

void TcpEnd::send_eof() {
  eof_sent_ = true;
  ::shutdown(socket_.get(), SHUT_WR);
  if (ended_) state_ = State::closed;
}

void TcpEnd::resume() {
  if (!unread_.empty()) unread_.erase(0, events_.data(unread_));
  if (unread_.empty() && state_ == State::open && !ended_) watch_.want_read();
}

void TcpEnd::readable() {
  if (state_ != State::open || ended_) return;
  std::array<char, k_chunk> buffer;
  for (int i = 0; i < k_chunks_per_turn; ++i) {
    const Moved got = receive(socket_.get(), buffer);
    if (got.broken) return finish(State::lost, errno);
    if (got.blocked) break;
    if (got.bytes == 0) {
      ended_ = true;
      if (eof_sent_) state_ = State::closed;
      return events_.changed();
    }
    const std::span<const char> bytes(buffer.data(), got.bytes);
    const std::size_t taken = events_.data(bytes);
    if (taken < bytes.size()) {
      unread_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(taken), bytes.end());
      return;
    }
  }
  watch_.want_read();
}

void TcpEnd::writable() {
  if (const int error = socket_error(socket_.get()); error != 0) {
    return finish(state_ == State::opening ? State::refused : State::lost, error);
  }
  if (state_ == State::opening) {
    state_ = State::open;
    watch_.want_read();
  }
  blocked_ = false;
  events_.changed();
}

void TcpEnd::finish(State state, int error) {
  state_ = state;
  why_ = std::strerror(error);
  events_.changed();
}

}  // namespace helper::tunnel
