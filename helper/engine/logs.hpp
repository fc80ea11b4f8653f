// What a container prints, as it prints it.
#pragma once

#include "base/command.hpp"
#include "base/result.hpp"
#include "engine/engine_cli.hpp"

#include <stop_token>
#include <string>
#include <string_view>

namespace helper::engine {

// The last `lines` lines of the container's own output, both streams.
[[nodiscard]] Result<std::string> container_logs(CommandRunner& server, const EngineCli& cli,
                                                 const std::string& container, int lines, const std::stop_token& stop);

// Gives `on_text` the last `lines` lines of the container's output, both streams, and then what comes, in whole lines
// where it prints such, until the container ends or a stop is requested. `server` need keep only the beginning of an
// output. Errors: engine_failed, cancelled, server_*.
[[nodiscard]] Result<void> follow_logs(CommandRunner& server, const EngineCli& cli, const std::string& container,
                                       int lines, const OutputSink& on_text, const std::stop_token& stop);

// Pure. Why the output cannot be read, from the engine's words; `driver` is HostConfig.LogConfig.Type, which is of
// interest only where the words are about it, and "" where the engine does not tell.
[[nodiscard]] bool is_about_the_log_driver(std::string_view words);
[[nodiscard]] Error logs_trouble(const EngineCli& cli, const std::string& container, const std::string& words,
                                 const std::string& driver);

// LineBatches cuts a stream where lines end, so that each piece can be shown by itself.
class LineBatches {
 public:
  explicit LineBatches(const OutputSink& sink) : sink_(sink) {}
  void take(std::string_view piece);
  void flush();  // what is left, once the stream has ended

 private:
  const OutputSink& sink_;
  std::string held_;
};

}  // namespace helper::engine
