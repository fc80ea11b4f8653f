#include "plan/sshd_setup.hpp"

#include "base/digest.hpp"
#include "plan/desired.hpp"
#include "plan/fields.hpp"
#include "plan/observed.hpp"
#include "plan/our_names.hpp"
#include "plan/owner.hpp"
#include "plan/server_mounts.hpp"
#include "plan/session_env.hpp"

namespace helper::plan {
namespace {

// By what it was made with: the config may say something else by now.
bool has_backend_cache(const Container& container) {
  const auto applied = container.applied.find(std::string(k_backend_cache_key));
  return applied != container.applied.end() && !applied->second.empty();
}

// It ends at once for a user whom no passwd file names, as in an image of one program.
std::string sftp_server(const SshdSetup& setup) {
  std::string command = std::string(k_bundle_folder) + "/bin/busybox env";
  for (const auto& variable : account_variables(setup)) command += " " + variable;
  return command + " " + k_bundle_folder + "/libexec/sftp-server";
}

std::string config_of(const SshdSetup& setup) {
  std::string text;
  const auto line = [&](const std::string& keyword, const std::string& value) { text += keyword + " " + value + "\n"; };
  if (setup.listens) line("Port", std::to_string(k_container_ssh_port));
  for (const char* type : {"ed25519", "ecdsa"}) line("HostKey", setup.folder + "/host_" + type);
  line("PidFile", setup.folder + "/sshd.pid");
  line("AuthorizedKeysFile", setup.folder + "/authorized_keys .ssh/authorized_keys");
  line("AllowUsers", setup.user);
  line("PermitRootLogin", "prohibit-password");
  line("PubkeyAuthentication", "yes");
  line("PasswordAuthentication", "no");
  line("KbdInteractiveAuthentication", "no");
  line("UsePAM", "no");
  line("UseDNS", "no");
  line("PrintMotd", "no");
  // Other users of the server reach this sshd too. Forty idle connections must not lock anybody out (the default is
  // 10:30:100), a few hundred must not fill the container's memory, and each is gone after a minute, which still is
  // time enough to type a passphrase.
  line("MaxStartups", "100:30:300");
  line("LoginGraceTime", "60");
  // A person may have many keys in an agent and set them for all hosts: ssh tries those before the one that is right.
  line("MaxAuthTries", "60");
  // Only for who asks for it, by `ssh -X`; our sshd was built on a machine whose xauth is elsewhere.
  line("X11Forwarding", "yes");
  line("XAuthLocation", "/usr/bin/xauth");
  line("LogLevel", "ERROR");
  line("Subsystem sftp", setup.from_bundle ? sftp_server(setup) : "internal-sftp");
  return text;
}

}  // namespace

std::vector<std::string> account_variables(const SshdSetup& setup) {
  return {std::string("LD_PRELOAD=") + k_bundle_folder + "/lib/libnss_wrapper.so",
          "NSS_WRAPPER_PASSWD=" + setup.folder + "/passwd", "NSS_WRAPPER_GROUP=" + setup.folder + "/group",
          "NSS_WRAPPER_SHADOW=" + setup.folder + "/shadow"};
}

std::string run_folder(const config::Target& target) {
  return target.container.share ? std::string(k_people_folder) + "/" + target.ssh.user : k_run_folder;
}

std::string jupyter_folder(const config::Target& target) { return run_folder(target) + "/jupyter"; }

std::vector<std::string> sshd_folders(const config::Target& target) {
  if (target.container.share) return {run_folder(target)};
  return {k_run_folder, k_user_run_folder};
}

Result<SshdSetup> sshd_setup(const Desired& desired, const Observed& observed) {
  const Inside& inside = *observed.place.inside;
  SshdSetup setup;
  setup.user = desired.target.ssh.user;
  setup.from_bundle = takes_bundle(observed);
  setup.sshd = setup.from_bundle ? std::string(k_bundle_folder) + "/sbin/sshd" : inside.image_sshd;
  if (setup.sshd.empty()) {
    return fail(ErrorCode::inside_no_sshd, "container " + desired.target.container.name,
                "its image has no sshd, and " +
                    (observed.local.bundle
                         ? "helper's own cannot be put into its /dev"
                         : "helper brings none for a machine of kind " +
                               (observed.server.machine.empty() ? std::string("unknown") : observed.server.machine)),
                "add openssh-server to the image: RUN apt-get update && apt-get install -y openssh-server");
  }
  setup.shared = desired.target.container.share;
  setup.uid = inside.user_uid;
  const bool guest = is_guest(desired, observed);
  if (!inside.can_switch_users) {
    if (setup.user == "root") {
      return fail(ErrorCode::inside_failed, "sshd in container " + desired.target.container.name,
                  "the container's root may not become another user, which sshd needs",
                  "let it: \"extra_args\": [\"--cap-add=SETUID\", \"--cap-add=SETGID\", \"--cap-add=SYS_CHROOT\"], or "
                  "set \"ssh\": {\"user\": ...} to a user that the image has");
    }
    setup.as_user = true;
  }
  const auto own = [&](std::string_view place) {
    return server_mount(*observed.server.container, observed.place.inside, place) == nullptr;
  };
  setup.own_profile = own("/etc/profile.d/helper.sh");
  setup.own_run = own("/run/sshd");
  if (!guest && has_backend_cache(*observed.server.container) && own(inside.user_home + "/.cache/JetBrains"))
    setup.cache_owner = std::to_string(inside.user_uid) + ":" + std::to_string(inside.user_gid);
  // One sshd has the port: its owner's.
  setup.listens = !guest && reach(observed.server.container->ways, k_container_ssh_port).has_value();
  setup.folder = setup.as_user ? k_user_run_folder : run_folder(desired.target);
  const auto env = session_env(desired.target.ssh, observed.server.container->env);
  setup.config = config_of(setup);
  setup.env = set_env_line(env);
  setup.authorized_key = observed.local.key->public_line;
  Fingerprint client;
  for (const auto& text :
       {observed.local.me.id, observed.local.me.machine, setup.authorized_key, desired.target.ssh_name})
    client.add(text);
  setup.client = client.hex();
  setup.profile = profile_text(env);
  return setup;
}

std::string fingerprint(const SshdSetup& setup, const std::vector<std::string>& host_keys) {
  Fingerprint fingerprint;
  for (const auto& text : {setup.sshd, setup.user, setup.folder, setup.config}) fingerprint.add(text);
  for (const auto& key : host_keys) fingerprint.add(key);
  if (!setup.cache_owner.empty()) fingerprint.add(setup.cache_owner);
  if (!setup.own_profile) fingerprint.add("no profile");
  if (setup.shared) fingerprint.add("shared");
  return fingerprint.hex();
}

std::string env_mark(const SshdSetup& setup) {
  Fingerprint fingerprint;
  fingerprint.add(setup.env);
  fingerprint.add(setup.profile);
  return fingerprint.hex() + " " + setup.client;
}

std::string client_of(const std::string& env_mark) {
  const auto space = env_mark.find(' ');
  return space == std::string::npos ? std::string() : env_mark.substr(space + 1);
}

}  // namespace helper::plan
