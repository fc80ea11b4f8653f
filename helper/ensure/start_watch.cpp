#include "ensure/start_watch.hpp"

#include "base/log.hpp"
#include "engine/await_start.hpp"

namespace helper::ensure {

void StartWatch::begin(std::unique_ptr<CommandRunner> server, const engine::EngineCli& cli,
                       const std::string& container) {
  end();
  watching_ = true;
  thread_ = std::jthread([this, server = std::move(server), cli, container](const std::stop_token& stop) {
    Result<bool> started = false;
    last_resort("following the engine's events", [&] {
      while (started && !*started && !stop.stop_requested())
        started = engine::await_start(*server, cli, container, stop);
    });
    if (!started) log_info("events: {}", to_text(started.error()));
    watching_ = false;
    if (started && *started) on_start_();
  });
}

}  // namespace helper::ensure
