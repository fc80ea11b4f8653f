#include "plan/ways.hpp"

#include "base/shell.hpp"
#include "plan/desired.hpp"
#include "plan/places.hpp"

namespace helper::plan {
namespace {

// docker may stand where a non-interactive PATH does not look.
constexpr const char* k_exec = "PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/snap/bin; exec ";

Pipe pipe(const std::string& program, std::string name, const std::string& user, const std::string& container,
          std::vector<std::string> inside) {
  std::vector<std::string> argv{program, "exec", "--interactive", "--user", user, "--", container};
  argv.insert(argv.end(), inside.begin(), inside.end());
  return {std::move(name) + " by " + program + " exec", k_exec + shell::quote(argv)};
}

}  // namespace

std::optional<Endpoint> reach(const Container& container, std::uint16_t container_port) {
  if (const auto published = container.published.find(container_port); published != container.published.end())
    return published->second;
  if (!container.address.empty()) return Endpoint{container.address, container_port};
  return std::nullopt;
}

Remote way_to_sshd(const Engine& engine, const Container& container, const std::string& name, const SshdSetup& setup) {
  auto program = clean_environment(setup);
  program.insert(program.end(), {setup.sshd, "-i", "-f", setup.folder + "/sshd_config"});
  auto by_exec = pipe(engine.program, "sshd in " + name, setup.as_user ? setup.user : "0", name, std::move(program));
  if (const auto address = reach(container, k_container_ssh_port)) return SshDoor{*address, std::move(by_exec)};
  return by_exec;
}

std::optional<Remote> way_to_port(const Engine& engine, const Container& container, const std::string& name,
                                  std::uint16_t container_port, bool has_bundle) {
  if (const auto address = reach(container, container_port)) return *address;
  if (container.host_network) return Endpoint{"127.0.0.1", container_port};
  if (!has_bundle) return std::nullopt;
  const std::string port = std::to_string(container_port);
  return pipe(engine.program, "port " + port + " of " + name, "0", name,
              {std::string(k_bundle_folder) + "/bin/nc", "-N", "127.0.0.1", port});
}

std::vector<std::string> clean_environment(const SshdSetup& setup) {
  std::vector<std::string> words;
  if (setup.from_bundle) words = {std::string(k_bundle_folder) + "/bin/busybox"};
  words.insert(words.end(), {"env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"});
  const auto accounts = account_variables(setup);
  if (setup.from_bundle) words.insert(words.end(), accounts.begin(), accounts.end());
  return words;
}

std::vector<std::string> account_variables(const SshdSetup& setup) {
  return {std::string("LD_PRELOAD=") + k_bundle_folder + "/lib/libnss_wrapper.so",
          "NSS_WRAPPER_PASSWD=" + setup.folder + "/passwd", "NSS_WRAPPER_GROUP=" + setup.folder + "/group",
          "NSS_WRAPPER_SHADOW=" + setup.folder + "/shadow"};
}

}  // namespace helper::plan
