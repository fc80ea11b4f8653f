#include "config/docker_run/translate_run.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "config/characters.hpp"
#include "config/docker_run/choose_gpus.hpp"
#include "config/docker_run/left_out.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace helper::config {
namespace {

constexpr std::uint16_t k_first_free_port = 1024;  // below it a tunnel needs rights that nobody gives it
constexpr std::uint16_t k_above_those = 8000;

constexpr std::string_view k_secret_fix =
    "put it in a file of the server and mount that, or write it yourself into \"env\" of helper.json, which others may "
    "read";

std::string with_line(const std::string& key, int line) {
  return line > 1 ? "line " + std::to_string(line) + ": " + key : key;
}

// Folders that hold no project: caches, sockets and devices.
bool may_be_project(const std::string& host) {
  if (!host.starts_with('/') || host.find("/.") != std::string::npos || host == "/") return false;
  constexpr std::array<std::string_view, 7> k_system{"/dev", "/proc", "/sys", "/run", "/var", "/tmp", "/etc"};
  return std::ranges::none_of(k_system, [&](std::string_view folder) {
    return host.starts_with(folder) && (host.size() == folder.size() || host[folder.size()] == '/');
  });
}

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// The flags of one command line, put into a draft.
class Translation {
 public:
  Translation(DevcontainerDraft& draft, const std::map<std::string, std::string>& answers, RunKind kind)
      : draft_(draft), answers_(answers), is_described_(kind == RunKind::described) {}

  void translate(const RunCommand& run) {
    program(run);
    for (const RunOption& option : run.options) {
      if (!option.value || !is_unknown(*option.value, option.name)) flag(option);
    }
    need(run.image);
    draft_.set_text("container.image", run.image.text, run.image.line, run.image.text);
    devices();
    project();
    if (!is_described_) gpus_of_a_command();
    command(run);
  }

  [[nodiscard]] std::vector<std::string> take_unknown() { return std::move(unknown_); }

 private:
  void note(const std::string& key, int line, std::string cause, std::string fix = {}) {
    const std::string its = with_line(key, line);
    if (std::ranges::find(noted_, its) != noted_.end()) return;  // "-it" is two flags
    noted_.push_back(its);
    draft_.unsupported({its, line, std::move(cause), std::move(fix)});
  }

  void need(const RunText& text) {
    for (const auto& one : text.unknown) {
      if (std::ranges::find(unknown_, one) == unknown_.end()) unknown_.push_back(one);
    }
  }

  // Of a variable's value and of a user nobody is asked: a note tells what to do.
  bool is_unknown(const RunText& value, const std::string& flag) {
    if (value.unknown.empty() || flag == "--env" || flag == "--user" || flag == "--entrypoint") return false;
    if (left_out(flag) != nullptr) return false;
    need(value);
    return true;
  }

  void program(const RunCommand& run) {
    if (run.program == "podman") draft_.set_text("engine", "podman", 1, "podman");
    for (const RunOption& option : run.client)
      note(option.written, option.line, "it says which engine the command talks to", "the keys server and engine do");
    for (const RunText& variable : run.variables) {
      const auto equals = variable.text.find('=');
      const std::string name = variable.text.substr(0, equals);
      if (name == "NV_GPU" && variable.unknown.empty()) {
        devices_ = variable.text.substr(equals + 1);
        devices_key_ = "NV_GPU";
      } else {
        note(name, variable.line, "it is a variable of the command, and not of the container");
      }
    }
    if (run.program == "nvidia-docker" && !devices_) devices_ = "all";
  }

  void flag(const RunOption& option) {
    if (const LeftOut* row = left_out(option.name)) {
      if (option.value && option.value->text == "false") return;
      return note(option.written, option.line, std::string(row->cause), std::string(row->fix));
    }
    const std::string value = option.value ? option.value->text : std::string();
    if (option.name == "--name") {
      draft_.set_text("container.name", option.written, option.line, value);
    } else if (option.name == "--env") {
      env(option, value);
    } else if (option.name == "--env-file" || option.name == "--label-file") {
      file(option, value);
    } else if (option.name == "--user") {
      user(option, value);
    } else if (option.name == "--entrypoint") {
      const bool has_secret = holds_secret("", value);
      note(option.written, option.line, "helper keeps the container up by itself",
           R"(to run it all the same: "extra_args": [)" + quoted("--entrypoint=" + (has_secret ? "SECRET" : value)) +
               "]");
    } else if (option.name == "--gpus") {
      gpus(option, value);
    } else if (option.name == "--device" && value.starts_with("nvidia.com/gpu=")) {
      cdi_device(option, value.substr(15));
    } else if (option.name == "--runtime") {
      draft_.set_text("container.runtime", option.written, option.line, value);
      if (value == "nvidia" && !devices_) devices_ = "all";
    } else if (option.name == "--publish") {
      port(option, value);
    } else if (option.name == "--volume") {
      volume(option, value);
    } else if (option.name == "--mount") {
      mount(option, value);
    } else {
      if (option.name == "--workdir") workdir_ = value;
      hand_on(option, value);
    }
  }

  // By the one mapping of flags to keys.
  void hand_on(const RunOption& option, const std::string& value) {
    constexpr std::array<std::string_view, 4> k_may_tell{"--label", "--log-opt", "--health-cmd", "--annotation"};
    const bool may_tell = std::ranges::find(k_may_tell, option.name) != k_may_tell.end();
    const bool is_mount = option.name == "--mount" && lower_case(value).find("password=") != std::string::npos;
    if (is_mount || (may_tell && tells_secret(value)))
      return note(option.written, option.line, "its value looks like a secret, and was not written",
                  std::string(k_secret_fix));
    const std::string word = option.value ? option.name + "=" + value : option.name;
    RunFlag flag{option.name, std::nullopt, {{Expanded{word}, option.written, option.line}}};
    if (option.value) flag.value = Expanded{value};
    read_run_flag(draft_, flag);
  }

  static std::string quoted(const std::string& text) { return "\"" + printable(text, 120) + "\""; }

  void env(const RunOption& option, const std::string& value) {
    const auto equals = value.find('=');
    const std::string name = value.substr(0, equals);
    const std::string key = option.written + " " + printable(name);
    if (equals == std::string::npos) {
      return note(key, option.line, "its value is that of the shell where the command is typed, and is not known here",
                  looks_secret(name, "x") ? std::string(k_secret_fix) : R"(write "env": {")" + name + R"(": VALUE})");
    }
    const std::string text = value.substr(equals + 1);
    if (!option.value->unknown.empty()) {
      return note(key, option.line, "a shell would put a value in place of " + option.value->unknown.front(),
                  looks_secret(name, "x") ? std::string(k_secret_fix) : R"(write "env": {")" + name + R"(": VALUE})");
    }
    if (looks_secret(name, text))
      return note(key, option.line, "its value looks like a secret, and was not written", std::string(k_secret_fix));
    if (name == "NVIDIA_VISIBLE_DEVICES" && !is_described_) {
      visible_ = text;
      visible_line_ = option.line;
      return;
    }
    draft_.put("container.env", key, name, text_node(text, option.line));
  }

  void file(const RunOption& option, const std::string& value) {
    if (!value.starts_with('/') && !draft_.server_is_here()) {
      return note(option.written, option.line, "the file's folder on " + draft_.place().server + " is not known",
                  R"(write "extra_args": [")" + option.name + R"(=/FOLDER/)" + printable(value) + "\"]");
    }
    draft_.add_text("container.extra_args", option.written, option.line, option.name + "=" + absolute(value));
  }

  void user(const RunOption& option, const std::string& value) {
    if (!option.value->unknown.empty()) {
      return note(option.written, option.line,
                  "helper gives the user of ssh.user the ids of the project folder's owner (ssh.match_owner)");
    }
    const std::string name = value.substr(0, value.find(':'));
    const bool is_number_of_a_user = all_of(name, k_digits);
    if (!is_number_of_a_user) draft_.set_text("ssh.user", option.written, option.line, name);
    if (name == "root" || name == "0") return;
    draft_.add_text("container.extra_args", option.written, option.line, "--user=" + value);
    if (is_number_of_a_user) {
      note(option.written, option.line, "it names no user, so that you log in as root",
           R"(name one of the image: "ssh": {"user": NAME})");
    }
  }

  void gpus(const RunOption& option, const std::string& value) {
    const GpuChoice choice = choose_gpus(value);
    for (const std::string& name : choice.not_known)
      note(option.written, option.line, "helper knows no " + printable(name) + " of GPUs");
    draft_.set_text("container.gpus", option.written, option.line, choice.which);
  }

  void cdi_device(const RunOption& option, const std::string& device) {
    draft_.set_text("container.runtime", option.written, option.line, "cdi");
    devices_ = devices_ && *devices_ != "all" && device != "all" ? *devices_ + "," + device : device;
    devices_key_ = option.written;
  }

  // What a runtime, or the programs before it, say of the GPUs; --gpus says it more exactly.
  void devices() {
    const bool by_flag = draft_.has("container.gpus");
    if (visible_ && (by_flag || !devices_)) {
      draft_.put("container.env", "-e NVIDIA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES",
                 text_node(*visible_, visible_line_));
    } else if (visible_) {
      devices_ = *visible_;
      devices_key_ = "-e NVIDIA_VISIBLE_DEVICES";
    }
    if (by_flag || !devices_) return;
    std::string which = *devices_;
    if (which == "void" || which.empty()) which = "none";
    if (all_of(which, k_digits)) which = "device=" + which;
    draft_.set_text("container.gpus", devices_key_, 1, which);
  }

  void gpus_of_a_command() {
    if (draft_.has("container.gpus")) return;
    note("GPUs", 1, "the command asks for none, and helper gives all that the server has",
         R"(for none: "gpus": "none")");
  }

  void port(const RunOption& option, std::string value) {
    if (is_described_) return draft_.add_text("container.ports", option.written, option.line, value);
    const std::string key = option.written + " " + printable(value);
    const std::string inside = value.substr(value.rfind(':') + 1);
    if (inside == "22" || inside == "22/tcp") {
      return note(key, option.line, "helper brings an SSH server of its own, and a tunnel to it",
                  "its local port is ssh.local_port");
    }
    if (value.ends_with("/tcp")) value.resize(value.size() - 4);
    if (value.starts_with("127.0.0.1:")) value.erase(0, value.find(':') + 1);
    const auto parts = split(value, ':');
    std::uint16_t outside = 0;
    std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), outside);
    const bool is_pair = parts.size() < 3 && all_of(value, std::string(k_digits) + ":");
    if (is_pair && outside > 0 && outside < k_first_free_port) {
      const std::string other = std::to_string(outside + k_above_those);
      note(key, option.line,
           "the ports of this machine below 1024 need special rights, so the tunnel has port " + other);
      value = other + ":" + std::string(parts.back());
    }
    read_port(draft_, value, option.written, option.line);
  }

  [[nodiscard]] std::string absolute(const std::string& path) const {
    if (path.starts_with('/')) return path;
    return (draft_.place().folder / path).lexically_normal().string();
  }

  // A relative path is one of the folder where the command is typed.
  std::optional<std::string> host_path(std::string host, RunText& text) {
    const bool is_relative = host == "." || host == ".." || host.starts_with("./") || host.starts_with("../");
    if (!is_relative) return host;
    text.has_folder = text.has_folder || host == "." || host == "./";
    if (draft_.server_is_here()) return without_slash(absolute(host));
    text.unknown.push_back(host);
    return std::nullopt;
  }

  void volume(const RunOption& option, const std::string& value) {
    RunText text = *option.value;
    const auto colon = value.find(':');
    if (colon == std::string::npos) return hand_on(option, value);
    const auto host = host_path(answered(value.substr(0, colon)), text);
    if (!host) return need(text);
    const std::string rest = value.substr(colon + 1);
    seen(*host, rest.substr(0, rest.find(':')), text.has_folder);
    hand_on(option, *host + ":" + rest);
  }

  void mount(const RunOption& option, const std::string& value) {
    RunText text = *option.value;
    std::string host;
    std::string place;
    std::string whole;
    for (const std::string_view field : split(value, ',')) {
      std::string part(field);
      for (const std::string_view name : {"source=", "src="}) {
        if (!field.starts_with(name)) continue;
        const auto path = host_path(answered(std::string(field.substr(name.size()))), text);
        if (!path) return need(text);
        host = *path;
        part = std::string(name) + host;
      }
      for (const std::string_view name : {"target=", "dst=", "destination="}) {
        if (field.starts_with(name)) place = field.substr(name.size());
      }
      whole += (whole.empty() ? "" : ",") + part;
    }
    seen(host, place, text.has_folder);
    hand_on(option, whole);
  }

  void seen(const std::string& host, const std::string& place, bool is_folder) {
    if (is_folder && !folder_place_) folder_place_ = without_slash(place);
    if (may_be_project(host)) places_.push_back(without_slash(place));
  }

  // Where the project is in the container: what the person's folder is mounted at, else where programs start, else the
  // one folder that could be one.
  void project() {
    std::string remote = folder_place_.value_or("");
    if (remote.empty() && places_.size() == 1) remote = places_.front();
    if (remote.empty() && workdir_.starts_with('/')) remote = without_slash(workdir_);
    if (!remote.starts_with('/') || remote == "/") return;
    if (!draft_.place().folder.empty())
      draft_.set_text("project.local", "project.local", 1, draft_.place().folder.string());
    draft_.set_text("project.remote", "project.remote", 1, remote);
  }

  void command(const RunCommand& run) {
    if (run.command.empty()) return;
    const int line = run.command.front().line;
    std::vector<std::string> words;
    std::string list;
    std::string before;
    bool has_secret = false;
    for (const RunText& word : run.command) {
      // Only what begins like a flag has its value behind it.
      const bool is_secret = holds_secret(before.starts_with('-') ? before : "", word.text);
      has_secret = has_secret || is_secret;
      words.push_back(is_secret ? "SECRET" : word.text);
      list += (list.empty() ? "" : ", ") + quoted(words.back());
      before = word.text;
    }
    const std::string key = "command " + printable(shell::quote(words), 60);
    if (is_described_ && !has_secret) {
      for (const std::string& word : words) draft_.add_text("container.command", "command", line, word);
    } else if (is_described_) {
      note(key, line, "it holds what looks like a secret, and was not written", std::string(k_secret_fix));
    } else {
      note(key, line, "helper keeps the container up by itself",
           R"(to run it all the same: "command": [)" + list + "]");
    }
  }

  // What the person said of a relative path on the server.
  [[nodiscard]] std::string answered(const std::string& host) const {
    const auto at = answers_.find(host);
    return at == answers_.end() ? host : at->second;
  }

  DevcontainerDraft& draft_;
  const std::map<std::string, std::string>& answers_;
  bool is_described_;
  std::vector<std::string> noted_;
  std::vector<std::string> unknown_;
  std::optional<std::string> devices_;
  std::string devices_key_ = "--runtime";
  std::optional<std::string> visible_;
  int visible_line_ = 1;
  std::string workdir_;
  std::optional<std::string> folder_place_;
  std::vector<std::string> places_;
};

}  // namespace

std::vector<std::string> translate_run(DevcontainerDraft& draft, const RunCommand& run,
                                       const std::map<std::string, std::string>& answers, RunKind kind) {
  Translation translation(draft, answers, kind);
  translation.translate(run);
  return translation.take_unknown();
}

}  // namespace helper::config
