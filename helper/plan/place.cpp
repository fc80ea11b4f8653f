#include "plan/place.hpp"

namespace helper::plan {
namespace {

Words joined(const Words& outer, const Words& inner) {
  Words words = outer;
  words.insert(words.end(), inner.begin(), inner.end());
  return words;
}

}  // namespace

Entry compose(const Entry& outer, const Entry& inner) {
  return {joined(outer.words, inner.words), joined(outer.words, inner.detached)};
}

const Entry& entry(const Place& place, As who) {
  if (who == As::full_root && place.as_full_root) return *place.as_full_root;
  if (who != As::user && place.as_root) return *place.as_root;
  return place.as_user;
}

std::optional<Endpoint> reach(const Ways& ways, std::uint16_t port) {
  if (const auto published = ways.published.find(port); published != ways.published.end()) return published->second;
  if (!ways.address.empty()) return Endpoint{ways.address, port};
  return std::nullopt;
}

}  // namespace helper::plan
