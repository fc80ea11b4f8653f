// The look into a running container: one POSIX sh script, and how its answer is read. The script needs no more than a
// busybox-like shell; what it does not find it leaves out.
#pragma once

#include "base/result.hpp"
#include "engine/sections.hpp"
#include "plan/observed.hpp"

#include <string>
#include <vector>

namespace helper::engine {

struct InsideQuestion {
  std::string user = "root";
  std::uint16_t ssh_port = 22;
  std::uint16_t jupyter_port = 0;  // 0: not asked
  std::string python;              // the config's "python": its path is tried as well
  std::string project = {};        // the project's folder in the container; "" when there is none
  std::string imports = {};        // project.imports, joined by commas
  bool gpus = true;                // the target wants GPUs
};

// Everything: users, sshd, keys, GPUs, every interpreter run once (in parallel, each at most 5 s; the login shell
// is waited for 2 s).
[[nodiscard]] std::string inside_script(const InsideQuestion& question, const std::string& nonce);
// The quick look at a container known from before: the same, but of the interpreters only `known`, and of
// the GPUs, with `list_gpus` false, only whether they can be opened.
[[nodiscard]] std::string inside_script(const InsideQuestion& question, const std::string& nonce,
                                        const plan::Python& known, bool list_gpus);

// Error inside_failed when the sections are not those of the script.
[[nodiscard]] Result<plan::Inside> read_inside(const std::vector<Section>& sections, const InsideQuestion& question);

}  // namespace helper::engine
