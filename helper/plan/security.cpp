#include "plan/security.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "plan/make_plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <optional>
#include <string>

namespace helper::plan {
namespace {

using Version = std::array<int, 3>;

// "1.2.8" and nothing else: what is behind a number of a version ("+dfsg1", "-rc.1", "-ce") says that it may be
// another.
std::optional<Version> version_of(std::string_view text) {
  const auto words = split(text, '.');
  Version version{};
  if (words.size() != version.size()) return std::nullopt;
  for (std::size_t i = 0; i < version.size(); ++i) {
    const char* const end = words[i].data() + words[i].size();
    const auto read = std::from_chars(words[i].data(), end, version.at(i));
    if (read.ec != std::errc() || read.ptr != end || version.at(i) < 0) return std::nullopt;
  }
  return version;
}

bool is_between(const Version& version, const Version& first, const Version& end) {
  return version >= first && version < end;
}

// Docker's own packages: their command says so, and comes with the engine of the same version. They carry a fix only
// under another version.
bool is_built_by_docker(const EngineBuild& build) {
  return build.client_maker == "Docker Engine - Community" && build.client_version == build.version;
}

// A release as it was tagged: "v1.2.5-0-g59923ef". Docker's packages have no other.
std::string release_of(std::string_view commit) {
  constexpr std::string_view k_unchanged = "-0-g";
  const auto end = commit.find(k_unchanged);
  if (!commit.starts_with('v') || end == std::string_view::npos) return {};
  const auto hash = commit.substr(end + k_unchanged.size());
  if (hash.empty() || !is_hex(hash)) return {};
  return std::string(commit.substr(1, end - 1));
}

std::string where(const Desired& desired) {
  return desired.target.server == "local" ? "this machine" : "server " + desired.target.server;
}

struct Notes {
  const Desired& desired;
  std::vector<SecurityNote> all{};

  void add(const std::string& fact, const std::string& text) {
    all.push_back({fact, text + R"(; to hide such notes, in helper.json: "security_notes": false)"});
  }
  void add_of_server(const std::string& fact, const std::string& text) {
    add(fact + " " + desired.target.server, text);
  }
  void add_of_container(const std::string& fact, const std::string& text) {
    add(fact + " " + desired.target.server + " " + desired.target.container.name,
        "container " + desired.target.container.name + text);
  }
};

// Why that engine is too old; "" = it is not.
std::string lack_of(const EngineBuild& build, const Version& version) {
  if (version < Version{25, 0, 2})
    return "the fixes of CVE-2024-23651, CVE-2024-23652 and CVE-2024-23653, by which the build of a hostile image gets "
           "out of its container";
  if (is_between(version, {28, 2, 0}, {28, 3, 3}) && build.firewall.find("firewalld") != std::string::npos)
    return "the fix of CVE-2025-54388: once firewalld is reloaded, other machines of the network reach ports that are "
           "published on 127.0.0.1";
  if (build.has_authorization && version < Version{29, 3, 1})
    return "the fix of CVE-2026-34040, by which a request gets past the engine's authorization plugin";
  return {};
}

void add_engine(Notes& notes, const EngineBuild& build) {
  if (!is_built_by_docker(build)) return;
  if (const auto version = version_of(build.version)) {
    if (const auto lack = lack_of(build, *version); !lack.empty())
      notes.add_of_server("engine " + build.version,
                          "Docker " + build.version + " on " + where(notes.desired) + " lacks " + lack +
                              "; fix: upgrade the packages docker-ce and docker-ce-cli there");
  }
  const std::string runc = release_of(build.runc);
  const auto version = version_of(runc);
  if (!version || !(*version < Version{1, 2, 8} || is_between(*version, {1, 3, 0}, {1, 3, 3}))) return;
  notes.add_of_server("runc " + runc,
                      "runc " + runc + " on " + where(notes.desired) +
                          " lacks the fixes of CVE-2025-31133, CVE-2025-52565 and CVE-2025-52881, by which "
                          "a hostile container gets out; fix: upgrade the package containerd.io there");
}

// NVIDIA's own build names the commit that it is of.
void add_toolkit(Notes& notes, const Toolkit& toolkit) {
  constexpr std::size_t k_hash_size = 40;
  const auto version = version_of(toolkit.version);
  if (!version || toolkit.commit.size() != k_hash_size || !is_hex(toolkit.commit)) return;
  if (*version >= Version{1, 19, 1}) return;
  notes.add_of_server(
      "toolkit " + toolkit.version,
      "NVIDIA Container Toolkit " + toolkit.version + " on " + where(notes.desired) +
          " lacks the fix of CVE-2026-24260; fix: upgrade the package nvidia-container-toolkit there to "
          "1.19.1 or later");
}

// Where root of the container is another user of the server, its rights there are that user's.
bool has_root_of_server(const Observed& observed) {
  if (!observed.place.inside || observed.server.engine.value_or(Engine{}).rootless) return false;
  return std::ranges::any_of(observed.place.inside->uid_map, [](const IdRange& range) {
    return range.inside == 0 && range.outside == 0 && range.count > 0;
  });
}

// The socket of an engine that runs as root: one that runs as a person has it below /run/user or the home folder.
bool is_engine_socket(const Mount& mount) {
  const std::string& path = mount.source;
  if (mount.kind != Mount::Kind::server_folder || path.starts_with("/run/user/") || path.starts_with("/home/"))
    return false;
  return path.ends_with("/docker.sock") || path.ends_with("/podman.sock");
}

void add_rights(Notes& notes, const Container& container) {
  const bool ours = is_ours(container);
  const std::string again = ", then: helper ensure " + notes.desired.target.name + " --recreate";
  if (container.settings && container.settings->privileged) {
    notes.add_of_container(
        "privileged",
        " is privileged: root in it is root of " + where(notes.desired) +
            "; fix: " + (ours ? "remove \"privileged\" from helper.json" + again : "recreate it without --privileged"));
  }
  const auto socket = std::ranges::find_if(container.mounts, is_engine_socket);
  if (socket == container.mounts.end()) return;
  notes.add_of_container("engine-socket",
                         " has " + socket->source + " of " + where(notes.desired) + " at " + socket->place +
                             ": who may use that socket is root of " + where(notes.desired) + "; fix: " +
                             (ours ? "remove that mount from helper.json" + again : "recreate it without that mount"));
}

}  // namespace

std::vector<SecurityNote> security_notes(const Desired& desired, const Observed& observed) {
  if (!desired.target.security_notes) return {};
  Notes notes{desired};
  const ServerFacts& server = observed.server;
  if (server.engine_build) add_engine(notes, *server.engine_build);
  if (server.toolkit && desired.target.container.gpus != "none") add_toolkit(notes, *server.toolkit);
  if (server.container && has_root_of_server(observed)) add_rights(notes, *server.container);
  if (observed.place.inside && observed.place.inside->root_password) {
    notes.add_of_container("root-password",
                           " lets root in by a password: its own sshd runs with PermitRootLogin yes and "
                           "PasswordAuthentication yes, and root has a password; fix: set PermitRootLogin "
                           "prohibit-password in the sshd_config of its image");
  }
  return std::move(notes.all);
}

std::vector<SecurityNote> not_told(const std::vector<SecurityNote>& notes, std::string_view told) {
  const auto before = split(told, '\n');
  std::vector<SecurityNote> fresh;
  std::ranges::copy_if(notes, std::back_inserter(fresh),
                       [&](const SecurityNote& note) { return std::ranges::find(before, note.fact) == before.end(); });
  return fresh;
}

}  // namespace helper::plan
