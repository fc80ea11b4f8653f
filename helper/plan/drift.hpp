// A Drift is one field in which a container is not as its config says: what the config says now, what was applied when
// the container was made, what is, and so who changed it.
#pragma once

#include "plan/desired.hpp"
#include "plan/fields.hpp"
#include "plan/observed.hpp"

#include <string>
#include <vector>

namespace helper::plan {

struct Drift {
  std::string field;  // a key of fields.hpp, or "container" when the container does not tell what was applied
  Need need = Need::recreate;
  std::string wanted;
  std::string applied;  // "" when that is not known
  std::string actual;   // "" when the engine does not tell
  std::string cause;    // "the config has changed"
  friend bool operator==(const Drift&, const Drift&) = default;
};

// Of a container that is there and ours; in the order of the table.
[[nodiscard]] std::vector<Drift> find_drifts(const Desired& desired, const Observed& observed);

// The engine cannot give the container, which is there, its GPUs as it was created, and a new one would get them in
// another way.
[[nodiscard]] bool has_another_way(const Desired& desired, const Observed& observed);

// Whether an image of this fingerprint is what its files are now, or were when this request built it: files that change
// during a build (a log, an IDE's own) are no reason to build it again at once.
[[nodiscard]] bool is_as_built(const Observed& observed, const std::string& fingerprint);

// "container.shm_size: config: 8g; container: 64 MB (engine's default)".
[[nodiscard]] std::string to_text(const Drift& drift);

}  // namespace helper::plan
