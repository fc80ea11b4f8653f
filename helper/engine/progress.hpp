// What a pull or a build prints, made into lines that are worth showing, no more of them than a person can read.
#pragma once

#include "base/command.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace helper::engine {

// Pieces of output in, whole lines out; a carriage return ends a line too.
class Lines {
 public:
  using Sink = std::function<void(const std::string& line)>;
  explicit Lines(Sink sink) : sink_(std::move(sink)) {}
  void take(std::string_view piece);

 private:
  Sink sink_;
  std::string begun_;
};

// `docker pull` without a terminal: "LAYER: State" lines become "3 of 7 layers".
class PullProgress {
 public:
  explicit PullProgress(const OutputSink& on_progress);
  void take(std::string_view piece) { lines_.take(piece); }

 private:
  void line(const std::string& text);

  const OutputSink& on_progress_;
  std::map<std::string, bool> layers_;  // complete or not
  std::string told_;
  Lines lines_;
};

// `docker build`, by its old builder or by BuildKit: a line that begins a step is always shown, of all others a few a
// second.
class BuildProgress {
 public:
  explicit BuildProgress(const OutputSink& on_progress);
  void take(std::string_view piece) { lines_.take(piece); }

 private:
  void line(const std::string& text);

  const OutputSink& on_progress_;
  std::chrono::steady_clock::time_point next_;
  Lines lines_;
};

}  // namespace helper::engine
