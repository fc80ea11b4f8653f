// What must run in which container (a record), and the result (a state): their JSON, and their files.
// A record holds secrets in its inputs: no text that is made here for people holds them.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::keeper {

inline constexpr int k_protocol = 1;
inline constexpr std::size_t k_record_limit = 1024 * 1024;
inline constexpr std::size_t k_file_limit = k_record_limit + 64 * 1024;  // with what is added to what was sent
inline constexpr std::size_t k_records_limit = 256;

struct Service {
  std::string name;
  std::string user;  // empty: the image's own
  bool privileged = false;
  std::vector<std::string> words;
  std::string input;  // base64
  bool detach = false;
  bool independent = false;  // the ones after it do not wait until it has succeeded
  int limit_s = 60;
};

struct Record {
  std::string container;
  std::string handled;  // the run that somebody else has cared for; empty: none
  std::vector<Service> services;
  std::string written;  // made new at each writing, so that a state knows its record; empty in what somebody sends
};

enum class Outcome { waiting, started, failed };

struct Tried {
  std::string name;
  Outcome outcome = Outcome::waiting;
  int tries = 0;
  std::optional<int> exit_code;
  std::string line;       // its last line of output, or why it could not be run; printable
  std::int64_t when = 0;  // of the last try, milliseconds since 1970
  std::int64_t due = 0;   // of the next try
};

struct State {
  std::string run;  // State.StartedAt of the container
  std::string written;
  std::vector<Tried> services;
};

// Pure. Error config_invalid: it is not as a record must be; the cause names the place, and none of its values. What
// somebody sends is measured against k_record_limit before.
[[nodiscard]] Result<Record> parse_record(std::string_view text);
[[nodiscard]] std::string to_text(const Record& record);
[[nodiscard]] Result<State> parse_state(std::string_view text);
[[nodiscard]] std::string to_text(const State& state);
// Nothing when it is no base64.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

// The files below a folder (/data of the keeper's container): records/ID.json and state/ID.json, for their owner only.
class Store {
 public:
  explicit Store(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Makes the folders. Error file_failed.
  [[nodiscard]] Result<void> prepare() const;
  [[nodiscard]] std::filesystem::path records() const { return folder_ / "records"; }
  // The ids of the records that are there.
  [[nodiscard]] std::vector<std::string> ids() const;
  [[nodiscard]] bool has(const std::string& id) const;
  // Nothing when there is none. Error config_invalid: it is broken; file_failed: it cannot be read.
  [[nodiscard]] Result<std::optional<Record>> record(const std::string& id) const;
  // Complete before it takes its name, and on the disk before this returns.
  [[nodiscard]] Result<void> write(Record record) const;
  // Nothing when there is none, or none that can be read.
  [[nodiscard]] std::optional<State> state(const std::string& id) const;
  [[nodiscard]] Result<void> write(const std::string& id, const State& state) const;
  // A lock for who works on a container, between processes too; held as long as the Fd is. Error:
  // timed_out, file_failed.
  [[nodiscard]] Result<Fd> lock(const std::string& id, std::chrono::milliseconds limit) const;
  // The record and the state. Error file_failed; none there is no error.
  [[nodiscard]] Result<void> forget(const std::string& id) const;
  // Files of states and locks that no record belongs to.
  void tidy() const;
  // For people and programs, JSON: every record without its inputs, with its state, and the ids of broken ones.
  [[nodiscard]] std::string list() const;

 private:
  std::filesystem::path folder_;
};

}  // namespace helper::keeper
