// What helper tells people to type works as it is, also where their command named a config or one of several targets:
// the commands of helper in a fix or a note get the same --config, and the target where they name none.
#pragma once

#include "cli/daemon.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace helper::cli {

struct Typed {
  std::optional<std::string> config = {};  // as it was written after --config
  std::string target = {};                 // "" where none was named
};

// `text` with its commands completed. A command stands at its begin, or behind ": ", "; " or "&& ", and ends before the
// next "; " or " &&".
[[nodiscard]] std::string as_typed_here(std::string_view text, const Typed& typed);
[[nodiscard]] Error as_typed_here(Error error, const Typed& typed);

// A daemon whose errors, reports and notes are completed.
class CompletedDaemon final : public Daemon {
 public:
  CompletedDaemon(Daemon& daemon, Typed typed) : daemon_(daemon), typed_(std::move(typed)) {}

  [[nodiscard]] Result<rpc::Json> call(const std::string& method, const rpc::Json& params,
                                       const ensure::EventSink& on_event, const std::stop_token& stop) override;
  [[nodiscard]] Result<void> answer(const std::string& question_id, const std::string& value,
                                    const std::stop_token& stop) override;
  [[nodiscard]] Result<std::optional<rpc::Json>> version_if_running(const std::stop_token& stop) override;

 private:
  Daemon& daemon_;
  const Typed typed_;
};

}  // namespace helper::cli
