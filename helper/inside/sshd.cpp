#include "inside/sshd.hpp"

#include "base/sections.hpp"
#include "base/shell.hpp"
#include "inside/scripts.hpp"
#include "plan/our_names.hpp"

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
         assign("as_user", yes(setup.as_user)) + assign("own_profile", yes(setup.own_profile)) +
         assign("own_run", yes(setup.own_run)) + assign("from_bundle", yes(setup.from_bundle)) +
         assign("listens", yes(setup.listens)) + assign("clean", spaced(clean_environment(setup))) +
         assign("shell", spaced(shell_of(setup))) + assign("port", std::to_string(plan::k_container_ssh_port));
}

std::string by_shell_of(const plan::SshdSetup& setup, const Place& place, As who, const std::string& script) {
  Words program = shell_of(setup);
  program.insert(program.end(), {"-c", script});
  return line(place, who, program) + " </dev/null";
}

// It never keeps sshd from starting: without the link a backend is installed in the place itself.
std::string link_backend_cache(const Place& place, const plan::SshdSetup& setup) {
  const std::string values = assign("cache", plan::k_backend_cache) + assign("owner", setup.cache_owner);
  const std::string quiet = " >/dev/null 2>&1; ";
  return by_shell_of(setup, place, As::full_root, values + std::string(scripts::give_cache)) + quiet +
         by_shell_of(setup, place, As::user, values + std::string(scripts::link_cache)) + quiet;
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

Command sshd_command(const Place& place, const plan::SshdSetup& setup, const HostKeyFiles& host_keys,
                     const std::string& fingerprint) {
  Command command{{}, {}, k_start_limit};
  if (!setup.cache_owner.empty()) command.script += link_backend_cache(place, setup);
  // Only the folder needs what root of the place may not do.
  if (setup.as_user) {
    command.script += by_shell_of(setup, place, As::full_root,
                                  assign("folder", setup.folder) + assign("user", setup.user) +
                                      std::string(scripts::make_user_folder)) +
                      " && ";
  }
  command.script += line(place, setup.as_user ? As::user : As::root, shell_of(setup));
  command.stdin_text = settings_of(setup) + assign("host_ed25519", host_keys.ed25519) +
                       assign("host_ecdsa", host_keys.ecdsa) + assign("authorized_key", setup.authorized_key) +
                       assign("sshd_config", setup.config + setup.env) + assign("env_mark", plan::env_mark(setup)) +
                       assign("profile", setup.profile) + assign("fingerprint", fingerprint) +
                       assign("keep", keep_script(setup)) + script_begin({}) + std::string(scripts::add_key) +
                       std::string(scripts::start_sshd);
  return command;
}

Result<void> start_sshd(CommandRunner& server, const Place& place, const plan::SshdSetup& setup,
                        const HostKeyFiles& host_keys, const std::string& fingerprint, const std::stop_token& stop) {
  HELPER_TRY(run_or_fail(server, sshd_command(place, setup, host_keys, fingerprint),
                         {ErrorCode::inside_failed, "sshd in " + place.name, look_inside(place)}, stop));
  return {};
}

Result<void> authorize_key(CommandRunner& server, const Place& place, const plan::AuthorizeKey& action,
                           const std::stop_token& stop) {
  const std::string script = assign("folder", action.setup.folder) + std::string(scripts::add_key) + "add_key " +
                             shell::quote(action.setup.authorized_key);
  HELPER_TRY(run_or_fail(
      server,
      {script_line(place, action.setup.as_user ? As::user : As::root, script) + " </dev/null", {}, k_start_limit},
      {ErrorCode::inside_failed, "keys of sshd in " + place.name, look_inside(place)}, stop));
  return {};
}

Result<void> eject(CommandRunner& server, const Place& place, const plan::Eject& action, const std::stop_token& stop) {
  const std::string script = assign("own_profile", yes(action.own_profile)) + std::string(scripts::eject);
  HELPER_TRY(run_or_fail(server, {script_line(place, As::root, script) + " </dev/null", {}, k_start_limit},
                         {ErrorCode::inside_failed, place.name, look_inside(place)}, stop));
  return {};
}

}  // namespace helper::inside
