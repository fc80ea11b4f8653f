#include "cli/init.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace helper::cli {
namespace {

constexpr std::uint16_t k_ssh_port = 2222;
constexpr std::uint16_t k_jupyter_port = 8888;
constexpr int k_tries = 3;

// Asks for what no option gave. Without a person every answer is its default.
class Form {
 public:
  Form(const Arguments& arguments, Prompter* person, const std::stop_token& stop)
      : arguments_(arguments), person_(person), stop_(stop) {}

  Result<std::string> text(std::string_view option, const std::string& question, const std::string& otherwise) {
    if (auto given = arguments_.given(option)) return *given;
    if (person_ == nullptr) return otherwise;
    return ask(question, otherwise, {});
  }

  Result<std::string> required(std::string_view option, const std::string& question) {
    if (auto given = arguments_.given(option)) return *given;
    if (person_ == nullptr) {
      return fail(ErrorCode::usage, "helper init",
                  fmt::format("{} is not given, and there is no terminal to ask in", option),
                  fmt::format("helper init {} ...", option));
    }
    for (int i = 0; i < k_tries; ++i) {
      HELPER_TRY_ASSIGN(std::string answer, ask(question, "", {}));
      if (!answer.empty()) return answer;
    }
    return fail(ErrorCode::usage, "helper init", fmt::format("{} is needed", question),
                fmt::format("helper init {} ...", option));
  }

  Result<std::uint16_t> port(std::string_view option, const std::string& question, std::uint16_t otherwise,
                             bool may_be_zero) {
    if (arguments_.has(option)) return static_cast<std::uint16_t>(arguments_.number(option));
    if (person_ == nullptr) return otherwise;
    std::vector<std::string> trouble;
    for (int i = 0; i < k_tries; ++i) {
      HELPER_TRY_ASSIGN(const std::string answer, ask(question, std::to_string(otherwise), trouble));
      std::uint16_t number = 0;
      const auto [end, problem] = std::from_chars(answer.data(), answer.data() + answer.size(), number);
      if (problem == std::errc() && end == answer.data() + answer.size() && (number > 0 || may_be_zero)) return number;
      trouble = {"A port is a number from 1 to 65535."};
    }
    return fail(ErrorCode::usage, "helper init", fmt::format("{} is not a port", question),
                fmt::format("helper init {} ...", option));
  }

 private:
  Result<std::string> ask(const std::string& question, const std::string& otherwise, std::vector<std::string> details) {
    const std::string prompt = otherwise.empty() ? question : fmt::format("{} [{}]", question, otherwise);
    HELPER_TRY_ASSIGN(std::string answer, person_->ask({Question::Kind::text, prompt, std::move(details)}, stop_));
    return answer.empty() ? otherwise : answer;
  }

  const Arguments& arguments_;
  Prompter* person_;
  const std::stop_token& stop_;
};

std::optional<std::string> unless_empty(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

// The project's folder in the container, and what to mount there, are one thought: on this machine the folder itself is
// the natural mount, on a server only the person knows where the project lies.
Result<void> gather_project(Form& form, const Arguments& arguments, const std::filesystem::path& folder, bool asks,
                            config::TemplateAnswers& answers) {
  const std::string name = name_from_folder(folder.filename().string());
  HELPER_TRY_ASSIGN(std::string remote,
                    form.text("--remote", "Project folder in the container", asks ? "/workspace/" + name : ""));
  if (auto mount = arguments.given("--mount")) {
    answers.mounts.push_back(*mount);
  } else if (asks && !remote.empty()) {
    const bool local = answers.server.value_or("local") == "local";
    const std::string where = local ? "Folder of this machine" : "Folder of " + *answers.server;
    HELPER_TRY_ASSIGN(
        const std::string host,
        form.text("--mount", fmt::format("{} to mount there (empty: {})", where, local ? "this one" : "none"), ""));
    const std::string source = host.empty() && local ? folder.string() : host;
    if (!source.empty()) answers.mounts.push_back(fmt::format("{}:{}", source, remote));
  }
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
  if (name.empty()) return "target";
  return name.size() < 2 ? "target-" + name : name;  // the engine wants two characters
}

Result<config::TemplateAnswers> gather_answers(const Arguments& arguments, const std::filesystem::path& folder,
                                               const ReadDevcontainer& read, Prompter* person,
                                               const std::stop_token& stop) {
  Form form(arguments, person, stop);
  config::TemplateAnswers answers;
  HELPER_TRY_ASSIGN(answers.server,
                    form.text("--server", "Server (local, a Host of ~/.ssh/config, or user@host:port)", "local"));
  HELPER_TRY_ASSIGN(const auto imported, read(*answers.server));
  const bool has_image =
      imported && (config::says(*imported, "container.image") || config::says(*imported, "container.build"));
  if (!has_image || arguments.has("--image")) {
    HELPER_TRY_ASSIGN(answers.image, form.required("--image", "Image"));
  }
  const std::string name = arguments.given("--target").value_or(name_from_folder(folder.filename().string()));
  HELPER_TRY_ASSIGN(answers.container_name, form.text("--name", "Container name", name));
  answers.target = arguments.given("--target").value_or(*answers.container_name);
  HELPER_TRY(gather_project(form, arguments, folder, person != nullptr && !imported, answers));
  HELPER_TRY_ASSIGN(answers.ssh_local_port, form.port("--ssh-port", "Local port for SSH", k_ssh_port, false));
  HELPER_TRY_ASSIGN(const std::uint16_t jupyter,
                    form.port("--jupyter-port", "Local port for Jupyter (0: none)", k_jupyter_port, true));
  if (jupyter != 0) {
    answers.jupyter.emplace();
    answers.jupyter->local_port = jupyter;
  }
  answers.python = arguments.given("--python").value_or("auto");
  return answers;
}

}  // namespace helper::cli
