// What is told of trust in configs: of one, and of all that were approved. Plain values, as in report.hpp.
#pragma once

#include <string>
#include <vector>

namespace helper::ensure {

// One config, as it is now.
struct TrustReport {
  std::string config_file;
  std::string state;                 // "trusted", "new", "changed", "refused": others can change it
  std::string cause;                 // of "refused": who can
  std::string digest;                // names what was shown: an approval carries it
  std::vector<std::string> powers;   // what the config can do, a line each
  std::vector<std::string> changes;  // of "changed": since it was approved
};

// One approval.
struct TrustEntry {
  std::string config_file;
  std::string how;   // "shown" to the person, "init", "own", "upgrade"
  std::string when;  // "2026-11-22T03:50:00Z"
  std::vector<std::string> powers;
};
struct TrustList {
  std::vector<TrustEntry> entries;
};

}  // namespace helper::ensure
