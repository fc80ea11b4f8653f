// Whose a container is, and what follows from that. All pure.
#pragma once

#include "base/prompt.hpp"
#include "plan/desired.hpp"
#include "plan/observed.hpp"
#include "plan/record.hpp"

#include <optional>
#include <string>
#include <vector>

namespace helper::plan {

// The name by which somebody agrees to change a container of which nobody knows whose it is.
inline constexpr const char* k_unknown_owner = "unknown";

// The volume that holds the record of the container with this id.
[[nodiscard]] std::string record_volume(const std::string& container_id);

// The container's valid record: of its id, and with its nonce. nullptr: it has none. It lives as long as the facts.
[[nodiscard]] const Record* record_of(const ServerFacts& server, const Container& container);

// Another's container.
struct Foreign {
  std::string name = k_unknown_owner;
  std::string machine{};  // "" when it is not known
  std::string project{};  // the config that it was created by
  bool is_mine = false;   // the same person's, of another project
  bool shares = false;    // its owner shares it with who asks for that
  friend bool operator==(const Foreign&, const Foreign&) = default;
};

// Whose the container is when it is not this person's and nobody has agreed to change it: it has another's record; or
// helper's labels and no valid record, and nothing on this machine proves that it is from before there were records.
// nullopt: it may be changed. One without labels of helper's is nobody's, and one that is absent too.
[[nodiscard]] std::optional<Foreign> foreign_owner(const Desired& desired, const Observed& observed,
                                                   const Container& container);

// The path of a config as records have it: fit to be shown.
[[nodiscard]] std::string record_project(const std::string& config_file);

// The container is this person's, of another project on this machine, and nobody has agreed to change it: it may be
// used as it is, and no more.
[[nodiscard]] bool is_of_another_project(const Desired& desired, const Observed& observed);

// It was created with "share": true.
[[nodiscard]] bool is_shared(const Container& container);
// The container is another person's, who shares it, and this target asks for a user of its own in it: it may be used
// so, and nothing of it is changed that others see.
[[nodiscard]] bool is_guest(const Desired& desired, const Observed& observed);

// Error container_foreign, about the container of that name.
[[nodiscard]] Error foreign_error(const std::string& container, const std::string& target, const Foreign& owner);
// To be answered with yes or no.
[[nodiscard]] Question foreign_question(const std::string& container, const Foreign& owner);

// The public halves that the target's container shows: those of its record, or of the one that it replaces; without
// one, those that this machine has for it.
[[nodiscard]] std::vector<std::string> host_keys(const Observed& observed);

// What the record of this target's container says when this person makes it, or takes its place; without what only the
// engine tells. A container that replaces another keeps its owner.
[[nodiscard]] Record new_record(const Desired& desired, const Observed& observed);

}  // namespace helper::plan
