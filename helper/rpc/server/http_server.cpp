#include "rpc/server/http_server.hpp"

#include "base/log.hpp"
#include "base/shortage.hpp"
#include "rpc/server/acceptor.hpp"
#include "rpc/server/front.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <future>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>

namespace helper::rpc {
namespace {

constexpr Milliseconds k_care_pause{250};   // between two looks after calls whose caller has gone
constexpr Milliseconds k_flush_limit{500};  // for the last answers to go out
constexpr Milliseconds k_flush_pause{5};

Json to_json(const Counts& counts) {
  return {{"connections", counts.connections.load()},
          {"strangers", counts.strangers.load()},
          {"requests", counts.requests.load()},
          {"refused", counts.refused.load()}};
}

}  // namespace

struct HttpServer::State {
  State(std::shared_ptr<Dispatcher> dispatcher, const ServerOptions& options)
      : front(std::make_shared<Front>(std::move(dispatcher), options.token, within_descriptors(options.limits),
                                      options.peers)),
        acceptor(front, [this] { look_for_the_gone(); }) {}

  // Of a server that could not start: its threads end before what they use.
  ~State() {
    if (!network.joinable()) return;
    front->close_loop();
    front->loop.stop();
    network.join();
  }

  void look_for_the_gone();
  void care(const std::stop_token& stop);
  void serve();
  // Runs `what` on the network's thread and waits for it; once the loop is closed it only gives what is nothing.
  template <class What>
  auto on_loop(What what);

  std::shared_ptr<Front> front;
  std::mutex mutex;
  std::condition_variable_any changed;
  bool somebody_left = false;
  Acceptor acceptor;
  std::filesystem::path socket;
  std::optional<Error> socket_trouble;
  bool closed = false;

  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work;
  std::thread network;
  std::jthread carer;
};

void HttpServer::State::look_for_the_gone() {
  const std::lock_guard lock(mutex);
  somebody_left = true;
  changed.notify_all();
}

// Calls are stopped here and not on the network's thread: what a stop sets off may take its time.
void HttpServer::State::care(const std::stop_token& stop) {
  SystemClock clock;
  for (;;) {
    {
      std::unique_lock lock(mutex);
      if (!changed.wait(lock, stop, [&] { return somebody_left; })) return;
      somebody_left = false;
    }
    while (front->dispatcher->let_go_of_the_gone()) {
      if (!clock.sleep(k_care_pause, stop)) return;
    }
  }
}

void HttpServer::State::serve() {
  for (;;) {
    try {
      front->loop.run();
      return;
    } catch (const std::exception& error) {
      log_warning("the network's thread goes on after an error: {}", error.what());
    }
  }
}

template <class What>
auto HttpServer::State::on_loop(What what) {
  std::packaged_task<decltype(what())()> task(std::move(what));
  auto done = task.get_future();
  if (!front->post([&task] { task(); })) return decltype(what())();
  return done.get();
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(std::shared_ptr<Dispatcher> dispatcher,
                                                      const ServerOptions& options) try {
  auto state = std::make_unique<State>(std::move(dispatcher), options);
  HELPER_TRY(state->acceptor.listen_tcp());
  if (!options.socket.empty()) {
    if (const auto listening = state->acceptor.listen_unix(options.socket)) {
      state->socket = options.socket;
    } else {
      state->socket_trouble = listening.error();
      log_warning("{}", to_text(listening.error()));
    }
  }
  state->front->dispatcher->set_counts([weak = std::weak_ptr(state->front)] {
    const auto front = weak.lock();
    return front ? to_json(front->counts) : Json::object();
  });
  state->work.emplace(boost::asio::make_work_guard(state->front->loop));
  state->network = std::thread([raw = state.get()] { raw->serve(); });
  state->carer = std::jthread([raw = state.get()](const std::stop_token& stop) { raw->care(stop); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
} catch (const std::system_error& error) {
  return fail(by_errno({ErrorCode::internal, "helperd", "it cannot listen", {}}, error.code().value()));
} catch (const std::exception& error) {
  return fail(ErrorCode::internal, "helperd", std::string("it cannot listen (") + error.what() + ")");
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpServer::~HttpServer() {
  if (!state_->closed && !close(Milliseconds(2'000))) log_warning("the server is closed with calls still running");
}

std::uint16_t HttpServer::port() const { return state_->front->port; }
std::string HttpServer::url() const { return "http://127.0.0.1:" + std::to_string(port()) + "/"; }
const std::filesystem::path& HttpServer::socket() const { return state_->socket; }
const std::optional<Error>& HttpServer::socket_trouble() const { return state_->socket_trouble; }

Result<bool> HttpServer::keep_socket() {
  return state_->on_loop([this] { return state_->acceptor.keep_unix(); });
}

bool HttpServer::close(Milliseconds limit) {
  const SteadyTime until = std::chrono::steady_clock::now() + limit;
  const auto left = [&] {
    return std::max(Milliseconds(1),
                    std::chrono::duration_cast<Milliseconds>(until - std::chrono::steady_clock::now()));
  };
  State& state = *state_;
  if (std::exchange(state.closed, true)) return true;
  Front& front = *state.front;
  state.on_loop([&] {
    state.acceptor.stop_listening();
    state.acceptor.wind_up();
  });
  front.dispatcher->stop_all();
  bool idle = true;
  for (CallThreads* threads : {&front.calls, &front.watchers, &front.quick})
    idle = threads->wait_idle(left() / 2) && idle;
  SystemClock clock;
  const SteadyTime flushed = clock.now() + std::min(left(), k_flush_limit);
  while (clock.now() < flushed && state.on_loop([&] { return state.acceptor.busy(); }) != 0)
    clock.sleep(k_flush_pause, {});
  state.carer = {};
  // Every handler runs to its end, so that nothing is left in the loop that would keep it alive.
  state.on_loop([&] { state.acceptor.close_all(); });
  front.close_loop();
  state.work.reset();
  state.network.join();
  if (!idle) log_warning("closing: some calls have not ended");
  return idle;
}

}  // namespace helper::rpc
