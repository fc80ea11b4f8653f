// HelperHome is a home folder of its own with the real `helper` in it; a daemon that it started is ended with it.
#pragma once

#include "base/process/process.hpp"
#include "support/temp_folder.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace helper::test {

class HelperHome {
 public:
  HelperHome() {
    std::filesystem::create_directory(path() / "run");
    ::chmod((path() / "run").c_str(), 0700);
    std::filesystem::create_directory(path() / "work");
  }
  ~HelperHome() {
    if (std::filesystem::exists(path() / "run/helper/endpoint.json")) (void)run({"rpc", "shutdown"});
  }
  HelperHome(const HelperHome&) = delete;
  HelperHome& operator=(const HelperHome&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path work() const { return path() / "work"; }

  void write(const std::string& name, const std::string& text) const { std::ofstream(work() / name) << text; }

  [[nodiscard]] std::map<std::string, std::string> environment() const {
    return {{"HOME", path().string()}, {"XDG_RUNTIME_DIR", (path() / "run").string()},
            {"XDG_DATA_HOME", ""},     {"XDG_STATE_HOME", ""},
            {"XDG_CONFIG_HOME", ""},   {"HELPERD", std::string(HELPER_BIN_DIR) + "/helperd"},
            {"LC_ALL", "C.UTF-8"},     {"SSH_AUTH_SOCK", ""}};
  }

  // `shell` is a line that runs "$@", which is the command.
  CommandOutput run(const std::vector<std::string>& words, const std::string& shell = "exec \"$@\"",
                    std::map<std::string, std::string> more = {}, const std::string& stdin_text = {}) const {
    ProcessSpec spec;
    spec.argv = {"sh", "-c", "cd \"$0\" && " + shell, work().string(), std::string(HELPER_BIN_DIR) + "/helper"};
    spec.argv.insert(spec.argv.end(), words.begin(), words.end());
    spec.environment = environment();
    for (auto& [name, value] : more) spec.environment[name] = value;
    spec.stdin_text = stdin_text;
    spec.timeout = Milliseconds(60'000);
    auto output = run_process(spec, {});
    if (!output) throw std::runtime_error(to_text(output.error()));
    return *output;
  }

 private:
  TempFolder folder_;
};

}  // namespace helper::test
