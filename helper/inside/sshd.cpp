#include "inside/sshd.hpp"

#include "base/sections.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "inside/scripts.hpp"
#include "plan/our_names.hpp"

#include <utility>

namespace helper::inside {
namespace {

using shell::assign;

// The bundle's shell with the bundle, which is in the place by now, whatever the last look saw.
Words shell_of(const plan::SshdSetup& setup) {
  if (setup.from_bundle) return {std::string(plan::k_bundle_folder) + "/bin/busybox", "sh"};
  return {"sh"};
}

// Words of ours without any space: a script splits them again.
std::string spaced(const Words& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string keep_script(const plan::SshdSetup& setup) {
  return assign("folder", setup.folder) + assign("sshd", setup.sshd) +
         assign("clean", spaced(clean_environment(setup))) + std::string(scripts::sshd_keep);
}

std::string settings_of(const plan::SshdSetup& setup) {
  return assign("folder", setup.folder) + assign("sshd", setup.sshd) + assign("user", setup.user) +
         assign("uid", std::to_string(setup.uid)) + assign("shared", yes(setup.shared)) +
         assign("as_user", yes(setup.as_user)) + assign("own_profile", yes(setup.own_profile)) +
         assign("own_run", yes(setup.own_run)) + assign("from_bundle", yes(setup.from_bundle)) +
         assign("listens", yes(setup.listens)) + assign("clean", spaced(clean_environment(setup))) +
         assign("shell", spaced(shell_of(setup))) + assign("port", std::to_string(plan::k_container_ssh_port));
}

Exec script_of(const plan::SshdSetup& setup, std::string name, As who, const std::string& script) {
  return {std::move(name), who, script_words(shell_of(setup), script), {}, false, false};
}

// They never keep sshd from starting: without the link a backend is installed in the place itself.
void add_backend_cache(std::vector<Exec>& service, const plan::SshdSetup& setup) {
  const std::string values = assign("cache", plan::k_backend_cache) + assign("owner", setup.cache_owner);
  for (auto exec : {script_of(setup, "ide-cache", As::full_root, values + std::string(scripts::give_cache)),
                    script_of(setup, "ide-cache-link", As::user, values + std::string(scripts::link_cache))}) {
    exec.independent = true;
    service.push_back(std::move(exec));
  }
}

}  // namespace

Words clean_environment(const plan::SshdSetup& setup) {
  Words words;
  if (setup.from_bundle) words = {std::string(plan::k_bundle_folder) + "/bin/busybox"};
  words.insert(words.end(), {"env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"});
  const auto accounts = plan::account_variables(setup);
  if (setup.from_bundle) words.insert(words.end(), accounts.begin(), accounts.end());
  return words;
}

std::vector<Exec> sshd_service(const plan::SshdSetup& setup, const HostKeyFiles& host_keys,
                               const std::string& fingerprint, const std::vector<std::string>& keys) {
  std::vector<Exec> service;
  if (!setup.cache_owner.empty()) add_backend_cache(service, setup);
  // Only the folder needs what root of the place may not do.
  if (setup.as_user) {
    service.push_back(script_of(setup, "sshd-folder", As::full_root,
                                assign("folder", setup.folder) + assign("uid", std::to_string(setup.uid)) +
                                    std::string(scripts::make_user_folder)));
  }
  Exec sshd{"sshd", setup.as_user ? As::user : As::root, shell_of(setup), {}, false, false};
  sshd.input = settings_of(setup) + assign("host_ed25519", host_keys.ed25519) + assign("host_ecdsa", host_keys.ecdsa) +
               assign("keys", joined(keys, "\n")) + assign("sshd_config", setup.config + setup.env) +
               assign("env_mark", plan::env_mark(setup)) + assign("profile", setup.profile) +
               assign("fingerprint", fingerprint) + assign("keep", keep_script(setup)) + script_begin({}) +
               std::string(scripts::add_key) + std::string(scripts::start_sshd);
  service.push_back(std::move(sshd));
  return service;
}

Command sshd_command(const Place& place, const plan::SshdSetup& setup, const HostKeyFiles& host_keys,
                     const std::string& fingerprint) {
  Command command{{}, {}, k_start_limit, {}, summary_of(place, "start sshd")};
  auto service = sshd_service(setup, host_keys, fingerprint, {setup.authorized_key});
  for (const auto& exec : service) {
    command.script += line(place, exec.who, exec.program);
    if (&exec == &service.back()) break;
    command.script += exec.independent ? " </dev/null >/dev/null 2>&1; " : " </dev/null && ";
  }
  command.stdin_text = std::move(service.back().input);
  return command;
}

Result<void> start_sshd(CommandRunner& server, const Place& place, const plan::SshdSetup& setup,
                        const HostKeyFiles& host_keys, const std::string& fingerprint, const std::stop_token& stop) {
  return run_there(server, place, sshd_command(place, setup, host_keys, fingerprint), "sshd in " + place.name, stop);
}

Result<void> authorize_key(CommandRunner& server, const Place& place, const plan::AuthorizeKey& action,
                           const std::stop_token& stop) {
  const std::string script = assign("folder", action.setup.folder) + std::string(scripts::add_key) + "add_key " +
                             shell::quote(action.setup.authorized_key);
  return run_there(server, place,
                   {script_line(place, action.setup.as_user ? As::user : As::root, script) + " </dev/null",
                    {},
                    k_start_limit,
                    {},
                    summary_of(place, "add a key")},
                   "keys of sshd in " + place.name, stop);
}

Result<void> eject(CommandRunner& server, const Place& place, const plan::Eject& action, const std::stop_token& stop) {
  const std::string script = assign("own_profile", yes(action.own_profile)) + std::string(scripts::eject);
  return run_there(
      server, place,
      {script_line(place, As::root, script) + " </dev/null", {}, k_start_limit, {}, summary_of(place, "eject")},
      place.name, stop);
}

}  // namespace helper::inside
