#include "base/log.hpp"

#include "base/text.hpp"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <memory>
#include <sys/stat.h>

namespace helper {

namespace {

std::shared_ptr<spdlog::logger>& the_logger() {
  static std::shared_ptr<spdlog::logger> logger;
  return logger;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      break;
  }
  return spdlog::level::err;
}

constexpr std::size_t k_file_bytes = 5U << 20;
constexpr std::size_t k_older_files = 1;
constexpr std::size_t k_longest_line = 16U << 10;

// Files that rotation makes get the umask of that moment.
spdlog::file_event_handlers close_to_others() {
  spdlog::file_event_handlers handlers;
  handlers.after_open = [](const spdlog::filename_t&, std::FILE* file) {
    ::fchmod(::fileno(file), 0600);
    ::fcntl(::fileno(file), F_SETFD, FD_CLOEXEC);
  };
  return handlers;
}

}  // namespace

void open_log(const std::filesystem::path& file, LogLevel level) {
  const mode_t before = ::umask(0077);
  try {
    std::filesystem::create_directories(file.parent_path());
    auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(), k_file_bytes, k_older_files,
                                                                       false, close_to_others());
    auto logger = std::make_shared<spdlog::logger>("helper", std::move(sink));
    logger->set_level(to_spdlog(level));
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l [%t] %v");
    logger->flush_on(spdlog::level::info);
    the_logger() = std::move(logger);
  } catch (const std::exception&) {
    the_logger() = nullptr;  // without a log the work goes on
  }
  ::umask(before);
}

void log_line(LogLevel level, std::string_view line) {
  if (the_logger()) the_logger()->log(to_spdlog(level), printable(line, k_longest_line));
}

}  // namespace helper
