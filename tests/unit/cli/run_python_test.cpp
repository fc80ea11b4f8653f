#include "rpc/types.hpp"
#include "unit/cli/desk.hpp"

#include <gtest/gtest.h>

namespace helper::cli {
namespace {

using test::Desk;

test::FakeDaemon::Script answers(rpc::Json result) {
  return {.events = {}, .result = std::move(result), .meanwhile = {}};
}

rpc::Json two_pythons() {
  ensure::PythonList list;
  list.target = "centernet";
  list.wanted = "auto";
  list.cause = "it has torch 2.2.0";
  ensure::PythonEntry chosen;
  chosen.path = "/opt/conda/envs/net/bin/python";
  chosen.version = "3.11.2";
  chosen.sources = {"conda:net"};
  chosen.frameworks = {"torch 2.2.0"};
  chosen.chosen = true;
  ensure::PythonEntry login;
  login.path = "/usr/bin/python3";
  login.version = "3.11.2";
  login.sources = {"login:python3", "system"};
  login.missing = {"torch"};
  login.login = true;
  list.pythons = {chosen, login};
  list.notes = {"they differ"};
  return rpc::to_json(list);
}

TEST(PythonList, MarksTheChosenOneAndSaysWhy) {
  Desk desk;
  desk.daemon.will_answer("pythons", answers(two_pythons()));
  ASSERT_EQ(desk.run({"python", "list", "centernet"}).value_or(-1), 0);
  EXPECT_EQ(desk.daemon.asked().front().params.at("target"), "centernet");
  EXPECT_EQ(desk.out.str(),
            "* /opt/conda/envs/net/bin/python\n"
            "    3.11.2, conda:net, has torch 2.2.0\n"
            "    chosen: it has torch 2.2.0\n"
            "  /usr/bin/python3\n"
            "    3.11.2, login:python3, system, cannot import torch\n"
            "note: they differ\n");
}

TEST(PythonList, IsWhatTheVerbDoesByItself) {
  Desk desk;
  desk.daemon.will_answer("pythons", answers(two_pythons()));
  ASSERT_EQ(desk.run({"python", "--json"}).value_or(-1), 0);
  EXPECT_EQ(rpc::Json::parse(desk.out.str()), two_pythons());
  EXPECT_EQ(desk.daemon.asked().front().params.at("target"), "");
}

TEST(PythonList, OfNoneThatFitsEndsAsAMissingPythonDoes) {
  Desk desk;
  ensure::PythonList list;
  list.target = "centernet";
  list.cause = "no Python in the container answered";
  desk.daemon.will_answer("pythons", answers(rpc::to_json(list)));
  EXPECT_EQ(desk.run({"python", "list"}).value_or(-1), error_kind(ErrorCode::python_missing).exit_status);
  EXPECT_EQ(desk.out.str(), "none is chosen: no Python in the container answered\n");
}

constexpr const char* k_config = R"({ // mine
  "targets": {
    "centernet": {"container": {"image": "centernet:1.2"}, "python": "auto" /* for now */},
    "other": {"container": {"image": "x"}, "ssh": {"local_port": 2223}}
  }
})";

TEST(PythonUse, WritesOneValueAndSaysWhatIsNext) {
  Desk desk;
  ASSERT_TRUE(desk.files.write(desk.config_file(), k_config, 0600));
  desk.daemon.will_answer("pythons", answers(two_pythons()));
  ASSERT_EQ(desk.run({"python", "use", "conda:net", "centernet"}).value_or(-1), 0);
  std::string expected = k_config;
  expected.replace(expected.find("\"auto\""), 6, "\"conda:net\"");
  EXPECT_EQ(desk.files.read(desk.config_file())->value_or(""), expected);
  EXPECT_NE(desk.out.str().find("\"conda:net\" is written\nnext: helper ensure centernet\n"), std::string::npos);
  ASSERT_EQ(desk.run({"python", "use", "conda:net", "centernet"}).value_or(-1), 0);
  EXPECT_NE(desk.out.str().find("is there already"), std::string::npos);
}

TEST(PythonUse, AnEnvironmentThatTheContainerLacksIsNotWritten) {
  Desk desk;
  ASSERT_TRUE(desk.files.write(desk.config_file(), k_config, 0600));
  desk.daemon.will_answer("pythons", answers(two_pythons()));
  const auto status = desk.run({"python", "use", "conda:nett", "centernet"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::python_missing);
  EXPECT_EQ(status.error().fix, "helper python use conda:net centernet");
  EXPECT_EQ(desk.files.read(desk.config_file())->value_or(""), k_config);
}

TEST(PythonUse, WritesAValueThatWasNotThere) {
  Desk desk;
  ASSERT_TRUE(desk.files.write(desk.config_file(), k_config, 0600));
  ASSERT_EQ(desk.run({"python", "use", "/srv/a \"b\"/python", "other", "--json"}).value_or(-1), 0);
  EXPECT_NE(desk.files.read(desk.config_file())
                ->value_or("")
                .find(R"("other": {"python": "/srv/a \"b\"/python", "container")"),
            std::string::npos);
  EXPECT_EQ(rpc::Json::parse(desk.out.str()).at("changed"), true);
}

TEST(PythonUse, RefusesWhatIsNoInterpreterAndATargetThatIsNotThere) {
  Desk desk;
  ASSERT_TRUE(desk.files.write(desk.config_file(), k_config, 0600));
  EXPECT_EQ(desk.run({"python", "use"}).error().code, ErrorCode::usage);
  EXPECT_EQ(desk.run({"python", "use", "python3"}).error().code, ErrorCode::usage);
  EXPECT_EQ(desk.run({"python", "use", "auto", "nowhere"}).error().code, ErrorCode::config_target);
  EXPECT_EQ(desk.run({"python", "use", "auto"}).error().code, ErrorCode::config_target);
  EXPECT_EQ(desk.files.read(desk.config_file())->value_or(""), k_config);
}

rpc::Json gpus(bool good) {
  ensure::GpuReport report;
  report.target = "centernet";
  report.gpus = {{0, "NVIDIA H100", "GPU-a", 81559, 41234, 97, true, {{4711, "python", 41000, "alice", "centernet"}}},
                 {1, "NVIDIA H100", "GPU-b", 81559, std::nullopt, std::nullopt, false, {}}};
  report.ladder = {{"driver on the server", "holds", "550.54.15"},
                   {"GPUs given to the container", good ? "holds" : "fails", good ? "--gpus" : "made without"},
                   {"nvidia-smi in the container", good ? "holds" : "unknown", good ? "2 GPUs" : ""}};
  report.frameworks = {{"torch", "2.2.0", true, 2, "NVIDIA H100", Milliseconds(1500)}};
  if (!good) report.problems = {{ErrorCode::gpu_not_given, "GPU", "made without", "recreate it"}};
  return rpc::to_json(report);
}

TEST(Gpu, ShowsTheGpusTheirProcessesTheLadderAndTheFrameworks) {
  Desk desk;
  desk.daemon.will_answer("gpu", answers(gpus(true)));
  ASSERT_EQ(desk.run({"gpu", "--check"}).value_or(-1), 0);
  EXPECT_EQ(desk.daemon.asked().front().params.at("check"), true);
  EXPECT_EQ(desk.out.str(),
            "GPU 0  NVIDIA H100  41234 of 81559 MiB, 97 % busy\n"
            "       4711 python, 41000 MiB, container centernet, user alice\n"
            "GPU 1  NVIDIA H100  ? of 81559 MiB, not in the container\n"
            "✓ driver on the server: 550.54.15\n"
            "✓ GPUs given to the container: --gpus\n"
            "✓ nvidia-smi in the container: 2 GPUs\n"
            "✓   1.5 s  torch 2.2.0: computes on 2 GPUs, NVIDIA H100\n");
}

TEST(Gpu, EndsWithTheStatusOfTheRungThatFails) {
  Desk desk;
  desk.daemon.will_answer("gpu", answers(gpus(false)));
  EXPECT_EQ(desk.run({"gpu"}).value_or(-1), 7);
  EXPECT_NE(desk.err.str().find("[gpu.not_given]"), std::string::npos);
  EXPECT_EQ(desk.out.str().find("nvidia-smi in the container"), std::string::npos);
}

TEST(Ensure, OfATargetWithoutItsGpusShowsHowToUseItAndEndsWithTheGpusStatus) {
  Desk desk;
  ensure::Report report;
  report.target = "centernet";
  report.state = ensure::k_ready_without_gpu;
  report.problems = {{ErrorCode::gpu_no_driver, "GPU", "the server has no NVIDIA driver", "install it"}};
  desk.daemon.will_answer("ensure", answers(rpc::to_json(report)));
  EXPECT_EQ(desk.run({"ensure"}).value_or(-1), 7);
  EXPECT_NE(desk.out.str().find("centernet: ready without GPU"), std::string::npos);
  EXPECT_NE(desk.err.str().find("[gpu.no_driver]"), std::string::npos);
}

}  // namespace
}  // namespace helper::cli
