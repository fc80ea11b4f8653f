#include "inside/look.hpp"

#include <gtest/gtest.h>

namespace helper::inside {
namespace {

const Question k_question{"root", 61022, 8888, "auto"};

std::string python_line(const std::string& source, const std::string& path, const std::string& version = "3.11.2",
                        const std::string& prefix = "/usr") {
  return "@helper-0123-source\x1f" + source + "\x1f" + path + "\n@helper-0123-py\x1f" + path + "\x1f" + path + "\x1f" +
         version + "\x1f" + prefix + "\x1fno\x1fno\x1f/usr\x1f" + "cv2,torch.nn\x1ftorch=2.2.0,jax=\x1f" + "3\x1f" +
         "1\n";
}

std::vector<Section> sections() {
  return {{"user", 0, "0\n/root\n"},
          {"bundle", 0, "0123456789abcdef\n"},
          {"sshd", 0, "/usr/sbin/sshd\n"},
          {"capabilities", 0, "00000000a80425fb\n"},
          {"ssh_listens", 0, ""},
          {"jupyter_listens", 1, ""},
          {"ssh_setup", 0, "fedcba9876543210\n"},
          {"ssh_server", 0, "4711 4712 9 1700000000 10 1700000000 11 1700000000 \n"},
          {"traces", 0, ""},
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

plan::Inside read(const std::vector<Section>& from, const Question& question = k_question) {
  const auto inside = read_look(from, question);
  EXPECT_TRUE(inside);
  return inside.value_or(plan::Inside{});
}

TEST(ReadInside, KnowsTheIdsOfANamespaceOfUsers) {
  auto from = sections();
  from.push_back({"uid_map", 0, "         0     165536      65536\n     65536          x 1\n"});
  EXPECT_EQ(read(from).uid_map, (std::vector<plan::IdRange>{{0, 165536, 65536}}));
}

TEST(ReadInside, KnowsWhetherItsOwnSshdLetsRootInByAPassword) {
  EXPECT_FALSE(read(sections()).root_password);
  auto from = sections();
  from.push_back({"root_password", 1, ""});
  EXPECT_FALSE(read(from).root_password);
  from.back().status = 0;
  EXPECT_TRUE(read(from).root_password);
}

TEST(ReadInside, ReadsEverything) {
  plan::Inside expected;
  expected.user_home = "/root";
  expected.bundle = "0123456789abcdef";
  expected.image_sshd = "/usr/sbin/sshd";
  expected.sshd_listening = true;
  expected.sshd_fingerprint = "fedcba9876543210";
  expected.ssh_server = "4711 4712 9 1700000000 10 1700000000 11 1700000000 ";
  expected.traces = true;
  const std::vector<plan::Framework> frameworks{{"torch", "2.2.0"}, {"jax", ""}};
  expected.pythons = {
      {"/a", "3.11.2", "/usr", "conda:base", "/usr", {"cv2", "torch.nn"}, frameworks, 3, true},
      {"/opt/conda/bin/python", "3.11.2", "/usr", "login:python", "/usr", {"cv2", "torch.nn"}, frameworks, 3, true}};
  expected.gpu.gpus = {"GPU 0: NVIDIA H100 (UUID: GPU-0)", "GPU 1: NVIDIA H100 (UUID: GPU-1)"};
  expected.gpu.smi_found = true;
  EXPECT_EQ(read(sections()), expected);
}

TEST(ReadInside, KnowsTheGpusThatNvidiaSmiListsBeforeItFails) {
  const auto gpu = read(with("gpus", 14,
                             "GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-0)\n  MIG 3g.40gb     Device  0: (UUID: MIG-0)\n"
                             "GPU 0000:18:00.0: GPU is lost\nWARNING: infoROM is corrupted at gpu 0000:18:00.0\n"))
                       .gpu;
  EXPECT_EQ(gpu.gpus, (std::vector<std::string>{"GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-0)",
                                                "MIG 3g.40gb     Device  0: (UUID: MIG-0)"}));
  EXPECT_EQ(gpu.smi_status, 14);
  EXPECT_EQ(gpu.smi_words, "GPU 0000:18:00.0: GPU is lost");
  EXPECT_EQ(read(with("gpus", 0, "ERROR: ld.so: noise\nGPU 0: H100 (UUID: GPU-0)\n")).gpu.smi_words, "");
}

TEST(ReadInside, KnowsWhoMadeTheOtherGpus) {
  auto all = sections();
  all.insert(all.end() - 1, {"gpus_files", 0, "other AMD\nother AMD\nother Intel\n"});
  EXPECT_EQ(read(all).gpu.others, (std::vector<std::string>{"AMD", "Intel"}));
}

TEST(ReadInside, IsAnErrorWhenTheScriptEndedEarly) {
  EXPECT_EQ(read_look({}, k_question).error().code, ErrorCode::inside_failed);
  auto without_end = sections();
  without_end.pop_back();
  EXPECT_FALSE(read_look(without_end, k_question));
  EXPECT_FALSE(read_look({{"pythons", 0, ""}}, k_question));
}

TEST(ReadInside, NeedsOnlyWhatEveryContainerCanTell) {
  const auto inside = read({{"user", 0, ""}, {"pythons", 0, ""}});
  EXPECT_EQ(inside, plan::Inside{});
}

TEST(ReadInside, KnowsWhetherTheCacheOfTheIdeLeadsToItsVolume) {
  auto all = sections();
  all.insert(all.end() - 1, {"cache_link", 0, ""});
  EXPECT_TRUE(read(all).cache_linked);
  (all.end() - 2)->status = 1;
  EXPECT_FALSE(read(all).cache_linked);
}

TEST(ReadInside, KnowsNoUserWithoutAnAbsoluteHomeAndAnId) {
  EXPECT_EQ(read(with("user", 0, "\n\n")).user_home, "");
  EXPECT_EQ(read(with("user", 0, "0")).user_home, "");
  EXPECT_EQ(read(with("user", 0, "0\nhome\n")).user_home, "");
  EXPECT_EQ(read(with("user", 0, "\n/root\n")).user_home, "");
  EXPECT_EQ(read(with("user", 0, "0\n/ro\x1bot\n")).user_home, "");
}

TEST(ReadInside, TakesABaseUrlOnlyWhereItIsAPath) {
  for (const auto& [text, path] :
       std::initializer_list<std::pair<const char*, const char*>>{{"/user/x/", "/user/x/"},
                                                                  {"user/a%40b", "/user/a%40b/"},
                                                                  {"/", ""},
                                                                  {"/a b/", ""},
                                                                  {"/a?token=x", ""},
                                                                  {"/a#b", ""},
                                                                  {"/a\x1b[1m/", ""},
                                                                  {"//evil.example/", "/evil.example/"},
                                                                  {"/\u00e9/", ""}}) {
    auto all = with("jupyter_listens", 0, "");
    all.insert(all.end() - 1, {"jupyter_base", 0, std::string(text) + "\n"});
    EXPECT_EQ(read(all).jupyter.base_path, path) << text;
  }
  auto without = sections();
  without.insert(without.end() - 1, {"jupyter_base", 0, "/user/x/\n"});
  EXPECT_EQ(read(without).jupyter.base_path, "") << "nothing listens";
}

TEST(ReadInside, AsksForJupyterOnlyWhenTheConfigDoes) {
  EXPECT_TRUE(read(with("jupyter_listens", 0, "")).jupyter.listening);
  EXPECT_FALSE(read(with("jupyter_listens", 0, ""), {"root", 61022, 0, "auto"}).jupyter.listening);
}

TEST(ReadInside, KnowsARootThatMayNotBecomeAnotherUser) {
  EXPECT_FALSE(read(with("capabilities", 0, "0000000000000000\n")).can_switch_users);
  EXPECT_FALSE(read(with("capabilities", 0, "0000000000000080\n")).can_switch_users);
  EXPECT_TRUE(read(with("capabilities", 0, "00000000000400c0\n")).can_switch_users);
  EXPECT_TRUE(read(with("capabilities", 0, "")).can_switch_users);
  EXPECT_TRUE(read(with("capabilities", 0, "what\n")).can_switch_users);
}

TEST(ReadInside, TakesNoControlCharactersIntoWhatItReads) {
  EXPECT_EQ(read(with("sshd", 0, "/usr/sbin/\x1b[2Jsshd\n")).image_sshd, "");
  EXPECT_EQ(read(with("bundle", 0, "\n")).bundle, "");
}

TEST(ReadInside, RunsEachPathOnceAndKnowsEveryWayThatLedToIt) {
  const std::string path = "/opt/conda/envs/net/bin/python";
  const auto pythons = read(with("pythons", 0,
                                 "@helper-0123-source\x1flogin:python\x1f" + path + "\n" + "@helper-0123-source\x1f" +
                                     "conda:net\x1f" + path + "\n" + python_line("conda:net", path)))
                           .pythons;
  ASSERT_EQ(pythons.size(), 2U);
  EXPECT_EQ(pythons[0].source, "conda:net");
  EXPECT_EQ(pythons[1].source, "login:python");
  EXPECT_EQ(pythons[0].path, pythons[1].path);
}

TEST(ReadInside, TakesThePathThatAShimLeadsTo) {
  const std::string shim = "/root/.pyenv/shims/python";
  std::string line = python_line("login:python", shim);
  line.replace(line.rfind(shim), shim.size(), "/root/.pyenv/versions/3.12.1/bin/python");
  const auto pythons = read(with("pythons", 0, line)).pythons;
  ASSERT_EQ(pythons.size(), 1U);
  EXPECT_EQ(pythons.front().path, "/root/.pyenv/versions/3.12.1/bin/python");
}

TEST(ReadInside, KnowsWhatTheProjectsFilesNameAndThatTheLoginShellWasCutOff) {
  const auto inside = read(with("pythons", 0,
                                "@helper-0123-file\x1f"
                                "conda:net\n@helper-0123-file\x1fpyenv:3.12\n"
                                "@helper-0123-login\x1fplain\x1f"
                                "cut\n"));
  EXPECT_EQ(inside.project_files, (std::vector<std::string>{"conda:net", "pyenv:3.12"}));
  EXPECT_TRUE(inside.login_cut);
  EXPECT_FALSE(read(with("pythons", 0, "@helper-0123-login\x1fterminal\x1f\n")).login_cut);
}

TEST(ReadInside, TakesNoPythonWhoseLineIsNotWhole) {
  const std::string good = python_line("conda:a", "/a/bin/python");
  for (const std::string& bad :
       {std::string("hello from sitecustomize\n"), std::string("x\x1f") + "conda:b\x1f/b\x1f" + "3.1\x1f/b\n",
        std::string("@helper-0123-py\x1f") + "/b\x1f/b\n", std::string("@helper-0123-source\x1f") + "conda:b\x1f/b\n",
        python_line("conda:b", "/b\x07"), python_line("conda:b", "/b", "3.11\x1b[2J"),
        python_line("conda:b", "/b", "3.11", "/\x7f"), python_line("conda:\x01", "/b")}) {
    const auto pythons = read(with("pythons", 0, bad + good + bad)).pythons;
    ASSERT_EQ(pythons.size(), 1U) << bad;
    EXPECT_EQ(pythons.front().source, "conda:a");
  }
}

}  // namespace
}  // namespace helper::inside
