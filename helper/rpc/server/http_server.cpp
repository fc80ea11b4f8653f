#include "rpc/server/http_server.hpp"

#include "base/fd.hpp"
#include "base/log.hpp"
#include "rpc/envelope.hpp"
#include "rpc/server/call_threads.hpp"
#include "rpc/server/guard.hpp"
#include "rpc/server/reply_stream.hpp"

#include <cpprest/http_listener.h>
#include <pplx/threadpool.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <future>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <utility>
#include <vector>

namespace helper::rpc {
namespace {

namespace http = web::http;
using Listener = http::experimental::listener::http_listener;

// cpprestsdk makes 40 threads unless told otherwise before anything else of it runs; none of ours ever blocks in one.
constexpr std::size_t k_pool_threads = 4;
constexpr int k_port_attempts = 16;
constexpr Milliseconds k_tick{250};
constexpr Milliseconds k_flush_limit{500};

void start_pool_once() {
  static const bool started = [] {
    crossplat::threadpool::initialize_with_threads(k_pool_threads);
    return true;
  }();
  static_cast<void>(started);
}

// A port that was free a moment ago: the listener cannot be asked which port it got from 0.
Result<std::uint16_t> free_port() {
  const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!fd || ::bind(fd.get(), generic, size) != 0 || ::getsockname(fd.get(), generic, &size) != 0) {
    return fail(ErrorCode::internal, "127.0.0.1", "no port can be had");
  }
  return ntohs(address.sin_port);
}

RequestHead head_of(const http::http_request& request) {
  RequestHead head{request.method(), request.request_uri().to_string(), {}};
  for (const auto& [name, value] : request.headers()) {
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    head.headers[lower] = value;
  }
  return head;
}

// Ends the wait for a body: cpprestsdk sends no response before it has the whole request, and has no limit of its own.
void abandon_body(const http::http_request& request) {
  request._get_impl()->_complete(0, std::make_exception_ptr(http::http_exception("the body is not wanted")));
}

}  // namespace

struct HttpServer::State : std::enable_shared_from_this<State> {
  State(std::shared_ptr<Dispatcher> the_dispatcher, const ServerOptions& the_options)
      : dispatcher(std::move(the_dispatcher)), options(the_options), threads(the_options.max_calls) {}

  // A body that is awaited; whoever settles it first answers the request.
  struct PendingBody {
    http::http_request request;
    SteadyTime deadline;
    std::atomic<bool> settled{false};
  };

  void on_request(const http::http_request& request);
  void on_body(const http::http_request& request, bool stream, const std::string& body);
  void refuse(const http::http_request& request, unsigned status, const Error& error);
  void respond(const http::http_request& request, http::http_response response,
               const std::shared_ptr<ReplyStream>& stream = nullptr);
  void respond_json(const http::http_request& request, const std::optional<Json>& answer);
  void run_streaming(const http::http_request& request, const Incoming& incoming);
  void keep_house(const std::stop_token& stop);
  void drop_bodies(bool all);
  void beat();
  // False once the server closes; else leave() must follow.
  bool enter();
  void leave();

  std::shared_ptr<Dispatcher> dispatcher;
  ServerOptions options;
  std::uint16_t port = 0;
  CallThreads threads;
  std::unique_ptr<Listener> listener;

  std::mutex mutex;
  std::condition_variable_any changed;
  bool closing = false;
  std::size_t inside = 0;  // between enter() and leave(): bodies on their way to the dispatcher
  std::size_t unsent = 0;  // responses handed to cpprestsdk and not yet written out
  std::list<std::shared_ptr<PendingBody>> bodies;
  std::list<std::weak_ptr<ReplyStream>> streams;
  std::jthread housekeeper;
};

void HttpServer::State::on_request(const http::http_request& request) {
  const RequestHead head = head_of(request);
  if (const auto refusal = check_head(head, Admission{port, options.token, options.max_body})) {
    refuse(request, refusal->status, Error{ErrorCode::rpc_request, "request", refusal->cause, ""});
    return;
  }
  const auto body = std::make_shared<PendingBody>();
  body->request = request;
  body->deadline = std::chrono::steady_clock::now() + options.body_limit;
  {
    const std::lock_guard lock(mutex);
    bodies.push_back(body);
  }
  const bool stream = wants_stream(head) && request.http_version() == http::http_versions::HTTP_1_1;
  request.extract_vector().then([self = shared_from_this(), body,
                                 stream](const pplx::task<std::vector<unsigned char>>& task) {
    std::string why;
    std::vector<unsigned char> bytes;
    try {
      bytes = task.get();
    } catch (const std::exception& error) {
      why = error.what();
    }
    if (body->settled.exchange(true)) return;
    if (!why.empty()) {
      self->refuse(body->request, http::status_codes::BadRequest,
                   Error{ErrorCode::rpc_request, "request", "its body did not come (" + why + ")", ""});
    } else if (self->enter()) {
      self->on_body(body->request, stream, std::string(bytes.begin(), bytes.end()));
      self->leave();
    } else {
      self->refuse(body->request, http::status_codes::ServiceUnavailable,
                   Error{ErrorCode::daemon_unreachable, "helperd", "it is ending", "try again: a new one is started"});
    }
  });
}

bool HttpServer::State::enter() {
  const std::lock_guard lock(mutex);
  if (!closing) ++inside;
  return !closing;
}

void HttpServer::State::leave() {
  const std::lock_guard lock(mutex);
  --inside;
  changed.notify_all();
}

void HttpServer::State::on_body(const http::http_request& request, bool stream, const std::string& body) try {
  auto incoming = std::make_shared<Incoming>(parse_incoming(body));
  if (Dispatcher::is_quick(*incoming)) {
    respond_json(request, dispatcher->answer(*incoming, Caller{}));
    return;
  }
  const bool started = threads.start([self = shared_from_this(), request, stream, incoming] {
    try {
      if (stream) {
        self->run_streaming(request, *incoming);
      } else {
        self->respond_json(request, self->dispatcher->answer(*incoming, Caller{}));
      }
    } catch (const std::exception& error) {
      log_warning("a call ended badly: {}", error.what());
    }
  });
  if (!started) {
    refuse(request, http::status_codes::TooManyRequests,
           Error{ErrorCode::daemon_unreachable, "helperd",
                 "it has too many requests in flight (" + std::to_string(options.max_calls) + ")",
                 "wait for some of them to end, then try again"});
  }
} catch (const std::exception& error) {
  refuse(request, http::status_codes::InternalError, Error{ErrorCode::internal, "request", error.what(), ""});
}

void HttpServer::State::refuse(const http::http_request& request, unsigned status, const Error& error) {
  log_info("refused with HTTP {}: {}", status, error.cause);
  http::http_response response(static_cast<http::status_code>(status));
  // What remains of the body would be taken for the next request.
  response.headers().add(http::header_names::connection, "close");
  if (status == http::status_codes::Unauthorized)
    response.headers().add(http::header_names::www_authenticate, "Bearer");
  if (status == http::status_codes::MethodNotAllowed) response.headers().add(http::header_names::allow, "POST");
  response.set_body(to_bytes(make_error(nullptr, error)) + "\n", "application/json");
  respond(request, std::move(response));
  abandon_body(request);
}

void HttpServer::State::respond_json(const http::http_request& request, const std::optional<Json>& answer) {
  http::http_response response(answer ? http::status_codes::OK : http::status_codes::NoContent);
  if (answer) response.set_body(to_bytes(*answer) + "\n", "application/json");
  respond(request, std::move(response));
}

void HttpServer::State::run_streaming(const http::http_request& request, const Incoming& incoming) {
  const auto stream = std::make_shared<ReplyStream>();
  {
    const std::lock_guard lock(mutex);
    streams.push_back(stream);
  }
  struct End {
    ReplyStream& stream;
    ~End() { stream.end(); }
  } const end{*stream};
  http::http_response response(http::status_codes::OK);
  response.set_body(stream->body(), "application/x-ndjson");
  respond(request, std::move(response), stream);
  Caller caller;
  caller.send = [stream](const Json& message) { stream->send_event(message); };
  caller.gone = stream->gone();
  if (const auto answer = dispatcher->answer(incoming, caller)) stream->send_last(*answer);
}

// `stream`, when there is one, learns of a reader that has gone. Every exception of the task ends here: one that nobody
// looks at would end the process.
void HttpServer::State::respond(const http::http_request& request, http::http_response response,
                                const std::shared_ptr<ReplyStream>& stream) {
  {
    const std::lock_guard lock(mutex);
    ++unsent;
  }
  const auto sent = [self = shared_from_this(), stream] {
    const std::lock_guard lock(self->mutex);
    --self->unsent;
    self->changed.notify_all();
  };
  try {
    request.reply(response).then([sent, stream](const pplx::task<void>& task) {
      try {
        task.get();
      } catch (const std::exception& error) {
        log_info("a response did not reach its reader: {}", error.what());
        if (stream) stream->mark_gone();
      }
      sent();
    });
  } catch (const std::exception& error) {
    log_info("a response could not be sent: {}", error.what());
    sent();
  }
}

void HttpServer::State::keep_house(const std::stop_token& stop) {
  SystemClock clock;
  SteadyTime last_beat = clock.now();
  while (clock.sleep(std::min(k_tick, options.heartbeat), stop)) {
    drop_bodies(false);
    dispatcher->refuse_orphaned_questions();
    if (clock.now() - last_beat < options.heartbeat) continue;
    last_beat = clock.now();
    beat();
  }
}

void HttpServer::State::beat() {
  std::vector<std::shared_ptr<ReplyStream>> live;
  {
    const std::lock_guard lock(mutex);
    std::erase_if(streams, [](const auto& stream) { return stream.expired(); });
    for (const auto& weak : streams) {
      if (auto stream = weak.lock()) live.push_back(std::move(stream));
    }
  }
  for (const auto& stream : live) stream->beat();
}

void HttpServer::State::drop_bodies(bool all) {
  std::vector<std::shared_ptr<PendingBody>> late;
  {
    const std::lock_guard lock(mutex);
    const SteadyTime now = std::chrono::steady_clock::now();
    std::erase_if(bodies, [&](const auto& body) {
      if (body->settled) return true;
      if (!all && body->deadline > now) return false;
      late.push_back(body);
      return true;
    });
  }
  for (const auto& body : late) {
    if (body->settled.exchange(true)) continue;
    refuse(body->request, http::status_codes::RequestTimeout,
           Error{ErrorCode::timed_out, "request", "its body did not come in time", ""});
  }
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(std::shared_ptr<Dispatcher> dispatcher,
                                                      const ServerOptions& options) {
  std::string why;
  for (int attempt = 0; attempt < k_port_attempts; ++attempt) {
    HELPER_TRY_ASSIGN(const std::uint16_t port, free_port());
    try {
      start_pool_once();
      auto state = std::make_shared<State>(dispatcher, options);
      state->port = port;
      state->listener = std::make_unique<Listener>(web::uri("http://127.0.0.1:" + std::to_string(port) + "/"));
      // The listener answers OPTIONS and TRACE itself (TRACE echoes the token) unless they are taken too.
      const auto handler = [weak = std::weak_ptr<State>(state)](const http::http_request& request) {
        if (const auto self = weak.lock()) self->on_request(request);
      };
      state->listener->support(handler);
      state->listener->support(http::methods::OPTIONS, handler);
      state->listener->support(http::methods::TRCE, handler);
      state->listener->open().get();
      state->housekeeper = std::jthread([raw = state.get()](const std::stop_token& stop) { raw->keep_house(stop); });
      return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
    } catch (const std::exception& error) {
      why = error.what();
      log_info("port {} could not be taken, another is tried: {}", port, why);
    }
  }
  return fail(ErrorCode::internal, "127.0.0.1", "no port can be listened on (" + why + ")");
}

HttpServer::HttpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}

HttpServer::~HttpServer() {
  if (state_ && state_->listener && !close(Milliseconds(2'000)))
    log_warning("the server is closed with calls still running");
}

std::uint16_t HttpServer::port() const { return state_->port; }
std::string HttpServer::url() const { return "http://127.0.0.1:" + std::to_string(state_->port) + "/"; }

bool HttpServer::close(Milliseconds limit) {
  const SteadyTime until = std::chrono::steady_clock::now() + limit;
  const auto left = [&] {
    return std::max(Milliseconds(1),
                    std::chrono::duration_cast<Milliseconds>(until - std::chrono::steady_clock::now()));
  };
  State& state = *state_;
  {
    const std::lock_guard lock(state.mutex);
    if (std::exchange(state.closing, true)) return true;
  }
  state.dispatcher->stop_all();
  state.drop_bodies(true);
  {
    std::unique_lock lock(state.mutex);
    state.changed.wait_for(lock, left() / 2, [&] { return state.inside == 0; });
  }
  const bool idle = state.threads.wait_idle(left() / 2);
  {
    std::unique_lock lock(state.mutex);
    state.changed.wait_for(lock, std::min(left() / 2, k_flush_limit), [&] { return state.unsent == 0; });
    for (const auto& weak : state.streams) {
      if (const auto stream = weak.lock()) stream->end();  // or close() below would wait for it
    }
  }
  state.housekeeper = {};
  // close() has no limit of its own, so it runs where it may be left behind.
  auto closed = std::make_shared<std::promise<void>>();
  auto done = closed->get_future();
  std::thread([closed, self = state_] {
    try {
      self->listener->close().get();
    } catch (const std::exception& error) {
      log_warning("the listener closed badly: {}", error.what());
    }
    closed->set_value();
  }).detach();
  const bool shut = done.wait_for(left()) == std::future_status::ready;
  if (!idle || !shut) log_warning("closing: calls ended: {}, listener closed: {}", idle, shut);
  return idle && shut;
}

}  // namespace helper::rpc
