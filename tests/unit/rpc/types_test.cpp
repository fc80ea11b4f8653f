#include "rpc/types.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace helper::rpc {
namespace {

ide::Access an_interpreter() {
  return {"centernet",
          "127.0.0.1",
          2222,
          "root",
          "/home/u/.ssh/id_ed25519",
          "/home/u/known_hosts",
          "helper-centernet",
          "/opt/conda/bin/python",
          "3.11.2",
          "/opt/conda",
          "conda environment CenterNet",
          "/home/u/p",
          "/workspace/p",
          8888};
}

const Error k_problem{ErrorCode::gpu_unavailable, "the engine", "it has no nvidia runtime",
                      "sudo apt-get install nvidia-container-toolkit"};

// Every field differs from its default, so that a field which is not mapped is seen.
ensure::TargetStatus a_status() {
  ensure::TargetStatus status{"centernet",
                              "/c/helper.json",
                              "gpu1",
                              "not ready",
                              "centernet",
                              "exited",
                              "img:1",
                              {"GPU 0"},
                              "/usr/bin/python3",
                              "3.11.2",
                              {{"ssh", 2222, "127.0.0.1:49153 on gpu1", true, "slow", 3}},
                              {{"start container centernet", "it exited (code 137)", Milliseconds(0)}},
                              {k_problem},
                              {"adopted"}};
  status.drifts = {{"container.shm_size", "recreate", "8g", "1g", "1073741824", "the config has changed"}};
  status.jupyter_url = "http://127.0.0.1:8888/?token=0";
  status.jupyter_work =
      plan::JupyterWork{{{"1", "python3", "busy", "2026-11-29T00:00:00Z", "train.ipynb", 2}}, "silent"};
  return status;
}

// The struct of one JSON makes the same JSON again, and no member of it is at its default.
void expect_round_trip(const Json& first, const Json& second) {
  EXPECT_EQ(first, second);
  for (const auto& [name, value] : first.items())
    EXPECT_FALSE(value.is_null() || value == "" || value == Json::array()) << name;
}

TEST(Types, CarryAnInterpreterThereAndBack) {
  const auto back = interpreter_from_json(to_json(an_interpreter()));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, an_interpreter());
}

TEST(Types, CarryAReportThereAndBackWithMillisecondsByName) {
  ensure::Report report;
  report.target = "centernet";
  report.state = "ready";
  report.changed = true;
  report.steps = {{"start container", "it exited", Milliseconds(1'234)}};
  report.problems = {k_problem};
  report.notes = {"note"};
  report.problems = {k_problem};
  report.rounds = 2;
  report.round_trips = 5;
  report.elapsed = Milliseconds(2'000);
  report.settings = an_interpreter();
  const Json json = to_json(report);
  EXPECT_EQ(json.at("elapsed_ms"), 2'000);
  EXPECT_EQ(json.at("steps").at(0).at("elapsed_ms"), 1'234);
  const auto back = report_from_json(json);
  ASSERT_TRUE(back);
  expect_round_trip(json, to_json(*back));
  EXPECT_TRUE(json.at("settings").at("gateway_link").get<std::string>().starts_with("jetbrains-gateway://connect#"));
  report.settings.reset();
  EXPECT_TRUE(to_json(report).at("settings").is_null());
  EXPECT_FALSE(report_from_json(to_json(report))->settings);
}

TEST(Types, CarryAPlanAStatusAndALogThereAndBack) {
  const Json plan = to_json(ensure::PlanReport{"centernet",
                                               {{"pull image", "it is missing", {}}},
                                               {k_problem},
                                               {"note"},
                                               a_status().drifts,
                                               {"1 kernel is busy: train.ipynb"}});
  expect_round_trip(plan, to_json(*plan_report_from_json(plan)));
  const Json status = to_json(a_status());
  expect_round_trip(status, to_json(*target_status_from_json(status)));
  EXPECT_EQ(target_status_from_json(status)->jupyter_work, a_status().jupyter_work);
  const Json statuses = to_json(std::vector{a_status(), a_status()});
  EXPECT_EQ(to_json(*statuses_from_json(statuses)), statuses);
  const Json copy = to_json(ensure::SnapshotReport{"centernet", "centernet:tuned", 12, {"note"}});
  expect_round_trip(copy, to_json(*snapshot_report_from_json(copy)));
  const Json lists = to_json(std::vector<ensure::ServerList>{
      {"gpu1", {{"centernet", "centernet", "running", "Up 2 hours", "img:1", "12MB", "alice on laptop"}}, std::nullopt},
      {"gpu2", {}, k_problem}});
  EXPECT_EQ(to_json(*lists_from_json(lists)), lists);
  const Json log = to_json(ensure::LogText{"centernet", "line\n"});
  expect_round_trip(log, to_json(*log_text_from_json(log)));
  const Json request = to_json(ensure::Request{"/c/helper.json", "centernet", "/tmp/agent", true,
                                               std::vector<std::string>{"A=b c"}, true, true, "/p", "alice"});
  expect_round_trip(request, to_json(*request_from_json(request)));
}

TEST(Types, CarryTheInterpretersAndTheGpusThereAndBack) {
  const Json pythons = to_json(ensure::PythonList{
      "centernet",
      "auto",
      "it has torch",
      {{"/v/bin/python", "3.11.2", "/v", "/usr", {"venv:.venv"}, {"torch 2.2.0"}, {"cv2"}, true, true}},
      {"note"},
      {"conda:zz"}});
  expect_round_trip(pythons, to_json(*python_list_from_json(pythons)));
  expect_round_trip(pythons.at("pythons").at(0), to_json(*python_list_from_json(pythons)).at("pythons").at(0));
  const Json gpus = to_json(
      ensure::GpuReport{"centernet",
                        "gpu1",
                        "/v/bin/python",
                        {{0, "H100", "GPU-a", 81559, 41234, 97, true, {{4711, "python", 41000, "alice", "centernet"}}}},
                        {{"driver on the server", "holds", "550.54.15"}},
                        {{"torch", "2.2.0", true, 2, "H100", Milliseconds(1'500)}},
                        {k_problem}});
  const Json back = to_json(*gpu_report_from_json(gpus));
  expect_round_trip(gpus, back);
  for (const char* list : {"gpus", "ladder", "frameworks"}) expect_round_trip(gpus.at(list).at(0), back.at(list).at(0));
  ensure::GpuReport divided;
  divided.gpus = {{1, "H100", "GPU-b", std::nullopt, std::nullopt, std::nullopt, false, {}}};
  EXPECT_TRUE(to_json(divided).at("gpus").at(0).at("utilisation_percent").is_null());
  EXPECT_FALSE(gpu_report_from_json(to_json(divided))->gpus.front().utilisation);
}

TEST(Types, CarryEveryKindOfEventThereAndBack) {
  using Kind = ensure::Event::Kind;
  for (const Kind kind : {Kind::connecting, Kind::started, Kind::progress, Kind::done, Kind::failed, Kind::note,
                          Kind::question, Kind::answered}) {
    for (const auto question : {Question::Kind::secret, Question::Kind::text, Question::Kind::confirm}) {
      const ensure::Event event{kind,
                                "centernet",
                                "text",
                                "cause",
                                Milliseconds(5),
                                "q-1",
                                {question, "Passphrase", {"SHA256:abc"}, {"yes", "no"}, Milliseconds(300'000)}};
      const auto back = event_from_json(to_json(event));
      ASSERT_TRUE(back);
      EXPECT_EQ(back->kind, kind);
      EXPECT_EQ(to_json(*back), to_json(event));
      if (kind == Kind::question) {
        EXPECT_EQ(back->question.kind, question);
        EXPECT_EQ(back->question.details, event.question.details);
        EXPECT_EQ(to_json(event).at("question").at("limit_ms"), 300'000);
      }
    }
  }
}

TEST(Types, TellWhatIsWatchedAndWhatAConfigNames) {
  const Json watched = to_json(ensure::WatchReport{7, a_status()});
  EXPECT_EQ(watched.at("revision"), 7);
  EXPECT_EQ(watched.at("status"), to_json(a_status()));
  const Json list = to_json(ensure::TargetList{"/c/helper.json", true, {{"centernet", "gpu1", "box"}}});
  EXPECT_EQ(list, Json::parse(R"({"config_file": "/c/helper.json", "own": true,
                                  "targets": [{"name": "centernet", "server": "gpu1", "container": "box"}]})"));
}

TEST(Types, IgnoreFieldsOfANewerVersion) {
  Json json = to_json(an_interpreter());
  json["color"] = "blue";
  EXPECT_TRUE(interpreter_from_json(json));
}

TEST(Types, NameThePathOfWhatIsMissingOrWrong) {
  Json json = to_json(a_status());
  json["tunnels"][0].erase("local_port");
  auto status = target_status_from_json(json);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::rpc_params);
  EXPECT_EQ(status.error().thing, "status.tunnels[0].local_port");
  EXPECT_EQ(status.error().cause, "it is missing");

  for (const Json& wrong : {Json(70'000), Json(-1), Json("22"), Json(2.5), Json(nullptr)}) {
    json["tunnels"][0]["local_port"] = wrong;
    status = target_status_from_json(json);
    ASSERT_FALSE(status) << wrong;
    EXPECT_EQ(status.error().thing, "status.tunnels[0].local_port");
    EXPECT_EQ(status.error().cause, "it is not a whole number from 0 to 65535");
  }
}

TEST(Types, RefuseAWrongTypeForEveryFieldOfARequest) {
  for (const char* name : {"config", "target", "agent_socket", "can_answer", "environment"}) {
    const auto request = request_from_json(Json{{name, Json::object()}});
    ASSERT_FALSE(request) << name;
    EXPECT_EQ(request.error().thing, std::string("params.") + name);
  }
  EXPECT_TRUE(request_from_json(Json{{"target", nullptr}}));
  EXPECT_FALSE(request_from_json(Json("text")));
}

TEST(Types, KnowThePowersByName) {
  EXPECT_EQ(power_from_text("absent").value(), plan::Power::absent);
  EXPECT_EQ(power_from_text("off").error().code, ErrorCode::rpc_params);
}

TEST(Types, ReadAnErrorOfANewerVersionAsInternal) {
  EXPECT_EQ(error_from_json(Json{{"name", "quantum.failed"}, {"thing", "t"}, {"cause", "c"}}, "e").value(),
            (Error{ErrorCode::internal, "t", "c", ""}));
}

TEST(Types, CarryWhatWasDoneToSettingsThereAndBack) {
  settings::Report report;
  report.target = "centernet";
  report.dry_run = true;
  report.ides = {{"PyCharm2026.1", "/c/PyCharm2026.1", true, true, 4711}};
  report.files = {{"PyCharm2026.1", "/c/f.xml", settings::outcome::k_left, "--- a\n+++ b\n", k_problem}};
  report.notes = {"note"};
  const auto back = settings_report_from_json(to_json(report));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, report);
}

TEST(Types, CarryWhatIsAskedOfSettings) {
  const ensure::SettingsOptions options{"PyCharm", "/p", "train.py", false, true, true};
  const auto back = settings_options_from_json(to_json(options));
  ASSERT_TRUE(back);
  EXPECT_EQ(to_json(*back), to_json(options));
  const auto defaults = settings_options_from_json(Json::object());
  ASSERT_TRUE(defaults);
  EXPECT_TRUE(defaults->ssh_config);
  EXPECT_FALSE(defaults->now || defaults->dry_run);
}

}  // namespace
}  // namespace helper::rpc
