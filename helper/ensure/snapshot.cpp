#include "ensure/snapshot.hpp"

#include "config/values.hpp"
#include "engine/act.hpp"

#include <array>
#include <ctime>

namespace helper::ensure {

std::string snapshot_name(const std::string& target, const std::string& kind,
                          std::chrono::system_clock::time_point now) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y%m%d-%H%M%S", &utc);
  return config::image_name(target) + ":" + kind + "-" + std::string(text.data(), length);
}

Result<SnapshotReport> take_snapshot(const Hands& hands, const config::Target& config, const std::string& image,
                                     const EventSink& on_event, const std::stop_token& stop) {
  if (!image.empty()) {
    if (const auto flaw = config::check_image(image))
      return fail(ErrorCode::usage, "image " + image, "it " + flaw->cause, flaw->fix);
  }
  const plan::SnapshotContainer action{
      config.container.name, image.empty() ? snapshot_name(config.name, "snapshot", hands.clock.wall()) : image};
  HELPER_TRY_ASSIGN(const auto cli, engine::find_cli(hands.server, config, stop));
  const auto start = hands.clock.now();
  const auto tell = [&](Event::Kind kind, const std::string& cause) {
    on_event({kind, config.name, plan::to_text(plan::Action(action)), cause, since(hands.clock, start), {}, {}});
  };
  tell(Event::Kind::started, "");
  if (auto made = engine::snapshot_container(hands.server, cli, action, stop); !made) {
    tell(Event::Kind::failed, made.error().cause);
    return fail(made.error());
  }
  HELPER_TRY_ASSIGN(const auto size, engine::image_size(hands.server, cli, action.image, stop));
  tell(Event::Kind::done, "");
  SnapshotReport report{config.name, action.image, size, {}};
  report.notes.emplace_back("its mounts and volumes are not part of the copy");
  report.notes.push_back("to make a container from it: \"image\": \"" + action.image +
                         "\" in helper.json, then helper ensure " + config.name);
  return report;
}

}  // namespace helper::ensure
