// The record of a container: a volume of the engine, named after the container's id. Its labels are the record, for all
// to read; in it are the private host keys, for root of the server alone.
#pragma once

#include "base/command.hpp"
#include "base/result.hpp"
#include "engine/engine_cli.hpp"
#include "plan/record.hpp"
#include "plan/step.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace helper::engine {

// Pure: the labels as --label words. Without the container's id where the record has none yet.
[[nodiscard]] Argv record_labels(const plan::Record& record);
// Pure: the shell function `helper_record VOLUME ID`, which begins the record of the container that was just created.
[[nodiscard]] std::string begin_record_function(const EngineCli& cli, const plan::Record& record);
// What an Error says of a record that cannot be written.
[[nodiscard]] Failing failing_record(const EngineCli& cli);
// Pure: from the JSON object of a volume's labels; nullopt when they are no record.
[[nodiscard]] std::optional<plan::Record> read_record(std::string_view json);

// All records of the engine, and the ids of all of its containers.
struct Records {
  std::vector<plan::Record> records;
  std::vector<std::string> containers;
};
[[nodiscard]] Result<Records> list_records(CommandRunner& server, const EngineCli& cli, const std::stop_token& stop);

// In place of what is recorded for that container; `name` is how the engine is asked for it. The private host keys go
// through standard input only.
[[nodiscard]] Result<void> write_record(CommandRunner& server, const EngineCli& cli, const std::string& name,
                                        const plan::Record& record, const std::string& host_keys,
                                        const std::stop_token& stop);
// The second half of a record that begin_record_function() began: the private host keys.
[[nodiscard]] Result<void> record_host_keys(CommandRunner& server, const EngineCli& cli,
                                            const std::string& container_id, const std::string& image,
                                            const std::string& host_keys, const std::stop_token& stop);
// Removes a container that was just created and has no record, if it is the one with this nonce. It has never run.
[[nodiscard]] Result<void> remove_unrecorded(CommandRunner& server, const EngineCli& cli, const std::string& name,
                                             const std::string& nonce);
// Without it, when it is not there.
[[nodiscard]] Result<void> remove_record(CommandRunner& server, const EngineCli& cli, const std::string& volume,
                                         const std::stop_token& stop);
// The private host keys: what write_record was given.
[[nodiscard]] Result<std::string> fetch_host_keys(CommandRunner& server, const EngineCli& cli,
                                                  const plan::FetchHostKeys& action, const std::stop_token& stop);

}  // namespace helper::engine
