// What is told of the commands that a server is sent, and what never is.
#include "ensure/telling_runner.hpp"

#include "support/fake_command_runner.hpp"
#include "support/manual_clock.hpp"

#include <gtest/gtest.h>

namespace helper::ensure {
namespace {

class Telling : public testing::Test {
 protected:
  Event run(const Command& command) {
    static_cast<void>(telling.run(command, {}, {}));
    return events.back();
  }
  helper::test::FakeCommandRunner runner{"gpu1"};
  helper::test::ManualClock clock;
  std::vector<Event> events;
  TellingRunner telling{runner, clock, "centernet", [this](const Event& event) { events.push_back(event); }};
};

TEST_F(Telling, TellsTheSummaryTheTimeAndHowItEnded) {
  runner.always("docker start", CommandOutput{1, "out", "no such container"});
  const Event event = run({"docker start -- web", {}, Milliseconds(1), {}, "docker start web"});
  EXPECT_EQ(event.kind, Event::Kind::command);
  EXPECT_EQ(event.target, "centernet");
  EXPECT_EQ(event.text, "gpu1: docker start web");
  EXPECT_EQ(event.cause, "exit status 1");
  runner.always("docker ps", CommandOutput{0, {}, {}});
  EXPECT_EQ(run({"docker ps", {}, Milliseconds(1), {}, "docker ps"}).cause, "");
  runner.always("docker pull", fail(ErrorCode::timed_out, "gpu1", "no answer", ""));
  EXPECT_EQ(run({"docker pull x", {}, Milliseconds(1), {}, "docker pull x"}).cause,
            error_kind(ErrorCode::timed_out).name);
}

TEST_F(Telling, NothingOfAScriptOfItsInputOrOfItsOutputIsTold) {
  runner.always("hunter2", CommandOutput{3, "hunter2", "hunter2"});
  const Event event = run({"echo hunter2", "hunter2"});
  EXPECT_EQ(event.text, "gpu1: sh");
  EXPECT_EQ((event.text + event.cause + event.done + event.question_id).find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace helper::ensure
