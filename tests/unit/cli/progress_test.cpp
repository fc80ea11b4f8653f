#include "cli/render/progress.hpp"

#include <gtest/gtest.h>

namespace helper::cli {
namespace {

using Kind = ensure::Event::Kind;

const Style k_live{.color = true, .live = true, .utf8 = true, .width = 60};
const Style k_plain{.color = false, .live = false, .utf8 = true, .width = 80};
constexpr const char* k_clear = "\r\x1b[K";

SteadyTime at(int ms) { return SteadyTime{} + Milliseconds(ms); }

ensure::Event event(Kind kind, std::string text, std::string cause = {}, int elapsed_ms = 0) {
  ensure::Event e;
  e.kind = kind;
  e.text = std::move(text);
  e.cause = std::move(cause);
  e.elapsed = Milliseconds(elapsed_ms);
  return e;
}

TEST(Progress, ShowsTheRunningStepOnOneLiveLine) {
  Progress progress(k_live);
  EXPECT_EQ(progress.on(event(Kind::started, "pull image x", "it is not there"), at(0)),
            std::string(k_clear) + "… pull image x  it is not there  0 ms");
  EXPECT_EQ(progress.on(event(Kind::progress, "layer 3 of 5"), at(2'000)),
            std::string(k_clear) + "… pull image x  layer 3 of 5  2.0 s");
  EXPECT_EQ(progress.tick(at(12'000)), std::string(k_clear) + "… pull image x  layer 3 of 5  12 s");
}

TEST(Progress, ReplacesTheLiveLineByALastingOne) {
  Progress progress({.color = false, .live = true, .utf8 = true, .width = 60});
  (void)progress.on(event(Kind::started, "a", "b"), at(0));
  EXPECT_EQ(progress.on(event(Kind::done, "a", "b", 700), at(700)), std::string(k_clear) + "✓   0.7 s  a: b\n");
  EXPECT_EQ(progress.tick(at(900)), "") << "nothing runs any more";
}

TEST(Progress, ACommandOfTheServerIsALastingLineAndTheStepGoesOn) {
  Progress progress({.color = false, .live = true, .utf8 = true, .width = 60});
  (void)progress.on(event(Kind::started, "a", "b"), at(0));
  EXPECT_EQ(progress.on(event(Kind::command, "gpu1: docker start web", "", 312), at(400)),
            std::string(k_clear) + "  gpu1: docker start web  0.3 s\n" + k_clear + "\u2026 a  b  0.4 s");
  Progress plain(k_plain);
  EXPECT_EQ(plain.on(event(Kind::command, "gpu1: docker \x1b[2J", "exit status 1", 40), at(0)).find('\x1b'),
            std::string::npos);
  EXPECT_EQ(plain.on(event(Kind::command, "gpu1: docker rm web", "exit status 1", 40), at(0)),
            "  gpu1: docker rm web  exit status 1, 40 ms\n");
}

TEST(Progress, NeverFillsTheLineToItsLastColumn) {
  Progress progress({.color = false, .live = true, .utf8 = false, .width = 30});
  const std::string line = progress.on(event(Kind::started, std::string(100, 'x'), std::string(100, 'y')), at(0));
  EXPECT_EQ(line.size() - std::string(k_clear).size(), 29u);
}

TEST(Progress, WritesLastingLinesOnlyWithoutATerminal) {
  Progress progress(k_plain);
  EXPECT_EQ(progress.on(event(Kind::connecting, "gpu1"), at(0)), "");
  EXPECT_EQ(progress.on(event(Kind::started, "a", "b"), at(0)), "");
  EXPECT_EQ(progress.on(event(Kind::progress, "c"), at(0)), "");
  EXPECT_EQ(progress.tick(at(1'000)), "");
  EXPECT_EQ(progress.on(event(Kind::failed, "a", "no", 5), at(0)), "");
  EXPECT_EQ(progress.end(), "✗    5 ms  a: no\n");
  EXPECT_EQ(progress.end(), "");
  EXPECT_EQ(progress.hide(), "");
}

TEST(Progress, TellsTheCauseOfAFailureOnce) {
  Progress progress(k_plain);
  (void)progress.on(event(Kind::failed, "build image x", "make failed\nline 1", 5), at(0));
  EXPECT_EQ(progress.end("make failed\nline 1"), "✗    5 ms  build image x\n") << "the error below it has the cause";
  (void)progress.on(event(Kind::failed, "start a", "no such device", 5), at(0));
  EXPECT_EQ(progress.on(event(Kind::done, "start b", "", 5), at(0)).find("✗    5 ms  start a: no such device\n"), 0U)
      << "the request went on";
  (void)progress.on(event(Kind::failed, "start c", "no such device", 5), at(0));
  EXPECT_EQ(progress.end("the server cannot be reached"), "✗    5 ms  start c: no such device\n");
}

TEST(Progress, TellsANoteOnce) {
  Progress progress(k_plain);
  EXPECT_EQ(progress.on(event(Kind::note, "adopted"), at(0)), "note: adopted\n");
  EXPECT_EQ(progress.on(event(Kind::note, "adopted"), at(0)), "");
  EXPECT_TRUE(progress.told_notes().contains("adopted"));
}

TEST(Progress, BringsTheLiveLineBackAfterANote) {
  Progress progress({.color = false, .live = true, .utf8 = true, .width = 60});
  (void)progress.on(event(Kind::connecting, "gpu1"), at(0));
  EXPECT_EQ(progress.on(event(Kind::note, "n"), at(40)),
            std::string(k_clear) + "note: n\n" + k_clear + "… connect to gpu1  40 ms");
  EXPECT_EQ(progress.hide(), k_clear) << "else what is written next is written behind it";
}

TEST(Progress, ClearsTheLineBeforeAQuestion) {
  Progress progress(k_live);
  (void)progress.on(event(Kind::connecting, "gpu1"), at(0));
  EXPECT_EQ(progress.on(event(Kind::question, ""), at(0)), k_clear);
  EXPECT_EQ(progress.hide(), "") << "it is hidden already";
}

TEST(Progress, MakesWhatTheServerSentSafe) {
  Progress progress(k_plain);
  EXPECT_EQ(progress.on(event(Kind::note, "a\x1b[31m\nb"), at(0)), "note: a\\x1b[31m\\x0ab\n");
}

}  // namespace
}  // namespace helper::cli
