#include "cli/rpc_daemon.hpp"

#include "cli/become.hpp"
#include "rpc/envelope.hpp"

#include <cstdlib>
#include <unistd.h>

namespace helper::cli {
namespace {

namespace fs = std::filesystem;

// How many daemons that are just ending one request may find.
constexpr int k_most_endings = 2;

}  // namespace

Result<rpc::Client*> RpcDaemon::client(const std::stop_token& stop) {
  if (!client_) {
    HELPER_TRY_ASSIGN(const fs::path helperd, find_helperd());
    HELPER_TRY_ASSIGN(client_, rpc::connect_or_start(paths_, helperd, stop, other_));
  }
  return &*client_;
}

Result<rpc::Json> RpcDaemon::call(const std::string& method, const rpc::Json& params, const ensure::EventSink& on_event,
                                  const std::stop_token& stop) {
  if (method == "shutdown" && !client_) client_ = rpc::find_daemon(paths_, stop);  // of whatever version
  for (int left = k_most_endings;; --left) {
    HELPER_TRY_ASSIGN(const rpc::Client* daemon, client(stop));
    auto result = daemon->call(method, params, on_event, stop);
    if (result || left == 0 || !rpc::is_ending(result.error())) return result;
    client_.reset();  // it had not begun: the next one is asked
  }
}

Result<void> RpcDaemon::answer(const std::string& question_id, const std::string& value, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const rpc::Client* daemon, client(stop));
  HELPER_TRY_ASSIGN(const rpc::Json answered,
                    daemon->call("answer", {{"question", question_id}, {"value", value}}, {}, stop));
  if (answered.value("accepted", false)) return {};
  return fail(ErrorCode::timed_out, "the question", "its time was over before the answer came", "");
}

Result<std::optional<rpc::Json>> RpcDaemon::version_if_running(const std::stop_token& stop) {
  const auto daemon = rpc::find_daemon(paths_, stop);
  if (!daemon) return std::nullopt;
  HELPER_TRY_ASSIGN(rpc::Json version, daemon->call("version", rpc::Json::object(), {}, stop));
  return std::optional(std::move(version));
}

Result<fs::path> find_helperd() {
  fs::path program;
  if (const char* named = std::getenv("HELPERD"); named != nullptr) {
    program = named;
  } else {
    HELPER_TRY_ASSIGN(const std::string own, own_program());
    program = fs::path(own).parent_path() / "helperd";
  }
  if (!program.is_absolute() || ::access(program.c_str(), X_OK) != 0) {
    return fail(ErrorCode::daemon_unreachable, "helperd", "there is no program to run at " + program.string(),
                "install helperd beside helper, or set HELPERD to its absolute path");
  }
  return program;
}

}  // namespace helper::cli
