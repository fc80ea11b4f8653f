#include "engine/inside_probe.hpp"

#include <gtest/gtest.h>

namespace helper::engine {
namespace {

const InsideQuestion k_question{"root", 22, 8888, "AAAAC3NzaC1lZDI1NTE5", "auto"};

std::string python_line(const std::string& source, const std::string& path, const std::string& version = "3.11.2",
                        const std::string& prefix = "/usr") {
  return "@helper-0123-py\x1f" + source + "\x1f" + path + "\x1f" + version + "\x1f" + prefix + "\n";
}

std::vector<Section> sections() {
  return {{"user", 0, "0\n/root\n"},
          {"sshd", 0, "/usr/sbin/sshd\n"},
          {"ssh_listens", 0, ""},
          {"jupyter_listens", 1, ""},
          {"host_keys", 0, "ssh-ed25519 AAAAC3Nz root@box\necdsa-sha2-nistp256 AAAAE2Vj root@box\n"},
          {"key", 0, "0 755\n0 700\n0 600\n"},
          {"gpus", 0, "GPU 0: NVIDIA H100 (UUID: GPU-0)\nGPU 1: NVIDIA H100 (UUID: GPU-1)\n"},
          {"pythons", 0, python_line("login:python", "/opt/conda/bin/python") + python_line("conda:base", "/a")}};
}

std::vector<Section> with(const std::string& name, int status, const std::string& body) {
  auto all = sections();
  for (auto& section : all) {
    if (section.name == name) section = {name, status, body};
  }
  return all;
}

plan::Inside read(const std::vector<Section>& from, const InsideQuestion& question = k_question) {
  const auto inside = read_inside(from, question);
  EXPECT_TRUE(inside);
  return inside.value_or(plan::Inside{});
}

TEST(ReadInside, ReadsEverything) {
  plan::Inside expected;
  expected.user_home = "/root";
  expected.sshd_path = "/usr/sbin/sshd";
  expected.sshd_listening = true;
  expected.host_keys = {"ssh-ed25519 AAAAC3Nz", "ecdsa-sha2-nistp256 AAAAE2Vj"};
  expected.key_installed = true;
  expected.pythons = {{"/a", "3.11.2", "/usr", "conda:base"},
                      {"/opt/conda/bin/python", "3.11.2", "/usr", "login:python"}};
  expected.gpus = {"GPU 0: NVIDIA H100 (UUID: GPU-0)", "GPU 1: NVIDIA H100 (UUID: GPU-1)"};
  expected.nvidia_smi = true;
  EXPECT_EQ(read(sections()), expected);
}

TEST(ReadInside, IsAnErrorWhenTheScriptEndedEarly) {
  EXPECT_EQ(read_inside({}, k_question).error().code, ErrorCode::inside_failed);
  auto without_end = sections();
  without_end.pop_back();
  EXPECT_FALSE(read_inside(without_end, k_question));
  EXPECT_FALSE(read_inside({{"pythons", 0, ""}}, k_question));
}

TEST(ReadInside, NeedsOnlyWhatEveryContainerCanTell) {
  const auto inside = read({{"user", 0, ""}, {"pythons", 0, ""}});
  EXPECT_EQ(inside, plan::Inside{});
}

TEST(ReadInside, KnowsNoUserWithoutAnAbsoluteHomeAndAnId) {
  EXPECT_EQ(read(with("user", 0, "\n\n")).user_home, "");
  EXPECT_EQ(read(with("user", 0, "0")).user_home, "");
  EXPECT_EQ(read(with("user", 0, "0\nhome\n")).user_home, "");
  EXPECT_EQ(read(with("user", 0, "\n/root\n")).user_home, "");
  EXPECT_EQ(read(with("user", 0, "0\n/ro\x1bot\n")).user_home, "");
}

TEST(ReadInside, AsksForJupyterOnlyWhenTheConfigDoes) {
  EXPECT_TRUE(read(with("jupyter_listens", 0, "")).jupyter_listening);
  EXPECT_FALSE(read(with("jupyter_listens", 0, ""), {"root", 22, 0, "", "auto"}).jupyter_listening);
}

TEST(ReadInside, TakesNoHostKeyThatIsNone) {
  const auto keys = read(with("host_keys", 0,
                              "# comment\n\nssh-ed25519\nnot-a-key AAAA\nssh-ed25519 AA\x1b[0m\n"
                              "@cert-authority * ssh-rsa AAAA\nssh-rsa AAAAB3 x\n"))
                        .host_keys;
  EXPECT_EQ(keys, std::vector<std::string>{"ssh-rsa AAAAB3"});
}

TEST(ReadInside, BelievesNvidiaSmiOnlyWhenItSucceeded) {
  const auto failed = read(with("gpus", 9, "GPU 0: NVIDIA H100 (UUID: GPU-0)\n"));
  EXPECT_FALSE(failed.nvidia_smi);
  EXPECT_TRUE(failed.gpus.empty());
  const auto none = read(with("gpus", 0, "No devices were found\n"));
  EXPECT_TRUE(none.nvidia_smi);
  EXPECT_TRUE(none.gpus.empty());
}

TEST(ReadInside, TakesNoPythonWhoseLineIsNotWhole) {
  const std::string good = python_line("conda:a", "/a/bin/python");
  for (const std::string& bad :
       {std::string("hello from sitecustomize\n"), std::string("x\x1f") + "conda:b\x1f/b\x1f" + "3.1\x1f/b\n",
        std::string("@helper-0123-py\x1f") + "conda:b\x1f/b\n", python_line("conda:b", "/b\x07"),
        python_line("conda:b", "/b", "3.11\x1b[2J"), python_line("conda:b", "/b", "3.11", "/\x7f"),
        python_line("conda:\x01", "/b")}) {
    const auto pythons = read(with("pythons", 0, bad + good + bad)).pythons;
    ASSERT_EQ(pythons.size(), 1U) << bad;
    EXPECT_EQ(pythons.front().source, "conda:a");
  }
}

TEST(ReadInside, NeedsBothTheKeyAndModesThatSshdTakes) {
  EXPECT_FALSE(read(with("key", 1, "0 755\n0 700\n0 600\n")).key_installed);
  EXPECT_FALSE(read(with("key", 0, "0 777\n0 700\n0 600\n")).key_installed);
  EXPECT_FALSE(read(with("key", 0, "")).key_installed);
}

struct Modes {
  const char* name;
  std::string modes;
  bool strict;
};

class ModesAreStrict : public testing::TestWithParam<Modes> {};

TEST_P(ModesAreStrict, AsSshdJudges) { EXPECT_EQ(modes_are_strict(GetParam().modes, "1000"), GetParam().strict); }

INSTANTIATE_TEST_SUITE_P(EveryKind, ModesAreStrict,
                         testing::Values(Modes{"Usual", "1000 755\n1000 700\n1000 600\n", true},
                                         Modes{"OwnedByRoot", "0 755\n0 755\n0 644\n", true},
                                         Modes{"ReadableByAll", "1000 755\n1000 755\n1000 644\n", true},
                                         Modes{"SpecialBits", "1000 2755\n1000 1700\n1000 600\n", true},
                                         Modes{"WindowsLineEnds", "1000 755\r\n1000 700\r\n1000 600\r\n", true},
                                         Modes{"GroupMayWriteHome", "1000 775\n1000 700\n1000 600\n", false},
                                         Modes{"OthersMayWriteTheFolder", "1000 755\n1000 702\n1000 600\n", false},
                                         Modes{"GroupMayWriteTheFile", "1000 755\n1000 700\n1000 620\n", false},
                                         Modes{"OwnedByAnother", "1000 755\n1001 700\n1000 600\n", false},
                                         Modes{"AFileIsMissing", "1000 755\n1000 700\n", false},
                                         Modes{"MoreThanThree", "1000 755\n1000 700\n1000 600\n1000 600\n", false},
                                         Modes{"NoNumber", "1000 755\n1000 700\n1000 rw-\n", false},
                                         Modes{"HalfANumber", "1000 755\n1000 700\n1000 600x\n", false},
                                         Modes{"NoOctalNumber", "1000 755\n1000 700\n1000 698\n", false},
                                         Modes{"AnError", "stat: cannot stat\n1000 700\n1000 600\n", false},
                                         Modes{"Nothing", "", false}),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace helper::engine
