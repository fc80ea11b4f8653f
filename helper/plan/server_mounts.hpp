// Server mounts are the places in a container that are the server's own files: what is written there is written on the
// server, so that helper never writes there.
#pragma once

#include "config/config.hpp"
#include "plan/observed.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::plan {

// The mount by which the absolute `path` in the container is a file of the server; nullptr when it is the container's
// own: of its root file system, of a volume, in memory. What is nearest to the path counts. `inside` may be unknown.
[[nodiscard]] const Mount* server_mount(const Container& container, const std::optional<Inside>& inside,
                                        std::string_view path);
// The same for each of the paths; the first that is found.
[[nodiscard]] const Mount* server_mount(const Container& container, const std::optional<Inside>& inside,
                                        std::initializer_list<std::string_view> paths);

// The places below `path` (and `path` itself) at which something of the server is mounted.
[[nodiscard]] std::vector<std::string> server_places_in(const Container& container, const std::optional<Inside>& inside,
                                                        std::string_view path);

// "/etc/passwd is the server's own (mount /etc/passwd:/etc/passwd)".
[[nodiscard]] std::string tell_mount(std::string_view path, const Mount& mount);

// Folders of ours that a container made from this config would not have for itself, since a mount of the config covers
// them: they get a tmpfs.
[[nodiscard]] std::vector<std::string> covered_folders(const config::ContainerConfig& config);

// The folders of the server that the config's mounts name.
[[nodiscard]] std::vector<std::string> mount_sources(const config::ContainerConfig& config);
// What a person is told when a container is created over folders that the server does not have.
[[nodiscard]] std::vector<std::string> notes_of_missing_folders(const config::Target& target,
                                                                const ServerFacts& server);

// The project's folder on the server: the other side of the mount that holds project.remote. "" when there is no
// project, or a volume or the image holds it.
[[nodiscard]] std::string project_source(const config::Target& target);

}  // namespace helper::plan
