// PlaceRig is one kind of place in which the contract of places is tried: what the room `inside` needs of it, and what
// may be done to it.
#pragma once

#include "base/command.hpp"
#include "plan/observed.hpp"
#include "plan/place.hpp"

#include <memory>
#include <string>

namespace helper::test {

class PlaceRig {
 public:
  virtual ~PlaceRig() = default;
  [[nodiscard]] virtual CommandRunner& server() = 0;
  // As the room of its kind makes it; `user` is who As::user is.
  [[nodiscard]] virtual plan::Place place(const std::string& user) = 0;
  // False: this machine lets no such place be made.
  [[nodiscard]] virtual bool is_there() const { return true; }
  // Accounts and files of ours may be made in it, and its network is its own.
  [[nodiscard]] virtual bool disposable() const = 0;
};

}  // namespace helper::test
