#include "base/shell.hpp"
#include "base/text.hpp"
#include "plan/choose_python.hpp"
#include "plan/draft.hpp"
#include "plan/install.hpp"
#include "plan/make_plan.hpp"
#include "plan/owner.hpp"

#include <algorithm>
#include <array>

namespace helper::plan {
namespace {

constexpr std::size_t k_max_words = 300;  // of a tool's last line, in bytes

std::string pip_line(const std::string& python) { return shell::quote({python, "-m", "pip", "install", "jupyterlab"}); }

// To be typed on this machine.
std::string inside(const config::Target& target, const std::vector<std::string>& words) {
  return "helper exec " + target.name + " -- " + shell::quote(words);
}

// The last line that begins with "error", as both tools write it, else the last that is not empty.
std::string last_words(std::string_view printed) {
  std::string last;
  std::string error;
  for (std::size_t begin = 0; begin < printed.size();) {
    const auto end = std::min(printed.find('\n', begin), printed.size());
    const std::string line = printable(printed.substr(begin, end - begin), k_max_words);
    begin = end + 1;
    const auto word = line.find_first_not_of(' ');
    if (word == std::string::npos) continue;
    last = line.substr(word);
    if (lower_case(last).starts_with("error")) error = last;
  }
  return error.empty() ? last : error;
}

// What pip and uv write when the package index cannot be reached.
bool tells_of_no_network(const std::string& printed) {
  constexpr std::array<std::string_view, 11> k_signs{"(from versions: none)",
                                                     "temporary failure in name resolution",
                                                     "name or service not known",
                                                     "failed to establish a new connection",
                                                     "network is unreachable",
                                                     "connection refused",
                                                     "connecttimeouterror",
                                                     "read timed out",
                                                     "proxyerror",
                                                     "dns error",
                                                     "error sending request"};
  return std::ranges::any_of(k_signs, [&](auto sign) { return printed.find(sign) != std::string::npos; });
}

std::string fix_of(const config::Target& target, const InstallJupyter& install, std::string_view what_was_printed) {
  const std::string printed = lower_case(what_was_printed);
  const auto has = [&](std::string_view sign) { return printed.find(sign) != std::string::npos; };
  const std::string& python = install.python;
  const std::string again = " && helper ensure " + target.name;
  if (has("externally-managed-environment") || has("externally managed")) {
    return "this Python is the distribution's own; make a virtual environment beside it: " +
           inside(target, {python, "-m", "venv", "--system-site-packages", install.new_environment}) +
           " && helper python use " + shell::quote(install.new_environment + "/bin/python") + " " + target.name + again;
  }
  if (has("no module named pip")) {
    if (install.is_environment) return inside(target, {python, "-m", "ensurepip"}) + again;
    return "add pip to the image (Debian, Ubuntu: apt-get install python3-pip), then: helper ensure " + target.name;
  }
  if (tells_of_no_network(printed)) {
    return "pip got nothing from the package index: the container does not reach it, or it has no JupyterLab; add "
           "JupyterLab to the image (RUN " +
           pip_line(python) +
           "), or tell pip in the container of an index that it reaches (pip config set global.index-url), then: "
           "helper ensure " +
           target.name;
  }
  return inside(target, {python, "-m", "pip", "install", "jupyterlab"});
}

// Of this target alone, and made by helper.
bool is_own_container(const Desired& desired, const Observed& observed) {
  return observed.server.container && is_ours(*observed.server.container) && desired.agreed_owner.empty() &&
         !is_of_another_project(desired, observed) && !is_guest(desired, observed);
}

}  // namespace

bool install_is_agreed(const Draft& draft) {
  const Attempts& attempts = draft.observed.attempts;
  if (!attempts.jupyter_failed.empty() || attempts.installed) return false;
  if (draft.desired.initiative == Initiative::daemon) return false;
  return attempts.install == Consent::yes ||
         (draft.target.jupyter->install && is_own_container(draft.desired, draft.observed));
}

void plan_install(Draft& draft) {
  if (!draft.place.inside || !draft.place.inside->has_shell || !draft.plan.empty()) return;
  const Inside& inside = *draft.place.inside;
  if (!lacks_jupyter(draft, inside)) return;
  const auto chosen = choose_python(draft.target, inside);
  if (!chosen) return;
  const Python& python = chosen->python;
  InstallJupyter install{python.path, inside.user_home,
                         !python.base_prefix.empty() && python.base_prefix != python.prefix,
                         inside.user_home + "/.venv"};
  const Attempts& attempts = draft.observed.attempts;
  if (install_is_agreed(draft)) {
    draft.step(std::move(install), "the container has no Jupyter");
  } else if (attempts.install == Consent::not_asked && attempts.jupyter_failed.empty() && !attempts.installed &&
             draft.desired.initiative == Initiative::person) {
    draft.plan.wants_install = std::move(install);
  }
}

Question install_question(const Desired& desired, const Observed& observed, const InstallJupyter& install) {
  const std::string container = "container " + desired.target.container.name;
  Question question{Question::Kind::confirm, "Install JupyterLab in " + container + "?", {}};
  auto& lines = question.details;
  lines.push_back("There is no Jupyter in " + container + ". This would install JupyterLab, as " +
                  desired.target.ssh.user + ":");
  lines.push_back("  " + pip_line(install.python));
  if (install.is_environment) {
    lines.push_back("  or, where this virtual environment has no pip: " +
                    shell::quote({"uv", "pip", "install", "--python", install.python, "jupyterlab"}));
  }
  lines.emplace_back("It downloads JupyterLab and what that needs from the package index that pip is configured with.");
  if (!desired.agreed_owner.empty()) {
    lines.push_back("The container belongs to " + desired.agreed_owner + ".");
  } else if (is_of_another_project(desired, observed)) {
    lines.push_back("The container is also that of " + observed.local.other_project + ".");
  } else if (observed.server.container && !is_ours(*observed.server.container)) {
    lines.emplace_back("helper did not make this container.");
  }
  lines.emplace_back("no: all else works without Jupyter.");
  return question;
}

Error install_error(const config::Target& target, const InstallJupyter& install, std::string_view printed) {
  std::string words = last_words(printed);
  if (words.empty()) words = "it printed nothing";
  return {ErrorCode::inside_failed, "JupyterLab for " + install.python, "JupyterLab could not be installed: " + words,
          fix_of(target, install, printed)};
}

}  // namespace helper::plan
