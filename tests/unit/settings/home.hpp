// Home is a home folder with IDEs' config folders in it, and a SettingsWriter that writes there.
#pragma once

#include "settings/running.hpp"
#include "settings/settings_writer.hpp"
#include "support/manual_clock.hpp"
#include "support/scoped_env.hpp"
#include "support/temp_folder.hpp"
#include "unit/settings/simple_formats.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <signal.h>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace helper::test {

// A DiskFileStore on which a test may let something happen before a write, or let writes fail.
class WatchedFiles final : public FileStore {
 public:
  Result<std::optional<std::string>> read(const std::filesystem::path& path) override {
    ++reads[path];
    return disk_.read(path);
  }
  Result<void> write(const std::filesystem::path& path, std::string_view bytes, mode_t mode) override {
    if (on_write) on_write(path);
    ++writes;
    if (full_from && path.string().find(*full_from) != std::string::npos)
      return fail(ErrorCode::file_failed, path.string(), "cannot be written (No space left on device)",
                  "free some space");
    return disk_.write(path, bytes, mode);
  }
  Result<void> remove(const std::filesystem::path& path) override { return disk_.remove(path); }

  std::function<void(const std::filesystem::path&)> on_write;
  std::optional<std::string> full_from;  // a write to a path with that in it fails
  int writes = 0;
  std::map<std::filesystem::path, int> reads;

 private:
  DiskFileStore disk_;
};

inline constexpr const char* k_host_key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGRvbm90dXNldGhpc2tleWZvcmFueXRoaW5nYXRhbGw";

class Home {
 public:
  Home() {
    paths.home = folder_.path();
    paths.data = path("data");
    put(path("configs/helper.json"), "{");  // one of which nobody can tell that a target is not in it
    paths.state = path("state");
    for (const char* name : {"PyCharm2024.3", "PyCharm2026.1", "DataSpell2025.2"})
      std::filesystem::create_directories(ide(name));
    std::filesystem::create_directories(path("project"));
    put(path("data/known_hosts"), "helper-centernet,[127.0.0.1]:2222 " + std::string(k_host_key) + "\n" +
                                      "helper-other,[127.0.0.1]:2223 " + std::string(k_host_key) + "\n");
  }

  [[nodiscard]] std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] std::filesystem::path ide(const std::string& name) const { return path(".config/JetBrains/" + name); }
  void put(const std::filesystem::path& file, const std::string& text) const {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  [[nodiscard]] std::string get(const std::filesystem::path& file) const {
    std::ifstream in(file, std::ios::binary);
    return in ? std::string(std::istreambuf_iterator<char>(in), {}) : "(no file)";
  }
  // Every file but our own, with its text.
  [[nodiscard]] std::map<std::string, std::string> everything() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      const std::string name = entry.path().lexically_relative(folder_.path()).string();
      if (!name.starts_with("data") && !name.starts_with("state"))
        all[name] = entry.is_directory() ? "(folder)" : get(entry.path());
    }
    return all;
  }

  // The IDE "runs": a process of that name is in its lock.
  class Running {
   public:
    explicit Running(const std::filesystem::path& config_folder) : lock_(config_folder / ".lock"), pid_(::fork()) {
      if (pid_ == 0) {
        ::execl("/bin/sleep", "pycharm", "60", nullptr);
        ::_exit(127);
      }
      std::ofstream(lock_) << pid_;
      for (int i = 0; i < 2000 && !settings::running_ide(config_folder); ++i) ::usleep(1000);  // until it is called so
    }
    ~Running() { close(); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    void close() {
      if (pid_ > 0) {
        std::filesystem::remove(lock_);
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
      }
      pid_ = 0;
    }

   private:
    std::filesystem::path lock_;
    int pid_;
  };

  [[nodiscard]] settings::Order order(const std::string& target = "centernet", std::uint16_t port = 2222) const {
    settings::Order order;
    auto& access = order.wanted.access;
    access.target = access.ssh_name = target;
    access.host = "127.0.0.1";
    access.port = port;
    access.user = "root";
    access.key_file = "/home/u/.ssh/id_ed25519";
    access.known_hosts = path("data/known_hosts");
    access.host_key_alias = "helper-" + target;
    access.python = "/usr/bin/python3";
    access.jupyter_url = "http://127.0.0.1:8888/?token=hunter2";
    order.wanted.name = target + " of project";
    order.wanted.config_file = path("configs/helper.json");
    order.project = path("project");
    return order;
  }
  [[nodiscard]] static settings::UndoOrder undo_of(const settings::Order& order) {
    settings::UndoOrder undo;
    undo.wanted = order.wanted;
    return undo;
  }

 private:
  TempFolder folder_;
  ScopedEnv no_xdg_{"XDG_CONFIG_HOME", ""};

 public:
  Paths paths;
  WatchedFiles files;
  ManualClock clock;
  settings::SettingsWriter writer{paths, files, clock, simple_formats()};
};

// The outcome of one file, by the end of its path.
inline std::string outcome_of(const Result<settings::Report>& report, const std::string& end) {
  if (!report) return to_text(report.error());
  for (const auto& file : report->files) {
    if (file.file.ends_with(end)) return file.outcome;
  }
  return "(not told)";
}

}  // namespace helper::test
