#include "plan/jupyter.hpp"

#include "plan/choose_python.hpp"
#include "plan/desired.hpp"
#include "plan/observed.hpp"
#include "plan/sshd_setup.hpp"

#include <algorithm>

namespace helper::plan {
namespace {

constexpr const char* k_every_address = "0.0.0.0";
constexpr const char* k_loopback = "127.0.0.1";

const JupyterPackage* find(const std::vector<JupyterPackage>& packages, const std::string* python, JupyterKind kind) {
  const auto package = std::ranges::find_if(packages, [&](const JupyterPackage& candidate) {
    return candidate.kind == kind && (python == nullptr || candidate.python == *python);
  });
  return package == packages.end() ? nullptr : &*package;
}

const JupyterPackage* choose(const std::vector<JupyterPackage>& packages, const std::string* chosen_python) {
  for (const JupyterKind kind : {JupyterKind::lab, JupyterKind::notebook}) {
    if (chosen_python == nullptr) break;
    if (const auto* package = find(packages, chosen_python, kind)) return package;
  }
  const auto* lab = find(packages, nullptr, JupyterKind::lab);
  return lab != nullptr ? lab : find(packages, nullptr, JupyterKind::notebook);
}

// A container on the server's network, or in another container's, is no place to listen for everybody.
bool has_network_of_its_own(const Container& container) {
  return !container.ways.published.empty() || (!container.ways.address.empty() && container.ways.address != k_loopback);
}

}  // namespace

std::optional<JupyterSetup> jupyter_setup(const Desired& desired, const Observed& observed) {
  const auto& target = desired.target;
  if (!target.jupyter || !observed.server.container || !observed.place.inside) return std::nullopt;
  const Inside& inside = *observed.place.inside;
  const auto chosen = choose_python(target, inside);
  const JupyterPackage* package = choose(inside.jupyter.packages, chosen ? &chosen->python.path : nullptr);
  if (package == nullptr) return std::nullopt;
  const std::string& folder = target.jupyter->dir.empty() ? target.project.remote : target.jupyter->dir;
  return JupyterSetup{*package,
                      target.ssh.user,
                      inside.user_home,
                      folder.empty() ? inside.user_home : folder,
                      has_network_of_its_own(*observed.server.container) ? k_every_address : k_loopback,
                      target.jupyter->port,
                      jupyter_folder(target),
                      inside.user_uid};
}

bool jupyter_port_is_anothers(const Desired& desired, const Observed& observed) {
  if (!desired.target.jupyter || !observed.place.inside || !observed.server.container) return false;
  const JupyterFacts& jupyter = observed.place.inside->jupyter;
  if (!jupyter.listening || jupyter.ours_runs) return false;
  return desired.target.container.share ||
         (jupyter.is_elsewhere && !has_network_of_its_own(*observed.server.container));
}

std::string to_line(const JupyterSetup& setup) {
  return std::string(setup.package.kind == JupyterKind::lab ? "lab" : "notebook") + " by " + setup.package.python +
         " for " + setup.user + " in " + setup.folder + " on " + setup.address + ":" + std::to_string(setup.port);
}

std::string to_text(const JupyterPackage& package) {
  const std::string name = package.kind == JupyterKind::lab ? "JupyterLab" : "Jupyter Notebook";
  return package.version.empty() ? name : name + " " + package.version;
}

}  // namespace helper::plan
