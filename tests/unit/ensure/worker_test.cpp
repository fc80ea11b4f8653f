// Requests of several threads on one worker: what is shared, who hears what, and who ends what.
#include "ensure/worker.hpp"

#include "support/gate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <latch>
#include <set>

namespace helper::ensure {
namespace {

using helper::test::Gate;

const EventSink k_ignore = [](const Event&) {};

Event note(const std::string& text, Event::Kind kind = Event::Kind::note) {
  Event event;
  event.kind = kind;
  event.text = text;
  return event;
}

// Texts of the events that came, safe to ask while they come.
class Heard {
 public:
  EventSink sink() {
    return [this](const Event& event) {
      const std::scoped_lock lock(mutex_);
      texts_.push_back(event.text);
      changed_.notify_all();
    };
  }
  void wait_for(const std::string& text) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return std::ranges::find(texts_, text) != texts_.end(); });
  }
  std::vector<std::string> texts() {
    const std::scoped_lock lock(mutex_);
    return texts_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> texts_;
};

TEST(Worker, DoesWhatIsPostedForLaterAtItsTimeAndInOrder) {
  Worker worker;
  std::promise<void> done;
  std::vector<int> order;
  const auto start = std::chrono::steady_clock::now();
  worker.post_at(start + Milliseconds(60), [&](Job&) {
    order.push_back(2);
    done.set_value();
  });
  worker.post_at(start + Milliseconds(20), [&](Job&) { order.push_back(1); });
  const auto now = worker.request<int>("", k_ignore, false, {}, [&](Job&) -> Result<int> {
    order.push_back(0);
    return 0;
  });
  EXPECT_TRUE(now);
  done.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
  EXPECT_GE(std::chrono::steady_clock::now() - start, Milliseconds(60));
}

TEST(Worker, EndsWithoutWaitingForWhatIsPostedForLater) {
  std::atomic<bool> ran = false;
  const auto start = std::chrono::steady_clock::now();
  {
    Worker worker;
    worker.post_at(start + Milliseconds(60'000), [&](Job&) { ran = true; });
  }
  EXPECT_FALSE(ran);
  EXPECT_LT(std::chrono::steady_clock::now() - start, Milliseconds(30'000));
}

TEST(Worker, GivesTheResultOfTheWork) {
  Worker worker;
  const auto good = worker.request<int>("", k_ignore, false, {}, [](Job&) -> Result<int> { return 7; });
  EXPECT_EQ(good, 7);
  const auto bad = worker.request<int>("", k_ignore, false, {}, [](Job&) -> Result<int> {
    return fail(ErrorCode::engine_down, "engine", "it does not run");
  });
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::engine_down);
}

TEST(Worker, DoesOneThingAtATimeInTheOrderInWhichItWasAsked) {
  Worker worker;
  Gate gate;
  Heard heard;
  std::atomic<int> running = 0;
  std::vector<int> order;  // only the worker's thread touches it
  auto first = std::async(std::launch::async, [&] {
    return worker.request<int>("", heard.sink(), false, {}, [&](Job& job) -> Result<int> {
      job.emit(note("first runs"));
      gate.pass(job.stop());
      order.push_back(0);
      return 0;
    });
  });
  heard.wait_for("first runs");
  for (int i = 1; i <= 5; ++i) {
    worker.post("job " + std::to_string(i), [&, i](Job&) {
      EXPECT_EQ(running++, 0);
      order.push_back(i);
      --running;
    });
  }
  gate.open();
  EXPECT_EQ(first.get(), 0);
  EXPECT_EQ(worker.request<int>("", k_ignore, false, {}, [](Job&) -> Result<int> { return 1; }), 1);
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5}));
}

TEST(Worker, DoesTheWorkOfOneKeyOnceForAllWhoAskAndTellsEachOfThemEverything) {
  Worker worker;
  Gate gate;
  std::atomic<int> runs = 0;
  const auto work = [&](Job& job) -> Result<int> {
    ++runs;
    job.emit(note("begins"));
    gate.pass(job.stop());
    job.emit(note("ends"));
    return 42;
  };
  std::vector<Heard> heard(6);
  std::vector<std::future<Result<int>>> waiting;
  for (auto& each : heard) {
    waiting.push_back(std::async(std::launch::async, [&worker, &each, work] {
      return worker.request<int>("ensure", each.sink(), false, {}, work);
    }));
  }
  for (auto& each : heard) each.wait_for("begins");  // also those who came late
  gate.open();
  for (auto& wait : waiting) EXPECT_EQ(wait.get(), 42);
  EXPECT_EQ(runs, 1);
  for (auto& each : heard) EXPECT_EQ(each.texts(), (std::vector<std::string>{"begins", "ends"}));
}

TEST(Worker, SharesNothingWithoutAKeyNorBetweenKeys) {
  Worker worker;
  Gate gate;
  std::atomic<int> runs = 0;
  const auto work = [&](Job& job) -> Result<int> {
    gate.pass(job.stop());
    return ++runs;
  };
  std::vector<std::future<Result<int>>> waiting;
  for (const std::string key : {"", "", "a", "b"}) {
    waiting.push_back(std::async(std::launch::async,
                                 [&worker, key, work] { return worker.request<int>(key, k_ignore, false, {}, work); }));
  }
  gate.open();
  std::set<int> results;
  for (auto& wait : waiting) results.insert(wait.get().value());
  EXPECT_EQ(results, (std::set<int>{1, 2, 3, 4}));
}

TEST(Worker, GoesOnWhenOneOfTwoLeavesAndStopsWhenTheLastLeaves) {
  Worker worker;
  Gate never;
  Heard first_heard;
  Heard second_heard;
  std::promise<bool> was_stopped;
  const auto work = [&](Job& job) -> Result<int> {
    job.emit(note("begins"));
    was_stopped.set_value(!never.pass(job.stop()));
    return 0;
  };
  std::stop_source first_leaves;
  std::stop_source second_leaves;
  auto first = std::async(std::launch::async, [&] {
    return worker.request<int>("ensure", first_heard.sink(), false, first_leaves.get_token(), work);
  });
  first_heard.wait_for("begins");
  auto second = std::async(std::launch::async, [&] {
    return worker.request<int>("ensure", second_heard.sink(), false, second_leaves.get_token(), work);
  });
  second_heard.wait_for("begins");

  first_leaves.request_stop();
  EXPECT_EQ(first.get().error().code, ErrorCode::cancelled);
  auto stopped = was_stopped.get_future();
  EXPECT_EQ(stopped.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  second_leaves.request_stop();
  EXPECT_EQ(second.get().error().code, ErrorCode::cancelled);
  EXPECT_TRUE(stopped.get());
}

TEST(Worker, DoesAfreshWhatIsAskedAgainWhileTheCancelledOneStillEnds) {
  Worker worker;
  Gate ends;
  Heard heard;
  std::stop_source leaves;
  auto first = std::async(std::launch::async, [&] {
    return worker.request<int>("ensure", heard.sink(), false, leaves.get_token(), [&](Job& job) -> Result<int> {
      job.emit(note("begins"));
      ends.pass({});  // it takes its time to heed the stop
      return 1;
    });
  });
  heard.wait_for("begins");
  leaves.request_stop();
  EXPECT_FALSE(first.get());
  auto second = std::async(std::launch::async, [&] {
    return worker.request<int>("ensure", k_ignore, false, {}, [](Job&) -> Result<int> { return 2; });
  });
  ends.open();
  EXPECT_EQ(second.get(), 2);
}

TEST(Worker, PutsQuestionsOnlyToThoseWhoCanAnswer) {
  Worker worker;
  Gate gate;
  Heard script;
  Heard person;
  std::promise<bool> could_ask_at_first;
  const auto work = [&](Job& job) -> Result<int> {
    could_ask_at_first.set_value(job.can_ask());
    job.emit(note("begins"));
    gate.pass(job.stop());
    EXPECT_TRUE(job.can_ask());
    job.emit(note("who are you?", Event::Kind::question));
    job.emit(note("that was answered", Event::Kind::answered));
    job.emit(note("ends"));
    return 0;
  };
  auto first = std::async(std::launch::async, [&] { return worker.request<int>("k", script.sink(), false, {}, work); });
  script.wait_for("begins");
  EXPECT_FALSE(could_ask_at_first.get_future().get());
  auto second = std::async(std::launch::async, [&] { return worker.request<int>("k", person.sink(), true, {}, work); });
  person.wait_for("begins");
  gate.open();
  EXPECT_TRUE(first.get() && second.get());
  EXPECT_EQ(script.texts(), (std::vector<std::string>{"begins", "ends"}));
  EXPECT_EQ(person.texts(), (std::vector<std::string>{"begins", "who are you?", "that was answered", "ends"}));
}

TEST(Worker, SaysWhichStepIsUnderWayWhileASharedJobRuns) {
  Worker worker;
  EXPECT_EQ(worker.busy_with(), std::nullopt);
  Gate gate;
  Heard heard;
  auto busy = std::async(std::launch::async, [&] {
    return worker.request<int>("ensure", heard.sink(), false, {}, [&](Job& job) -> Result<int> {
      EXPECT_EQ(job.current_step(), "");
      job.emit(note("pull image a:1", Event::Kind::started));
      job.emit(note("50 %", Event::Kind::progress));
      gate.pass(job.stop());
      return 0;
    });
  });
  heard.wait_for("50 %");
  EXPECT_EQ(worker.busy_with(), "pull image a:1");
  gate.open();
  EXPECT_TRUE(busy.get());
}

TEST(Worker, IsNotBusyWithAJobWhoseResultIsThere) {
  Worker worker;
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(worker.request<int>("ensure", k_ignore, false, {}, [](Job&) -> Result<int> { return 7; }));
    ASSERT_EQ(worker.busy_with(), std::nullopt) << i;
  }
}

TEST(Worker, PostsAJobOfOneKeyOnlyOnceWhileItWaits) {
  Worker worker;
  Gate gate;
  Heard heard;
  auto busy = std::async(std::launch::async, [&] {
    return worker.request<int>("", heard.sink(), false, {}, [&](Job& job) -> Result<int> {
      job.emit(note("begins"));
      gate.pass(job.stop());
      return 0;
    });
  });
  heard.wait_for("begins");
  std::atomic<int> runs = 0;
  for (int i = 0; i < 5; ++i) worker.post("link came back", [&](Job&) { ++runs; });
  gate.open();
  EXPECT_TRUE(busy.get());
  EXPECT_TRUE(worker.request<int>("", k_ignore, false, {}, [](Job&) -> Result<int> { return 0; }));
  EXPECT_EQ(runs, 1);
}

TEST(Worker, ThatClosesStopsWhatRunsAndWhatWaitsAndRefusesWhatComesLater) {
  Worker worker;
  Gate never;
  Heard heard;
  std::atomic<int> stopped = 0;
  const auto work = [&](Job& job) -> Result<int> {
    job.emit(note("begins"));
    stopped += never.pass(job.stop()) ? 0 : 1;
    return fail(ErrorCode::cancelled, "work", "it was stopped");
  };
  std::vector<std::future<Result<int>>> waiting;
  waiting.push_back(
      std::async(std::launch::async, [&] { return worker.request<int>("", heard.sink(), false, {}, work); }));
  heard.wait_for("begins");
  for (int i = 0; i < 3; ++i) {
    waiting.push_back(
        std::async(std::launch::async, [&] { return worker.request<int>("", k_ignore, false, {}, work); }));
  }
  worker.close();
  for (auto& wait : waiting) EXPECT_EQ(wait.get().error().code, ErrorCode::cancelled);
  EXPECT_GE(stopped, 1);
  worker.post("late", [&](Job&) { ADD_FAILURE() << "it ran after the end"; });
  EXPECT_EQ(worker.request<int>("", k_ignore, false, {}, work).error().code, ErrorCode::cancelled);
  worker.close();
}

TEST(Worker, StandsManyWhoComeAndLeaveAtOnce) {
  Worker worker;
  std::atomic<int> answered = 0;
  std::vector<std::jthread> people;
  std::latch begin(8);
  for (int person = 0; person < 8; ++person) {
    people.emplace_back([&, person] {
      begin.arrive_and_wait();
      for (int i = 0; i < 50; ++i) {
        std::stop_source leaves;
        std::jthread leaver;
        if ((i + person) % 3 == 0) leaver = std::jthread([&] { leaves.request_stop(); });
        const auto result = worker.request<int>(i % 2 == 0 ? "shared" : "", k_ignore, person % 2 == 0,
                                                leaves.get_token(), [](Job& job) -> Result<int> {
                                                  job.emit(note("step", Event::Kind::started));
                                                  return 1;
                                                });
        if (result || result.error().code == ErrorCode::cancelled) ++answered;
        static_cast<void>(worker.busy_with());
      }
    });
  }
  people.clear();
  EXPECT_EQ(answered, 400);
}

TEST(Worker, AJobThatThrowsIsAnErrorOfWhoAskedAndTheNextOneRuns) {
  Worker worker;
  const auto broken =
      worker.request<int>("", k_ignore, false, {}, [](Job&) -> Result<int> { throw std::runtime_error("a defect"); });
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::internal);
  EXPECT_NE(broken.error().cause.find("a defect"), std::string::npos);
  const auto odd = worker.request<int>("", k_ignore, false, {}, [](Job&) -> Result<int> { throw 7; });
  EXPECT_EQ(odd.error().code, ErrorCode::internal);
  worker.post("posted", [](Job&) { throw std::bad_alloc(); });
  EXPECT_EQ(worker.request<int>("", k_ignore, false, {}, [](Job&) -> Result<int> { return 1; }), 1);
}

TEST(Worker, AListenerThatThrowsHoldsUpNeitherTheWorkNorTheOthers) {
  Worker worker;
  const EventSink broken = [](const Event&) { throw std::runtime_error("its connection is gone"); };
  EXPECT_EQ(worker.request<int>("", broken, false, {},
                                [](Job& job) -> Result<int> {
                                  job.emit(note("step"));
                                  return 1;
                                }),
            1);
}

TEST(JobKey, TellsTwoConfigsApartByWhateverFieldTheyDifferIn) {
  config::Target config;
  config.name = "a";
  const JobKey key("running", config);
  using Change = void (*)(config::Target&);
  for (const Change change : std::initializer_list<Change>{
           [](config::Target& t) { t.ssh.match_owner = false; }, [](config::Target& t) { t.ssh.create = true; },
           [](config::Target& t) { t.ssh.env["A"] = "1"; }, [](config::Target& t) { t.post_create = {"true"}; },
           [](config::Target& t) { t.post_start = {"true"}; }, [](config::Target& t) { t.project.imports = {"torch"}; },
           [](config::Target& t) { t.container.build.emplace(); }, [](config::Target& t) { t.jupyter.emplace(); },
           [](config::Target& t) {
             t.forwards = {{1, 2}};
           },
           [](config::Target& t) { t.ide.backend_cache = true; }}) {
    config::Target other = config;
    change(other);
    EXPECT_FALSE(key == JobKey("running", other));
  }
  EXPECT_TRUE(key == JobKey("running", config));
  EXPECT_FALSE(key == JobKey("stopped", config));
}

}  // namespace
}  // namespace helper::ensure
