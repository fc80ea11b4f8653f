#include "jupyter/rest_client.hpp"

#include "base/digest.hpp"
#include "base/log.hpp"
#include "jupyter/gate.hpp"
#include "jupyter/read.hpp"

#include <cpprest/http_client.h>
#include <pplx/threadpool.h>

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace helper::jupyter {
namespace {

namespace http = web::http;

constexpr const char* k_pass_header = "X-Helper-Pass";
constexpr Milliseconds k_settle_limit{1'000};  // for the client to read what the gate has handed over already

// cpprestsdk makes 40 threads unless told otherwise before anything else of it runs.
void start_pool_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    try {
      crossplat::threadpool::initialize_with_threads(k_pool_threads);
    } catch (const std::exception& error) {
      log_info("cpprestsdk's threads are there already: {}", error.what());  // those can be used
    }
  });
}

struct Answer {
  int status = 0;
  bool json = false;
  std::string body;
};

// Where the client's task leaves its result; it lives as long as the task does.
class Outcome {
 public:
  void settle(Result<Answer> answer) {
    const std::scoped_lock lock(mutex_);
    answer_ = std::move(answer);
    changed_.notify_all();
  }
  std::optional<Result<Answer>> wait(Milliseconds limit) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [&] { return answer_.has_value(); });
    return answer_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Result<Answer>> answer_;
};

http::http_request request_for(const std::string& path, const std::string& token, const std::string& pass) {
  http::http_request request(http::methods::GET);
  // Without the parameter each question would count as the person's activity, and idle kernels would never be culled.
  request.set_request_uri(web::uri(path + "?no_track_activity=1"));
  if (!token.empty()) request.headers().add(http::header_names::authorization, "token " + token);
  request.headers().add(k_pass_header, pass);
  return request;
}

// The last link of the chain sees every exception of the ones before: one that nobody looks at ends the process.
// It ends by itself once the gate is closed.
std::shared_ptr<Outcome> begin(std::uint16_t port, const http::http_request& request) {
  http::client::http_client_config config;
  config.set_timeout(ensure::k_jupyter_limit + k_settle_limit);
  config.set_max_redirects(0);
  config.set_request_compressed_response(false);
  config.set_proxy(web::web_proxy(web::web_proxy::disabled));
  const auto outcome = std::make_shared<Outcome>();
  const auto answer = std::make_shared<Answer>();
  http::client::http_client client(web::uri("http://127.0.0.1:" + std::to_string(port)), config);
  client.request(request)
      .then([answer](const http::http_response& response) {
        answer->status = response.status_code();
        answer->json = response.headers().content_type() == "application/json";
        return response.extract_vector();
      })
      .then([answer, outcome](const pplx::task<std::vector<unsigned char>>& task) {
        try {
          const auto bytes = task.get();
          answer->body.assign(bytes.begin(), bytes.end());
          outcome->settle(std::move(*answer));
        } catch (const std::exception& error) {
          outcome->settle(fail(ErrorCode::inside_failed, "Jupyter", error.what()));
        }
      });
  return outcome;
}

Result<std::string> body_of(const Answer& answer) {
  const auto broken = [](std::string cause) { return fail(ErrorCode::inside_failed, "Jupyter", std::move(cause)); };
  if (answer.status == 401 || answer.status == 403) return broken("it needs a token that helper does not have");
  if (answer.status >= 300 && answer.status < 400)
    return broken("it sends the question elsewhere, and helper does not follow");
  if (answer.status != 200) return broken("it answers with status " + std::to_string(answer.status));
  if (!answer.json) return broken("its answer is not JSON");
  return answer.body;
}

// One question, put through a gate. cpprestsdk throws where it cannot begin.
Result<std::string> ask(const Fd& far, const std::string& path, const std::string& token, const PeerPolicy& policy,
                        SteadyTime until, const std::stop_token& stop) try {
  const std::string pass = random_token();
  if (pass.empty()) return fail(ErrorCode::internal, "Jupyter", "the system gives no random numbers");
  HELPER_TRY_ASSIGN(auto gate, Gate::open(pass, policy));
  start_pool_once();
  const auto outcome = begin(gate.port(), request_for(path, token, pass));
  HELPER_TRY(gate.serve(far, until, stop));
  const auto answer = outcome->wait(k_settle_limit);
  if (!answer) return fail(ErrorCode::timed_out, "Jupyter", "its answer was not read in time");
  HELPER_TRY_ASSIGN(const Answer whole, *answer);
  return body_of(whole);
} catch (const std::exception& error) {
  return fail(ErrorCode::internal, "Jupyter", std::string("it cannot be asked: ") + error.what());
}

}  // namespace

Result<std::vector<plan::JupyterKernel>> RestClient::kernels(ensure::JupyterLines lines, const std::stop_token& stop) {
  const SteadyTime until = std::chrono::steady_clock::now() + ensure::k_jupyter_limit;
  HELPER_TRY_ASSIGN(const auto body, ask(lines.kernels, "/api/kernels", lines.token, policy_, until, stop));
  HELPER_TRY_ASSIGN(auto kernels, read_kernels(body));
  if (kernels.empty()) return kernels;
  const auto sessions =
      ask(lines.sessions, "/api/sessions", lines.token, policy_, until, stop).and_then([](const auto& text) {
        return read_sessions(text);
      });
  if (!sessions) {
    log_info("the sessions of a Jupyter are not known: {}", sessions.error().cause);
    return kernels;
  }
  for (auto& kernel : kernels) {
    if (const auto notebook = sessions->find(kernel.id); notebook != sessions->end())
      kernel.notebook = notebook->second;
  }
  return kernels;
}

}  // namespace helper::jupyter
