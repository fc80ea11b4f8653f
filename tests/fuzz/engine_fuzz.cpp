// Any bytes may come from a server: they are read into facts or refused, and what is taken from them can be shown to a
// person and put into a plan.
#include "engine/probe.hpp"
#include "engine/read.hpp"
#include "ensure/look_at_server.hpp"
#include "plan/make_plan.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace helper::ensure {

inline bool is_plain_text(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

inline void require(bool promise) {
  if (!promise) __builtin_trap();
}

inline void try_answer(std::string_view bytes) {
  const auto look = read_answers(bytes, {"@helper-0", "@helper-1"}, plan::desired_state({}, plan::Power::running), {});
  if (!look) return require(!look.error().cause.empty());
  if (const auto& inside = look->place.inside) {
    require(is_plain_text(inside->user_home));
    for (const auto& python : inside->pythons)
      require(is_plain_text(python.path + python.version + python.prefix + python.source));
    for (const auto& text : {inside->bundle, inside->image_sshd, inside->sshd_fingerprint})
      require(is_plain_text(text));
    for (const auto& gpu : inside->gpu.gpus) require(is_plain_text(gpu));
  }
  if (look->server.engine_error) require(is_plain_text(look->server.engine_error->cause));
  plan::Observed observed;
  observed.server = look->server;
  observed.place = look->place;
  config::Target target;
  for (const auto power : {plan::Power::running, plan::Power::stopped, plan::Power::absent})
    static_cast<void>(plan::to_text(plan::make_plan(plan::desired_state(target, power), observed)));
}

}  // namespace helper::ensure

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,  // NOLINT(readability-identifier-naming)
                                      std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(helper::engine::read_container(bytes));
  static_cast<void>(helper::engine::read_image(bytes));
  static_cast<void>(helper::engine::read_engine(bytes));
  helper::ensure::require(helper::ensure::is_plain_text(helper::failure_words(bytes)));
  helper::ensure::try_answer(bytes);
  return 0;
}
