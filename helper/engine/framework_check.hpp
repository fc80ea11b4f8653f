// Whether a framework sees the container's GPUs, told by the framework itself: it is imported, and multiplies two small
// matrices on each of them.
#pragma once

#include "base/clock.hpp"
#include "base/command.hpp"
#include "base/result.hpp"
#include "engine/engine_cli.hpp"
#include "plan/observed.hpp"

#include <stop_token>
#include <string>
#include <string_view>

namespace helper::engine {

// An import from a cold disk can take a minute.
inline constexpr Milliseconds k_framework_limit{180'000};

struct FrameworkCheck {
  plan::Framework framework;
  bool sees_gpus = false;
  int gpus = 0;        // on which it computed
  std::string detail;  // "2 GPUs: NVIDIA H100"; why not: "this build has no CUDA"
  friend bool operator==(const FrameworkCheck&, const FrameworkCheck&) = default;
};

// The check's program in Python, which prints its answer in one line that begins with its argument. "" for a framework
// that none is known for.
[[nodiscard]] std::string_view framework_program(const std::string& framework);

// Pure. `err` is what it wrote on standard error: when it ended without an answer, its last line says why.
[[nodiscard]] FrameworkCheck read_framework_check(const plan::Framework& framework, const std::string& nonce,
                                                  std::string_view out, std::string_view err, int exit_status);

// As the user, with the interpreter at `python`, in the container's own environment. Takes memory on each GPU that the
// framework needs to start, and gives it back. Errors are the runner's.
[[nodiscard]] Result<FrameworkCheck> check_framework(CommandRunner& server, const EngineCli& cli,
                                                     const std::string& container, const std::string& user,
                                                     const std::string& python, const plan::Framework& framework,
                                                     const std::stop_token& stop);

}  // namespace helper::engine
