// SimulatedServer is a server with a Docker engine as a FakeCommandRunner sees it: it answers the scripts that the
// engine room sends, and its container changes by them. It is not a shell: it knows each script by the words in it.
#pragma once

#include "plan/our_names.hpp"
#include "support/fake_command_runner.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <regex>
#include <string>
#include <utility>

namespace helper::test {

class SimulatedServer {
 public:
  // What the test may set before and between requests.
  bool image_present = true;
  bool nvidia_runtime = true;
  std::string gpus_flag_fails;  // the engine's text; "" when it works
  std::string runtime_fails;
  bool ends_at_once = false;
  bool sshd_setup_never_holds = false;
  bool ends_before_sshd = false;  // its command crashes a moment after the start
  bool auto_remove = false;
  bool jupyter_listens = false;    // one that helper did not start
  bool publishes_jupyter = false;  // its port, whoever listens there
  bool python_answers = true;
  bool has_jupyterlab = false;
  std::string install_fails;  // what pip prints; "" when it works
  std::string state;          // "" when there is no container
  bool ours = true;
  bool sshd_runs = false;
  int ssh_port = 49153;
  std::string engine_build;    // more members of `docker info`: R"(,"ClientInfo":{})"
  bool root_password = false;  // its own sshd lets root in by one
  // Somebody removes the container right before each of the next commands of this name, so many times.
  std::string removed_before;
  int created_before = 0;  // so many creations lose the name to another client, which makes the same container
  int times_removed = 0;
  bool killed_before_sshd = false;  // somebody removes the container: the engine lists it as running for one more look

  explicit SimulatedServer(FakeCommandRunner& runner) {
    runner.always([](const Command&) { return true; }, [this](const Command& command) { return answer(command); });
  }

  // As after `docker rm -f` by somebody.
  void forget_container() {
    const std::scoped_lock lock(mutex_);
    forget();
  }
  // As after `docker restart` by somebody: another run, other ports, no sshd.
  void start_another_run() {
    const std::scoped_lock lock(mutex_);
    state = "running";
    ever_started_ = true;
    ++runs_;
    ++ssh_port;
    sshd_runs = false;
  }
  // The words of the script that say what it is about, for tests that compare the order.
  [[nodiscard]] static std::string name_of(const std::string& script) {
    if (script.find("helper_record()") != std::string::npos) return "create";
    if (script.find("volume create") != std::string::npos) return "record";
    if (script.find(":/helper-record") != std::string::npos) return "host keys";
    if (script.find("index .Config.Labels") != std::string::npos) return "clean up";
    if (script.find("container inspect") != std::string::npos) return "look";
    if (script.find("volume rm") != std::string::npos) return "volume";
    if (script.find("pip install") != std::string::npos) return "install Jupyter";
    if (script.find("helper_token") != std::string::npos) return "start Jupyter";
    const bool has_input = !script.ends_with("</dev/null");
    if (has_input && script.find("docker exec --interactive") != std::string::npos) return "start sshd";
    std::smatch words;
    std::regex_search(script, words, std::regex("docker ([a-z]+)"));
    return words.empty() ? script : words[1].str();
  }

 private:
  static Result<CommandOutput> good(std::string out = {}) { return CommandOutput{0, std::move(out), {}}; }
  static Result<CommandOutput> bad(const std::string& text) {
    return CommandOutput{
        1, {}, "Error response from daemon: " + text + "\nError: failed to start containers: centernet\n"};
  }

  void forget() {
    state.clear();
    ever_started_ = sshd_runs = false;
  }

  Result<CommandOutput> answer(const Command& command) {
    const std::scoped_lock lock(mutex_);
    const std::string name = name_of(command.script);
    if (name == removed_before && times_removed > 0) {
      --times_removed;
      forget();
    }
    if (state.empty() && (name == "start" || name == "stop" || name == "rm" || name == "start sshd"))
      return bad("No such container: centernet");
    if (name == "look") {
      auto seen = look(command.script);
      if (std::exchange(is_killed_, false)) forget();
      return good(std::move(seen));
    }
    if (name == "pull") {
      if (!image_can_be_pulled_) return bad("pull access denied");
      image_present = true;
      return good("layer 1 of 1\n");
    }
    if (name == "create") {
      state = "created";
      ours = true;
      by_flag_ = command.script.find("--gpus") != std::string::npos;
      by_runtime_ = command.script.find("--runtime") != std::string::npos;
      std::smatch hash;
      std::regex_search(command.script, hash, std::regex(std::string(plan::k_label_spec) + "=([0-9a-f]+)"));
      spec_ = hash[1];
      std::smatch nonce;
      std::regex_search(command.script, nonce, std::regex(std::string(plan::k_label_nonce) + "=([0-9a-f]+)"));
      nonce_ = nonce[1];
      ever_started_ = false;
      if (created_before-- > 0)
        return bad(R"(Conflict. The container name "/centernet" is already in use by container "f1b77c1f".)");
      take_record(command.script);
      return good("f1b77c1f\n");
    }
    if (name == "start") return start();
    if (name == "unpause") state = "running";
    if (name == "stop") state = "exited";
    if (name == "rm") forget();
    if (name == "record") take_record(command.script);
    if (name == "volume") records_.clear();
    if (name == "install Jupyter") {
      if (!install_fails.empty()) return CommandOutput{1, install_fails, {}};
      has_jupyterlab = true;
      return good("Successfully installed jupyterlab-4.2.0\n4.2.0\n");
    }
    if (name == "start Jupyter") {
      std::smatch setup;
      std::regex_search(command.script, setup, std::regex("(lab by [^\n']+)"));
      jupyter_setup_ = setup[1].str();
    }
    if (name == "start sshd" && ends_before_sshd) {
      state = "exited";
      return bad("container f1b77c1f is not running");
    }
    if (name == "start sshd" && std::exchange(killed_before_sshd, false)) {
      is_killed_ = true;
      return CommandOutput{137, {}, {}};
    }
    if (name == "start sshd") {
      sshd_runs = true;
      std::smatch fingerprint;
      std::regex_search(command.stdin_text, fingerprint, std::regex("\nfingerprint=([0-9a-f]+)\n"));
      std::smatch mark;
      std::regex_search(command.stdin_text, mark, std::regex("\nenv_mark='?([0-9a-f ]+)'?\n"));
      env_mark_ = mark[1];
      std::smatch key;
      std::regex_search(command.stdin_text, key, std::regex("\nkeys='?([^\n']+)'?\n"));
      keys_ = key[1].str() + "\n";
      sshd_fingerprint_ = sshd_setup_never_holds ? std::string("0") : fingerprint[1].str();
    }
    return good();
  }

  Result<CommandOutput> start() {
    if (by_flag_ && !gpus_flag_fails.empty()) return bad(gpus_flag_fails);
    if (by_runtime_ && !runtime_fails.empty()) return bad(runtime_fails);
    ever_started_ = true;
    ++runs_;
    sshd_runs = false;
    state = ends_at_once ? "exited" : "running";
    return good("centernet\n");
  }

  // The labels of `volume create`, each a word "--label NAME=value", quoted where it has to be.
  void take_record(std::string script) {
    const std::string of_function = R"("$2" -- "$1"; })";
    if (const auto at = script.find(of_function); at != std::string::npos)
      script.replace(at, of_function.size(), "f1b77c1f");
    const std::regex label("--label '?(io\\.helper\\.of\\.[a-z-]+)=([^\n']*?)'?(?= --label|\n)");
    std::string json;
    for (std::sregex_iterator each(script.begin(), script.end(), label), end; each != end; ++each)
      json += (json.empty() ? "\"" : ",\"") + (*each)[1].str() + "\":\"" + (*each)[2].str() + "\"";
    records_ = "{" + json + "}\n";
  }

  [[nodiscard]] std::string inspect() const {
    const bool runs = state == "running" || state == "paused";
    std::string labels = "{}";
    if (ours) {
      labels = std::string("{\"") + plan::k_label_target + "\":\"centernet\",\"" + plan::k_label_spec + "\":\"" +
               spec_ +
               (nonce_.empty() ? std::string() : std::string("\",\"") + plan::k_label_nonce + "\":\"" + nonce_) + "\"}";
    }
    return std::string("{\"Id\":\"f1b77c1f\",\"State\":{\"Status\":\"") + state +
           "\",\"ExitCode\":" + (state == "exited" ? "3" : "0") + ",\"StartedAt\":\"" + started_at() +
           "\"},\"Config\":{\"Image\":\"centernet:1.2\",\"Labels\":" + labels +
           "},\"HostConfig\":{\"AutoRemove\":" + (auto_remove ? "true" : "false") + ",\"Runtime\":\"" +
           (by_runtime_ ? "nvidia" : "runc") + "\",\"DeviceRequests\":" + (by_flag_ ? "[{}]" : "null") +
           "},\"NetworkSettings\":{\"Ports\":{" +
           (runs ? "\"61022/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"" + std::to_string(ssh_port) + "\"}]" +
                       (jupyter_listens || publishes_jupyter
                            ? ",\"8888/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"49200\"}]"
                            : "")
                 : "") +
           "}}}";
  }
  [[nodiscard]] std::string started_at() const {
    return ever_started_ ? "2026-01-01T00:00:0" + std::to_string(runs_ % 10) + "Z" : "0001-01-01T00:00:00Z";
  }

  [[nodiscard]] std::string look(const std::string& script) const {
    const std::regex a_nonce("@helper-[0-9a-f]{32}");
    const std::string outer = std::sregex_iterator(script.begin(), script.end(), a_nonce)->str();
    std::string nonce = outer;
    const auto section = [&](const std::string& name, bool ok, const std::string& body) {
      return "\n" + nonce + " " + name + (ok ? " 0\n" : " 1\n") + body;
    };
    std::string out =
        section("program_docker", true, "") + section("container", !state.empty(), state.empty() ? "" : inspect());
    if (state != "running") {
      out += section("engine", true,
                     std::string(R"({"ServerVersion":"20.10.24","Runtimes":{"runc":{})") +
                         (nvidia_runtime ? R"(,"nvidia":{})" : "") + "}" + engine_build + "}");
      return out + section("image", image_present, R"({"Id":"sha256:cda6","Config":{"Cmd":["bash"]}})") +
             section("records", true, records_);
    }
    const bool quick = script.find("known_run='f1b77c1f@\"" + started_at() + "\"'\n") != std::string::npos;
    out += section(quick ? "look_quick" : "look_full", true, "") + section("inside", true, "");
    // What runs inside speaks under a nonce of its own.
    for (std::sregex_iterator each(script.begin(), script.end(), a_nonce), end; each != end; ++each) {
      if (each->str() != outer) nonce = each->str();
    }
    out += section("user", true, "0\n/root\n") + section("sshd", true, "/usr/sbin/sshd\n");
    out += section("ssh_listens", sshd_runs, "") +
           section("jupyter_listens", jupyter_listens || !jupyter_setup_.empty(), "");
    const bool jupyter_runs = !jupyter_setup_.empty();
    if (jupyter_runs)
      out += section("jupyter_ours", true, "0\n0\n" + jupyter_setup_ + "\n" + std::string(64, 'a') + "\n");
    out += section("ssh_setup", true, sshd_runs ? sshd_fingerprint_ + "\n" + env_mark_ + "\n" : "");
    out += section("ssh_keys", true, sshd_runs ? keys_ : "");
    if (!quick) out += section("root_password", root_password, "");
    if (!quick) out += section("gpus", true, "GPU 0: NVIDIA H100 (UUID: GPU-0)\n");
    const std::string path = "/opt/conda/bin/python";
    const std::string python = nonce + "-source\x1flogin:python\x1f" + path + "\n" + nonce + "-py\x1f" + path + "\x1f" +
                               path + "\x1f" + "3.11.2\x1f/opt/conda\x1f" + (has_jupyterlab ? "4.2.0" : "no") +
                               "\x1fno\x1f/opt/conda\x1f\x1f\x1f" + "0\x1f" + "0\n";
    const bool answers = quick ? python_answers : true;
    out += section("pythons", true, answers ? python : "");
    nonce = outer;
    return out + section("inside_end", true, "") + section("records", true, records_);
  }

  std::mutex mutex_;  // looks may come on a worker's thread while the test changes the world
  bool image_can_be_pulled_ = true;
  bool ever_started_ = false;
  bool is_killed_ = false;
  bool by_flag_ = false;
  bool by_runtime_ = false;
  int runs_ = 0;
  std::string spec_;
  std::string sshd_fingerprint_;
  std::string env_mark_;
  std::string keys_;
  std::string jupyter_setup_;  // of ours; "" when none runs
  std::string nonce_;          // of the container, by its label
  std::string records_;        // JSON
};

}  // namespace helper::test
