#include "engine/logs.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace helper::engine {
namespace {

constexpr Milliseconds k_as_long_as_it_runs = std::chrono::hours(24 * 365);
constexpr Milliseconds k_logs_limit = std::chrono::seconds(30);
constexpr std::size_t k_longest_line = 64u << 10;  // beyond it a line is cut
constexpr std::size_t k_last = 1000;               // bytes of the end of the output, where the engine says why it ends

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

// What `logs` said on its last line that is not empty.
std::string last_words(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return failure_words(text.substr(text.rfind('\n') + 1));  // npos + 1 is 0
}

// `logs` has failed with these words: which log driver the container has is asked only then.
tl::unexpected<Error> no_logs(CommandRunner& server, const EngineCli& cli, const std::string& container,
                              const std::string& words, const std::stop_token& stop) {
  std::string driver;
  if (is_about_the_log_driver(words)) {
    HELPER_TRY_ASSIGN(
        const auto output,
        server.run(
            command(cli.argv({"container", "inspect", "--format", "{{.HostConfig.LogConfig.Type}}", "--", container}),
                    k_logs_limit),
            stop));
    if (output.exit_status == 0) driver = trimmed(output.out);
  }
  return fail(logs_trouble(cli, container, words, driver));
}

}  // namespace

bool is_about_the_log_driver(std::string_view words) {
  return words.find("logging driver") != std::string_view::npos || words.find("log driver") != std::string_view::npos;
}

Error logs_trouble(const EngineCli& cli, const std::string& container, const std::string& words,
                   const std::string& driver) {
  if (!is_about_the_log_driver(words)) {
    return {ErrorCode::engine_failed, "container " + container,
            words.empty() ? "its output cannot be read, and the engine does not say why" : words,
            "on the server: " + cli.program + " ps -a"};
  }
  const std::string kept = cli.program == "podman" ? "k8s-file" : "json-file";
  return {ErrorCode::engine_failed, "container " + container,
          "its output cannot be read: the container has the log driver " +
              (is_printable(driver) && !driver.empty() ? "\"" + driver + "\"" : "of the engine") + " (" + words + ")",
          R"(set "extra_args": ["--log-driver=)" + kept +
              R"("] in helper.json; the output is kept when the container is created again with that driver)"};
}

Result<std::string> container_logs(CommandRunner& server, const EngineCli& cli, const std::string& container, int lines,
                                   const std::stop_token& stop) {
  Command what = command(cli.argv({"logs", "--tail", std::to_string(lines), "--", container}), k_logs_limit);
  what.script += " 2>&1";
  HELPER_TRY_ASSIGN(auto output, server.run(what, stop));
  if (output.exit_status != 0) return no_logs(server, cli, container, last_words(output.out), stop);
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
  std::string last;
  HELPER_TRY_ASSIGN(const auto output, server.run(what, stop, [&](std::string_view piece) {
    batches.take(piece);
    last += piece;
    if (last.size() > k_last) last.erase(0, last.size() - k_last);
  }));
  batches.flush();
  if (output.exit_status == 0) return {};
  if (const std::string words = last_words(last); is_about_the_log_driver(words))
    return no_logs(server, cli, container, words, stop);
  return fail(ErrorCode::engine_failed, "container " + container,
              "its output cannot be followed any more (" + cli.program + " logs ended with status " +
                  std::to_string(output.exit_status) + ")",
              "on the server: " + cli.program + " ps -a");
}

}  // namespace helper::engine
