#include "base/log.hpp"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

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

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

void open_log(const std::filesystem::path& file, LogLevel level) {
  constexpr std::size_t k_bytes = 5u << 20;
  try {
    const mode_t before = ::umask(0077);
    std::filesystem::create_directories(file.parent_path());
    the_logger() = spdlog::rotating_logger_mt("helper", file.string(), k_bytes, 1);
    ::umask(before);
    the_logger()->set_level(to_spdlog(level));
    the_logger()->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l [%t] %v");
    the_logger()->flush_on(spdlog::level::info);
  } catch (const std::exception&) {
    the_logger() = nullptr;  // no log is a pity, not a reason to do no work
  }
}

void log_line(LogLevel level, std::string_view line) {
  if (the_logger()) the_logger()->log(to_spdlog(level), printable(line));
}

}  // namespace helper
