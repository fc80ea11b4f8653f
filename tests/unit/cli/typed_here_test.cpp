#include "cli/typed_here.hpp"

#include <gtest/gtest.h>

namespace helper::cli {
namespace {

const Typed k_web{"a b's.json", "web"};

TEST(TypedHere, ACommandGetsTheConfigThatWasNamed) {
  EXPECT_EQ(as_typed_here("helper ensure web", k_web), R"(helper ensure --config 'a b'\''s.json' web)");
  EXPECT_EQ(as_typed_here("see why: helper logs web; then stop it, on the server: docker stop helper", {"x.json", ""}),
            "see why: helper logs --config x.json web; then stop it, on the server: docker stop helper");
  EXPECT_EQ(as_typed_here("or recreate it: helper remove web && helper ensure web", {"x.json", ""}),
            "or recreate it: helper remove --config x.json web && helper ensure --config x.json web");
  EXPECT_EQ(as_typed_here("helper settings apply web", {"x.json", ""}), "helper settings --config x.json apply web");
}

TEST(TypedHere, ACommandWithoutATargetGetsTheOneThatWasNamed) {
  EXPECT_EQ(as_typed_here("fix the command in the config, then: helper ensure", {{}, "web"}),
            "fix the command in the config, then: helper ensure web");
  EXPECT_EQ(as_typed_here("helper rpc shutdown && helper ensure", {"x.json", "web"}),
            "helper rpc shutdown && helper ensure --config x.json web");
  EXPECT_EQ(as_typed_here("helper ensure --all", {{}, "web"}), "helper ensure --all");
  EXPECT_EQ(as_typed_here("helper init", {{}, "web"}), "helper init");
}

TEST(TypedHere, TheRestStaysAsItIs) {
  for (const char* text : {"", "helper trust /x/helper.json", "helper rpc shutdown", "helper ensure --help",
                           "helper ensure --config y.json web", "the helper ensure web",
                           "helper keeps the container up by itself", "on the server: docker rm web"}) {
    EXPECT_EQ(as_typed_here(text, k_web), text);
  }
  EXPECT_EQ(as_typed_here("see why: helper logs web; helper ensure", {}), "see why: helper logs web; helper ensure");
}

class OneAnswer final : public Daemon {
 public:
  Result<rpc::Json> call(const std::string& method, const rpc::Json&, const ensure::EventSink& on_event,
                         const std::stop_token&) override {
    ensure::Event note;
    note.text = "renew them: helper settings apply web";
    if (on_event) on_event(note);
    if (method == "fails") return fail(ErrorCode::not_ready, "web", "it is stopped", "helper ensure web");
    return rpc::Json{{"notes", {"to give them yours: helper restart web"}},
                     {"thing", "helper ensure web"},
                     {"problems", {{{"cause", "helper ensure web"}, {"fix", "helper ensure web"}}}}};
  }
  Result<void> answer(const std::string&, const std::string&, const std::stop_token&) override { return {}; }
  Result<std::optional<rpc::Json>> version_if_running(const std::stop_token&) override { return std::nullopt; }
};

TEST(TypedHere, ADaemonsErrorsReportsAndNotesAreCompleted) {
  OneAnswer answer;
  CompletedDaemon daemon(answer, {"x.json", ""});
  std::string note;
  const auto report = daemon.call("ensure", {}, [&](const ensure::Event& event) { note = event.text; }, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(note, "renew them: helper settings --config x.json apply web");
  EXPECT_EQ((*report)["notes"][0], "to give them yours: helper restart --config x.json web");
  EXPECT_EQ((*report)["problems"][0]["fix"], "helper ensure --config x.json web");
  EXPECT_EQ((*report)["problems"][0]["cause"], "helper ensure web");
  EXPECT_EQ((*report)["thing"], "helper ensure web");
  const auto error = daemon.call("fails", {}, {}, {});
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().fix, "helper ensure --config x.json web");
}

}  // namespace
}  // namespace helper::cli
