#include "plan/gpu_ladder.hpp"

#include "base/sections.hpp"
#include "plan/choose_gpu.hpp"
#include "plan/make_plan.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace helper::plan {
namespace {

constexpr const char* k_install_driver =
    "on the server: sudo apt-get install -y nvidia-driver && sudo reboot; then this must list the GPUs, on "
    "the server: nvidia-smi; without GPUs, write \"gpus\": \"none\" in helper.json";
// The driver goes to sleep when nobody uses it, and each nvidia-smi wakes all GPUs.
constexpr const char* k_keep_driver_awake =
    "on the server: sudo systemctl enable --now nvidia-persistenced, or: sudo nvidia-smi -pm 1";
constexpr const char* k_too_slow = "nvidia-smi did not answer within 30 s";

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// NVML's words: nvidia-smi exits 18 (NVML_ERROR_LIB_RM_VERSION_MISMATCH) with them.
// An exit status says nothing against GPUs that were listed before it.
bool is_mismatch(const GpuFacts& facts) {
  return facts.gpus.empty() && (facts.smi_status == 18 || has(facts.smi_words, "version mismatch"));
}

bool finds_no_device(const GpuFacts& facts) {
  return facts.gpus.empty() && has(facts.smi_words, "No devices were found");
}

bool is_slow(const GpuFacts& facts) { return facts.gpus.empty() && facts.smi_status == k_time_was_up; }

// A container loses its GPUs when the server's systemd is reloaded: it writes the device rules of the container's
// control group again, without those that NVIDIA's hook added.
bool is_lost(const GpuFacts& inside) {
  return !inside.openable || (inside.gpus.empty() && has(inside.smi_words, "Failed to initialize NVML: Unknown Error"));
}

bool has_gpu_node(const GpuFacts& facts) {
  return std::ranges::any_of(facts.nodes, [](const std::string& node) {
    return node == "dxg" || (node.starts_with("nvidia") && node != "nvidiactl");
  });
}

std::string said(const GpuFacts& facts) {
  return facts.smi_words.empty() ? "exit status " + std::to_string(facts.smi_status) : facts.smi_words;
}

std::string list(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string counted(std::size_t gpus) { return std::to_string(gpus) + (gpus == 1 ? " GPU" : " GPUs"); }

class Ladder {
 public:
  Ladder(const Desired& desired, const Observed& observed)
      : desired_(desired),
        server_(observed.server.gpu),
        container_(*observed.server.container),
        inside_(observed.place.inside->gpu),
        by_hand_(observed.place.current.value_or(Place{}).by_hand),
        wanted_(wanted_gpus(desired.target.container, observed.server.gpu)) {}

  std::vector<Rung> judge() {
    if (const auto* maker = gpu_maker(desired_.target.container.gpus)) {
      const bool given = has_gpus_of(inside_, *maker);
      rung("GPUs on the server", given, &Ladder::server_has_theirs);
      rung("device files in the container", given, &Ladder::theirs_given);
      return std::move(rungs_);
    }
    const bool proven = inside_.smi_found && inside_.openable && !inside_.gpus.empty();
    rung("driver on the server", proven, &Ladder::driver);
    rung("GPUs on the server", proven, &Ladder::server_nodes);
    rung("GPUs given to the container", proven, &Ladder::given);
    rung("device files in the container", proven, &Ladder::container_nodes);
    rung("nvidia-smi in the container", false, &Ladder::seen);
    return std::move(rungs_);
  }

 private:
  struct Judgement {
    RungState state = RungState::unknown;
    std::string detail;
    ErrorCode code = ErrorCode::internal;
    std::string fix;
  };

  static Judgement holds(std::string detail) { return {RungState::holds, std::move(detail), {}, {}}; }
  static Judgement fails(ErrorCode code, std::string cause, std::string fix) {
    return {RungState::fails, std::move(cause), code, std::move(fix)};
  }

  void rung(const char* name, bool proven, Judgement (Ladder::*look)() const) {
    if (failed_) {
      rungs_.push_back({name, RungState::unknown, {}, std::nullopt});
      return;
    }
    Judgement judgement = (this->*look)();
    if (proven && judgement.state != RungState::holds) judgement = holds({});
    Rung rung{name, judgement.state, judgement.detail, std::nullopt};
    if (judgement.state == RungState::fails) {
      failed_ = true;
      rung.error = Error{judgement.code, "GPU", judgement.detail, judgement.fix};
    }
    rungs_.push_back(std::move(rung));
  }

  [[nodiscard]] Judgement driver() const {
    if (!server_) return {};
    if (is_mismatch(*server_)) {
      return fails(ErrorCode::gpu_no_driver,
                   "the server's NVIDIA driver was updated and the old one is still loaded: " + said(*server_),
                   "on the server: sudo reboot");
    }
    if (!server_->gpus.empty() || !server_->driver.empty()) return holds(server_->driver);
    if (has_gpu_node(*server_) && (!server_->smi_found || is_slow(*server_))) return holds({});
    if (!server_->smi_found && !server_->others.empty()) return of_other_makers();
    if (!server_->smi_found)
      return fails(ErrorCode::gpu_no_driver, "the server has no NVIDIA driver", k_install_driver);
    if (is_slow(*server_)) return {};
    if (finds_no_device(*server_)) return holds({});
    return fails(ErrorCode::gpu_no_driver, "the server's NVIDIA driver does not work: " + said(*server_),
                 k_install_driver);
  }

  [[nodiscard]] const GpuMaker& maker() const { return *gpu_maker(desired_.target.container.gpus); }

  [[nodiscard]] Judgement server_has_theirs() const {
    if (!server_) return {};
    const std::string name(maker().name);
    if (has_gpus_of(*server_, maker())) return holds(name);
    return fails(
        ErrorCode::gpu_no_device,
        "the server shows no GPU of " + name + (server_->others.empty() ? "" : ", only of " + list(server_->others)),
        "to see what is there, on the server: ls -l " + files(" ") + "; the driver of " + name +
            R"( makes these files; without GPUs, write "gpus": "none" in helper.json)");
  }

  [[nodiscard]] Judgement theirs_given() const {
    if (has_gpus_of(inside_, maker())) return holds(std::string(maker().name));
    return fails(ErrorCode::gpu_not_given,
                 "container " + desired_.target.container.name + " was made without " + files(", "), recreate());
  }

  [[nodiscard]] std::string files(const char* between) const {
    std::string text;
    for (const auto device : maker().devices) text += (text.empty() ? "" : between) + std::string(device);
    return text;
  }

  // The engine's ways to give GPUs are NVIDIA's; those of other makers are devices.
  [[nodiscard]] Judgement of_other_makers() const {
    std::string advice = R"(write "gpus": "none" in helper.json)";
    const auto& words = desired_.target.container.extra_args;
    for (const auto& maker : gpu_makers()) {
      if (!has_gpus_of(*server_, maker)) continue;
      const bool given = std::ranges::any_of(words, [&](const std::string& word) { return has(word, maker.first); });
      if (given) break;
      if (!maker.key.empty()) {
        advice = R"(write "gpus": ")" + std::string(maker.key) + R"(" in helper.json)";
      } else {
        std::string devices;
        for (const auto device : maker.devices)
          devices += std::string(devices.empty() ? "" : ", ") + R"("--device=)" + std::string(device) + '"';
        advice += R"( and give the container the devices: "extra_args": [)" + devices + "]";
      }
      break;
    }
    return fails(ErrorCode::gpu_no_driver,
                 "the server has no NVIDIA driver; it has GPUs of " + list(server_->others) + R"(, which "gpus": ")" +
                     desired_.target.container.gpus + R"(" does not give to a container)",
                 advice +
                     "; for an NVIDIA GPU beside them, on the server: sudo apt-get install -y nvidia-driver && sudo "
                     "reboot");
  }

  [[nodiscard]] Judgement server_nodes() const {
    if (!server_) return {};
    if (!server_->gpus.empty() && has_gpu_node(*server_)) return holds(counted(count_gpus(*server_)));
    if (finds_no_device(*server_)) {
      return fails(ErrorCode::gpu_no_device,
                   "the server's NVIDIA driver finds no GPU (nvidia-smi: No devices were found)",
                   "on the server: sudo dmesg | grep -i -e nvrm -e xid; a GPU that fell off the bus needs a reboot");
    }
    if (is_slow(*server_) && !has_gpu_node(*server_)) return {};
    if (!has_gpu_node(*server_)) {
      return fails(ErrorCode::gpu_no_device, "the server has an NVIDIA driver and no /dev/nvidia0",
                   "on the server: sudo nvidia-modprobe -c 0 -u, or sudo nvidia-smi -L");
    }
    return holds({});
  }

  [[nodiscard]] std::string recreate() const {
    const std::string& target = desired_.target.name;
    if (is_ours(container_))
      return "recreate it (what was written in it is lost): helper remove " + target + " && helper ensure " + target;
    return "recreate it with --gpus all; helper did not make it, and leaves that to you";
  }

  [[nodiscard]] std::string restart() const {
    const std::string& target = desired_.target.name;
    if (!container_.auto_remove) return "restart it (what runs in it ends): helper restart " + target;
    return "keep a copy: helper snapshot " + target +
           "; then start it again yourself: it was started with --rm, so that stopping it deletes it";
  }

  [[nodiscard]] Judgement given() const {
    if (container_.gpu_way == GpuWay::runtime) return holds("--runtime=" + container_.runtime);
    if (container_.gpu_way != GpuWay::none) return holds(container_.gpu_way == GpuWay::cdi ? "CDI devices" : "--gpus");
    if (has_gpu_node(inside_)) return {};  // for example by --device or --privileged
    return fails(ErrorCode::gpu_not_given, "container " + desired_.target.container.name + " was made without GPUs",
                 recreate());
  }

  [[nodiscard]] Judgement container_nodes() const {
    if (has_gpu_node(inside_)) return holds(list(inside_.nodes));
    return fails(ErrorCode::gpu_not_given,
                 "the engine took " + given().detail + " and put no /dev/nvidia* into the container",
                 std::string("on the server: ") +
                     (container_.gpu_way == GpuWay::cdi
                          ? "sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml"
                          : "sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker") +
                     "; then " + recreate());
  }

  [[nodiscard]] Judgement seen() const {
    if (is_lost(inside_)) {
      return fails(ErrorCode::gpu_lost,
                   "the running container has lost its GPUs (NVML: Unknown Error), as happens when the server's "
                   "systemd is reloaded",
                   restart() + "; docs/gpu.md tells how to prevent it");
    }
    if (!inside_.smi_found) {
      return fails(ErrorCode::gpu_not_seen,
                   "there is no nvidia-smi in the container, so that what it sees of its GPUs is not known",
                   "let the engine put it in, in helper.json: \"env\": {\"NVIDIA_DRIVER_CAPABILITIES\": "
                   "\"compute,utility\"}; then " +
                       recreate());
    }
    if (is_mismatch(inside_)) {
      return fails(ErrorCode::gpu_not_seen,
                   "the server's NVIDIA driver was updated after the container was started: " + said(inside_),
                   restart());
    }
    if (is_slow(inside_)) return {RungState::unknown, k_too_slow, {}, {}};
    if (inside_.smi_status != 0 && inside_.gpus.empty()) {
      return fails(ErrorCode::gpu_not_seen, "nvidia-smi fails in the container: " + said(inside_),
                   "look inside, on the server: " + by_hand_ + " nvidia-smi -L");
    }
    const std::size_t seen = count_gpus(inside_);
    if (seen == 0) {
      return fails(ErrorCode::gpu_not_seen, "nvidia-smi -L lists no GPU in the container", recreate());
    }
    // A new container could not have them either.
    if (auto missing = missing_gpus(desired_.target.container, server_); missing && is_ours(container_))
      return fails(missing->code, missing->cause, missing->fix);
    if (wanted_ && *wanted_ != seen && is_ours(container_)) {
      return fails(ErrorCode::gpu_not_seen,
                   "\"gpus\": \"" + desired_.target.container.gpus + "\" means " + counted(*wanted_) +
                       ", and the container sees " + counted(seen),
                   recreate());
    }
    return holds(counted(seen));
  }

  const Desired& desired_;
  const std::optional<GpuFacts>& server_;
  const Container& container_;
  const GpuFacts& inside_;
  const std::string by_hand_;
  const std::optional<std::size_t> wanted_;
  bool failed_ = false;
  std::vector<Rung> rungs_;
};

}  // namespace

std::vector<Rung> gpu_ladder(const Desired& desired, const Observed& observed) {
  if (desired.target.container.gpus == "none" || !observed.server.container || !observed.place.inside) return {};
  return Ladder(desired, observed).judge();
}

std::optional<Error> lowest_failure(const std::vector<Rung>& ladder) {
  const auto failed = std::ranges::find(ladder, RungState::fails, &Rung::state);
  return failed == ladder.end() ? std::nullopt : failed->error;
}

std::vector<std::string> gpu_notes(const Desired& desired, const Observed& observed) {
  const std::string& gpus = desired.target.container.gpus;
  if (gpus == "none" || gpu_maker(gpus) != nullptr || !observed.place.inside) return {};
  const auto note = [](const GpuFacts& facts, const std::string& where) -> std::optional<std::string> {
    if (is_slow(facts)) return k_too_slow + where + ", so that its GPUs are not known; " + k_keep_driver_awake;
    if (facts.gpus.empty() || facts.smi_status == 0) return std::nullopt;
    return "nvidia-smi" + where + " lists " + counted(count_gpus(facts)) + " and then says: " + said(facts);
  };
  std::vector<std::string> notes;
  const auto& inside = observed.place.inside->gpu;
  if (auto of_inside = note(inside, " in the container")) notes.push_back(std::move(*of_inside));
  if (const auto& server = observed.server.gpu; server && (notes.empty() || server->smi_words != inside.smi_words)) {
    if (auto of_server = note(*server, " on the server")) notes.push_back(std::move(*of_server));
  }
  return notes;
}

bool has_no_driver(const GpuFacts& server) {
  return server.driver.empty() && server.gpus.empty() && !has_gpu_node(server);
}

bool has_gpus_of(const GpuFacts& facts, const GpuMaker& maker) {
  return std::ranges::find(facts.others, maker.name) != facts.others.end();
}

std::optional<std::size_t> wanted_gpus(const config::ContainerConfig& container,
                                       const std::optional<GpuFacts>& server) {
  std::string_view text = container.gpus;
  if (container.env.contains("NVIDIA_VISIBLE_DEVICES")) return std::nullopt;
  if (text == "all") {
    if (!server || server->gpus.empty()) return std::nullopt;
    return count_gpus(*server);
  }
  constexpr std::string_view k_device = "device=";
  const bool is_list = text.starts_with(k_device) || has(text, ",");
  if (text.starts_with(k_device)) text.remove_prefix(k_device.size());
  if (has(text, ":") || has(text, "MIG")) return std::nullopt;  // parts of GPUs
  if (is_list || text.empty() || text.front() < '0' || text.front() > '9')
    return static_cast<std::size_t>(std::ranges::count(text, ',')) + 1;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return 1;  // a UUID that begins with a digit
  return number;
}

std::size_t count_gpus(const GpuFacts& facts) {
  return static_cast<std::size_t>(
      std::ranges::count_if(facts.gpus, [](const std::string& line) { return line.starts_with("GPU "); }));
}

std::string to_text(RungState state) {
  switch (state) {
    case RungState::holds:
      return "holds";
    case RungState::fails:
      return "fails";
    case RungState::unknown:
      break;
  }
  return "unknown";
}

}  // namespace helper::plan
