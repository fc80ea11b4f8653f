// Client speaks to the daemon: JSON-RPC over HTTP on its Unix socket, or on its port, one connection a call. Safe from
// any thread, and from inside its own on_event (a question is answered by a second call).
#pragma once

#include "base/clock.hpp"
#include "base/paths.hpp"
#include "base/result.hpp"
#include "ensure/report.hpp"
#include "rpc/endpoint_file.hpp"
#include "rpc/json.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace helper::rpc {

// The server sends something at least every second while a call runs; a daemon that is silent for this long is stuck.
inline constexpr Milliseconds k_silence_limit{30'000};

class Client {
 public:
  // `log_file` is only named to a person whose daemon misbehaves.
  Client(DaemonEndpoint endpoint, std::filesystem::path log_file);

  // The daemon's answer to `version`, whole within `limit`. The connection is kept for the next call, if that comes
  // soon: to find a daemon and to call it takes one. Errors: as call.
  [[nodiscard]] Result<Json> greet(const std::stop_token& stop, Milliseconds limit) const;

  // The method's result, or its error as the daemon gave it. A call may take as long as the daemon gives signs of life
  // (`silence`); on_event runs on this thread. When `stop` is requested the call is cancelled and ends within seconds.
  // Own errors: daemon_unreachable (refuses, closes early, is silent, answers garbage), cancelled.
  [[nodiscard]] Result<Json> call(std::string_view method, const Json& params, const ensure::EventSink& on_event,
                                  const std::stop_token& stop, Milliseconds silence = k_silence_limit) const;

  [[nodiscard]] const DaemonEndpoint& endpoint() const { return endpoint_; }

 private:
  struct Kept;

  DaemonEndpoint endpoint_;
  std::filesystem::path log_file_;
  std::shared_ptr<Kept> kept_;
};

}  // namespace helper::rpc
