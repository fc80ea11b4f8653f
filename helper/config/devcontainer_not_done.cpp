// The keys that helper knows and does nothing for.
#include "config/devcontainer_draft.hpp"

#include <algorithm>
#include <array>

namespace helper::config {
namespace {

constexpr std::string_view k_compose = "helper runs one container, and no services of Docker Compose";
constexpr std::string_view k_one_image = R"(write "image" or "build", and run the other services on your own)";
constexpr std::string_view k_editor = "it is for an editor";
constexpr std::string_view k_ports = "helper opens its tunnels and shows nothing";

constexpr std::array k_not_done{
    NotDone{"features", "helper installs none",
            "install what they bring in the Dockerfile, or name an image that has it"},
    NotDone{"overrideFeatureInstallOrder", "helper installs no features", ""},
    NotDone{"dockerComposeFile", k_compose, k_one_image, "targets.*.container.image"},
    NotDone{"service", k_compose, k_one_image},
    NotDone{"runServices", k_compose, k_one_image},
    NotDone{"initializeCommand", "helper runs nothing of a config on your own machine",
            "run it by hand before helper ensure"},
    NotDone{"postAttachCommand", "helper does not know when an editor attaches",
            "put it in postStartCommand, or in a start file of the shell"},
    NotDone{"waitFor", "helper waits for every command before it says that the target is ready", ""},
    NotDone{"customizations", k_editor, "install its plugins there"},
    NotDone{"extensions", k_editor, "install its plugins there"},
    NotDone{"settings", k_editor, "set them there"},
    NotDone{"devPort", k_editor, ""},
    NotDone{"portsAttributes", k_ports, "", "targets.*.forwards"},
    NotDone{"otherPortsAttributes", k_ports, "", "targets.*.forwards"},
    NotDone{"userEnvProbe", "sessions have the container's environment and what their own shell reads",
            "put what is missing in remoteEnv"},
    NotDone{"secrets", "helper asks for none", R"(put them in a file of the server, and mount that)"},
};

}  // namespace

const NotDone* not_done(std::string_view key) {
  const auto* row = std::ranges::find(k_not_done, key, &NotDone::key);
  return row == k_not_done.end() ? nullptr : row;
}

}  // namespace helper::config
