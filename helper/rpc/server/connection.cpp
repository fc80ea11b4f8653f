#include "rpc/server/connection.hpp"

#include "base/log.hpp"
#include "rpc/envelope.hpp"
#include "rpc/server/guard.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace helper::rpc {
namespace {

namespace asio = boost::asio;
using ErrorOf = boost::system::error_code;

constexpr std::string_view k_continue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view k_no_room =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view k_stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nCache-Control: no-store\r\n"
    "Transfer-Encoding: chunked\r\n";
constexpr std::string_view k_close = "Connection: close\r\n";

std::string chunk(std::string_view bytes) { return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes); }

std::string_view reason_of(unsigned status) {
  const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
  return {reason.data(), reason.size()};
}

Error request_error(std::string cause) { return {ErrorCode::rpc_request, "request", std::move(cause), ""}; }

}  // namespace

std::string refusal_answer(unsigned status, const Error& error, bool with_body) {
  const std::string document = to_bytes(make_error(nullptr, error)) + "\n";
  std::string answer = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{}",
                                   status, reason_of(status), document.size(), k_close);
  if (status == 401) answer += "WWW-Authenticate: Bearer\r\n";
  if (status == 405) answer += "Allow: POST\r\n";
  answer += "\r\n";
  if (with_body) answer += document;
  return answer;
}

Error no_place(const Limits& limits) {
  return {ErrorCode::daemon_unreachable, "helperd", fmt::format("it has too many connections ({})", limits.connections),
          "close some of them, then try again"};
}

Connection::Connection(std::shared_ptr<Front> front, ConnectionHost& host, Socket socket, Origin origin,
                       std::uint64_t number)
    : front_(std::move(front)), host_(host), socket_(std::move(socket)), origin_(origin), number_(number) {}

template <class What>
void Connection::guarded(What what) {
  try {
    what();
  } catch (const std::exception& error) {
    log_warning("a connection is given up: {}", error.what());
    close();
  }
}

void Connection::start() {
  known_ = origin_ == Origin::unix_socket;
  head_.emplace(front_->limits);
  enter(Phase::head, front_->limits.head_time);
  read();
}

bool Connection::is_busy() const {
  return phase_ == Phase::working || phase_ == Phase::streaming || phase_ == Phase::answered ||
         phase_ == Phase::refused;
}

void Connection::enter(Phase phase, Milliseconds limit) {
  phase_ = phase;
  deadline_ = std::chrono::steady_clock::now() + limit;
}

// Reading.

void Connection::next_request() {
  head_.emplace(front_->limits);
  body_ = {};
  gone_.reset();
  stream_.reset();
  first_head_ = false;
  enter(Phase::head, front_->limits.idle);
  consume();
}

void Connection::read() {
  if (reading_ || phase_ == Phase::closed) return;
  reading_ = true;
  from_ = to_ = 0;
  socket_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](const ErrorOf& error, std::size_t count) {
    self->guarded([&] { self->on_read(error, count); });
  });
}

void Connection::on_read(const ErrorOf& error, std::size_t count) {
  reading_ = false;
  if (phase_ == Phase::closed) return;
  if (error == asio::error::eof) return on_end_of_input();
  if (error) return close();
  to_ = count;
  if (phase_ == Phase::leaving) {
    discarded_ += count;
    return discarded_ > front_->limits.discard ? close() : read();
  }
  consume();
}

void Connection::on_end_of_input() {
  if (phase_ == Phase::leaving || (phase_ == Phase::head && head_->empty())) return close();
  if (phase_ == Phase::head) return refuse(400, request_error("it ends in the middle of its head"));
  if (phase_ == Phase::body) return refuse(400, request_error("its body is shorter than its Content-Length"));
}

void Connection::consume() {
  const std::string_view bytes(buffer_.data() + from_, to_ - from_);
  if (phase_ == Phase::head) {
    // Who has just connected has had that time from the connection on.
    if (head_->empty() && !bytes.empty() && !first_head_) enter(Phase::head, front_->limits.head_time);
    from_ += head_->feed(bytes);
    if (head_->refusal()) return refuse(*head_->refusal());
    if (head_->done()) return on_head();
    read();
  } else if (phase_ == Phase::body) {
    const std::size_t taken = std::min(body_left_, bytes.size());
    body_.append(bytes.substr(0, taken));
    body_left_ -= taken;
    from_ += taken;
    if (body_left_ == 0) return on_body();
    read();
  }
}

// Answering.

void Connection::on_head() {
  const RequestHead& head = head_->head();
  const Admission admission{front_->port, front_->token, front_->limits.body, origin_ == Origin::unix_socket};
  if (const auto refusal = check_head(head, admission)) return refuse(*refusal);
  if (winding_up_) {
    return refuse(503, ending());
  }
  if (!known_ && !host_.on_known(*this)) {
    return refuse(503, no_place(front_->limits));
  }
  known_ = true;
  ++front_->counts.requests;
  wants_stream_ = wants_stream(head);
  close_after_ = wants_close(head);
  body_left_ = body_length(head);
  enter(Phase::body, front_->limits.body_time);
  if (wants_continue(head) && body_left_ > to_ - from_) send(std::string(k_continue));
  consume();
}

// `what` is a function of this connection; it runs on the loop's thread, or never once the connection is closed.
auto Connection::to_loop() {
  return [front = front_, weak = weak_from_this()](auto what) {
    front->post([weak, what = std::move(what)] {
      const auto self = weak.lock();
      if (self && self->phase_ != Phase::closed) self->guarded([&] { what(*self); });
    });
  };
}

// A large body is parsed where it holds nobody up.
void Connection::on_body() {
  std::string body = std::exchange(body_, {});
  gone_ = std::make_shared<std::atomic<bool>>(false);
  if (body.size() <= k_small_body) return dispatch(std::make_shared<Incoming>(parse_incoming(body)));
  const bool started = front_->quick.start([to_loop = to_loop(), body = std::move(body)] {
    try {
      to_loop(
          [incoming = std::make_shared<Incoming>(parse_incoming(body))](Connection& self) { self.dispatch(incoming); });
    } catch (const std::exception& error) {
      log_warning("a body could not be parsed: {}", error.what());
      to_loop([](Connection& self) { self.refuse(500, {ErrorCode::internal, "request", "it failed", ""}); });
    }
  });
  if (!started) return refuse_busy(front_->quick);
  wait_for_call(Phase::working);
}

void Connection::dispatch(const std::shared_ptr<Incoming>& incoming) {
  switch (Dispatcher::pace(*incoming)) {
    case Pace::instant: {
      const auto message = front_->dispatcher->answer(*incoming, Caller{});
      return answer(message ? std::optional(to_bytes(*message) + "\n") : std::nullopt);
    }
    case Pace::quick:
      wants_stream_ = false;
      return start_call(front_->quick, incoming);
    case Pace::work:
      return start_call(front_->calls, incoming);
    case Pace::watch:
      return start_call(front_->watchers, incoming);
  }
}

// On a thread of its own. What that thread has to say comes back through the loop, and is lost when the connection is.
void Connection::start_call(CallThreads& threads, const std::shared_ptr<Incoming>& incoming) {
  Caller caller;
  caller.gone = gone_;
  std::shared_ptr<ReplyStream> stream;
  if (wants_stream_) {
    // In a batch another call's work would wait with the log.
    const bool follows = incoming->items.size() == 1 && Dispatcher::pace(*incoming) == Pace::watch;
    stream = std::make_shared<ReplyStream>(front_->limits.unread,
                                           follows ? ReplyStream::NoRoom::waits : ReplyStream::NoRoom::drops, gone_,
                                           [to_loop = to_loop()] { to_loop([](Connection& self) { self.pump(); }); });
    caller.send = [stream](const Json& message) { stream->send_event(message); };
  }
  auto work = [front = front_, to_loop = to_loop(), stream, caller, incoming] {
    try {
      const auto message = front->dispatcher->answer(*incoming, caller);
      if (stream) {
        if (message) stream->send_last(*message);
      } else {
        to_loop([document = message ? std::optional(to_bytes(*message) + "\n") : std::nullopt](Connection& self) {
          self.answer(document);
        });
      }
    } catch (const std::exception& error) {
      log_warning("a call ended badly: {}", error.what());
      if (!stream)
        to_loop([](Connection& self) { self.refuse(500, {ErrorCode::internal, "request", "it failed", ""}); });
    }
    if (stream) stream->end();
  };
  if (!threads.start(std::move(work), gone_)) return refuse_busy(threads);
  wait_for_call(stream ? Phase::streaming : Phase::working);
  if (!stream) return;
  stream_ = std::move(stream);
  send(std::string(k_stream_head) + std::string(close_after_ ? k_close : std::string_view()) + "\r\n");
}

void Connection::wait_for_call(Phase phase) {
  phase_ = phase;
  next_beat_ = std::chrono::steady_clock::now() + front_->limits.heartbeat;
}

void Connection::refuse_busy(const CallThreads& threads) {
  refuse(429, {ErrorCode::daemon_unreachable, "helperd",
               fmt::format("it has too many requests in flight ({})", threads.limit()),
               "wait for some of them to end, then try again"});
}

void Connection::answer(const std::optional<std::string>& document) {
  close_after_ = close_after_ || winding_up_;
  const std::string_view close = close_after_ ? k_close : std::string_view();
  phase_ = Phase::answered;
  if (!document) return send(fmt::format("HTTP/1.1 204 No Content\r\n{}\r\n", close));
  send(
      fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
                  "Content-Length: {}\r\n{}\r\n{}",
                  document->size(), close, *document));
}

// Hands on what has gathered in the stream, when nothing else is on its way.
void Connection::pump() {
  if (phase_ != Phase::streaming || writing_) return;
  const auto piece = stream_->take();
  std::string bytes = piece.bytes.empty() ? std::string() : chunk(piece.bytes);
  if (piece.last) {
    phase_ = Phase::answered;
    bytes += "0\r\n\r\n";
  }
  if (!bytes.empty()) send(std::move(bytes));
}

void Connection::refuse(const Refusal& refusal) { refuse(refusal.status, request_error(refusal.cause)); }

void Connection::refuse(unsigned status, const Error& error) {
  if (phase_ == Phase::closed) return;
  ++front_->counts.refused;
  host_.on_refused(status, error.cause);
  std::string answer = refusal_answer(status, error, head_->head().method != "HEAD");
  phase_ = Phase::refused;
  if (origin_ == Origin::unix_socket) return send(std::move(answer));
  front_->refusals.pass([weak = weak_from_this(), answer = std::move(answer)] {
    const auto self = weak.lock();
    if (!self) return;
    self->guarded([&] {
      if (self->phase_ == Phase::refused) self->send(answer);
    });
  });
}

// Writing.

void Connection::send(std::string bytes) {
  next_ += bytes;
  write();
}

void Connection::write() {
  if (writing_ || phase_ == Phase::closed) return;
  if (sent_ == out_.size()) {
    out_ = std::exchange(next_, {});
    sent_ = 0;
  }
  if (out_.empty()) return on_written();
  writing_ = true;
  progress_ = std::chrono::steady_clock::now();
  socket_.async_write_some(asio::buffer(out_.data() + sent_, out_.size() - sent_),
                           [self = shared_from_this()](const ErrorOf& error, std::size_t count) {
                             self->guarded([&] {
                               self->writing_ = false;
                               self->sent_ += count;
                               if (error) return self->close();
                               self->write();
                             });
                           });
}

void Connection::on_written() {
  if (phase_ == Phase::streaming) return pump();
  if (phase_ == Phase::refused) return leave();
  if (phase_ != Phase::answered) return;
  if (close_after_ || winding_up_) return leave();
  next_request();
}

// Ending.

// An answer arrives only where its reader's last bytes were read too: closing over unread ones resets the connection.
void Connection::leave() {
  ErrorOf error;
  socket_.shutdown(Socket::shutdown_send, error);
  if (error) return close();
  discarded_ = to_ - from_;
  enter(Phase::leaving, front_->limits.discard_time);
  read();
}

void Connection::give_way() {
  if (phase_ == Phase::head || phase_ == Phase::body)
    static_cast<void>(::send(socket_.native_handle(), k_no_room.data(), k_no_room.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
  close();
}

void Connection::wind_up() {
  winding_up_ = true;
  if (phase_ == Phase::body || (phase_ == Phase::head && !head_->empty())) return refuse(503, ending());
  if (phase_ == Phase::head) close();
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  const bool reader_is_lost = phase_ == Phase::working || phase_ == Phase::streaming;
  phase_ = Phase::closed;
  if (gone_) *gone_ = true;
  ErrorOf ignored;
  socket_.close(ignored);
  if (reader_is_lost) host_.on_lost();
  host_.on_closed(*this);
}

// Looking after.

// A client that has only said all that it wants to say is still there.
bool Connection::reader_has_gone() {
  pollfd state{socket_.native_handle(), POLLRDHUP, 0};
  if (::poll(&state, 1, 0) <= 0) return false;
  if ((state.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return true;
  return origin_ == Origin::tcp && (state.revents & POLLRDHUP) != 0 &&
         !front_->lookup.is_there(socket_.native_handle());
}

void Connection::look_after(SteadyTime now) {
  guarded([&] {
    const bool streams = stream_ && phase_ != Phase::refused;
    const Milliseconds patience = streams ? front_->limits.stall : front_->limits.answer_stall;
    if (writing_ && now - progress_ > patience) return close();
    switch (phase_) {
      case Phase::head:
        if (now < deadline_) return;
        if (head_->empty()) return close();
        return refuse(408, {ErrorCode::timed_out, "request", "its head did not come in time", ""});
      case Phase::body:
        if (now < deadline_) return;
        return refuse(408, {ErrorCode::timed_out, "request", "its body did not come in time", ""});
      case Phase::leaving:
        if (now >= deadline_) close();
        return;
      case Phase::working:
      case Phase::streaming:
        if (now < next_beat_) return;
        next_beat_ = now + front_->limits.heartbeat;
        if (reader_has_gone()) return close();
        if (phase_ == Phase::streaming && !writing_) send(chunk("\n"));
        return;
      case Phase::answered:
      case Phase::refused:
      case Phase::closed:
        return;
    }
  });
}

}  // namespace helper::rpc
