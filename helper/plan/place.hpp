// A Place is where the programs of a target run: one run of a container, as its server reaches into it. It is a plain
// value: who has it can run things inside, and need not know what kind of place it is.
#pragma once

#include "base/endpoint.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace helper::plan {

using Words = std::vector<std::string>;

// The words that are put before a program so that it runs in a place. Entries compose: where (a server, a job of a
// cluster) and then in what (nothing, a container).
struct Entry {
  Words words;     // the program is waited for, and has the caller's standard input
  Words detached;  // the program runs on by itself, without input or output
  friend bool operator==(const Entry&, const Entry&) = default;
};

// First through `outer`, then through `inner`.
[[nodiscard]] Entry compose(const Entry& outer, const Entry& inner);

// Whose rights a program has in a place. full_root has rights too that root of the place has given up.
enum class As { user, root, full_root };

// How the server reaches the ports of a place.
struct Ways {
  std::map<std::uint16_t, Endpoint> published;  // port of the place -> where the server reaches it
  std::string address;                          // at which the server reaches every port; "" when there is none
  bool shares_network = false;                  // the place has no network but the server's
  friend bool operator==(const Ways&, const Ways&) = default;
};

struct Place {
  std::string name;  // for people: "container centernet"
  std::string run;   // another one after each start
  std::string user;  // who a program is with As::user
  Entry as_user;
  std::optional<Entry> as_root;       // absent: nobody becomes root there
  std::optional<Entry> as_full_root;  // absent: there are no such rights
  Words shell{"sh"};                  // runs a POSIX script in it
  std::string by_hand;                // what a person types on the server before a program of root's
  std::string to_enter;               // what a person types there for a shell in it
  Ways ways;
  friend bool operator==(const Place&, const Place&) = default;
};

// The next best where there is none: root for full_root, the user for root.
[[nodiscard]] const Entry& entry(const Place& place, As who);

// The address at which the server reaches a port: published, or at the place's own address. None for a place without a
// network, and for one on the server's: there every port would be the server's too.
[[nodiscard]] std::optional<Endpoint> reach(const Ways& ways, std::uint16_t port);

}  // namespace helper::plan
