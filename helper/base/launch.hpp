// launch starts a program that goes on without us, as a desktop's opener of files and links does.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace helper {

// Runs argv (argv[0] is looked up on PATH when it has no slash) in a session of its own, with /dev/null as its standard
// descriptors and none of our others. Waits up to `limit` for its end: one that failed within it is an error, one that
// runs on is left to itself: a child of this process until then. Errors: file_failed, cancelled.
[[nodiscard]] Result<void> launch(const std::vector<std::string>& argv, Milliseconds limit,
                                  const std::stop_token& stop);

// Removes the file after `delay`, whether we still run then or not.
void remove_later(const std::filesystem::path& file, std::chrono::seconds delay);

}  // namespace helper
