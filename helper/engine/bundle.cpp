#include "engine/bundle.hpp"

#include "base/shell.hpp"
#include "engine/scripts.hpp"

namespace helper::engine {
namespace {

using shell::assign;

constexpr Milliseconds k_send_limit = std::chrono::minutes(20);  // 8 MB; 8 kB/s is slow enough

Command with_file(std::string script, const plan::SshBundle& bundle) {
  Command command{k_engine_path + ("\n" + std::move(script)), {}, k_send_limit};
  command.stdin_file = bundle.file;
  return command;
}

}  // namespace

Result<void> fill_bundle_volume(CommandRunner& server, const EngineCli& cli, const plan::FillBundleVolume& action,
                                const OutputSink& on_progress, const std::stop_token& stop) {
  const std::string script = assign("engine", cli.program) + assign("lender", "helper-lend-" + action.bundle.digest) +
                             assign("volume", action.volume) + assign("image", action.image) +
                             std::string(scripts::fill_bundle_volume);
  HELPER_TRY(
      run_or_fail(server, with_file(script, action.bundle),
                  {ErrorCode::inside_failed, "volume " + action.volume,
                   "look at it on the server: " + cli.program + " volume inspect " + shell::quote(action.volume)},
                  stop, on_progress));
  return {};
}

Result<void> send_bundle(CommandRunner& server, const EngineCli& cli, const plan::SendBundle& action,
                         const OutputSink& on_progress, const std::stop_token& stop) {
  const std::string script =
      assign("engine", cli.program) + assign("container", action.name) + std::string(scripts::send_bundle);
  HELPER_TRY(run_or_fail(server, with_file(script, action.bundle),
                         {ErrorCode::inside_failed, "SSH server for container " + action.name,
                          "a container with a read-only root file system needs a shell and tar for this; one that "
                          "helper makes itself needs neither"},
                         stop, on_progress));
  return {};
}

}  // namespace helper::engine
