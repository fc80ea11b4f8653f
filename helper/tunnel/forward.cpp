#include "tunnel/forward.hpp"

#include "tunnel/sockets.hpp"

#include <algorithm>
#include <array>
#include <sys/socket.h>
#include <utility>

namespace helper::tunnel {
namespace {

constexpr std::size_t k_chunk = 64u << 10;  // bytes read by one call
constexpr int k_chunks_per_turn = 2;        // then other connections have their turn

}  // namespace

Forward::Forward(Loop& loop, Fd client, Endpoint from, std::function<void()> moved_on)
    : loop_(loop),
      client_(std::move(client)),
      from_(std::move(from)),
      moved_on_(std::move(moved_on)),
      watch_(
          loop, client_.get(), [this] { client_readable(); }, [this] { client_writable(); }) {}

Forward::~Forward() {
  if (phase_ != Phase::done) reset_on_close(client_.get());
}

FarEvents Forward::events() {
  return {[this](std::span<const char> bytes) { return deliver(bytes); }, [this] { advance(); }};
}

void Forward::attach(std::unique_ptr<FarEnd> far) {
  far_ = std::move(far);
  phase_ = Phase::opening;
}

void Forward::detach() {
  bury(loop_, std::move(far_));
  phase_ = Phase::waiting;
}

std::size_t Forward::deliver(std::span<const char> bytes) {
  if (client_full_ || client_broken_ || phase_ == Phase::done) return 0;
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const Moved sent = transmit(client_.get(), bytes.subspan(taken));
    if (sent.blocked || sent.broken) {
      client_full_ = true;
      client_broken_ = sent.broken;
      watch_.want_write();  // a broken socket is writable at once
      break;
    }
    taken += sent.bytes;
  }
  bytes_in_ += taken;
  return taken;
}

void Forward::client_writable() {
  if (phase_ != Phase::open) return;
  if (client_broken_) return finish("the client broke the connection off", true);
  client_full_ = false;
  far_->resume();
  advance();
}

// True when nothing is left over.
bool Forward::flush_left_over() {
  if (left_over_.empty()) return true;
  if (far_->room() == 0) return false;
  const std::size_t taken = far_->write({left_over_.data(), std::min(left_over_.size(), far_->room())});
  bytes_out_ += taken;
  left_over_.erase(0, taken);
  if (left_over_.empty()) left_over_.shrink_to_fit();
  return left_over_.empty();
}

void Forward::client_readable() {
  if (phase_ != Phase::open || client_ended_ || !flush_left_over()) return;
  std::array<char, k_chunk> buffer;
  for (int i = 0; i < k_chunks_per_turn; ++i) {
    const std::size_t room = std::min(far_->room(), buffer.size());
    if (room == 0) return;  // the far end's `changed` brings us back
    const Moved got = receive(client_.get(), std::span(buffer).first(room));
    if (got.broken) return finish("the client broke the connection off", true);
    if (got.blocked) break;
    if (got.bytes == 0) {
      client_ended_ = true;
      return advance();
    }
    const std::size_t taken = far_->write({buffer.data(), got.bytes});
    bytes_out_ += taken;
    if (taken < got.bytes) {
      left_over_.assign(buffer.data() + taken, got.bytes - taken);
      return;
    }
  }
  watch_.want_read();
}

void Forward::advance() {
  if (phase_ == Phase::waiting || phase_ == Phase::done) return;
  const FarEnd::State state = far_->state();
  if (state == FarEnd::State::opening) return;
  if (state == FarEnd::State::refused) return finish(far_->why(), false);
  if (state == FarEnd::State::lost) {
    if (phase_ == Phase::open || bytes_in_ > 0) return finish(far_->why(), true);
    why_ = far_->why();
    detach();
    return moved_on_();
  }
  if (phase_ == Phase::opening) {
    phase_ = Phase::open;
    why_.clear();
    moved_on_();
  }
  if (client_broken_) return finish("the client broke the connection off", true);
  const bool over = state == FarEnd::State::closed || far_->ended();
  unanswered_ = unanswered_ || (over && !client_ended_ && bytes_in_ == 0);
  if (state == FarEnd::State::closed) return finish({}, false);
  if (far_->ended() && !std::exchange(far_ended_, true)) ::shutdown(client_.get(), SHUT_WR);
  const bool flushed = flush_left_over();
  if (client_ended_ && flushed && !std::exchange(eof_sent_, true)) far_->send_eof();
  if (eof_sent_ && far_ended_) return finish({}, false);
  if (!client_ended_ && flushed && far_->room() > 0) watch_.want_read();
}

void Forward::finish(std::string why, bool broken_off) {
  if (std::exchange(phase_, Phase::done) == Phase::done) return;
  why_ = std::move(why);
  if (broken_off) reset_on_close(client_.get());
  moved_on_();
}

}  // namespace helper::tunnel
