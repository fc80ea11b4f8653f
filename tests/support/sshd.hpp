// Sshd is a real OpenSSH server on 127.0.0.1 for tests: own keys, own configuration, a port of its own, in a folder of
// its own that goes with it. It logs in the user who runs the tests.
#pragma once

#include "base/fd.hpp"
#include "ssh/session.hpp"
#include "support/temp_folder.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <netinet/in.h>
#include <pwd.h>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace helper::test {

inline void write_file(const std::string& path, const std::string& text, mode_t mode = 0600) {
  std::ofstream(path, std::ios::binary) << text;
  ::chmod(path.c_str(), mode);
}

inline std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// A child process that ends with its owner; standard streams go to `log`.
class Child {
 public:
  Child(const std::vector<std::string>& argv, const std::string& log) {
    std::vector<char*> words;
    words.reserve(argv.size() + 1);
    for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    const int rc = ::posix_spawnp(&pid_, words[0], &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (rc != 0) throw std::runtime_error("cannot start " + argv[0]);
  }
  ~Child() { end(SIGKILL); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  [[nodiscard]] pid_t pid() const { return pid_; }
  // Sends the signal and waits for the end.
  int end(int signal) {
    if (pid_ > 0) ::kill(pid_, signal);
    return wait();
  }
  int wait() {
    int status = 0;
    if (pid_ > 0) ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
};

// Runs a program to its end; throws when it fails.
inline void must_run(const std::vector<std::string>& argv) {
  if (Child(argv, "/dev/null").wait() != 0) throw std::runtime_error(argv[0] + " failed");
}

// A port that nobody listens on now.
inline std::uint16_t free_port() {
  const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("no free port");
  }
  return ntohs(address.sin_port);
}

inline bool answers(std::uint16_t port) {
  const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

inline std::string current_user() {
  const passwd* entry = ::getpwuid(::getuid());
  if (entry == nullptr) throw std::runtime_error("no passwd entry for this user");
  return entry->pw_name;
}

class Sshd {
 public:
  struct Settings {
    std::string more;                                    // lines for sshd_config
    std::vector<std::string> host_key_types{"ed25519"};  // as ssh-keygen -t names them
  };

  Sshd() : Sshd(Settings{}) {}
  explicit Sshd(Settings settings) : settings_(std::move(settings)), port_(free_port()) {
    for (const auto& type : settings_.host_key_types)
      must_run({"ssh-keygen", "-q", "-t", type, "-N", "", "-C", "", "-f", file("host_" + type)});
    must_run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", user_key()});
    write_file(file("authorized_keys"), read_file(user_key() + ".pub"));
    std::string known;
    for (const auto& type : settings_.host_key_types) known += known_hosts_name() + " " + host_public_key(type) + "\n";
    write_file(known_hosts(), known);
    // sshd run by root insists on this folder, which a machine without a started sshd lacks.
    if (::getuid() == 0) std::filesystem::create_directories("/run/sshd");
    start();
  }

  void start() {
    std::string config =
        "Port " + std::to_string(port_) +
        "\nListenAddress 127.0.0.1\nUsePAM no\nSetEnv SHLVL=2\nStrictModes no\nPermitRootLogin "
        "yes\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nPidFile none\nPrintMotd no\nLogLevel VERBOSE\nSubsystem sftp "
        "internal-sftp\nAuthorizedKeysFile " +
        (file("authorized_keys")) + "\n";
    for (const auto& type : settings_.host_key_types) config += "HostKey " + (file("host_" + type)) + "\n";
    write_file(file("sshd_config"), config + settings_.more);
    child_ = std::make_unique<Child>(std::vector<std::string>{"/usr/sbin/sshd", "-D", "-e", "-f", file("sshd_config")},
                                     log_file());
    for (int i = 0; i < 1000 && !answers(port_); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (!answers(port_)) throw std::runtime_error("sshd does not start: " + log());
  }

  // Ends the listening process; connections that are open stay (each has a process of its own).
  void stop_listening() { child_->end(SIGTERM); }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return child_->pid(); }
  // A file of this server's folder, by name.
  [[nodiscard]] std::string file(const std::string& name) const { return (folder_.path() / name).string(); }
  [[nodiscard]] std::string user_key() const { return file("id_ed25519"); }
  [[nodiscard]] std::string known_hosts() const { return file("known_hosts"); }
  [[nodiscard]] std::string known_hosts_name() const { return "[127.0.0.1]:" + std::to_string(port_); }
  [[nodiscard]] std::string log_file() const { return file("log"); }
  [[nodiscard]] std::string log() const { return read_file(log_file()); }
  // "ssh-ed25519 AAAA..."
  [[nodiscard]] std::string host_public_key(const std::string& type = "ed25519") const {
    const std::string line = read_file(file("host_" + type + ".pub"));
    return line.substr(0, line.find_first_of(" \n", line.find(' ') + 1));
  }

  // A destination that is known, with a key that is accepted.
  [[nodiscard]] ssh::HostConfig host() const {
    ssh::HostConfig host;
    host.alias = "test-server";
    host.hostname = "127.0.0.1";
    host.port = port_;
    host.user = current_user();
    host.identity_files = {user_key()};
    host.identity_agent = "none";
    host.identities_only = true;
    host.user_known_hosts = {known_hosts()};
    host.strict_host_key_checking = "ask";
    return host;
  }

  // The same as a Host block of ssh_config(5).
  [[nodiscard]] std::string host_block(const std::string& alias) const {
    return "Host " + alias + "\n  HostName 127.0.0.1\n  Port " + std::to_string(port_) + "\n  User " + current_user() +
           "\n  IdentityFile " + user_key() + "\n  IdentityAgent none\n  UserKnownHostsFile " + known_hosts() +
           "\n  GlobalKnownHostsFile none\n";
  }

 private:
  Settings settings_;
  TempFolder folder_;
  std::uint16_t port_;
  std::unique_ptr<Child> child_;
};

// While it lives, `ssh` on PATH reads the configuration given here and nothing of the person's own.
class OwnSshConfig {
 public:
  explicit OwnSshConfig(const std::string& text) : path_before_(std::getenv("PATH")) {
    write_file(file("config"), text);
    write_file(file("ssh"), "#!/bin/sh\nexec /usr/bin/ssh -F " + (file("config")) + " \"$@\"\n", 0700);
    ::setenv("PATH", (folder_.path().string() + ":" + path_before_).c_str(), 1);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return (folder_.path() / name).string(); }
  ~OwnSshConfig() { ::setenv("PATH", path_before_.c_str(), 1); }
  OwnSshConfig(const OwnSshConfig&) = delete;
  OwnSshConfig& operator=(const OwnSshConfig&) = delete;

 private:
  TempFolder folder_;
  std::string path_before_;
};

}  // namespace helper::test
