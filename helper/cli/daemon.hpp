// Daemon is the helperd that a verb speaks to, as the verbs see it; rpc_daemon.hpp is the real one.
#pragma once

#include "ensure/report.hpp"
#include "rpc/json.hpp"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace helper::cli {

class Daemon {
 public:
  virtual ~Daemon() = default;
  // Starts the daemon when none runs. Events come on the calling thread, which may call answer() from within.
  // Errors: those of the method, daemon_unreachable, cancelled.
  [[nodiscard]] virtual Result<rpc::Json> call(const std::string& method, const rpc::Json& params,
                                               const ensure::EventSink& on_event, const std::stop_token& stop) = 0;
  // Answers an open question of a call() that is still going on.
  [[nodiscard]] virtual Result<void> answer(const std::string& question_id, const std::string& value,
                                            const std::stop_token& stop) = 0;
  // The result of its method `version`; nullopt when no daemon runs. Starts nothing.
  [[nodiscard]] virtual Result<std::optional<rpc::Json>> version_if_running(const std::stop_token& stop) = 0;
};

}  // namespace helper::cli
