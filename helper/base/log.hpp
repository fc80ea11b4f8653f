// The log: one line an event, to a file in the daemon and nowhere in the command. Secrets never pass through here.
#pragma once

#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <string>
#include <string_view>

namespace helper {

enum class LogLevel { debug, info, warning, error };

// Sends the log to this file (0600, 5 MB, one older kept). Before the first call nothing is written anywhere. Call it
// before there are other threads: it changes the umask for a moment.
void open_log(const std::filesystem::path& file, LogLevel level);

// The line, with control characters (a remote's output may hold some) made visible, cut at 16 KiB.
void log_line(LogLevel level, std::string_view line);

template <class... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_warning(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::warning, fmt::format(format, std::forward<Args>(args)...));
}

// last_resort keeps an exception of a thread from ending the whole process: an exception that leaves a thread
// would end every tunnel.

// Does the work; what it throws is logged, under `what`, and goes no further.
template <class Work>
void last_resort(const char* what, Work&& work) noexcept {
  try {
    work();
  } catch (const std::exception& defect) {
    log_line(LogLevel::error, std::string(what) + " failed: " + defect.what());
  } catch (...) {
    log_line(LogLevel::error, std::string(what) + " failed");
  }
}

}  // namespace helper
