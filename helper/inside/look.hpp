// The look into a place: one POSIX sh script, and how its answer is read. The script needs no more than a busybox-like
// shell; what it does not find it leaves out. Pure.
#pragma once

#include "base/result.hpp"
#include "base/sections.hpp"
#include "plan/desired.hpp"
#include "plan/observed.hpp"
#include "plan/sshd_setup.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::inside {

struct Question {
  std::string user = "root";
  std::uint16_t ssh_port = 22;
  std::uint16_t jupyter_port = 0;  // 0: not asked
  std::string python;              // the config's "python": its path is tried as well
  std::string project = {};        // the project's folder in the place; "" when there is none
  std::string imports = {};        // project.imports, joined by commas
  bool gpus = true;                // the target wants GPUs
  std::vector<std::string> folders = plan::sshd_folders({});
};
[[nodiscard]] Question question_of(const plan::Desired& desired);

// The environment variables that say to the script what only its caller knows: which run of the place it is
// ("CONTAINER@START", as the marks of hooks have it), and the uid of the project's owner.
inline constexpr const char* k_run_variable = "HELPER_RUN";
inline constexpr const char* k_owner_variable = "HELPER_OWNER";

// Everything: users, sshd, keys, GPUs, every interpreter run once (in parallel, each at most 5 s; the login shell
// is waited for 2 s).
[[nodiscard]] std::string look_script(const Question& question, const std::string& nonce);
// The quick look at a place known from before: the same, but of the interpreters only `known`, and of the GPUs, with
// `list_gpus` false, only whether they can be opened.
[[nodiscard]] std::string look_script(const Question& question, const std::string& nonce, const plan::Python& known,
                                      bool list_gpus);

// Error inside_failed when the sections are not those of the script.
[[nodiscard]] Result<plan::Inside> read_look(const std::vector<Section>& sections, const Question& question);

// What a quick look found, with what only the full look before it can tell; `known` is the interpreter that it ran.
[[nodiscard]] plan::Inside merged(plan::Inside now, const plan::Inside& before, const plan::Python& known,
                                  bool gpus_were_listed);
// GPUs that were missing when the place was looked into are looked for again each time: a fix need not restart it.
[[nodiscard]] bool has_good_gpus(const plan::Inside& inside);

// The functions `gpu_files NAME`, which prints the section NAME_files: the GPU's files and driver; and `gpu_list NAME`,
// which prints the section NAME: nvidia-smi -L and its exit status, when it is there. For the server as well.
[[nodiscard]] std::string_view gpu_functions();
// The sections that these print under this name.
[[nodiscard]] plan::GpuFacts read_gpus(const std::vector<Section>& sections, const std::string& name);

}  // namespace helper::inside
