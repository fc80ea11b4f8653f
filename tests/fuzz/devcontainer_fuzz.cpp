// The fuzz target of read_devcontainer: any bytes give settings of the table and remarks that can be shown, or an Error
// that can be, and never a crash; what the config then takes is a target as good as one that a person wrote.
#include "base/text.hpp"
#include "config/parse.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  using namespace helper::config;                          // NOLINT(google-build-using-namespace)
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto harmless = [](const std::string& shown) {
    return helper::find_bad_utf8(shown) == std::string::npos &&
           std::ranges::none_of(shown, [](unsigned char c) { return c < 0x20 && c != '\n'; });
  };
  for (const char* server : {"local", "gpu1"}) {
    Surroundings around{"/home/me"};
    around.variable = [](const std::string& name) { return std::optional<std::string>("<" + name + ">"); };
    around.open_devcontainer = [&](const std::filesystem::path& path) -> helper::Result<DevcontainerFile> {
      return DevcontainerFile{path, path.parent_path(), text};
    };
    const auto config = parse_config(
        std::string(R"({"targets": {"t1": {"devcontainer": "devcontainer.json", "server": ")") + server + "\"}}}",
        "/p/helper.json", around);
    if (!config) {
      const bool told = !config.error().thing.empty() && !config.error().cause.empty();
      if (!told || !harmless(helper::to_text(config.error()))) std::abort();
      continue;
    }
    for (const std::string& remark : config->targets.at("t1").remarks) {
      if (remark.empty() || !harmless(remark)) std::abort();
    }
  }
  return 0;
}
