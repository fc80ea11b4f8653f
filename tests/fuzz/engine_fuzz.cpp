// Any bytes may come from a server: they are read into facts or refused, and what is taken from them can be shown to a
// person and put into a plan.
#include "engine/probe.hpp"
#include "engine/read.hpp"
#include "plan/make_plan.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace helper::engine {

inline bool is_plain_text(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

inline void require(bool promise) {
  if (!promise) __builtin_trap();
}

inline void try_answer(std::string_view bytes) {
  const InsideQuestion question{"root", 61022, 8888, "auto"};
  const auto facts =
      read_probe(bytes, {"@helper-0", "@helper-1"}, plan::desired_state({}, plan::Power::running), question, {});
  if (!facts) return require(!facts.error().cause.empty());
  if (facts->inside) {
    require(is_plain_text(facts->inside->user_home));
    for (const auto& python : facts->inside->pythons)
      require(is_plain_text(python.path + python.version + python.prefix + python.source));
    for (const auto& text : {facts->inside->bundle, facts->inside->image_sshd, facts->inside->sshd_print})
      require(is_plain_text(text));
    for (const auto& gpu : facts->inside->gpu.gpus) require(is_plain_text(gpu));
  }
  if (facts->engine_error) require(is_plain_text(facts->engine_error->cause));
  plan::Observed observed;
  observed.engine_error = facts->engine_error;
  observed.engine = facts->engine;
  observed.container = facts->container;
  observed.image = facts->image;
  observed.inside = facts->inside;
  observed.inside_error = facts->inside_error;
  config::Target target;
  for (const auto power : {plan::Power::running, plan::Power::stopped, plan::Power::absent})
    static_cast<void>(plan::to_text(plan::make_plan(plan::desired_state(target, power), observed)));
}

}  // namespace helper::engine

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,  // NOLINT(readability-identifier-naming)
                                      std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(helper::engine::read_container(bytes));
  static_cast<void>(helper::engine::read_image(bytes));
  static_cast<void>(helper::engine::read_engine(bytes));
  helper::engine::require(helper::engine::is_plain_text(helper::engine::engine_words(bytes)));
  helper::engine::try_answer(bytes);
  return 0;
}
