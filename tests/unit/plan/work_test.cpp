#include "plan/work.hpp"

#include "plan/make_plan.hpp"
#include "unit/plan/sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace helper::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

JupyterKernel kernel(const std::string& state, const std::string& notebook) {
  return {"id", "python3", state, "", notebook, 1};
}

TEST(BusyText, NamesTheNotebooksOfBusyKernels) {
  EXPECT_EQ(busy_text({}), "");
  EXPECT_EQ(busy_text({{kernel("idle", "a.ipynb"), kernel("dead", "b.ipynb")}}), "");
  EXPECT_EQ(busy_text({{kernel("busy", "a.ipynb"), kernel("idle", "b.ipynb")}}), "1 kernel is busy: a.ipynb");
  EXPECT_EQ(busy_text({{kernel("busy", "train.ipynb"), kernel("busy", "eval.ipynb")}}),
            "2 kernels are busy: train.ipynb, eval.ipynb");
  EXPECT_EQ(busy_text({{kernel("busy", "")}}), "1 kernel is busy: a python3 kernel without a notebook");
}

TEST(BusyText, NamesAKernelOfWhichJupyterDoesNotKnowThatItIsIdle) {
  EXPECT_EQ(busy_text({{kernel("idle", "a.ipynb"), kernel("starting", "b.ipynb")}}),
            "1 kernel is busy: b.ipynb (starting)");
  EXPECT_EQ(busy_text({{kernel("busy", "a.ipynb"), kernel("restarting", "b.ipynb"), kernel("\x1b[2J", "c.ipynb")}}),
            "3 kernels are busy: a.ipynb, b.ipynb (restarting), c.ipynb (\\x1b[2J)");
}

TEST(BusyText, IsShortWhateverTheNamesAre) {
  JupyterWork work;
  for (int i = 0; i < 1000; ++i) work.kernels.push_back(kernel("busy", std::string(500, 'x')));
  EXPECT_THAT(busy_text(work), HasSubstr("1000 kernels are busy: "));
  EXPECT_THAT(busy_text(work), HasSubstr(" and 995 more"));
  EXPECT_LT(busy_text(work).size(), 450U);
}

TEST(LossesOf, SayWhatIsBusyAndWhatIsNotKnown) {
  EXPECT_THAT(losses_of(std::nullopt), IsEmpty());
  EXPECT_THAT(losses_of(JupyterWork{{kernel("idle", "a.ipynb")}}), IsEmpty());
  EXPECT_THAT(losses_of(JupyterWork{{kernel("busy", "a.ipynb")}}), ElementsAre("1 kernel is busy: a.ipynb"));
  EXPECT_THAT(losses_of(JupyterWork{{}, "it did not answer within 5 s"}),
              ElementsAre("it is not known whether kernels of Jupyter are busy: it did not answer within 5 s"));
}

class Ends : public testing::TestWithParam<Power> {};

TEST_P(Ends, WhatRunsInTheContainer) {
  const auto desired = test::desired(GetParam());
  auto observed = test::ready();
  observed.place.inside->traces = true;
  EXPECT_EQ(ends_work(test::plan_for(desired, observed), desired, observed), GetParam() != Power::running);
  observed.server.container->state = ContainerState::exited;
  observed.place.inside = std::nullopt;
  EXPECT_FALSE(ends_work(test::plan_for(desired, observed), desired, observed));
}

INSTANTIATE_TEST_SUITE_P(Every, Ends, testing::Values(Power::running, Power::stopped, Power::absent, Power::ejected),
                         [](const auto& of) { return to_text(of.param); });

TEST(JupyterDoor, LeadsToTheConfigsPortWithOurTokenOnly) {
  auto desired = test::desired();
  auto observed = test::ready();
  const auto door = jupyter_door(desired, observed);
  ASSERT_TRUE(door);
  EXPECT_EQ(door->token, std::string(64, 'a'));
  EXPECT_EQ(door->remote, observed.place.doors.at(8888));
  observed.place.inside->jupyter.ours_runs = false;
  EXPECT_EQ(jupyter_door(desired, observed)->token, "") << "what listens is not ours";
  observed.place.inside->jupyter.listening = false;
  EXPECT_FALSE(jupyter_door(desired, observed));
  observed = test::ready();
  desired.target.jupyter.reset();
  EXPECT_FALSE(jupyter_door(desired, observed)) << "the config names no Jupyter";
}

TEST(WorkQuestion, SaysWhatWouldEnd) {
  const JupyterWork work{{kernel("busy", "a.ipynb")}};
  const auto question = work_question(test::desired(Power::stopped), work);
  EXPECT_EQ(question.kind, Question::Kind::confirm);
  EXPECT_EQ(question.prompt, "Stop container centernet?");
  EXPECT_THAT(question.details, testing::Contains("1 kernel is busy: a.ipynb"));
  const auto error = work_error(test::desired(Power::stopped), work, {});
  EXPECT_EQ(error.code, ErrorCode::usage);
  EXPECT_THAT(error.cause, HasSubstr("1 kernel is busy: a.ipynb, and there is nobody to ask"));
  EXPECT_EQ(error.fix, "wait for that, or: helper stop centernet --yes");
  EXPECT_EQ(work_error(test::desired(Power::stopped), work, "restart").fix,
            "wait for that, or: helper restart centernet --yes");
}

}  // namespace
}  // namespace helper::plan
