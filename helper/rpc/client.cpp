#include "rpc/client.hpp"

#include "base/digest.hpp"
#include "base/fd.hpp"
#include "base/log.hpp"
#include "rpc/envelope.hpp"
#include "rpc/types.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <sys/socket.h>
#include <thread>
#include <utility>
#include <variant>

namespace helper::rpc {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using ErrorOf = boost::system::error_code;

// Of one message. A stream of them has no end: a log is followed for days.
constexpr std::size_t k_max_line = 32u << 20;
// Bytes of a stream that wait here while on_event is busy, say with a terminal or a pager that takes nothing. The
// daemon gives up a reader who stops reading (Limits::stall), so reading goes on.
constexpr std::size_t k_read_ahead = 64u << 20;
// Between asking the daemon to cancel and giving up on its answer.
constexpr Milliseconds k_cancel_grace{5'000};
constexpr Milliseconds k_cancel_call_limit{2'000};
// How long a connection that has answered may wait for the next call. The daemon ends an idle one later (Limits::idle).
constexpr Milliseconds k_kept_for{10'000};

tl::unexpected<Error> unreachable(std::string cause, const std::filesystem::path& log_file) {
  return fail(ErrorCode::daemon_unreachable, "helperd", std::move(cause),
              "try again; if it stays so, look at " + log_file.string());
}

// HTTP exchanges, one after the other, on one connection; driven on the caller's thread.
class Exchange {
 public:
  enum class Then { close, keep };  // the connection, after the answer

  Exchange(DaemonEndpoint endpoint, Milliseconds silence) : endpoint_(std::move(endpoint)), silence_(silence) {}

  void set_silence(Milliseconds silence) { silence_ = silence; }

  // From any thread: the next wait calls `what` on the thread that drives the exchange.
  void post(std::function<void()> what) { asio::post(io_, std::move(what)); }
  // From now on nothing is waited for longer than this.
  void hurry(Milliseconds left) {
    give_up_ = std::chrono::steady_clock::now() + left;
    arm();
  }

  // Takes that back.
  void set_no_hurry() { give_up_.reset(); }

  // At the Unix socket, or at the port where nothing answers there.
  ErrorOf connect() {
    if (!endpoint_.socket.empty()) {
      by_port_ = false;
      const ErrorOf error = connect_to(asio::local::stream_protocol::endpoint(endpoint_.socket), AF_UNIX);
      if (!error) return error;
      log_info("nothing answers at {} ({}): the port is tried", endpoint_.socket, error.message());
    }
    by_port_ = true;
    return connect_to(asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), port_of(endpoint_.url).value_or(0)),
                      AF_INET);
  }

  ErrorOf send(const std::string& body, Then then) {
    parser_.emplace();
    searched_ = 0;
    http::request<http::string_body> request(http::verb::post, "/", 11);
    request.set(http::field::host, "127.0.0.1:" + std::to_string(port_of(endpoint_.url).value_or(0)));
    if (by_port_) request.set(http::field::authorization, "Bearer " + endpoint_.token);
    request.set(http::field::content_type, "application/json");
    request.set(http::field::accept, "application/x-ndjson");
    if (then == Then::close) request.set(http::field::connection, "close");
    request.body() = body;
    request.prepare_payload();
    return await([&](auto done) { http::async_write(socket_, request, done); });
  }

  ErrorOf read_header() {
    parser_->body_limit(std::numeric_limits<std::uint64_t>::max());  // Beast of Boost 1.74 takes none for 0
    return await([&](auto done) { http::async_read_header(socket_, buffer_, *parser_, done); });
  }
  [[nodiscard]] unsigned status() const { return parser_->get().result_int(); }

  // The next line of the body without its end; nullopt at the end of the body, or with `error` set.
  std::optional<std::string> next_line(ErrorOf& error) {
    for (;;) {
      std::string& body = parser_->get().body();
      if (const auto end = body.find('\n', searched_); end != std::string::npos) {
        std::string line = body.substr(0, end);
        body.erase(0, end + 1);
        searched_ = 0;
        return line;
      }
      searched_ = body.size();
      if (parser_->is_done()) {
        if (body.empty()) return std::nullopt;
        searched_ = 0;
        return std::exchange(body, {});
      }
      if (body.size() > k_max_line) error = http::make_error_code(http::error::body_limit);
      if (!error) error = await([&](auto done) { http::async_read_some(socket_, buffer_, *parser_, done); });
      if (error) return std::nullopt;
    }
  }

  // Whether the connection takes one more request: the answer was read to its end, and the daemon has neither closed
  // nor said anything since.
  [[nodiscard]] bool can_go_on() {
    if (!parser_ || !parser_->is_done() || !parser_->keep_alive() || buffer_.size() != 0) return false;
    char byte = 0;
    return ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
  }

 private:
  // Our own socket(): Asio's would be left open to every child.
  ErrorOf connect_to(const asio::generic::stream_protocol::endpoint& address, int family) {
    ErrorOf error;
    socket_.close(error);
    timed_out_ = false;  // that was said about the way that did not work
    Fd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) return ErrorOf(errno, boost::system::system_category());
    socket_.assign(asio::generic::stream_protocol(family, 0), fd.get(), error);
    if (error) return error;
    static_cast<void>(fd.release());
    return await([&](auto done) { socket_.async_connect(address, done); });
  }

  template <class Start>
  ErrorOf await(Start start) {
    std::optional<ErrorOf> result;
    waiting_ = true;
    quiet_until_ = std::chrono::steady_clock::now() + silence_;
    arm();
    start([&result](const ErrorOf& error, auto&&...) { result = error; });
    while (!result) io_.run_one();
    waiting_ = false;
    return timed_out_ ? asio::error::make_error_code(asio::error::timed_out) : *result;
  }

  // The timer is always set to the next moment at which to give up.
  void arm() {
    timer_.expires_at(give_up_ ? std::min(*give_up_, quiet_until_) : quiet_until_);
    timer_.async_wait([this](const ErrorOf& error) {
      if (error || !waiting_ || timer_.expiry() > std::chrono::steady_clock::now()) return;
      timed_out_ = true;
      ErrorOf ignored;
      socket_.close(ignored);
    });
  }

  const DaemonEndpoint endpoint_;
  Milliseconds silence_;
  asio::io_context io_;
  asio::generic::stream_protocol::socket socket_{io_};
  bool by_port_ = true;
  asio::steady_timer timer_{io_};
  SteadyTime quiet_until_;
  std::optional<SteadyTime> give_up_;
  bool waiting_ = false;
  bool timed_out_ = false;
  boost::beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::string_body>> parser_;  // of the last request
  std::size_t searched_ = 0;                                        // no line end before this place of the body
};

Result<void> connect(Exchange& exchange, const std::filesystem::path& log_file) {
  if (const ErrorOf error = exchange.connect())
    return unreachable("it cannot be reached (" + error.message() + ")", log_file);
  return {};
}

// Asks, and reads as far as the first byte of the answer's lines.
Result<void> begin(Exchange& exchange, const std::string& body, Exchange::Then then,
                   const std::filesystem::path& log_file) {
  if (const ErrorOf error = exchange.send(body, then))
    return unreachable("it accepted no request (" + error.message() + ")", log_file);
  if (const ErrorOf error = exchange.read_header())
    return unreachable("it gave no answer (" + error.message() + ")", log_file);
  if (exchange.status() == 401) {
    return fail(ErrorCode::daemon_unreachable, "helperd", "it does not accept the token of its endpoint file",
                "end it (kill its process), then try again");
  }
  return {};
}

// Reads the answer's lines, on a thread of its own, ahead of the one who takes them.
class ReadAhead {
 public:
  // `stop`: the call ends soon, and what still comes has room.
  ReadAhead(Exchange& exchange, const std::stop_token& stop)
      : thread_([this, &exchange, stop](const std::stop_token& given_up) {
          const std::stop_callback hurry(given_up, [&] { exchange.post([&] { exchange.hurry({}); }); });
          const std::stop_callback make_room(stop, [&] {
            const std::lock_guard lock(mutex_);
            unbounded_ = true;
            changed_.notify_all();
          });
          std::string why = "it failed";
          try {
            ErrorOf error;
            while (auto line = exchange.next_line(error)) put(std::move(*line), given_up);
            why = !error ? "it closed the connection before it answered"
                  : error == http::error::partial_message
                      ? "the connection broke: it has ended, or nothing was read for too long"
                      : "it stopped answering (" + error.message() + ")";
          } catch (const std::exception& defect) {
            why = std::string("speaking to it failed (") + defect.what() + ")";
          }
          const std::lock_guard lock(mutex_);
          ended_ = was_full_ ? why + ", after " + std::to_string(k_read_ahead >> 20) +
                                   " MiB of its answer had waited for the output to take them"
                             : why;
          changed_.notify_all();
        }) {}

  // The next line; or why none comes any more.
  tl::expected<std::string, std::string> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || !lines_.empty(); });
    if (lines_.empty()) return tl::unexpected(*ended_);
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    held_ -= line.size();
    changed_.notify_all();
    return line;
  }

 private:
  void put(std::string line, const std::stop_token& given_up) {
    if (line.empty()) return;  // a heartbeat
    std::unique_lock lock(mutex_);
    const auto has_room = [&] { return unbounded_ || held_ < k_read_ahead; };
    was_full_ = was_full_ || !has_room();
    changed_.wait(lock, given_up, has_room);
    held_ += line.size();
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::string> lines_;
  std::size_t held_ = 0;  // bytes of lines_
  bool was_full_ = false;
  bool unbounded_ = false;
  std::optional<std::string> ended_;
  std::jthread thread_;  // the last, so that it ends first
};

Result<Json> converse(ReadAhead& lines, const Json& id, const ensure::EventSink& on_event,
                      const std::filesystem::path& log_file) {
  for (;;) {
    const auto line = lines.take();
    if (!line) return unreachable(line.error(), log_file);
    HELPER_TRY_ASSIGN(const auto message, parse_outgoing(*line));
    if (const auto* reply = std::get_if<Reply>(&message)) {
      if (reply->id != id && !reply->id.is_null()) return unreachable("it answered another request", log_file);
      return reply->result;
    }
    // An event that this version does not know is ignored.
    const auto event = event_from_json(std::get<EventMessage>(message).params);
    if (event && on_event) on_event(*event);
  }
}

// Asks for the cancel of a request on a connection of its own. A daemon that cannot be asked will not be waited for
// either.
void send_cancel(const DaemonEndpoint& endpoint, const Json& id, const std::filesystem::path& log_file) {
  Exchange exchange(endpoint, k_cancel_call_limit);
  const Json cancel_id = "cancel-" + id.get<std::string>();
  if (!connect(exchange, log_file)) return;
  const std::string body = to_bytes(make_call(cancel_id, "cancel", {{"request", id}}));
  if (!begin(exchange, body, Exchange::Then::close, log_file)) return;
  ErrorOf error;
  while (exchange.next_line(error)) continue;
}

// Random, so that no two callers cancel each other.
Json new_id(std::string_view method) { return std::string(method) + "-" + random_token().substr(0, 16); }

}  // namespace

struct Client::Kept {
  std::mutex mutex;
  std::unique_ptr<Exchange> exchange;
  SteadyTime since;

  void put(std::unique_ptr<Exchange> its) {
    const std::lock_guard lock(mutex);
    exchange = std::move(its);
    since = std::chrono::steady_clock::now();
  }
  // nullptr when there is none that can be used.
  std::unique_ptr<Exchange> take() {
    const std::lock_guard lock(mutex);
    auto its = std::move(exchange);
    if (its && (std::chrono::steady_clock::now() - since > k_kept_for || !its->can_go_on())) its = nullptr;
    return its;
  }
};

Client::Client(DaemonEndpoint endpoint, std::filesystem::path log_file)
    : endpoint_(std::move(endpoint)), log_file_(std::move(log_file)), kept_(std::make_shared<Kept>()) {}

Result<Json> Client::greet(const std::stop_token& stop, Milliseconds limit) const {
  if (stop.stop_requested()) return fail(ErrorCode::cancelled, "helperd", "it was not asked: the request is cancelled");
  try {
    auto exchange = std::make_unique<Exchange>(endpoint_, limit);
    exchange->hurry(limit);
    const auto answer = [&]() -> Result<Json> {
      const std::stop_callback on_stop(stop, [&] { exchange->post([&] { exchange->hurry({}); }); });
      const Json id = new_id("version");
      HELPER_TRY(connect(*exchange, log_file_));
      HELPER_TRY(begin(*exchange, to_bytes(make_call(id, "version", Json::object())), Exchange::Then::keep, log_file_));
      ErrorOf error;
      const auto line = exchange->next_line(error);
      if (!line) return unreachable("it gave no answer (" + error.message() + ")", log_file_);
      HELPER_TRY_ASSIGN(const auto message, parse_outgoing(*line));
      const auto* reply = std::get_if<Reply>(&message);
      if (reply == nullptr || (reply->id != id && !reply->id.is_null()))
        return unreachable("it answered another request", log_file_);
      // What follows the line belongs to this answer.
      while (exchange->next_line(error)) continue;
      return reply->result;
    };
    auto version = answer();
    if (!version && stop.stop_requested()) return fail(ErrorCode::cancelled, "helperd", "looking for it was cancelled");
    if (!version) return version;
    exchange->set_no_hurry();
    kept_->put(std::move(exchange));
    return version;
  } catch (const std::exception& defect) {
    return unreachable(std::string("speaking to it failed (") + defect.what() + ")", log_file_);
  }
}

Result<Json> Client::call(std::string_view method, const Json& params, const ensure::EventSink& on_event,
                          const std::stop_token& stop, Milliseconds silence) const {
  if (stop.stop_requested())
    return fail(ErrorCode::cancelled, std::string(method), "it was cancelled before it was asked for");
  try {
    const Json id = new_id(method);
    auto kept = kept_->take();
    const bool connected = kept != nullptr;
    const auto exchange = connected ? std::move(kept) : std::make_unique<Exchange>(endpoint_, silence);
    exchange->set_silence(silence);
    const std::stop_callback on_stop(stop, [&] {
      exchange->post([&] {
        exchange->hurry(k_cancel_grace);
        send_cancel(endpoint_, id, log_file_);
      });
    });
    const auto answer = [&]() -> Result<Json> {
      if (!connected) HELPER_TRY(connect(*exchange, log_file_));
      HELPER_TRY(begin(*exchange, to_bytes(make_call(id, method, params)), Exchange::Then::close, log_file_));
      ReadAhead lines(*exchange, stop);
      return converse(lines, id, on_event, log_file_);
    };
    auto result = answer();
    if (!result && stop.stop_requested()) return fail(ErrorCode::cancelled, std::string(method), "it was cancelled");
    return result;
  } catch (const std::exception& defect) {
    return unreachable(std::string("speaking to it failed (") + defect.what() + ")", log_file_);
  }
}

}  // namespace helper::rpc
