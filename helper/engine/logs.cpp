#include "engine/logs.hpp"

#include "base/shell.hpp"

#include <algorithm>

namespace helper::engine {
namespace {

constexpr Milliseconds k_as_long_as_it_runs = std::chrono::hours(24 * 365);
constexpr Milliseconds k_logs_limit = std::chrono::seconds(30);
constexpr std::size_t k_longest_line = 64u << 10;  // beyond it a line is cut

// Bytes at the end of the text that begin a character of UTF-8 whose other bytes have not come yet.
std::size_t begun_character(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0U) == 0x80U) continue;
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

}  // namespace

Result<std::string> container_logs(CommandRunner& server, const EngineCli& cli, const std::string& container, int lines,
                                   const std::stop_token& stop) {
  Command what = command(cli.argv({"logs", "--tail", std::to_string(lines), "--", container}), k_logs_limit);
  what.script += " 2>&1";
  HELPER_TRY_ASSIGN(auto output, run_or_fail(server, what,
                                             {ErrorCode::engine_failed, "container " + container,
                                              "on the server: " + cli.program + " ps -a"},
                                             stop));
  return std::move(output.out);
}

void LineBatches::take(std::string_view piece) {
  held_ += piece;
  // A progress bar ends its line with a carriage return for as long as it moves.
  const auto end = held_.find_last_of("\r\n");
  if (end == std::string::npos && held_.size() < k_longest_line) return;
  const std::size_t whole = end == std::string::npos ? held_.size() - begun_character(held_) : end + 1;
  sink_(std::string_view(held_).substr(0, whole));
  held_.erase(0, whole);
}

void LineBatches::flush() {
  if (!held_.empty()) sink_(held_);
  held_.clear();
}

Result<void> follow_logs(CommandRunner& server, const EngineCli& cli, const std::string& container, int lines,
                         const OutputSink& on_text, const std::stop_token& stop) {
  Command what;
  const Argv argv = cli.argv({"logs", "--follow", "--tail", std::to_string(lines), "--", container});
  what.script = std::string(k_engine_path) + "exec " + shell::quote(argv) + " 2>&1";
  what.timeout = k_as_long_as_it_runs;
  what.summary = summary_of(argv);
  LineBatches batches(on_text);
  HELPER_TRY_ASSIGN(const auto output, server.run(what, stop, [&](std::string_view piece) { batches.take(piece); }));
  batches.flush();
  if (output.exit_status == 0) return {};
  return fail(ErrorCode::engine_failed, "container " + container,
              "its output cannot be followed any more (" + cli.program + " logs ended with status " +
                  std::to_string(output.exit_status) + ")",
              "on the server: " + cli.program + " ps -a");
}

}  // namespace helper::engine
