#include "plan/gpu_ladder.hpp"

#include "unit/plan/sample.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

constexpr const char* k_gpu0 = "GPU 0: NVIDIA H100 (UUID: GPU-0)";
constexpr const char* k_gpu1 = "GPU 1: NVIDIA H100 (UUID: GPU-1)";

GpuFacts two_gpus() {
  GpuFacts facts;
  facts.nodes = {"nvidia0", "nvidia1", "nvidiactl"};
  facts.driver = "550.54.15";
  facts.smi_found = true;
  facts.gpus = {k_gpu0, k_gpu1};
  return facts;
}

struct World {
  Desired desired = test::desired();
  Observed observed = test::ready();
  World() {
    observed.server.gpu = two_gpus();
    observed.place.inside->gpu = two_gpus();
  }
  [[nodiscard]] GpuFacts& server() { return *observed.server.gpu; }
  [[nodiscard]] GpuFacts& inside() { return observed.place.inside->gpu; }
  void see_nothing() {
    inside() = {};
    inside().openable = true;
  }
};

struct Case {
  const char* name;
  void (*change)(World&);
  std::optional<ErrorCode> code;
  std::string words = {};  // of the cause or the fix
};

class EveryRung : public testing::TestWithParam<Case> {};

TEST_P(EveryRung, FailsWithItsOwnCodeCauseAndFix) {
  World world;
  GetParam().change(world);
  const auto failure = lowest_failure(gpu_ladder(world.desired, world.observed));
  ASSERT_EQ(failure.has_value(), GetParam().code.has_value()) << (failure ? to_text(*failure) : "no failure");
  if (!failure) return;
  EXPECT_EQ(failure->code, *GetParam().code) << to_text(*failure);
  EXPECT_NE(to_text(*failure).find(GetParam().words), std::string::npos) << to_text(*failure);
  EXPECT_FALSE(failure->fix.empty());
  EXPECT_EQ(error_kind(failure->code).exit_status, 7);
}

INSTANTIATE_TEST_SUITE_P(
    Here, EveryRung,
    testing::Values(
        Case{"AllHold", [](World&) {}, std::nullopt},
        Case{"NothingIsKnownOfTheServerAndTheContainerSeesThem", [](World& w) { w.observed.server.gpu = std::nullopt; },
             std::nullopt},
        Case{"TheInsideIsProofWhateverTheServerLacks",
             [](World& w) {
               w.server() = {};
               w.inside().nodes.clear();
             },
             std::nullopt},
        Case{"NoDriver",
             [](World& w) {
               w.server() = {};
               w.see_nothing();
               w.observed.server.container->gpu_way = GpuWay::none;
             },
             ErrorCode::gpu_no_driver, "the server has no NVIDIA driver\n"},
        Case{"DriverThatDoesNotWork",
             [](World& w) {
               w.see_nothing();
               w.server().driver.clear();
               w.server().gpus.clear();
               w.server().smi_status = 9;
               w.server().smi_words = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.";
             },
             ErrorCode::gpu_no_driver, "couldn't communicate"},
        Case{"DriverThatWasUpdated",
             [](World& w) {
               w.see_nothing();
               w.server().gpus.clear();
               w.server().smi_status = 18;
               w.server().smi_words = "Failed to initialize NVML: Driver/library version mismatch";
             },
             ErrorCode::gpu_no_driver, "sudo reboot"},
        Case{"NoGpuOnTheServer",
             [](World& w) {
               w.see_nothing();
               w.server().gpus.clear();
               w.server().nodes.clear();
               w.server().smi_status = 6;
               w.server().smi_words = "No devices were found";
             },
             ErrorCode::gpu_no_device, "finds no GPU"},
        Case{"NoDeviceFilesOnTheServer",
             [](World& w) {
               w.see_nothing();
               w.server().nodes.clear();
             },
             ErrorCode::gpu_no_device, "no /dev/nvidia0"},
        Case{"MadeWithoutGpus",
             [](World& w) {
               w.see_nothing();
               w.observed.server.container->gpu_way = GpuWay::none;
             },
             ErrorCode::gpu_not_given, "helper remove centernet && helper ensure centernet"},
        Case{"MadeWithoutGpusBySomebodyElse",
             [](World& w) {
               w.see_nothing();
               w.observed.server.container->gpu_way = GpuWay::none;
               w.observed.server.container->labels.clear();
             },
             ErrorCode::gpu_not_given, "helper did not make it"},
        Case{"TheEngineTookTheFlagAndDidNothing", [](World& w) { w.see_nothing(); }, ErrorCode::gpu_not_given,
             "took --gpus and put no /dev/nvidia* into the container"},
        Case{"LostByTheFile", [](World& w) { w.inside().openable = false; }, ErrorCode::gpu_lost,
             "helper restart centernet"},
        Case{"LostByTheWords",
             [](World& w) {
               w.inside().gpus.clear();
               w.inside().smi_status = 255;
               w.inside().smi_words = "Failed to initialize NVML: Unknown Error";
             },
             ErrorCode::gpu_lost, "docs/gpu.md"},
        Case{"NoSmiInTheContainer",
             [](World& w) {
               w.inside().gpus.clear();
               w.inside().smi_found = false;
             },
             ErrorCode::gpu_not_seen, "NVIDIA_DRIVER_CAPABILITIES"},
        Case{"DriverUpdatedUnderTheContainer",
             [](World& w) {
               w.inside().gpus.clear();
               w.inside().smi_status = 18;
             },
             ErrorCode::gpu_not_seen, "updated after the container was started"},
        Case{"FewerThanAll", [](World& w) { w.inside().gpus.pop_back(); }, ErrorCode::gpu_not_seen,
             "\"gpus\": \"all\" means 2 GPUs, and the container sees 1 GPU"},
        Case{"MoreThanTheServerHas", [](World& w) { w.desired.target.container.gpus = "5"; }, ErrorCode::gpu_no_device,
             "\"gpus\": \"5\" asks for more: the server has GPU 0, 1"},
        Case{"OneThatTheServerDoesNotHave", [](World& w) { w.desired.target.container.gpus = "0,9"; },
             ErrorCode::gpu_no_device, "names GPU 9"},
        Case{"FewerThanAllByTheEnvironment",
             [](World& w) {
               w.inside().gpus.pop_back();
               w.desired.target.container.env["NVIDIA_VISIBLE_DEVICES"] = "1";
             },
             std::nullopt},
        Case{"FewerThanAllOfSomebodyElse",
             [](World& w) {
               w.inside().gpus.pop_back();
               w.observed.server.container->labels.clear();
             },
             std::nullopt},
        Case{"WarningsAfterTheList",
             [](World& w) {
               for (GpuFacts* facts : {&w.server(), &w.inside()}) {
                 facts->driver.clear();
                 facts->smi_status = 14;
                 facts->smi_words = "WARNING: infoROM is corrupted at gpu 0000:18:00.0";
               }
             },
             std::nullopt},
        Case{"AnyExitStatusAfterTheList",
             [](World& w) {
               w.server().driver.clear();
               w.server().smi_status = 18;
               w.inside().smi_status = 255;
               w.inside().smi_words = "Failed to initialize NVML: Unknown Error";
             },
             std::nullopt},
        Case{"TheServersListIsProofOfItsDriverAlsoBeforeAFailure",
             [](World& w) {
               w.see_nothing();
               w.server().driver.clear();
               w.server().smi_status = 15;
               w.server().smi_words = "Unable to determine the device handle for GPU 0000:19:00.0";
             },
             ErrorCode::gpu_not_given, "took --gpus"},
        Case{"SlowOnTheServer",
             [](World& w) {
               w.server().driver.clear();
               w.server().gpus.clear();
               w.server().smi_status = 124;
             },
             std::nullopt},
        Case{"SlowEverywhere",
             [](World& w) {
               for (GpuFacts* facts : {&w.server(), &w.inside()}) {
                 facts->driver.clear();
                 facts->gpus.clear();
                 facts->smi_status = 124;
               }
             },
             std::nullopt},
        Case{"SlowAndMadeWithoutGpus",
             [](World& w) {
               w.see_nothing();
               w.server().driver.clear();
               w.server().nodes.clear();
               w.server().gpus.clear();
               w.server().smi_status = 124;
               w.observed.server.container->gpu_way = GpuWay::none;
             },
             ErrorCode::gpu_not_given, "made without GPUs"},
        Case{"GpusOfAnotherMaker",
             [](World& w) {
               w.see_nothing();
               w.server() = {};
               w.server().others = {"AMD"};
               w.observed.server.container->gpu_way = GpuWay::none;
             },
             ErrorCode::gpu_no_driver,
             "it has GPUs of AMD, which \"gpus\": \"all\" does not give to a container\n  fix: write \"gpus\": "
             "\"amd\" in helper.json; for an NVIDIA GPU"},
        Case{"GpusOfAMakerWhomNoKeyNames",
             [](World& w) {
               w.see_nothing();
               w.server() = {};
               w.server().others = {"Huawei"};
               w.observed.server.container->gpu_way = GpuWay::none;
             },
             ErrorCode::gpu_no_driver,
             "write \"gpus\": \"none\" in helper.json and give the container the devices: \"extra_args\": "
             "[\"--device=/dev/davinci0\", "},
        Case{"AmdWantedAndGiven",
             [](World& w) {
               w.see_nothing();
               w.server() = {};
               w.server().others = w.inside().others = {"AMD"};
               w.desired.target.container.gpus = "amd";
               w.observed.server.container->gpu_way = GpuWay::none;
             },
             std::nullopt},
        Case{"AmdWantedAndNotGiven",
             [](World& w) {
               w.see_nothing();
               w.server() = {};
               w.server().others = {"AMD"};
               w.desired.target.container.gpus = "amd";
               w.observed.server.container->gpu_way = GpuWay::none;
             },
             ErrorCode::gpu_not_given, "was made without /dev/kfd, /dev/dri"},
        Case{"AmdWantedWhereThereIsNone",
             [](World& w) {
               w.see_nothing();
               w.server().others = {"Intel"};
               w.desired.target.container.gpus = "amd";
             },
             ErrorCode::gpu_no_device, "the server shows no GPU of AMD, only of Intel"},
        Case{"IntelWantedAndGivenBesideAnNvidiaDriver",
             [](World& w) {
               w.server().others = w.inside().others = {"Intel"};
               w.desired.target.container.gpus = "intel";
             },
             std::nullopt},
        Case{"GpusOfAnotherMakerThatAreGivenAlready",
             [](World& w) {
               w.see_nothing();
               w.server() = {};
               w.server().others = {"AMD", "Intel"};
               w.desired.target.container.extra_args = {"--device=/dev/kfd", "--device", "/dev/dri/renderD128"};
               w.observed.server.container->gpu_way = GpuWay::none;
             },
             ErrorCode::gpu_no_driver, "write \"gpus\": \"none\" in helper.json; for an NVIDIA GPU"},
        Case{"GpusOfAnotherMakerBesideAWorkingDriver", [](World& w) { w.server().others = {"Intel"}; }, std::nullopt},
        Case{"NoneAreWanted",
             [](World& w) {
               w.see_nothing();
               w.desired.target.container.gpus = "none";
             },
             std::nullopt}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(GpuLadder, JudgesNothingAboveARungThatFails) {
  World world;
  world.see_nothing();
  const auto ladder = gpu_ladder(world.desired, world.observed);
  std::string text;
  for (const auto& rung : ladder) text += rung.name + ": " + to_text(rung.state) + " " + rung.detail + "\n";
  EXPECT_EQ(text,
            "driver on the server: holds 550.54.15\n"
            "GPUs on the server: holds 2 GPUs\n"
            "GPUs given to the container: holds --gpus\n"
            "device files in the container: fails the engine took --gpus and put no /dev/nvidia* into the container\n"
            "nvidia-smi in the container: unknown \n");
}

TEST(GpuNotes, TellWhatNvidiaSmiSaysAfterItsListOnce) {
  World world;
  EXPECT_TRUE(gpu_notes(world.desired, world.observed).empty());
  world.server().smi_status = 14;
  world.server().smi_words = "WARNING: infoROM is corrupted at gpu 0000:18:00.0";
  EXPECT_EQ(gpu_notes(world.desired, world.observed),
            (std::vector<std::string>{"nvidia-smi on the server lists 2 GPUs and then says: WARNING: infoROM is "
                                      "corrupted at gpu 0000:18:00.0"}));
  world.inside().smi_status = 14;
  world.inside().smi_words = world.server().smi_words;
  EXPECT_EQ(gpu_notes(world.desired, world.observed).size(), 1U);
  world.desired.target.container.gpus = "none";
  EXPECT_TRUE(gpu_notes(world.desired, world.observed).empty());
}

TEST(GpuNotes, TellThatNvidiaSmiIsSlowAndWhatMakesItFast) {
  World world;
  world.server().gpus.clear();
  world.server().smi_status = 124;
  const auto notes = gpu_notes(world.desired, world.observed);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("nvidia-smi did not answer within 30 s on the server"), std::string::npos) << notes[0];
  EXPECT_NE(notes[0].find("nvidia-persistenced"), std::string::npos) << notes[0];
}

struct Count {
  const char* name;
  std::string gpus;
  std::optional<std::size_t> wanted;
};

class WantedGpus : public testing::TestWithParam<Count> {};

TEST_P(WantedGpus, AreCounted) {
  config::ContainerConfig container;
  container.gpus = GetParam().gpus;
  EXPECT_EQ(wanted_gpus(container, two_gpus()), GetParam().wanted);
}

INSTANTIATE_TEST_SUITE_P(Here, WantedGpus,
                         testing::Values(Count{"All", "all", 2}, Count{"ACount", "3", 3},
                                         Count{"OneByIndex", "device=1", 1}, Count{"TwoByIndex", "0,1", 2},
                                         Count{"AUuid", "GPU-8f3a,GPU-77", 2}, Count{"APartOfOne", "0:1", std::nullopt},
                                         Count{"AMigUuid", "MIG-8f3a", std::nullopt}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(WantedGpus, OfAServerThatIsNotKnownAreNotCounted) {
  EXPECT_EQ(wanted_gpus({}, std::nullopt), std::nullopt);
  GpuFacts mig = two_gpus();
  mig.gpus = {k_gpu0, "MIG 1g.10gb Device 0: (UUID: MIG-1)", "MIG 1g.10gb Device 1: (UUID: MIG-2)"};
  EXPECT_EQ(count_gpus(mig), 1U);
}

}  // namespace
}  // namespace helper::plan
