// CommandRunner runs POSIX shell text on one machine (this one, or a server by SSH) and brings back what it printed.
// It is one of the five Hands; everything the engine room does goes through it.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace helper {

struct Command {
  std::string script;      // POSIX sh; values only through shell::quote
  std::string stdin_text;  // fed to the script's standard input; no NUL bytes
  Milliseconds timeout{30'000};
  // A regular file of this machine, whose bytes (any bytes, any number) are the script's standard input; stdin_text is
  // empty then. A file that cannot be read: file_failed.
  std::filesystem::path stdin_file{};
  // What it is, on one line that a person may see: "docker start centernet". No secret is in it, and nothing else of
  // the command is ever shown. "": a script.
  std::string summary{};
};

struct CommandOutput {
  int exit_status = 0;  // 128 + n when a signal n ended it
  std::string out;
  std::string err;
};

// Called with pieces of standard output and standard error as they come, on the thread that called run().
using OutputSink = std::function<void(std::string_view piece)>;

// Output beyond this many bytes (per stream) ends the command with an error: a runaway must not fill our memory.
inline constexpr std::size_t k_max_command_output = 8u << 20;

class CommandRunner {
 public:
  virtual ~CommandRunner() = default;
  // Runs `command` to its end. A non-zero exit is a CommandOutput, not an error; errors are: the machine cannot be
  // reached (server_*), the limit passed (timed_out), a stop was requested (cancelled). One caller at a time.
  [[nodiscard]] virtual Result<CommandOutput> run(const Command& command, const std::stop_token& stop,
                                                  const OutputSink& on_output = {}) = 0;
  // How to name the machine to a person: "gpu1", "this machine".
  [[nodiscard]] virtual std::string where() const = 0;
};

// What a program that failed said, without prefixes and hints: the first line that begins with "Error" and the like
// (these cut off), else the first line; on one line, printable, cut after 400 bytes. "" when there is none.
[[nodiscard]] std::string failure_words(std::string_view err);

// What an Error says of a command that failed, beside its output.
struct Failing {
  ErrorCode code = ErrorCode::internal;
  std::string thing;
  std::string fix;
};

// Of a command that exited with a status that is not 0: `failing`, with the command's words as its cause.
[[nodiscard]] Error failure_of(const CommandOutput& output, const Failing& failing);

// Error `failing` when the command exits with a status that is not 0; its words are the cause.
[[nodiscard]] Result<CommandOutput> run_or_fail(CommandRunner& server, const Command& what, const Failing& failing,
                                                const std::stop_token& stop, const OutputSink& on_output = {});

}  // namespace helper
