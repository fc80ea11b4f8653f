// The look into a container is made of parts, one for each thing that is looked at: the piece of sh that asks, and how
// its sections are read. Every piece may use what comes before it: $user, $uid, $home, $shell, $nonce, and the
// functions sec, listens, limited_to and gently_limited_to.
#pragma once

#include "engine/inside_probe.hpp"
#include "engine/sections.hpp"
#include "plan/observed.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace helper::engine {

// Functions for all parts, and the user's entry.
[[nodiscard]] std::string_view look_begin();
// The function `listens HEX`: whether something listens on that TCP port, given as four digits.
[[nodiscard]] std::string_view listens_function();
[[nodiscard]] std::string port_hex(std::uint16_t port);
[[nodiscard]] std::string_view look_ssh();
// Where links lead the places that helper writes to, and which volumes show a folder of the server.
[[nodiscard]] std::string_view look_places();
[[nodiscard]] std::string_view look_jupyter();
// The functions `limited_to SECONDS COMMAND...` and `gently_limited_to SECONDS COMMAND...`, which end a command after
// its time, and leave no process behind that is not the command's own.
[[nodiscard]] std::string_view look_limits();
// The function `gpu_files NAME`, which prints the section NAME_files: the GPU's files and driver; `gpu_list NAME`,
// which prints the section NAME: nvidia-smi -L and its exit status, when it is there. For the server as well.
[[nodiscard]] std::string_view gpu_functions();
// In the background as $gpu_job, which must be waited for before anything else is printed: nvidia-smi can take seconds.
[[nodiscard]] std::string_view look_gpu();
// Only whether the GPUs that were there can still be opened.
[[nodiscard]] std::string_view look_gpu_files();
[[nodiscard]] std::string look_pythons(const InsideQuestion& question, const std::string& nonce);
[[nodiscard]] std::string look_known_python(const InsideQuestion& question, const std::string& nonce,
                                            const plan::Python& known);

// `inside.user_home` first: the others build on the user being there.
void read_user(const std::vector<Section>& sections, plan::Inside& inside);
void read_ssh(const std::vector<Section>& sections, plan::Inside& inside);
void read_places(const std::vector<Section>& sections, plan::Inside& inside);
void read_jupyter(const std::vector<Section>& sections, const InsideQuestion& question, plan::Inside& inside);
// The sections that gpu_files and gpu_list print under this name.
[[nodiscard]] plan::GpuFacts read_gpu(const std::vector<Section>& sections, const std::string& name);
void read_pythons(const std::vector<Section>& sections, plan::Inside& inside);

// Between the fields of one interpreter's line; the ASCII unit separator occurs in no sane path.
inline constexpr char k_field_separator = '\x1f';

// Non-empty lines of a section's body; none when there is no such section.
[[nodiscard]] std::vector<std::string> lines_of(const std::vector<Section>& sections, std::string_view name);
// There is such a section and its status is 0.
[[nodiscard]] bool is_zero(const std::vector<Section>& sections, std::string_view name);
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
[[nodiscard]] bool is_printable(std::string_view text);
[[nodiscard]] std::string trimmed(std::string text);  // of spaces and line ends behind it

}  // namespace helper::engine
