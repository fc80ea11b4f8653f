// RpcDaemon is the real Daemon: the helperd of this user, reached over JSON-RPC, started when none runs.
#pragma once

#include "base/paths.hpp"
#include "base/result.hpp"
#include "cli/daemon.hpp"
#include "rpc/client.hpp"
#include "rpc/connect.hpp"

#include <filesystem>
#include <optional>

namespace helper::cli {

class RpcDaemon final : public Daemon {
 public:
  explicit RpcDaemon(Paths paths, rpc::OtherVersion other = {}) : paths_(std::move(paths)), other_(std::move(other)) {}

  [[nodiscard]] Result<rpc::Json> call(const std::string& method, const rpc::Json& params,
                                       const ensure::EventSink& on_event, const std::stop_token& stop) override;
  [[nodiscard]] Result<void> answer(const std::string& question_id, const std::string& value,
                                    const std::stop_token& stop) override;
  [[nodiscard]] Result<std::optional<rpc::Json>> version_if_running(const std::stop_token& stop) override;

 private:
  [[nodiscard]] Result<rpc::Client*> client(const std::stop_token& stop);

  Paths paths_;
  const rpc::OtherVersion other_;
  std::optional<rpc::Client> client_;
};

// $HELPERD (an absolute path), else the helperd beside our own executable. Error: daemon_unreachable when there is none
// that can be run.
[[nodiscard]] Result<std::filesystem::path> find_helperd();

}  // namespace helper::cli
