#include "ssh/ssh_runner.hpp"

#include "base/log.hpp"

#include <utility>

namespace helper::ssh {

SshRunner::SshRunner(std::shared_ptr<Control> control, ConnectOptions options, KeepOutput keep_output)
    : control_(std::move(control)), options_(std::move(options)), keep_output_(keep_output) {}

SshRunner::SshRunner(std::string destination, ConnectOptions options, KeepOutput keep_output)
    : SshRunner(std::make_shared<Control>(std::move(destination)), std::move(options), keep_output) {}

Result<CommandOutput> SshRunner::run(const Command& command, const std::stop_token& stop, const OutputSink& on_output) {
  auto output = control_->run(command, options_, keep_output_, stop, on_output);
  if (!output) log_info("{}: {}", where(), output.error().cause);
  return output;
}

std::string SshRunner::where() const { return control_->destination(); }

}  // namespace helper::ssh
