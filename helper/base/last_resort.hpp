// last_resort stands between the work of a thread and the end of the whole process: an exception that leaves a thread
// is the end of every tunnel.
#pragma once

#include "base/log.hpp"

#include <exception>
#include <string>

namespace helper {

// Does the work; what it throws is told to the log, under `what`, and goes no further.
template <class Work>
void last_resort(const char* what, Work&& work) noexcept {
  try {
    work();
  } catch (const std::exception& defect) {
    log_line(LogLevel::error, std::string(what) + " broke off: " + defect.what());
  } catch (...) {
    log_line(LogLevel::error, std::string(what) + " broke off");
  }
}

}  // namespace helper
