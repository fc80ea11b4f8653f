// The fuzz target of parse_config: any bytes give a Config or an Error that can be shown, and never a crash.
#include "base/text.hpp"
#include "config/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

void check(const helper::Result<helper::config::Config>& config) {
  if (config) {
    if (config->targets.empty()) std::abort();
    return;
  }
  const std::string message = helper::to_text(config.error());
  const bool harmless =
      helper::find_bad_utf8(message) == std::string::npos && message.find('\x1b') == std::string::npos;
  if (!harmless || config.error().thing.empty() || config.error().cause.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  helper::config::Surroundings around{"/home/me"};
  check(helper::config::parse_config(text, "/p/helper.json", around));
  around.local = text;  // laid over itself, with variables of the environment
  around.variable = [](const std::string& name) { return name.empty() ? std::nullopt : std::optional(name); };
  check(helper::config::parse_config(text, "/p/helper.json", around));
  return 0;
}
