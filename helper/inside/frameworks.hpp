// Whether a framework sees the place's GPUs, by the framework's own answer: it is imported, and multiplies two small
// matrices on each of them.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "inside/run.hpp"
#include "plan/observed.hpp"

#include <stop_token>
#include <string>
#include <string_view>

namespace helper::inside {

// An import from a cold disk can take a minute.
inline constexpr Milliseconds k_framework_limit{180'000};

struct FrameworkCheck {
  plan::Framework framework;
  bool sees_gpus = false;
  int gpus = 0;        // on which it computed
  std::string detail;  // "2 GPUs: NVIDIA H100"; why not: "this build has no CUDA"
  friend bool operator==(const FrameworkCheck&, const FrameworkCheck&) = default;
};

// Pure. `err` is what it wrote on standard error: when it ended without an answer, its last line says why.
[[nodiscard]] FrameworkCheck read_framework_check(const plan::Framework& framework, const std::string& nonce,
                                                  std::string_view out, std::string_view err, int exit_status);

// As the user, with the interpreter at `python`, in the place's own environment. Takes memory on each GPU that the
// framework needs to start, and gives it back. Errors are the runner's.
[[nodiscard]] Result<FrameworkCheck> check_framework(CommandRunner& server, const Place& place,
                                                     const std::string& python, const plan::Framework& framework,
                                                     const std::stop_token& stop);

}  // namespace helper::inside
