#include "tunnel/process_end.hpp"

#include "base/process/pipe.hpp"
#include "base/process/pipe_outcome.hpp"
#include "base/process/spawn.hpp"
#include "tunnel/sockets.hpp"

#include <algorithm>
#include <array>
#include <sys/socket.h>
#include <utility>

namespace helper::tunnel {
namespace {

constexpr std::size_t k_chunk = 64u << 10;  // bytes moved by one call
constexpr int k_chunks_per_turn = 4;        // then other connections have their turn
// The end of a process is looked for at these intervals once its output has ended: it is about to go, most likely.
constexpr Milliseconds k_look_first{1};
constexpr Milliseconds k_look_last{100};
// Between the end of its output and reporting it: most commands end with it, and then the client must know how. One
// that has said nothing has failed, most likely.
constexpr Milliseconds k_end_after_words{20};
constexpr Milliseconds k_end_without_words{500};

}  // namespace

Result<std::unique_ptr<FarEnd>> ProcessEnd::start(Loop& loop, std::shared_ptr<Children> children, const Pipe& pipe,
                                                  FarEvents events) {
  const auto cannot = [&](const Error& error) {
    if (error.code == ErrorCode::internal) return fail(error);
    return fail(ErrorCode::tunnel_failed, pipe.name, error.cause);
  };
  auto in = make_socket_pair();
  if (!in) return cannot(in.error());
  auto out = make_socket_pair();
  if (!out) return cannot(out.error());
  auto err = make_socket_pair();
  if (!err) return cannot(err.error());
  const auto child = spawn_shell(pipe.command, {in->theirs.get(), out->theirs.get(), err->theirs.get()});
  if (!child) return cannot(child.error());
  return std::unique_ptr<FarEnd>(new ProcessEnd(loop, std::move(children), pipe.name, *child,
                                                {std::move(in->ours), std::move(out->ours), std::move(err->ours)},
                                                std::move(events)));
}

ProcessEnd::ProcessEnd(Loop& loop, std::shared_ptr<Children> children, std::string name, pid_t child, Ends ends,
                       FarEvents events)
    : children_(std::move(children)),
      name_(std::move(name)),
      child_(child),
      ends_(std::move(ends)),
      events_(std::move(events)),
      pause_(k_look_first),
      look_(loop, [this] { look_for_end(); }),
      in_watch_(
          loop, ends_.in.get(), [] {}, [this] { writable(); }),
      out_watch_(
          loop, ends_.out.get(), [this] { readable(); }, [] {}),
      err_watch_(
          loop, ends_.err.get(), [this] { words_readable(); }, [] {}) {
  in_watch_.want_write();
  err_watch_.want_read();
}

ProcessEnd::~ProcessEnd() { children_->end(child_); }

std::size_t ProcessEnd::room() const { return state_ == State::open && !blocked_ && !eof_sent_ ? k_chunk : 0; }

std::size_t ProcessEnd::write(std::span<const char> bytes) {
  if (unheard_) return bytes.size();
  const Moved sent = transmit(ends_.in.get(), bytes);
  if (sent.broken) {
    unheard_ = true;
    return bytes.size();
  }
  if (sent.bytes < bytes.size()) {
    blocked_ = true;
    in_watch_.want_write();
  }
  return sent.bytes;
}

void ProcessEnd::send_eof() {
  eof_sent_ = true;
  ::shutdown(ends_.in.get(), SHUT_WR);
}

void ProcessEnd::resume() {
  if (!unread_.empty()) unread_.erase(0, events_.data(unread_));
  if (unread_.empty() && state_ == State::open && !output_ended_at_) out_watch_.want_read();
}

void ProcessEnd::writable() {
  if (state_ == State::opening) {
    state_ = State::open;
    out_watch_.want_read();
  }
  blocked_ = false;
  events_.changed();
}

void ProcessEnd::readable() {
  if (state_ != State::open || output_ended_at_) return;
  std::array<char, k_chunk> buffer;
  for (int i = 0; i < k_chunks_per_turn; ++i) {
    const Moved got = receive(ends_.out.get(), buffer);
    if (got.blocked) break;
    if (got.broken || got.bytes == 0) return output_ended();
    spoke_ = true;
    const std::span<const char> bytes(buffer.data(), got.bytes);
    const std::size_t taken = events_.data(bytes);
    if (taken < bytes.size()) {
      unread_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(taken), bytes.end());
      return;
    }
  }
  out_watch_.want_read();
}

void ProcessEnd::words_readable() {
  std::array<char, 4096> buffer{};
  const Moved got = receive(ends_.err.get(), buffer);
  last_words_.take({buffer.data(), got.bytes});
  if (got.blocked || got.bytes > 0) err_watch_.want_read();
}

void ProcessEnd::output_ended() {
  output_ended_at_ = std::chrono::steady_clock::now();
  look_for_end();
}

void ProcessEnd::look_for_end() {
  if (state_ != State::open) return;
  if (const auto status = exit_status_of(child_)) return judge(*status);
  look_.start(pause_);
  pause_ = std::min(pause_ * 2, k_look_last);
  const Milliseconds grace = spoke_ ? k_end_after_words : k_end_without_words;
  if (!ended_ && std::chrono::steady_clock::now() - *output_ended_at_ > grace) {
    ended_ = true;
    events_.changed();
  }
}

void ProcessEnd::judge(int exit_status) {
  words_readable();
  PipeOutcome outcome = pipe_outcome(name_, exit_status, spoke_, last_words_.line());
  why_ = std::move(outcome.why);
  ended_ = true;
  switch (outcome.kind) {
    case PipeOutcome::Kind::closed:
      state_ = State::closed;
      break;
    case PipeOutcome::Kind::refused:
      state_ = State::refused;
      break;
    case PipeOutcome::Kind::broken:
      state_ = State::lost;
      break;
  }
  events_.changed();
}

}  // namespace helper::tunnel
