#include "base/text.hpp"
#include "cli/context.hpp"
#include "cli/render/text.hpp"
#include "cli/request.hpp"
#include "cli/verbs/runners.hpp"
#include "config/find.hpp"
#include "config/local_file.hpp"
#include "config/parse.hpp"
#include "config/written.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace helper::cli {

Result<int> run_config(Context& context) {
  HELPER_TRY_ASSIGN(const std::filesystem::path file, config_file(context));
  HELPER_TRY_ASSIGN(const config::ConfigTexts texts, config::read_config(context.files, file));
  HELPER_TRY_ASSIGN(const config::JsonNode root, config::read_tree(texts.text, texts.local, file));
  const std::string target = context.arguments.text("TARGET");
  const auto values = config::written_values(root, target);
  const std::filesystem::path local = config::local_file_of(file);
  const auto of = [&](const config::WrittenValue& value) { return value.spot.is_local ? local : file; };
  const auto check = [&]() -> Result<void> {
    HELPER_TRY_ASSIGN(const config::Config config, config::load_config(context.files, file));
    if (!target.empty()) HELPER_TRY(config::choose_target(config, target));
    return {};
  };
  if (context.json) {
    HELPER_TRY(check());
    rpc::Json list = rpc::Json::array();
    for (const auto& value : values) {
      list.push_back({{"key", value.key},
                      {"value", rpc::Json::parse(value.json)},
                      {"file", of(value).string()},
                      {"line", value.spot.line}});
    }
    rpc::Json document{{"config", file.string()}, {"values", list}};
    if (texts.local) document["local"] = local.string();
    write_json(context, document);
    return 0;
  }
  std::vector<std::string> places;
  std::size_t widest = 0;
  for (const auto& value : values) {
    places.push_back(of(value).filename().string() + ":" + std::to_string(value.spot.line));
    widest = std::max(widest, places.back().size());
  }
  const bool utf8 = context.out_style.utf8;
  for (std::size_t i = 0; i < values.size(); ++i) {
    context.out << fmt::format("{}  {}: {}\n", pad(safe_line(places[i], utf8), static_cast<int>(widest)),
                               safe_line(values[i].key, utf8), safe_line(values[i].json, utf8));
  }
  HELPER_TRY(check());
  return 0;
}

}  // namespace helper::cli
