// The log: one line an event, to a file in the daemon and nowhere in the command. Secrets never pass through here.
#pragma once

#include <fmt/format.h>

#include <filesystem>
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

}  // namespace helper
