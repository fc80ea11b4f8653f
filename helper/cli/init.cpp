#include "cli/init.hpp"

#include "base/digest.hpp"
#include "base/free_port.hpp"
#include "base/text.hpp"
#include "config/docker_run/docker_run.hpp"
#include "config/find.hpp"
#include "config/parse.hpp"
#include "config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace helper::cli {
namespace {

constexpr std::uint16_t k_ssh_port = 2222;
constexpr std::uint16_t k_jupyter_port = 8888;
constexpr int k_tries = 10;
constexpr const char* k_example_image = "pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime";
constexpr std::size_t k_most_hosts = 12;

using Details = std::vector<std::string>;
// The reason why the config would refuse an answer, as lines; none: it takes it.
using Check = std::function<Details(const std::string& answer)>;

// Asks for what no option gave. Without a person every answer is its default.
class Form {
 public:
  Form(const Arguments& arguments, Prompter* person, const std::stop_token& stop)
      : arguments_(arguments), person_(person), stop_(stop) {}

  Result<std::string> text(std::string_view option, const std::string& question, const std::string& otherwise,
                           const Check& check, const Details& details = {}) {
    if (auto given = arguments_.given(option)) return *given;
    if (person_ == nullptr) return otherwise;
    return checked(option, question, otherwise, details,
                   [&](const std::string& answer) { return answer.empty() ? Details{} : check(answer); });
  }

  // `why` it is needed, where there is a reason.
  Result<std::string> required(std::string_view option, const std::string& question, const Check& check,
                               const Details& details, const std::string& why) {
    if (auto given = arguments_.given(option)) return *given;
    if (person_ == nullptr) {
      return fail(ErrorCode::usage, "helper init",
                  why.empty() ? fmt::format("{} is not given, and there is no terminal to ask in", option)
                              : fmt::format("{} is not given, and {}", option, why),
                  fmt::format("give {} in the command; all about it: helper init --help", option));
    }
    return checked(option, question, "", details, [&](const std::string& answer) {
      return answer.empty() ? Details{question + " is needed."} : check(answer);
    });
  }

  Result<std::uint16_t> port(std::string_view option, const std::string& question, std::uint16_t otherwise,
                             bool may_be_zero) {
    if (arguments_.has(option)) return static_cast<std::uint16_t>(arguments_.number(option));
    if (person_ == nullptr) return otherwise;
    std::uint16_t number = 0;
    HELPER_TRY(checked(option, question, std::to_string(otherwise), {}, [&](const std::string& answer) {
      const auto [end, problem] = std::from_chars(answer.data(), answer.data() + answer.size(), number);
      const bool is_port =
          problem == std::errc() && end == answer.data() + answer.size() && (number > 0 || may_be_zero);
      return is_port ? Details{} : Details{"A port is a number from 1 to 65535."};
    }));
    return number;
  }

 private:
  Result<std::string> checked(std::string_view option, const std::string& question, const std::string& otherwise,
                              const Details& details, const Check& check) {
    Details shown = details;
    for (int i = 0; i < k_tries; ++i) {
      const std::string prompt = otherwise.empty() ? question : fmt::format("{} [{}]", question, otherwise);
      HELPER_TRY_ASSIGN(std::string answer, person_->ask({Question::Kind::text, prompt, shown}, stop_));
      if (answer.empty()) answer = otherwise;
      shown = check(answer);
      if (shown.empty()) return answer;
    }
    return fail(ErrorCode::usage, "helper init", fmt::format("{}: no answer can be used", question),
                fmt::format("give {} in the command; all about it: helper init --help", option));
  }

  const Arguments& arguments_;
  Prompter* person_;
  const std::stop_token& stop_;
};

// Reads a config in which only this answer is the person's: what it refuses is the answer.
class Judge {
 public:
  explicit Judge(const std::filesystem::path& folder)
      : file_(folder / "helper.json"), home_(config::environment_variable("HOME").value_or("")) {}

  using Put = std::function<void(config::TemplateAnswers& answers, const std::string& answer)>;
  [[nodiscard]] Check check(Put put) const {
    return [this, put = std::move(put)](const std::string& answer) {
      config::TemplateAnswers sample;
      sample.target = "target";
      sample.image = "image:1";
      sample.container_name = "target";
      put(sample, answer);
      const auto config = config::parse_config(config::config_template(sample), file_,
                                               config::Surroundings{home_, config::environment_variable});
      if (config) return Details{};
      Details details = split(config.error().cause, '\n');
      details.push_back(config.error().fix);
      return details;
    };
  }

 private:
  std::filesystem::path file_;
  std::filesystem::path home_;
};

Details some_of(const std::string& what, std::vector<std::string> items) {
  if (items.empty()) return {};
  const bool all = items.size() <= k_most_hosts;
  if (!all) items.resize(k_most_hosts);
  return {what + ": " + joined(items) + (all ? "" : ", ...")};
}

std::optional<std::string> unless_empty(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

// "HOST:CONTAINER" or "HOST:CONTAINER:ro" -> "CONTAINER"; "" for anything else, which the config refuses.
std::string place_of_mount(const std::string& mount) {
  const auto parts = split(mount, ':');
  return parts.size() >= 2 && parts[1].starts_with('/') ? parts[1] : std::string();
}

// The text that a source gives for a row; nothing when it says none.
std::optional<std::string> text_of(const std::optional<config::Devcontainer>& imported, std::string_view row) {
  if (!imported) return std::nullopt;
  const auto at = std::ranges::find(imported->settings, "targets.*." + std::string(row), &config::Setting::row);
  return at == imported->settings.end() ? std::nullopt : std::optional(at->value.text);
}

// What is wrong with the image of the source itself is told, and not that there is none.
Result<void> no_mistake_in_the_image(const config::Devcontainer& imported) {
  const auto at = std::ranges::find_if(imported.mistakes, [](const config::Mistake& mistake) {
    return mistake.row == "targets.*.container.image" || mistake.row.starts_with("targets.*.container.build");
  });
  if (at != imported.mistakes.end()) return fail(at->error);
  return {};
}

// Why it names no image; "" where no file is the source.
std::string why_no_image_of(const config::Devcontainer& imported) {
  if (imported.file.empty()) return "";
  const std::string why = config::why_no_image(imported);
  return why.empty() ? imported.file.filename().string() + " names no image" : why;
}

// A command line's "-p 8888:8888", which is Jupyter's own tunnel.
bool publishes_jupyter(const std::optional<config::Devcontainer>& imported) {
  if (!imported || !imported->file.empty()) return false;
  const auto at = std::ranges::find(imported->settings, "targets.*.forwards", &config::Setting::row);
  return at != imported->settings.end() && std::ranges::any_of(at->value.items, [](const config::JsonNode& item) {
           return config::parse_port_pair(item.text) == config::PortPair{k_jupyter_port, k_jupyter_port};
         });
}

// Local ports that are free for a new target, beside those that what is taken over needs.
class Ports {
 public:
  Ports(std::vector<std::uint16_t> taken, const InitOffers& offers, bool looks)
      : taken_(std::move(taken)), offers_(offers), looks_(looks) {}

  // With other targets no port may be used twice; a script that writes a new config gets the same text each time.
  [[nodiscard]] std::uint16_t near(std::uint16_t port, std::uint16_t but) const {
    const auto is_free = [&](std::uint16_t each) {
      return each != but && !is_taken(each) && offers_.is_unclaimed(each);
    };
    if (looks_) return free_port_from(port, is_free).value_or(port);
    std::uint16_t near = port;
    while (is_taken(near) || (near != port && near == but)) ++near;
    return near;
  }

  // Why it is not the usual one, where what is taken over is the reason.
  [[nodiscard]] std::optional<std::string> remark(const std::string& of, std::uint16_t usual, std::uint16_t is) const {
    if (is == usual || !is_taken(usual)) return std::nullopt;
    return fmt::format("local port {} is one of the container's own ports, so {} has {}", usual, of, is);
  }

 private:
  [[nodiscard]] bool is_taken(std::uint16_t port) const { return std::ranges::find(taken_, port) != taken_.end(); }

  std::vector<std::uint16_t> taken_;
  const InitOffers& offers_;
  bool looks_;
};

// The project's folder in the container, and what to mount there, are one thought: on this machine the folder itself is
// the natural mount, on a server only the person knows where the project lies.
Result<void> gather_project(Form& form, const Judge& judge, const Arguments& arguments,
                            const std::filesystem::path& folder, bool asks, config::TemplateAnswers& answers) {
  const std::string name = name_from_folder(folder.filename().string());
  const Check remote_check = judge.check([](auto& sample, const auto& answer) {
    sample.project_local = ".";
    sample.project_remote = answer;
  });
  HELPER_TRY_ASSIGN(std::string remote, form.text("--remote", "Project folder in the container",
                                                  asks ? "/workspace/" + name : "", remote_check));
  if (auto mount = arguments.given("--mount")) {
    answers.mounts.push_back(*mount);
  } else if (asks && !remote.empty()) {
    const bool local = answers.server.value_or("local") == "local";
    const std::string where = local ? "Folder of this machine" : "Folder of " + *answers.server;
    HELPER_TRY_ASSIGN(
        const std::string host,
        form.text(
            "--mount", fmt::format("{} to mount there (empty: {})", where, local ? "this one" : "none"), "",
            judge.check([&](auto& sample, const auto& answer) { sample.mounts.push_back(answer + ":" + remote); })));
    const std::string source = host.empty() && local ? folder.string() : host;
    if (!source.empty()) answers.mounts.push_back(fmt::format("{}:{}", source, remote));
  }
  // The place of the one mount that an option gave is where the project is.
  if (const auto mount = arguments.given("--mount"); remote.empty() && mount) remote = place_of_mount(*mount);
  answers.project_local = arguments.given("--local").value_or(".");
  answers.project_remote = unless_empty(std::move(remote));
  return {};
}

}  // namespace

std::string name_from_folder(std::string_view folder_name) {
  std::string name;
  for (const char c : folder_name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || (!name.empty() && (c == '_' || c == '.' || c == '-'))) {
      name += c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  name.erase(name.find_last_not_of('-') + 1);
  if (folder_name.empty()) return "target";
  if (name.empty()) return "target-" + sha256(folder_name).substr(0, 4);  // another folder's is another
  return name.size() < 2 ? "target-" + name : name;                       // the engine wants two characters
}

Result<config::TemplateAnswers> gather_answers(const Arguments& arguments, const std::filesystem::path& folder,
                                               const ReadDevcontainer& read, Prompter* person,
                                               const std::stop_token& stop, const InitOffers& offers) {
  Form form(arguments, person, stop);
  const Judge judge(folder);
  config::TemplateAnswers answers;
  HELPER_TRY_ASSIGN(answers.server,
                    form.text("--server", "Server (local, a Host of ~/.ssh/config, or user@host:port)", "local",
                              judge.check([](auto& sample, const auto& answer) { sample.server = answer; }),
                              some_of("Hosts of ~/.ssh/config", offers.hosts)));
  HELPER_TRY_ASSIGN(const auto imported, read(*answers.server));
  const bool has_image =
      imported && (config::says(*imported, "container.image") || config::says(*imported, "container.build"));
  if (!has_image && imported && !arguments.has("--image")) HELPER_TRY(no_mistake_in_the_image(*imported));
  if (!has_image || arguments.has("--image")) {
    const bool asks = person != nullptr && !arguments.has("--image");
    const auto images = asks ? offers.images(*answers.server) : std::vector<std::string>{};
    Details details =
        images.empty() ? Details{std::string("For example: ") + k_example_image} : some_of("Images there", images);
    const std::string why = imported && !has_image ? why_no_image_of(*imported) : std::string();
    if (!why.empty()) details.insert(details.begin(), why);
    HELPER_TRY_ASSIGN(
        answers.image,
        form.required("--image", "Image", judge.check([](auto& sample, const auto& answer) { sample.image = answer; }),
                      details, why));
  }
  const std::string name = arguments.given("--target").value_or(name_from_folder(folder.filename().string()));
  if (const auto its = text_of(imported, "container.name"); its && !arguments.has("--name")) {
    answers.container_name = its;
  } else {
    HELPER_TRY_ASSIGN(answers.container_name,
                      form.text("--name", "Container name", name,
                                judge.check([](auto& sample, const auto& answer) { sample.container_name = answer; })));
  }
  answers.target = arguments.given("--target").value_or(*answers.container_name);
  const bool asks = person != nullptr && !imported;
  // A command line, or a container's mounts, say where the project is; the option still wins.
  if (imported && imported->file.empty() && !arguments.has("--remote") && !arguments.has("--mount")) {
    answers.project_local = arguments.given("--local");
    answers.project_remote = text_of(imported, "project.remote");
  } else {
    HELPER_TRY(gather_project(form, judge, arguments, folder, asks, answers));
  }
  if (asks) {
    HELPER_TRY_ASSIGN(answers.gpus,
                      form.text("--gpus", "GPUs (all, none, how many as 2, which as device=0 or 0,1)", "all",
                                judge.check([](auto& sample, const auto& answer) { sample.gpus = answer; })));
    HELPER_TRY_ASSIGN(answers.shm_size,
                      form.text("--shm-size", "Shared memory, for data loaders", "8g",
                                judge.check([](auto& sample, const auto& answer) { sample.shm_size = answer; })));
  } else {
    answers.gpus = arguments.given("--gpus");
    answers.shm_size = arguments.given("--shm-size");
  }
  const Ports ports(imported ? config::taken_local_ports(*imported, *answers.server) : std::vector<std::uint16_t>{},
                    offers, person != nullptr || offers.adds);
  HELPER_TRY_ASSIGN(answers.ssh_local_port,
                    form.port("--ssh-port", "Local port for SSH", ports.near(k_ssh_port, 0), false));
  HELPER_TRY_ASSIGN(const std::uint16_t jupyter, form.port("--jupyter-port", "Local port for Jupyter (0: none)",
                                                           ports.near(k_jupyter_port, answers.ssh_local_port), true));
  if (const auto remark = ports.remark("SSH", k_ssh_port, answers.ssh_local_port)) answers.remarks.push_back(*remark);
  if (const auto remark = ports.remark("Jupyter", k_jupyter_port, jupyter); remark && jupyter != 0)
    answers.remarks.push_back(*remark);
  if (jupyter != 0) {
    if (jupyter == k_jupyter_port && publishes_jupyter(imported))
      answers.remarks.emplace_back("-p 8888:8888: Jupyter has this tunnel already, by jupyter.local_port");
    answers.jupyter.emplace();
    answers.jupyter->local_port = jupyter;
  }
  answers.python = arguments.given("--python").value_or("auto");
  return answers;
}

}  // namespace helper::cli
