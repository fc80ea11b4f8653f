#include "plan/choose_gpu.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

const Engine k_with_nvidia{"20.10.24", {"nvidia", "runc"}};
const Engine k_without_nvidia{"20.10.24", {"io.containerd.runc.v2", "runc"}};

constexpr const char* k_no_driver = "could not select device driver \"\" with capabilities: [[gpu]]";
constexpr const char* k_not_loaded =
    "failed to create shim: OCI runtime create failed: container_linux.go:380: starting container process caused: "
    "error "
    "running hook #0: exit status 1, stdout: , stderr: nvidia-container-cli: initialization error: nvml error: driver "
    "not loaded";
constexpr const char* k_no_cdi_device =
    "failed to create task for container: failed to create shim task: OCI runtime create failed: could not apply "
    "required modification to OCI specification: error modifying OCI spec: failed to inject CDI devices: "
    "unresolvable CDI devices nvidia.com/gpu=all: unknown";

config::ContainerConfig config_with(const std::string& gpus, const std::string& runtime) {
  config::ContainerConfig config;
  config.gpus = gpus;
  config.runtime = runtime;
  return config;
}

Attempts failed(std::map<GpuWay, std::string> ways) {
  Attempts attempts;
  attempts.failed_ways = std::move(ways);
  return attempts;
}

struct Case {
  const char* name;
  std::string gpus;
  std::string runtime;
  Engine engine;
  Attempts attempts;
  std::string expected;  // "way runtime: cause", or the error's whole text
};

constexpr const char* k_toolkit_fix =
    "\n  fix: on the server: sudo apt-get install -y nvidia-container-toolkit && sudo nvidia-ctk runtime configure "
    "--runtime=docker && sudo systemctl restart docker";
constexpr const char* k_driver_fix =
    "\n  fix: on the server: sudo apt-get install -y nvidia-driver && sudo reboot; then this must list the GPUs, on "
    "the server: nvidia-smi";

std::string text_of(const Result<GpuChoice>& choice) {
  if (!choice) {
    EXPECT_EQ(choice.error().code, ErrorCode::gpu_unavailable);
    return to_text(choice.error());
  }
  const std::string way = choice->way == GpuWay::none        ? "none"
                          : choice->way == GpuWay::devices   ? "devices"
                          : choice->way == GpuWay::gpus_flag ? "flag"
                                                             : "runtime";
  return way + " " + choice->runtime + ": " + choice->cause;
}

class ChooseGpu : public testing::TestWithParam<Case> {};

TEST_P(ChooseGpu, ChoosesOrSaysWhyNot) {
  const Case& c = GetParam();
  EXPECT_EQ(text_of(choose_gpu(config_with(c.gpus, c.runtime), c.engine, c.attempts)), c.expected);
}

INSTANTIATE_TEST_SUITE_P(
    EveryRow, ChooseGpu,
    testing::Values(
        Case{"NoneWanted", "none", "auto", k_with_nvidia, {}, "none : "},
        Case{"Amds", "amd", "auto", k_without_nvidia, {}, "devices : "},
        Case{"NoneWantedWhateverTheRuntime", "none", "nvidia", k_without_nvidia, {}, "none : "},
        Case{"AutoBeginsWithTheFlag", "all", "auto", k_with_nvidia, {}, "flag : "},
        Case{"AutoBeginsWithTheFlagThoughNoRuntimeIsThere", "all", "auto", k_without_nvidia, {}, "flag : "},
        Case{"AutoThenTheRuntime", "all", "auto", k_with_nvidia, failed({{GpuWay::gpus_flag, k_no_driver}}),
             "runtime nvidia: --gpus failed, the engine has the runtime nvidia"},
        Case{
            "AutoWithoutTheRuntime", "all", "auto", k_without_nvidia, failed({{GpuWay::gpus_flag, k_no_driver}}),
            std::string("GPU: --gpus failed (could not select device driver \"\" with capabilities: [[gpu]]) and the "
                        "engine has no runtime named nvidia (it has io.containerd.runc.v2, runc): the NVIDIA Container "
                        "Toolkit is missing or not set up") +
                k_toolkit_fix},
        Case{"AutoWithoutTheDriver", "all", "auto", k_without_nvidia, failed({{GpuWay::gpus_flag, k_not_loaded}}),
             std::string("GPU: --gpus failed (") + k_not_loaded +
                 ") and the engine has no runtime named nvidia (it has io.containerd.runc.v2, runc): the server's "
                 "NVIDIA driver does not work" +
                 k_driver_fix},
        Case{"AutoWithADriverThatWasUpdated", "all", "auto", k_without_nvidia,
             failed({{GpuWay::gpus_flag, "nvml error: driver/library version mismatch"}}),
             "GPU: --gpus failed (nvml error: driver/library version mismatch) and the engine has no runtime named "
             "nvidia "
             "(it has io.containerd.runc.v2, runc): the server's NVIDIA driver was updated and the old one is still "
             "loaded\n  fix: on the server: sudo reboot"},
        Case{"AutoWhenBothFailed", "all", "auto", k_with_nvidia,
             failed({{GpuWay::gpus_flag, k_no_driver}, {GpuWay::runtime, "Unknown runtime specified nvidia"}}),
             std::string("GPU: both ways failed, --gpus (could not select device driver \"\" with capabilities: "
                         "[[gpu]]) and --runtime=nvidia (Unknown runtime specified nvidia): the NVIDIA Container "
                         "Toolkit is missing or not set up") +
                 k_toolkit_fix},
        Case{"OnlyTheFlag", "2", "gpus", k_with_nvidia, {}, "flag : "},
        Case{"OnlyTheFlagNeverFallsBack", "all", "gpus", k_with_nvidia, failed({{GpuWay::gpus_flag, k_no_driver}}),
             std::string("GPU: --gpus failed (could not select device driver \"\" with capabilities: [[gpu]]): the "
                         "NVIDIA Container Toolkit is missing or not set up") +
                 k_toolkit_fix},
        Case{"ANamedRuntime", "all", "nvidia", k_with_nvidia, {}, "runtime nvidia: "},
        Case{"ANamedRuntimeOfAnotherName", "all", "runc", k_without_nvidia, {}, "runtime runc: "},
        Case{"ANamedRuntimeThatTheEngineLacks",
             "all",
             "nvidia",
             k_without_nvidia,
             {},
             std::string("GPU: the engine has no runtime named nvidia (it has io.containerd.runc.v2, runc)\n  fix: set "
                         "\"runtime\": \"auto\" in helper.json, which tries --gpus first; if that fails too, ") +
                 std::string(k_toolkit_fix).substr(std::string("\n  fix: ").size())},
        Case{"ANamedRuntimeThatFailed", "all", "nvidia", k_with_nvidia,
             failed({{GpuWay::runtime, "fork/exec /usr/bin/nvidia-container-runtime: no such file or directory"}}),
             std::string("GPU: --runtime=nvidia failed (fork/exec /usr/bin/nvidia-container-runtime: no such file or "
                         "directory): the NVIDIA Container Toolkit is missing or not set up") +
                 k_toolkit_fix},
        Case{"AGpuThatTheServerLacks", "7", "gpus", k_with_nvidia,
             failed({{GpuWay::gpus_flag, "nvidia-container-cli: device error: 7: unknown device"}}),
             "GPU: --gpus failed (nvidia-container-cli: device error: 7: unknown device): the server has no such GPU\n"
             "  fix: name some of the server's GPUs in helper.json (\"gpus\"); to see them, on the server: nvidia-smi "
             "-L"},
        Case{"AReasonThatNobodyForesaw", "all", "gpus", k_with_nvidia,
             failed({{GpuWay::gpus_flag, "nvidia-container-cli: permission error"}}),
             std::string("GPU: --gpus failed (nvidia-container-cli: permission error)") + k_toolkit_fix}),
    [](const auto& each) { return std::string(each.param.name); });

// Docker 20.10's and podman 4.3's texts as they were seen; those of Docker 25 to 28 as its sources print them.
TEST(IsAboutGpus, KnowsWhatEnginesAndNvidiasToolsSay) {
  for (const char* text :
       {k_no_driver, k_not_loaded, "could not select device driver \"cdi\" with capabilities: [[gpu]]",
        "Unknown runtime specified nvidia", "unknown or invalid runtime name: nvidia", k_no_cdi_device,
        "failed to discover GPU vendor from CDI: no known GPU vendor found",
        "CDI device injection failed: unresolvable CDI devices runtime.nvidia.com/gpu=all",
        "setting up CDI devices: unresolvable CDI devices nvidia.com/gpu=all",
        "default OCI runtime \"nvidia\" not found: invalid argument",
        "fork/exec /usr/bin/nvidia-container-runtime: no such file or directory: unknown",
        "Auto-detected mode as 'legacy'\nnvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.4",
        "failed to initialize NVML: Driver/library version mismatch"}) {
    EXPECT_TRUE(is_about_gpus(text)) << text;
  }
}

TEST(IsAboutGpus, IsNotMisledByOtherTroubleNorByNamesThatPeopleGive) {
  for (const char* text :
       {"",
        "driver failed programming external connectivity on endpoint centernet: Bind for 127.0.0.1:2222 failed: port "
        "is "
        "already allocated",
        "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
        "error during container init: error mounting \"/dev/null\" to rootfs at \"/etc\": not a directory: unknown",
        "error mounting \"/data/gpu/sets\" to rootfs at \"/data\": no such file or directory", "network gpu1 not found",
        "exec: \"gpu_worker\": executable file not found in $PATH: unknown",
        "error setting rlimit type 8: operation not permitted", "unable to apply caps: operation not permitted"}) {
    EXPECT_FALSE(is_about_gpus(text)) << text;
  }
}

std::string missing(const std::string& gpus, std::vector<std::string> listed, int status = 0) {
  GpuFacts server;
  server.gpus = std::move(listed);
  server.smi_status = status;
  const auto error = missing_gpus(config_with(gpus, "auto"), server);
  return error ? error->cause : "";
}

TEST(MissingGpus, NamesThoseThatTheServerDoesNotList) {
  const std::vector<std::string> two{"GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-6e2a)",
                                     "GPU 1: NVIDIA H100 (UUID: GPU-77)"};
  EXPECT_EQ(missing("0,9", two), R"("gpus": "0,9" names GPU 9: the server has GPU 0, 1)");
  EXPECT_EQ(missing("device=2,3", two), R"("gpus": "device=2,3" names GPU 2, 3: the server has GPU 0, 1)");
  EXPECT_EQ(missing("device=GPU-12", two), R"("gpus": "device=GPU-12" names GPU GPU-12: the server has GPU 0, 1)");
  EXPECT_EQ(missing("3", two), R"("gpus": "3" asks for more: the server has GPU 0, 1)");
  EXPECT_EQ(missing("99999999999999999999", two),
            R"("gpus": "99999999999999999999" asks for more: the server has GPU 0, 1)");
}

TEST(MissingGpus, LeavesWhatCannotBeComparedToTheEngine) {
  const std::vector<std::string> two{"GPU 0: NVIDIA A100 (UUID: GPU-6e2a)", "  MIG 1g.5gb Device 0: (UUID: MIG-1)",
                                     "GPU 1: A (UUID: GPU-77)"};
  for (const char* gpus :
       {"all", "none", "amd", "2", "0,1", "device=1", "device=GPU-6e2a", "GPU-77", "device=0:0", "device=MIG-1"})
    EXPECT_EQ(missing(gpus, two), "") << gpus;
  EXPECT_EQ(missing("0,9", {}), "") << "nothing was listed";
  EXPECT_EQ(missing("0,9", two, 6), "") << "the list may be cut off";
  EXPECT_FALSE(missing_gpus(config_with("0,9", "auto"), std::nullopt));
  auto by_variable = config_with("0,9", "auto");
  by_variable.env["NVIDIA_VISIBLE_DEVICES"] = "0";
  GpuFacts server;
  server.gpus = two;
  EXPECT_FALSE(missing_gpus(by_variable, server));
}

}  // namespace
}  // namespace helper::plan
