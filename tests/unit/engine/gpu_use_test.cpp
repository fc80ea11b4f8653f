#include "engine/gpu_use.hpp"

#include <gtest/gtest.h>

namespace helper::engine {
namespace {

const std::string k_id(64, 'a');

std::vector<Section> busy() {
  return {
      {"gpus", 0,
       "0, GPU-a, 81559, 41234, 97, NVIDIA H100 80GB HBM3\n1, GPU-b, 81559, 4, [N/A], Quadro, with a comma\n"},
      {"processes", 0, "GPU-a, 4711, 41000, python, train.py\nGPU-a, 4712, [N/A], /usr/bin/python3\nGPU-z, 1, 1, x\n"},
      {"owners", 0, "4711 alice " + k_id + "\n4712 ? \n"},
      {"containers", 0, k_id + " centernet\n"}};
}

TEST(GpuUse, TellsWhoseProcessesAreOnWhichGpu) {
  const auto gpus = read_gpu_use(busy());
  ASSERT_TRUE(gpus) << to_text(gpus.error());
  const std::vector<GpuUse> expected{
      {0,
       "NVIDIA H100 80GB HBM3",
       "GPU-a",
       81559,
       41234,
       97,
       {{4711, "python, train.py", 41000, "alice", "centernet"}, {4712, "/usr/bin/python3", std::nullopt, "", ""}}},
      {1, "Quadro, with a comma", "GPU-b", 81559, 4, std::nullopt, {}}};
  EXPECT_EQ(*gpus, expected);
}

TEST(GpuUse, NamesAContainerOfAnotherEngineByTheBeginningOfItsId) {
  auto sections = busy();
  sections.pop_back();
  EXPECT_EQ(read_gpu_use(sections)->front().processes.front().container, std::string(12, 'a'));
}

TEST(GpuUse, IsAnErrorInTheWordsOfNvidiaSmi) {
  const auto gpus = read_gpu_use({{"gpus", 9, "NVIDIA-SMI has failed because ...\nmore\n"}});
  ASSERT_FALSE(gpus);
  EXPECT_EQ(gpus.error().code, ErrorCode::gpu_no_driver);
  EXPECT_EQ(gpus.error().cause, "nvidia-smi fails: NVIDIA-SMI has failed because ...");
  EXPECT_EQ(read_gpu_use({}).error().code, ErrorCode::server_command);
}

TEST(GpuUse, TakesATableWhateverTheExitStatusAfterIt) {
  auto sections = busy();
  sections[0].status = 14;
  sections[0].body += "WARNING: infoROM is corrupted at gpu 0000:18:00.0\n";
  const auto gpus = read_gpu_use(sections);
  ASSERT_TRUE(gpus) << to_text(gpus.error());
  EXPECT_EQ(gpus->size(), 2U);
}

TEST(GpuUse, OfANvidiaSmiThatIsSlowIsNoProofAgainstTheDriver) {
  const auto gpus = read_gpu_use({{"gpus", 124, ""}});
  ASSERT_FALSE(gpus);
  EXPECT_EQ(gpus.error().code, ErrorCode::gpu_not_seen);
  EXPECT_EQ(gpus.error().cause, "nvidia-smi did not answer within 30 s");
}

TEST(GpuUse, LeavesOutWhatIsNoLineOfTheTable) {
  const auto gpus =
      read_gpu_use({{"gpus", 0, "garbage\n0, GPU-a\n\x1b[2J, GPU-a, 1, 1, 1, x\n-1, GPU-a, 1, 1, 1, x\n"}});
  ASSERT_TRUE(gpus);
  EXPECT_TRUE(gpus->empty());
}

}  // namespace
}  // namespace helper::engine
