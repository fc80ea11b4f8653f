// SshdSetup is all that our sshd in a container is started with, so that it can be compared with what runs.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace helper::plan {

struct Desired;
struct Observed;

struct SshdSetup {
  std::string sshd;  // the program, as the container sees it
  bool from_bundle = false;
  bool listens = true;         // false: one is started for each connection, by a pipe
  std::string user;            // who may log in
  bool as_user = false;        // sshd itself runs as that user, without any right of root
  std::string folder;          // where its files are
  std::string config;          // sshd_config(5), without the environment
  std::string authorized_key;  // the person's, which joins those that are there: one line, without its end
  std::string profile;  // sh text: the environment again, for login shells whose start files have changed it; secret
  std::string cache_owner;  // "uid:gid" of the user, whose ~/.cache/JetBrains is a link to the volume that the
                            // container has for it; "" = it has none
  bool own_profile = true;  // /etc/profile.d is the container's own, so that a line of ours may be in it
  bool own_run = true;      // /run/sshd is too; else it must be there already
  std::string env{};        // the line of sshd_config(5) that holds the environment of sessions: secret
  std::string client{};     // of which person, machine, key and target this is; hexadecimal digits
  bool shared = false;      // the folder is one person's of several
  std::uint32_t uid = 0;    // of the user
  friend bool operator==(const SshdSetup&, const SshdSetup&) = default;
};

// Error inside_no_sshd: neither we nor the image have one. Error inside_failed: root in the container may not become
// another user, and the user is root. The container must have been looked into, with a key and host keys.
[[nodiscard]] Result<SshdSetup> sshd_setup(const Desired& desired, const Observed& observed);

// Where our files for a target are in its container: one folder, or for each person one.
[[nodiscard]] std::string run_folder(const config::Target& target);
[[nodiscard]] std::string jupyter_folder(const config::Target& target);
// All where an sshd of the target's may have its files.
[[nodiscard]] std::vector<std::string> sshd_folders(const config::Target& target);

// Whether the container, which was looked into, has helper's bundle or can be given it. Into one that was made without
// its volume it is sent, below /dev, where Podman lets nothing be run (noexec).
[[nodiscard]] bool takes_bundle(const Observed& observed);

// With the bundle, libnss_wrapper gives sshd the accounts that are in SshdSetup::folder (nss_wrapper(1)); sshd clears
// these variables from the sessions.
[[nodiscard]] std::vector<std::string> account_variables(const SshdSetup& setup);

// Changes whenever the setup or the host keys do, but for what may be another for each client: who may log in, and the
// environment.
[[nodiscard]] std::string fingerprint(const SshdSetup& setup, const std::vector<std::string>& host_keys);
// Two words: a fingerprint of the environment of sessions, and which client gave it.
[[nodiscard]] std::string env_mark(const SshdSetup& setup);
// The second word of a mark.
[[nodiscard]] std::string client_of(const std::string& env_mark);

}  // namespace helper::plan
