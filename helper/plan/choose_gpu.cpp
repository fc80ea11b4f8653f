#include "plan/choose_gpu.hpp"

#include "base/text.hpp"
#include "plan/gpu_makers.hpp"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <string_view>

namespace helper::plan {
namespace {

constexpr const char* k_nvidia = "nvidia";
constexpr const char* k_install_toolkit =
    "on the server: sudo apt-get install -y nvidia-container-toolkit && sudo nvidia-ctk runtime configure "
    "--runtime=docker && sudo systemctl restart docker";
constexpr const char* k_install_for_cdi =
    "on the server: sudo apt-get install -y nvidia-container-toolkit && sudo nvidia-ctk cdi generate "
    "--output=/etc/cdi/nvidia.yaml";
constexpr const char* k_generate_cdi =
    "on the server, with the NVIDIA Container Toolkit: sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml; to "
    "see "
    "the devices, on the server: nvidia-ctk cdi list";
constexpr const char* k_install_driver =
    "on the server: sudo apt-get install -y nvidia-driver && sudo reboot; then this must list the GPUs, on "
    "the server: nvidia-smi";
constexpr const char* k_name_other_gpus =
    "name some of the server's GPUs in helper.json (\"gpus\"); to see them, on the server: nvidia-smi -L";

bool has_runtime(const Engine& engine, const std::string& name) {
  return std::ranges::find(engine.runtimes, name) != engine.runtimes.end();
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string why_failed(const Attempts& attempts, GpuWay way) {
  const auto failed = attempts.failed_ways.find(way);
  return failed == attempts.failed_ways.end() ? std::string() : failed->second;
}

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("_/.-").find(c) != std::string_view::npos;
}

// As a word of its own: "/data/gpu/x" and "gpu1" are names that people give.
bool has_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !is_word_character(text[at - 1])) && (end == text.size() || !is_word_character(text[end])))
      return true;
  }
  return false;
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

// Which part is missing where an engine failed, and the command that installs it.
struct Missing {
  std::string_view piece;  // "" when its message does not say
  const char* fix;
};

Missing missing_piece(const std::string& engine_text) {
  const std::string text = lower_case(engine_text);
  if (has_any(text, {"driver/library version mismatch"}))
    return {": the server's NVIDIA driver was updated and the old one is still loaded", "on the server: sudo reboot"};
  if (has_any(text, {"nvml", "driver not loaded", "libnvidia-ml"}))
    return {": the server's NVIDIA driver does not work", k_install_driver};
  if (has_any(text, {"unknown device", "unresolvable cdi devices"}))
    return {": the server has no such GPU", k_name_other_gpus};
  if (has_any(text, {"could not select device driver", "unknown runtime", "no such file", "not found"}))
    return {": the NVIDIA Container Toolkit is missing or not set up", k_install_toolkit};
  return {"", k_install_toolkit};
}

// `last`: the engine's words about the way that was tried last.
tl::unexpected<Error> all_failed(const std::string& what, const std::string& last) {
  const Missing missing = missing_piece(last);
  return fail(ErrorCode::gpu_unavailable, "GPU", what + std::string(missing.piece), missing.fix);
}

// Podman looks a runtime up when it creates a container; its own list holds only the one that it uses.
Result<GpuChoice> by_runtime(const std::string& name, const Engine& engine, const Attempts& attempts) {
  if (engine.kind == EngineKind::docker && !has_runtime(engine, name)) {
    // --gpus needs no runtime of that name.
    return fail(ErrorCode::gpu_unavailable, "GPU",
                "the engine has no runtime named " + name + " (it has " + list(engine.runtimes) + ")",
                std::string(R"(set "runtime": "auto" in helper.json, which tries --gpus first; if that fails too, )") +
                    k_install_toolkit);
  }
  if (const auto why = why_failed(attempts, GpuWay::runtime); !why.empty())
    return all_failed("--runtime=" + name + " failed (" + why + ")", why);
  return GpuChoice{GpuWay::runtime, name, {}};
}

Result<GpuChoice> by_flag(const Attempts& attempts) {
  if (const auto why = why_failed(attempts, GpuWay::gpus_flag); !why.empty())
    return all_failed("--gpus failed (" + why + ")", why);
  return GpuChoice{GpuWay::gpus_flag, {}, {}};
}

tl::unexpected<Error> cdi_failed(const std::string& what, const std::string& last) {
  const Missing missing = missing_piece(last);
  const bool no_spec = missing.fix == k_name_other_gpus || missing.piece.empty();
  const char* fix = missing.fix == k_install_toolkit ? k_install_for_cdi : missing.fix;
  return fail(ErrorCode::gpu_unavailable, "GPU",
              what + (no_spec ? ": no CDI specification on the server names such a GPU" : std::string(missing.piece)),
              no_spec ? k_generate_cdi : fix);
}

Result<GpuChoice> by_cdi(const Engine& engine, const Attempts& attempts) {
  if (!engine.cdi) {
    return fail(ErrorCode::gpu_unavailable, "GPU", "this engine takes no CDI devices (Docker does from 25 on)",
                R"(set "runtime": "auto", or on the server: {"features": {"cdi": true}} in /etc/docker/daemon.json)");
  }
  if (const auto why = why_failed(attempts, GpuWay::cdi); !why.empty())
    return cdi_failed("CDI failed (" + why + ")", why);
  return GpuChoice{GpuWay::cdi, {}, {}};
}

// `failed`: the ways that did, in words; `before`: the same with the engine's words.
Result<GpuChoice> last_resort(const Engine& engine, const Attempts& attempts, const std::string& failed,
                              const std::string& before) {
  const auto why = why_failed(attempts, GpuWay::cdi);
  if (!why.empty()) return cdi_failed(before + ", CDI failed (" + why + ")", why);
  return GpuChoice{GpuWay::cdi, {}, failed + " failed, " + to_text(engine.kind) + " takes CDI devices"};
}

Result<GpuChoice> automatic(const Engine& engine, const Attempts& attempts) {
  // Podman takes --gpus without a word, and gives no GPU.
  if (engine.kind == EngineKind::podman) return by_cdi(engine, attempts);
  const auto flag_failed = why_failed(attempts, GpuWay::gpus_flag);
  if (flag_failed.empty()) return by_flag(attempts);
  if (!has_runtime(engine, k_nvidia)) {
    if (engine.cdi) return last_resort(engine, attempts, "--gpus", "--gpus failed (" + flag_failed + ")");
    return all_failed("--gpus failed (" + flag_failed + ") and the engine has no runtime named nvidia (it has " +
                          list(engine.runtimes) + ")",
                      flag_failed);
  }
  if (const auto why = why_failed(attempts, GpuWay::runtime); !why.empty()) {
    if (engine.cdi)
      return last_resort(engine, attempts, "--gpus and --runtime=nvidia",
                         "--gpus failed (" + flag_failed + "), --runtime=nvidia failed (" + why + ")");
    return all_failed("both ways failed, --gpus (" + flag_failed + ") and --runtime=nvidia (" + why + ")", why);
  }
  return GpuChoice{GpuWay::runtime, k_nvidia, "--gpus failed, the engine has the runtime nvidia"};
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool lists(const GpuFacts& server, const std::string& gpu) {
  const std::string sign = is_number(gpu) ? "GPU " + gpu + ":" : "UUID: " + gpu;
  return std::ranges::any_of(server.gpus, [&](const std::string& line) {
    return is_number(gpu) ? line.starts_with(sign) : line.find(sign) != std::string::npos;
  });
}

}  // namespace

std::optional<Error> missing_gpus(const config::ContainerConfig& container, const std::optional<GpuFacts>& server) {
  if (!server || server->gpus.empty() || server->smi_status != 0) return std::nullopt;
  if (container.env.contains("NVIDIA_VISIBLE_DEVICES")) return std::nullopt;
  std::vector<std::string> there;
  for (const auto& line : server->gpus) {
    if (line.starts_with("GPU ")) there.push_back(line.substr(4, line.find(':') - 4));
  }
  const std::string has = "the server has GPU " + list(there);
  constexpr std::string_view k_device = "device=";
  std::string_view names = container.gpus;
  if (is_number(names)) {
    if (names.size() < 6 && std::stoul(container.gpus) <= there.size()) return std::nullopt;
    return Error{ErrorCode::gpu_no_device, "GPU", "\"gpus\": \"" + container.gpus + "\" asks for more: " + has,
                 k_name_other_gpus};
  }
  if (names.starts_with(k_device)) names.remove_prefix(k_device.size());
  std::vector<std::string> missing;
  for (const auto& gpu : split(names, ',')) {
    if ((is_number(gpu) || gpu.starts_with("GPU-")) && !lists(*server, gpu)) missing.push_back(gpu);
  }
  if (missing.empty()) return std::nullopt;
  return Error{ErrorCode::gpu_no_device, "GPU",
               "\"gpus\": \"" + container.gpus + "\" names GPU " + list(missing) + ": " + has, k_name_other_gpus};
}

Result<GpuChoice> choose_gpu(const config::ContainerConfig& container, const Engine& engine, const Attempts& attempts) {
  if (container.gpus == "none") return GpuChoice{};
  if (gpu_maker(container.gpus) != nullptr) return GpuChoice{GpuWay::devices, {}, {}};
  if (container.runtime == "auto") return automatic(engine, attempts);
  if (container.runtime == "cdi") return by_cdi(engine, attempts);
  if (container.runtime == "gpus" && engine.kind == EngineKind::podman) {
    return fail(ErrorCode::gpu_unavailable, "GPU", "Podman takes --gpus and gives the container none",
                R"(set "runtime": "auto" in helper.json: Podman gets GPUs by their CDI names)");
  }
  if (container.runtime == "gpus") return by_flag(attempts);
  return by_runtime(container.runtime, engine, attempts);
}

bool is_about_gpus(const std::string& engine_text) {
  const std::string text = lower_case(engine_text);
  return has_word(text, "gpu") || has_word(text, "gpus") ||
         has_any(text, {"nvidia", "could not select device driver", "nvml", "cdi device", "unknown runtime"});
}

}  // namespace helper::plan
