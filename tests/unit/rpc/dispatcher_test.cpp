#include "rpc/dispatcher.hpp"

#include "rpc/bind_service.hpp"
#include "rpc/methods.hpp"
#include "support/fake_service.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace helper::rpc {
namespace {

using helper::test::FakeService;

bool wait_until(const std::function<bool()>& condition) {
  for (int i = 0; i < 2'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

// Keeps what a call sends while it runs.
struct Listener {
  std::mutex mutex;
  std::vector<Json> messages;
  std::shared_ptr<std::atomic<bool>> gone = std::make_shared<std::atomic<bool>>(false);

  Caller caller() {
    return {[this](const Json& message) {
              const std::lock_guard lock(mutex);
              messages.push_back(message);
            },
            gone};
  }
  std::size_t count() {
    const std::lock_guard lock(mutex);
    return messages.size();
  }
};

class DispatcherTest : public ::testing::Test {
 protected:
  Json ask(const std::string& request, const Caller& caller = {}) {
    return dispatcher_.answer(parse_incoming(request), caller).value_or(Json("nothing"));
  }
  static std::string call(const std::string& id, const std::string& method, const std::string& params = "{}") {
    return R"({"jsonrpc":"2.0","id":")" + id + R"(","method":")" + method + R"(","params":)" + params + "}";
  }

  FakeService service_;
  int shutdowns_ = 0;
  Dispatcher dispatcher_{bind_service(service_), [this] { ++shutdowns_; }};
};

TEST_F(DispatcherTest, CarriesEachMethodToItsFunctionOfTheService) {
  for (const std::string method :
       {"ensure", "stop", "remove", "restart", "plan", "status", "watch", "logs", "settings", "pythons", "gpu"}) {
    EXPECT_TRUE(ask(call("1", method, R"({"target":"t"})")).contains("result")) << method;
  }
  EXPECT_EQ(service_.seen(),
            (std::vector<std::string>{"running t", "stopped t", "absent t", "restart t", "running t", "plan running t",
                                      "status t", "watch 0 t", "logs 100 t", "settings t", "pythons t", "gpu t"}));
}

TEST_F(DispatcherTest, HandsOnPowerAndLines) {
  ask(call("1", "plan", R"({"target":"t","power":"absent"})"));
  ask(call("1", "logs", R"({"target":"t","lines":5})"));
  ask(call("1", "gpu", R"({"target":"t","check":true})"));
  ask(call("1", "watch", R"({"target":"t","revision":7})"));
  EXPECT_EQ(ask(call("1", "targets", R"({"folder":"/p"})"))["result"]["config_file"], "/p/helper.json");
  EXPECT_EQ(service_.seen(),
            (std::vector<std::string>{"plan absent t", "logs 5 t", "gpu checked t", "watch 7 t", "targets of /p "}));
  EXPECT_EQ(ask(call("1", "watch", R"({"revision":-1})"))["error"]["data"]["thing"], "params.revision");
  EXPECT_EQ(ask(call("1", "targets", R"({"folder":"p"})"))["error"]["data"]["thing"], "params.folder");
  for (const std::string params :
       {R"({"lines":0})", R"({"lines":100001})", R"({"lines":18446744073709551615})", R"({"lines":"5"})"}) {
    EXPECT_EQ(ask(call("1", "logs", params))["error"]["code"], -32602) << params;
  }
  EXPECT_EQ(ask(call("1", "logs", R"({"follow":true})"))["error"]["data"]["thing"], "params.follow");
  EXPECT_EQ(ask(call("1", "plan", R"({"power":"off"})"))["error"]["code"], -32602);
  EXPECT_EQ(ask(call("1", "ensure", R"({"config":"helper.json"})"))["error"]["data"]["thing"], "params.config");
}

TEST_F(DispatcherTest, GivesTheServicesErrorWithItsNameAndItsFix) {
  const Json error = ask(call("1", "ensure", R"({"target":"fails"})"))["error"];
  EXPECT_EQ(error["code"], 501);
  EXPECT_EQ(error["data"]["name"], "engine.permission");
  EXPECT_EQ(error["data"]["fix"], "sudo usermod -aG docker $USER");
}

TEST_F(DispatcherTest, AnswersANotificationWithNothingButDoesIt) {
  EXPECT_EQ(ask(R"({"jsonrpc":"2.0","method":"stop","params":{"target":"t"}})"), "nothing");
  EXPECT_EQ(service_.seen(), (std::vector<std::string>{"stopped t"}));
}

TEST_F(DispatcherTest, SendsEventsUnderTheIdOfTheirRequest) {
  Listener listener;
  ask(call("a-1", "ensure", R"({"target":"t"})"), listener.caller());
  ASSERT_EQ(listener.messages.size(), 1u);
  EXPECT_EQ(listener.messages[0]["params"]["request"], "a-1");
  EXPECT_EQ(listener.messages[0]["params"]["text"], "start container t");
}

TEST_F(DispatcherTest, CancelsEveryCallInFlightOfThatIdAndNoOther) {
  Json first;
  Json other;
  std::jthread one([&] { first = ask(call("a-1", "ensure", R"({"target":"slow"})")); });
  std::jthread two([&] { other = ask(call("a-2", "ensure", R"({"target":"slow"})")); });
  ASSERT_TRUE(wait_until([&] { return service_.seen().size() == 2; }));
  EXPECT_EQ(ask(call("c", "cancel", R"({"request":"nobody"})"))["result"]["cancelled"], 0);
  EXPECT_EQ(ask(call("c", "cancel", R"({"request":"a-1"})"))["result"]["cancelled"], 1);
  one.join();
  EXPECT_EQ(first["error"]["data"]["name"], "cancelled");
  EXPECT_TRUE(other.is_null());
  dispatcher_.stop_all();
  two.join();
  EXPECT_EQ(other["error"]["data"]["name"], "cancelled");
}

TEST_F(DispatcherTest, StartsNothingLongAfterItWasStopped) {
  dispatcher_.stop_all();
  const auto error = ask(call("1", "ensure", R"({"target":"slow"})"))["error"]["data"];
  EXPECT_EQ(error["name"], "daemon.unreachable");
  EXPECT_EQ(error["cause"], "it is ending");
  EXPECT_TRUE(service_.seen().empty());
}

TEST_F(DispatcherTest, PutsAQuestionToACallerWhoListensAndHandsTheAnswerOn) {
  Listener listener;
  Json answer;
  std::jthread asking(
      [&] { answer = ask(call("a", "ensure", R"({"target":"asks","can_answer":true})"), listener.caller()); });
  ASSERT_TRUE(wait_until([&] { return listener.count() == 2; }));
  EXPECT_FALSE(dispatcher_.let_go_of_the_gone());  // its caller is there: nothing happens
  EXPECT_EQ(ask(call("b", "answer", R"({"question":"q-1","value":"yes"})"))["result"]["accepted"], true);
  asking.join();
  EXPECT_EQ(answer["result"]["state"], "yes");
}

TEST_F(DispatcherTest, AsksNobodyWhoReadsNoEvents) {
  EXPECT_EQ(ask(call("a", "ensure", R"({"target":"asks","can_answer":true})"))["error"]["data"]["name"], "not_ready");
}

TEST_F(DispatcherTest, RefusesTheQuestionOfACallerWhoHasGone) {
  Listener listener;
  std::jthread asking([&] { ask(call("a", "ensure", R"({"target":"asks","can_answer":true})"), listener.caller()); });
  ASSERT_TRUE(wait_until([&] { return listener.count() == 2; }));
  *listener.gone = true;
  EXPECT_TRUE(dispatcher_.let_go_of_the_gone());
  asking.join();
  EXPECT_EQ(service_.answer_to("q-1"), "no");
}

TEST_F(DispatcherTest, LeavesAQuestionToTheOtherCallerWhoIsStillThere) {
  Listener one;
  Listener two;
  const std::string request = call("a", "ensure", R"({"target":"asks","can_answer":true})");
  std::jthread first([&] { ask(request, one.caller()); });
  std::jthread second([&] { ask(request, two.caller()); });
  ASSERT_TRUE(wait_until([&] { return one.count() == 2 && two.count() == 2; }));
  *one.gone = true;
  EXPECT_TRUE(dispatcher_.let_go_of_the_gone());
  EXPECT_FALSE(service_.answer_to("q-1"));
  *two.gone = true;
  EXPECT_TRUE(dispatcher_.let_go_of_the_gone());
  first.join();
  second.join();
  EXPECT_EQ(service_.answer_to("q-1"), "no");
}

TEST_F(DispatcherTest, KnowsHowLongAMessageMayTake) {
  const auto pace = [](const std::string& message) { return Dispatcher::pace(parse_incoming(message)); };
  EXPECT_EQ(pace(call("1", "version")), Pace::instant);
  EXPECT_EQ(pace("garbage"), Pace::instant);
  EXPECT_EQ(pace(call("1", "no_such_method")), Pace::instant);
  EXPECT_EQ(pace("[" + call("1", "version") + "," + call("2", "version") + "]"), Pace::quick);
  EXPECT_EQ(pace(call("1", "cancel", R"({"request":"x"})")), Pace::quick);
  EXPECT_EQ(pace("[" + call("1", "version") + "," + call("2", "ensure") + "]"), Pace::work);
  EXPECT_EQ(pace(call("1", "logs", R"({"follow":false})")), Pace::work);
  EXPECT_EQ(pace(call("1", "logs", "[true]")), Pace::work);
  EXPECT_EQ(pace(call("1", "logs", R"({"follow":true})")), Pace::watch);
  EXPECT_EQ(pace("[" + call("1", "ensure") + "," + call("2", "watch") + "]"), Pace::watch);
}

TEST_F(DispatcherTest, StopsTheCallOfACallerWhoHasGoneUnlessItsWorkIsKept) {
  Handlers handlers;
  std::atomic<int> entered = 0;
  for (const char* method : {"status", "ensure"}) {
    handlers[method] = [&entered](const Json&, const CallContext& context) -> Result<Json> {
      ++entered;
      std::mutex mutex;
      std::unique_lock lock(mutex);
      const bool stopped = !std::condition_variable_any().wait_for(lock, context.stop, std::chrono::milliseconds(300),
                                                                   [] { return false; }) &&
                           context.stop.stop_requested();
      return Json(stopped ? "stopped" : "went on");
    };
  }
  Dispatcher dispatcher(std::move(handlers), [] {});
  const auto end_of = [&](const char* method) {
    auto gone = std::make_shared<std::atomic<bool>>(false);
    Caller caller;
    caller.gone = gone;
    Json answer;
    const int before = entered;
    {
      std::jthread calling([&] { answer = *dispatcher.answer(parse_incoming(call("1", method)), caller); });
      EXPECT_TRUE(wait_until([&] { return entered > before; }));
      *gone = true;
      EXPECT_TRUE(wait_until([&] { return dispatcher.let_go_of_the_gone(); }));
    }
    return answer["result"].get<std::string>();
  };
  EXPECT_EQ(end_of("status"), "stopped");
  EXPECT_EQ(end_of("ensure"), "went on");
  EXPECT_FALSE(dispatcher.let_go_of_the_gone());
}

TEST_F(DispatcherTest, TellsItsVersionAndEndsWhenAsked) {
  EXPECT_EQ(ask(call("1", "version"))["result"]["version"], HELPER_VERSION);
  EXPECT_EQ(ask(call("1", "version"))["result"]["api"], k_api);
  EXPECT_EQ(ask(call("1", "shutdown"))["result"]["stopping"], true);
  EXPECT_EQ(shutdowns_, 1);
  for (const char* method : {"version", "methods"}) {
    EXPECT_EQ(ask(call("1", method))["error"]["data"]["cause"], "it is ending") << method << " would be taken for ours";
  }
  EXPECT_EQ(ask(call("1", "cancel", R"({"request":"nobody"})"))["result"]["cancelled"], 0);
  EXPECT_EQ(ask(call("1", "shutdown"))["result"]["stopping"], true);
  EXPECT_EQ(ask(call("1", "nonsense"))["error"]["code"], -32601);
}

TEST_F(DispatcherTest, DoesNotEndWhileItIsUsedWhereThatIsAsked) {
  std::vector<ensure::Carried> carried{{"dev", 2222, 2}};
  dispatcher_.set_carried([&] { return carried; });
  const Json answer = ask(call("1", "shutdown", R"({"unless_used":true})"))["result"];
  EXPECT_EQ(answer["stopping"], false);
  EXPECT_EQ(answer["carries"], Json::parse(R"([{"target":"dev","local_port":2222,"connections":2}])"));
  EXPECT_EQ(answer["requests"], 0);
  EXPECT_EQ(shutdowns_, 0);
  EXPECT_TRUE(ask(call("1", "version")).contains("result")) << "it goes on";
  carried.clear();
  {
    Json ensured;
    const auto seen = service_.seen().size();
    std::jthread calling([&] { ensured = ask(call("e", "ensure", R"({"target":"slow"})")); });
    ASSERT_TRUE(wait_until([&] { return service_.seen().size() > seen; }));
    const Json busy = ask(call("1", "shutdown", R"({"unless_used":true})"))["result"];
    EXPECT_EQ(busy["stopping"], false);
    EXPECT_EQ(busy["requests"], 1);
    ask(call("2", "cancel", R"({"request":"e"})"));
  }
  EXPECT_EQ(ask(call("1", "shutdown", R"({"unless_used":true})"))["result"]["stopping"], true);
  EXPECT_EQ(shutdowns_, 1);
}

TEST_F(DispatcherTest, EndsWhateverItCarriesWhereNothingElseIsAsked) {
  dispatcher_.set_carried([] { return std::vector<ensure::Carried>{{"dev", 2222, 2}}; });
  const Json answer = ask(call("1", "shutdown"))["result"];
  EXPECT_EQ(answer["stopping"], true);
  EXPECT_EQ(answer["carries"].size(), 1U);
  EXPECT_EQ(shutdowns_, 1);
  EXPECT_EQ(ask(call("1", "shutdown", R"({"unless_used":true})"))["result"]["stopping"], true) << "it ends already";
}

TEST(Dispatcher, TurnsAThrowingHandlerIntoAnInternalError) {
  Handlers handlers;
  handlers["status"] = [](const Json& params, const CallContext&) -> Result<Json> { return params.at("absent"); };
  Dispatcher dispatcher(std::move(handlers), [] {});
  const auto answer = dispatcher.answer(parse_incoming(R"({"jsonrpc":"2.0","id":1,"method":"status"})"), {});
  EXPECT_EQ((*answer)["error"]["code"], -32603);
}

}  // namespace
}  // namespace helper::rpc
