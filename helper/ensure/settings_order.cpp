#include "ensure/settings_order.hpp"

#include <algorithm>
#include <filesystem>

namespace helper::ensure {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_of(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::string_view name = text.substr(0, text.find(','));
    if (!name.empty()) names.emplace_back(name);
    text.remove_prefix(std::min(name.size() + 1, text.size()));
  }
  return names;
}

// HOST:CONTAINER[:ro] brings `local` to where `remote` is.
bool brings(const std::string& mount, const fs::path& local, const fs::path& remote) {
  const auto colon = mount.find(':');
  if (colon == std::string::npos) return false;
  const fs::path host = fs::path(mount.substr(0, colon)).lexically_normal();
  const fs::path inside = mount.substr(colon + 1, mount.find(':', colon + 1) - colon - 1);
  const fs::path rest = local.lexically_normal().lexically_relative(host);
  if (!host.is_absolute() || rest.empty() || *rest.begin() == "..") return false;
  return (rest == "." ? inside : inside / rest).lexically_normal() == remote.lexically_normal();
}

// Of [user@]host[:port].
std::string_view host_of(std::string_view server) {
  if (const auto at = server.rfind('@'); at != std::string_view::npos) server.remove_prefix(at + 1);
  return server.substr(0, server.find(':'));
}

}  // namespace

bool needs_upload(const config::Target& target) {
  if (target.project.remote.empty()) return false;
  return target.server != "local" || std::ranges::none_of(target.container.mounts, [&](const std::string& mount) {
           return brings(mount, target.project.local, target.project.remote);
         });
}

ide::Wanted wanted_of(const config::Target& target, const std::string& config_file, ide::Access access,
                      const Paths& paths, const std::string& helper, const Clock& clock) {
  ide::Wanted wanted = ide::make_wanted(std::move(access), helper, config_file, paths.home.string());
  wanted.access.jupyter_url.clear();  // a secret, and no file's business
  wanted.upload = needs_upload(target);
  wanted.old_model = target.ide.project_model == "off";
  wanted.date = std::chrono::duration_cast<Milliseconds>(clock.wall().time_since_epoch()).count();
  return wanted;
}

settings::Order order_of(ide::Wanted wanted, const config::Target& target, const std::vector<std::string>& servers,
                         const SettingsOptions& options) {
  settings::Order order;
  order.second_name_only =
      std::ranges::any_of(servers, [&](const std::string& server) { return host_of(server) == target.ssh_name; });
  order.project = options.project.empty() ? target.project.local : fs::path(options.project);
  if (!options.project.empty()) wanted.access.project_local = options.project;
  if (target.project.remote.empty() && options.project.empty()) order.project.clear();
  order.wanted = std::move(wanted);
  order.ides = names_of(options.ides);
  order.run_configuration = options.run_configuration;
  order.ssh_config = options.ssh_config;
  order.now = options.now;
  order.follow_links = options.follow_links;
  order.dry_run = options.dry_run;
  return order;
}

settings::UndoOrder undo_order_of(ide::Wanted wanted, const SettingsOptions& options) {
  return {std::move(wanted), names_of(options.ides), options.now, options.follow_links, options.dry_run};
}

std::string helper_beside_us() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  return failed ? std::string("helper") : (program.parent_path() / "helper").string();
}

}  // namespace helper::ensure
