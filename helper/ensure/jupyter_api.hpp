// JupyterApi asks a Jupyter in a container what it does, by its REST API. One of the six Hands.
#pragma once

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"
#include "plan/jupyter.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace helper::ensure {

// All that one call may take. The container may be hostile: what is larger or slower is an error.
inline constexpr Milliseconds k_jupyter_limit{5'000};
inline constexpr std::size_t k_max_jupyter_answer = 1u << 20;  // bytes of one answer, its head and framing included
inline constexpr std::size_t k_max_jupyter_kernels = 1'000;

// Two connections to a Jupyter's port, one for each question that is put to it: stream sockets that do not block.
struct JupyterLines {
  Fd kernels;
  Fd sessions;
  std::string token;  // secret; "" = it is asked without one
};

class JupyterApi {
 public:
  virtual ~JupyterApi() = default;
  // Its kernels, in the order of their names and ids: that it answers at all means that it is alive. Where only the
  // sessions cannot be read, no kernel has a notebook. It asks so that Jupyter does not count it as activity.
  // Errors: timed_out (it did not answer in time), inside_failed (it refuses, or what answers is no Jupyter),
  // cancelled. From any thread.
  [[nodiscard]] virtual Result<std::vector<plan::JupyterKernel>> kernels(JupyterLines lines,
                                                                         const std::stop_token& stop) = 0;
};

}  // namespace helper::ensure
