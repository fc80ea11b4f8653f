#include "cli/render/render.hpp"

#include "base/text.hpp"
#include "unit/cli/golden.hpp"

#include <gtest/gtest.h>

namespace helper::cli {
namespace {

using test::golden;

const Style k_plain{.color = false, .live = false, .utf8 = true, .width = 80};
const Style k_ascii{};
const Style k_colour{.color = true, .live = true, .utf8 = true, .width = 80};

ide::Access access() {
  ide::Access i;
  i.target = i.ssh_name = "centernet";
  i.host = "127.0.0.1";
  i.port = 2222;
  i.user = "root";
  i.key_file = "/home/me/.ssh/id_ed25519";
  i.known_hosts = "/home/me/.local/share/helper/known_hosts";
  i.host_key_alias = "helper-centernet";
  i.python = "/opt/conda/envs/CenterNet/bin/python";
  i.python_version = "3.8.18";
  i.python_prefix = "/opt/conda/envs/CenterNet";
  i.project_local = "/home/me/my_project";
  i.project_remote = "/workspace/my_project";
  i.jupyter_port = 8888;
  i.jupyter_url = "http://127.0.0.1:8888/?token=0123456789abcdef";
  return i;
}

ensure::Report changed_report() {
  ensure::Report report;
  report.target = "centernet";
  report.state = "ready";
  report.changed = true;
  report.steps = {{"start container centernet", "it exited (code 137)", Milliseconds(700)},
                  {"start sshd", "nothing listens on port 22", Milliseconds(60)}};
  report.notes = {"GPU by --gpus all", "adopted a container that helper did not make"};
  report.elapsed = Milliseconds(1'240);
  report.settings = access();
  return report;
}

ensure::TargetStatus ready_status() {
  ensure::TargetStatus status;
  status.target = "centernet";
  status.config_file = "/home/me/my_project/helper.json";
  status.server = "gpu1";
  status.state = "ready";
  status.container = "centernet";
  status.container_state = "running";
  status.image = "centernet:1.2";
  status.gpus = {"GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d1c2f6e)",
                 "GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-77aa01bc)"};
  status.python = "/opt/conda/envs/CenterNet/bin/python";
  status.python_version = "3.8.18";
  status.jupyter_url = "http://127.0.0.1:8888/?token=0123456789abcdef";
  status.tunnels = {{"ssh", 2222, "127.0.0.1:49153 on gpu1", true, "", 2},
                    {"jupyter", 8888, "", false, "the link to gpu1 is down", 0}};
  return status;
}

ensure::TargetStatus broken_status() {
  ensure::TargetStatus status;
  status.target = "other";
  status.server = "local";
  status.state = "not ready";
  status.container = "other";
  status.container_state = "exited";
  status.would_do = {{"start container other", "it exited (code 1)", {}}, {"start sshd", "", {}}};
  status.problems = {
      {ErrorCode::port_busy, "port 2222", "it is held by ssh (pid 4711)", "kill 4711, or change ssh.local_port"}};
  status.notes = {"the container was not made by helper"};
  status.config_file = "/home/me/helper.json";
  return status;
}

TEST(RenderLine, SaysHowLongThenWhatAndWhy) {
  EXPECT_EQ(render_line(k_plain, Mark::done, "start container centernet", "it exited (code 137)", "0.7 s"),
            "✓   0.7 s  start container centernet: it exited (code 137)\n");
}

TEST(RenderLine, HasAsciiMarksWhereTheLocaleIsNotUtf8) {
  EXPECT_EQ(render_line(k_ascii, Mark::done, "a", "", ""), "+ a\n");
  EXPECT_EQ(render_line(k_ascii, Mark::failed, "a", "", ""), "x a\n");
  EXPECT_EQ(render_line(k_ascii, Mark::planned, "a", "", ""), "> a\n");
  EXPECT_EQ(render_line(k_ascii, Mark::note, "a", "", ""), "- a\n");
}

TEST(RenderLine, LosesNothingOfALongLine) {
  const std::string what(60, 'w');
  const std::string why(60, 'y');
  EXPECT_EQ(render_line(k_ascii, Mark::done, what, why, "1 ms"), "+    1 ms  " + what + ": " + why + "\n");
}

TEST(RenderLine, ColoursOnlyTheMarkAndTheCause) {
  EXPECT_EQ(render_line(k_colour, Mark::done, "a", "b", ""), "\x1b[32m✓\x1b[0m a\x1b[2m: b\x1b[0m\n");
}

TEST(RenderLine, MakesForeignTextSafe) {
  EXPECT_EQ(render_line(k_ascii, Mark::failed, "pull \x1b[2J", "", ""), "x pull \\x1b[2J\n");
}

TEST(RenderReport, SaysWhatIsReadyAndWhatToTypeNext) {
  EXPECT_EQ(render_report(k_plain, changed_report(), {"GPU by --gpus all"}), golden("ready.txt"));
}

TEST(RenderReport, IsOneLineWhenNothingChanged) {
  ensure::Report report = changed_report();
  report.changed = false;
  report.steps.clear();
  report.notes.clear();
  report.elapsed = Milliseconds(38);
  EXPECT_EQ(render_report(k_plain, report, {}), "centernet: ready, nothing to do (38 ms)\n");
}

TEST(RenderReport, NamesTheStateOfATargetThatWasStopped) {
  ensure::Report report;
  report.target = "centernet";
  report.state = "stopped";
  report.changed = true;
  report.steps = {{"stop container centernet", "asked for", Milliseconds(10'200)}};
  report.elapsed = Milliseconds(10'300);
  EXPECT_EQ(render_report(k_plain, report, {}), "centernet: stopped (1 step, 10 s)\n");
}

TEST(RenderReport, LeavesOutWhatATargetDoesNotHave) {
  ensure::Report report = changed_report();
  report.settings->jupyter_port = 0;
  report.settings->jupyter_url = "";
  report.settings->project_remote = "";
  const std::string text = render_report(k_plain, report, {});
  EXPECT_EQ(text.find("Jupyter"), std::string::npos);
  EXPECT_EQ(text.find("project"), std::string::npos);
}

TEST(RenderReport, MakesWhatTheContainerSaidOfItselfSafe) {
  ensure::Report report = changed_report();
  report.settings->python = "/bin/\x1b]0;owned\x07python";
  EXPECT_EQ(render_report(k_plain, report, {}).find('\x1b'), std::string::npos);
}

TEST(RenderStatus, ShowsTheKernelsOfJupyterAndWhichAreBusy) {
  const auto row = [](const plan::JupyterWork& work) {
    ensure::TargetStatus status;
    status.target = "centernet";
    status.jupyter_work = work;
    const std::string text = render_status(k_plain, {status});
    const auto at = text.find("  kernels     ");
    return at == std::string::npos ? text : text.substr(at + 14, text.find('\n', at) - at - 14);
  };
  const plan::JupyterKernel busy{"1", "python3", "busy", "", "train.ipynb", 1};
  const plan::JupyterKernel idle{"2", "python3", "idle", "", "look.ipynb", 1};
  EXPECT_EQ(row({{busy, idle}}), "1 kernel is busy: train.ipynb; 1 not busy");
  EXPECT_EQ(row({{busy}}), "1 kernel is busy: train.ipynb");
  EXPECT_EQ(row({{idle}}), "1 kernel, none is busy");
  EXPECT_EQ(row({}), "none");
  EXPECT_EQ(row({{}, "it did not answer within 5 s"}), "not known: it did not answer within 5 s");
}

TEST(RenderPlan, HasALineForEachStepAndTheProblemsBelow) {
  ensure::PlanReport plan;
  plan.target = "centernet";
  plan.steps = {{"open tunnel 2222 (ssh)", "the port is not open", {}},
                {"create container centernet", "did not exist", {}}};
  plan.problems = {{ErrorCode::image_missing, "image centernet:1.2", "it is not on gpu1", "docker pull centernet:1.2"}};
  plan.notes = {"GPU by --gpus all"};
  EXPECT_EQ(render_plan(k_plain, plan), golden("plan.txt"));
}

TEST(RenderPlan, SaysSoWhenThereIsNothingToDo) {
  ensure::PlanReport plan;
  plan.target = "centernet";
  EXPECT_EQ(render_plan(k_plain, plan), "centernet: nothing to do\n");
}

TEST(RenderStatus, ShowsEachTargetWithWhatIsKnown) {
  EXPECT_EQ(render_status(k_plain, {ready_status(), broken_status()}), golden("status.txt"));
}

TEST(RenderStatusLines, AreALineForEachTargetUnderAHeader) {
  EXPECT_EQ(render_status_lines(k_plain, {ready_status(), broken_status()}, 0), golden("status_lines.txt"));
  EXPECT_EQ(render_status_lines(k_plain, {}, 80), "");
}

TEST(RenderStatusLines, OfATargetThatLacksNothingHaveNoBlankAtTheEnd) {
  auto status = ready_status();
  status.tunnels[1].up = true;
  EXPECT_EQ(render_status_lines(k_plain, {status}, 80),
            "target     state  ssh   jupyter  container\n"
            "centernet  ready  2222  8888     centernet (running)\n");
}

TEST(RenderStatusLines, SayWhatIsWrongInShort) {
  const auto wrong = [](const ensure::TargetStatus& status) {
    const auto lines = split(render_status_lines(k_plain, {status}, 0), '\n');
    return std::string(lines.at(1).substr(lines.at(0).find("problem")));
  };
  auto status = broken_status();
  EXPECT_EQ(wrong(status), "port 2222 is held by ssh (pid 4711)");
  status.problems.clear();
  EXPECT_EQ(wrong(status), "to do: start container other and 1 more");
  status.would_do.clear();
  status.tunnels = {{"ssh", 2222, "", false, "the link is down", 0}};
  EXPECT_EQ(wrong(status), "tunnel ssh is down: the link is down");
  status.tunnels.clear();
  status.drifts = {{"container.shm_size", "recreate", "8g", "", "64m", ""}};
  EXPECT_EQ(wrong(status), "differs from the config: container.shm_size");
}

TEST(RenderStatusLines, FitATerminalAndShowNoForeignControlCharacter) {
  auto status = broken_status();
  status.problems[0].cause = "it is held by \x1b[2J" + std::string(100, 'x');
  const std::string text = render_status_lines(k_plain, {status}, 80);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  for (const auto& line : split(text, '\n')) EXPECT_LE(display_width(line), 80) << line;
}

TEST(RenderStatus, OfNoTargetIsEmpty) { EXPECT_EQ(render_status(k_plain, {}), ""); }

TEST(RenderError, WhatAProgramSaidStandsBelowTheSentenceLineByLine) {
  EXPECT_EQ(
      render_error(k_plain, {ErrorCode::image_missing, "image x",
                             "it failed; the last lines of the build follow\na\x1b[1m\nb", "fix it"}),
      "error: image x failed; the last lines of the build follow [image.missing]\n    | a\\x1b[1m\n    | b\n  fix: "
      "fix it\n");
}

TEST(RenderError, SaysThingCauseNameAndFix) {
  EXPECT_EQ(
      render_error(k_plain, {ErrorCode::engine_permission, "docker on gpu1", "the user ci may not use it",
                             "sudo usermod -aG docker ci"}),
      "error: docker on gpu1: the user ci may not use it [engine.permission]\n  fix: sudo usermod -aG docker ci\n");
}

TEST(RenderError, LeavesOutWhatIsNotThere) {
  EXPECT_EQ(render_error(k_plain, {ErrorCode::internal, "", "broken", ""}), "error: broken [internal]\n");
}

TEST(RenderError, StaysOnItsLinesWhateverTheCauseHolds) {
  EXPECT_EQ(render_error(k_plain, {ErrorCode::engine_failed, "docker", "line 1\nfix: rm -rf ~\x1b[A", ""}),
            "error: docker: line 1 [engine.failed]\n    | fix: rm -rf ~\\x1b[A\n");
}

}  // namespace
}  // namespace helper::cli
