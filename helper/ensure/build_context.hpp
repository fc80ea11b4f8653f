// The context of an image's build: the files of a folder of this machine that its .dockerignore lets through. A
// symbolic link is part of it as the link that it is, never followed.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "ensure/look_at_server.hpp"
#include "plan/observed.hpp"

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace helper::ensure {

struct ContextFile {
  enum class Kind { file, folder, link };
  std::string name;  // relative to the context, '/' between names
  Kind kind = Kind::file;
  unsigned mode = 0;
  std::uint64_t size = 0;
  std::int64_t modified = 0;  // nanoseconds since 1970
  std::uint64_t inode = 0;
  std::string leads_to;  // of a link
};

// In an order that depends on the names alone. Sockets, pipes and devices are left out. Errors: file_failed for a
// folder that cannot be read, config_invalid when the Dockerfile is not there, or is no file.
[[nodiscard]] Result<std::vector<ContextFile>> list_context(const config::BuildConfig& build);

// The fingerprint of all that decides what is built. Files are read again only when one of them has another time, size
// or inode than when `memory` was made.
[[nodiscard]] plan::BuildInputs build_inputs(const config::BuildConfig& build, ContextMemory& memory,
                                             const std::stop_token& stop);

// The context as a .tar.gz, as it is now: a file that goes or changes meanwhile is left out, or in it as it was read.
// Errors: as list_context, file_failed, cancelled.
[[nodiscard]] Result<UnlinkedFile> pack_context(const config::BuildConfig& build, const std::stop_token& stop);

// The Dockerfile's text; "" when it cannot be read.
[[nodiscard]] std::string dockerfile_text(const config::BuildConfig& build);

}  // namespace helper::ensure
