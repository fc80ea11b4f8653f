// The pieces of sh and Python by which Jupyter is kept, run by real shells and a real Python over real processes.
#include "inside/jupyter.hpp"

#include "base/process/process.hpp"
#include "base/sections.hpp"
#include "base/shell.hpp"
#include "inside/scripts.hpp"
#include "support/shells.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace helper::inside {
namespace {

namespace fs = std::filesystem;

class KeptJupyter : public testing::TestWithParam<std::vector<std::string>> {
 protected:
  // The output of the script, in which $own is the test's folder.
  std::string run(const std::string& script) {
    auto argv = GetParam();
    argv.insert(argv.end(), {"-c", script_begin({}) + std::string(scripts::jupyter_ours) +
                                       "own=" + shell::quote(own()) + "\n" + script});
    const auto output = run_process({argv, {}, {}, Milliseconds(20'000)}, {});
    EXPECT_TRUE(output);
    return output ? output->out + output->err : std::string();
  }
  [[nodiscard]] std::string own() const { return (folder_.path() / "own").string(); }
  void write(const std::string& name, const std::string& text) {
    fs::create_directories(own());
    std::ofstream(fs::path(own()) / name) << text;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(fs::path(own()) / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  helper::test::TempFolder folder_;
};

TEST_P(KeptJupyter, IsOursOnlyWhileTheVeryProcessLives) {
  const std::string ask = "ours && echo yes || echo no\n";
  EXPECT_EQ(run(ask), "no\n");
  // The shell itself, and another start time for the same number.
  const std::string since = "read -r stat < /proc/$$/stat; set -- ${stat##*)}; mkdir -p \"$own\"\n";
  EXPECT_EQ(run(since + "echo \"$$ ${20}\" > \"$own/pid\"\n" + ask), "yes\n");
  EXPECT_EQ(run(ask), "no\n");
  EXPECT_EQ(run(since + "echo \"$$ 1${20}\" > \"$own/pid\"\n" + ask), "no\n");
  for (const char* bad : {"", "\n", "x 1\n", "1\n", "-1 5\n", "$(id) 1\n", "99999999 1\n"}) {
    write("pid", bad);
    EXPECT_EQ(run(ask), "no\n") << bad;
  }
}

// A stand-in for the module: it listens on the port that its settings name, and prints much.
constexpr const char* k_module = R"py(import json, os, socket, sys
config = sys.argv[1][len("--config="):]
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(1)
with open(os.path.join(os.path.dirname(config), "port.new"), "w") as file:
    file.write("%d %s %s" % (listener.getsockname()[1], os.getcwd(), sys.path[0]))
for _ in range(300):
    os.write(1, b"x" * 2047 + b"\n")
os.write(2, b"the end\n")
os.rename(file.name, file.name[:-4])
sys.stdin.read()
listener.accept()
)py";

TEST_P(KeptJupyter, StartsInTheFolderOfTheNotebooksWithItsPidAndTheLastOfItsOutputKept) {
  const fs::path notebooks = folder_.path() / "note books";
  fs::create_directories(notebooks);
  fs::create_directories(folder_.path() / "modules");
  std::ofstream(folder_.path() / "modules" / "stand_in.py") << k_module;
  std::ofstream(notebooks / "json.py") << "raise SystemExit('a file of the notebooks was taken for a module')\n";
  write("start.py", std::string(scripts::jupyter_start));
  write("config.json", "{}");
  run("export PYTHONPATH=" + shell::quote((folder_.path() / "modules").string()) +
      "\npython3 \"$own/start.py\" \"$own\" stand_in " + shell::quote(notebooks.string()) +
      " </dev/null >/dev/null 2>&1 &\n");
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (read("port").empty() && std::chrono::steady_clock::now() < limit)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const std::string answer = read("port");
  ASSERT_NE(answer.find(' '), std::string::npos) << read("log");
  EXPECT_NE(answer.find(notebooks.string()), std::string::npos) << answer;
  const auto port = static_cast<std::uint16_t>(std::stoi(answer));
  EXPECT_EQ(run("ours && ours_listens " + std::to_string(port) + " && echo yes || echo no\n"), "yes\n");
  EXPECT_EQ(run("ours && ours_listens 1 && echo yes || echo no\n"), "no\n");
  while (read("log").find("the end") == std::string::npos && std::chrono::steady_clock::now() < limit)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_NE(read("log").find("the end\n"), std::string::npos);
  EXPECT_LE(fs::file_size(fs::path(own()) / "log") + fs::file_size(fs::path(own()) / "log.1"), 2U * 256 * 1024);
  EXPECT_EQ(run("ours && kill \"$pid\"\nwhile ours; do sleep 0.1; done; echo gone\n"), "gone\n");
}

// A stand-in that says that it runs, and ends as the test tells it to.
constexpr const char* k_ends_as_told = R"py(import os, sys, time
folder = os.path.dirname(sys.argv[1][len("--config="):])
open(os.path.join(folder, "runs%d" % os.getpid()), "w").close()
while not os.path.exists(os.path.join(folder, "end")):
    time.sleep(0.05)
sys.exit(0)
)py";

TEST_P(KeptJupyter, ComesBackWhenItBreaksDownAndStaysAwayWhenItIsToldTo) {
  fs::create_directories(folder_.path() / "modules");
  std::ofstream(folder_.path() / "modules" / "stand_in.py") << k_ends_as_told;
  write("start.py", std::string(scripts::jupyter_start));
  write("config.json", "{}");
  const std::string start = "export PYTHONPATH=" + shell::quote((folder_.path() / "modules").string()) +
                            "\nrm -f \"$own/pid\" \"$own/stopped\" \"$own/end\" \"$own/served\"\n"
                            "python3 \"$own/start.py\" \"$own\" stand_in / </dev/null >/dev/null 2>&1 &\n" +
                            "until ours && [ -e \"$own/runs$pid\" ]; do sleep 0.05; done\n";
  const std::string again = "before=$pid; kill -KILL $pid; while ours; do sleep 0.05; done\n";
  const std::string keeper = "read -r keeper < \"$own/keeper\"\n";
  const std::string gone =
      "while kill -0 \"$keeper\" 2>/dev/null; do sleep 0.05; done; ours && echo back || echo away\n";
  const std::string serves = ": > \"$own/served\"\n";  // as jupyter_await.sh says it
  EXPECT_EQ(run(start + keeper + again + gone), "away\n") << "it ended soon, and has never served";
  EXPECT_EQ(
      run(start + keeper + serves + again +
          "until ours; do sleep 0.05; done; [ \"$pid\" != \"$before\" ] && echo back\n" + ": > \"$own/end\"; " + gone),
      "back\naway\n");
  EXPECT_NE(read("log").find("broke down and is started again"), std::string::npos);
  EXPECT_EQ(run(start + keeper + serves + ": > \"$own/stopped\"\n" + again + gone), "away\n");
  EXPECT_EQ(run(start + keeper + serves + "kill $pid\n" + gone), "away\n");
  EXPECT_EQ(run(start + keeper + serves + "kill -KILL $pid; rm \"$own/pid\"\n" + gone), "away\n");
}

// Two would want one port.
TEST_P(KeptJupyter, EndsWithItsLoopBeforeAnotherOneStarts) {
  fs::create_directories(folder_.path() / "modules");
  std::ofstream(folder_.path() / "modules" / "stand_in.py") << k_ends_as_told;
  const auto starts_after = [&](const std::string& before) {
    write("start.py", std::string(scripts::jupyter_start));
    write("config.json", "{}");
    return run("export PYTHONPATH=" + shell::quote((folder_.path() / "modules").string()) +
               "\npython3 \"$own/start.py\" \"$own\" stand_in / </dev/null >/dev/null 2>&1 &\n" +
               "until ours && [ -e \"$own/runs$pid\" ]; do sleep 0.05; done\n: > \"$own/served\"\n" +
               "read -r keeper < \"$own/keeper\"\n" + before + "( jupyter=$own uid=0 setup=x\n" +
               std::string(scripts::jupyter_folders) + ") </dev/null\n" +
               "tries=0\nwhile { kill -0 \"$keeper\" || kill -0 \"$pid\"; } 2>/dev/null && [ $tries -lt 100 ]; do\n" +
               "  sleep 0.05; tries=$((tries + 1)); done\n[ $tries -lt 100 ] && echo ended\n");
  };
  EXPECT_NE(starts_after("").find("ended"), std::string::npos);
  EXPECT_NE(starts_after("kill -KILL $pid\n").find("ended"), std::string::npos) << "while the loop waits";
  EXPECT_NE(starts_after("echo 1 > \"$own/keeper\"; kill -KILL $keeper $pid\n").find("ended"), std::string::npos)
      << "and nobody else does";
}

INSTANTIATE_TEST_SUITE_P(Here, KeptJupyter, testing::ValuesIn(test::shells()),
                         [](const auto& each) { return each.param.front(); });

}  // namespace
}  // namespace helper::inside
