// How a command is sent to a shell of a server, and how its output is found again: the starter, the markers around the
// output, and the Exchange that collects what is between them.
#pragma once

#include "base/command.hpp"
#include "base/process/process.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace helper::ssh {

// MarkerSplitter finds one command's output in the endless stream of a shell that stays open: what is between a
// begin marker and an end marker, both made of a number nobody can guess. Pure.
class MarkerSplitter {
 public:
  // The stream reads: noise, `begin`, a heading, a newline, the output, `end`, a trailer, a newline.
  MarkerSplitter(std::string begin, std::string end) : begin_(std::move(begin)), end_(std::move(end)) {}

  // Takes the next piece of the stream; gives the output in it. No byte of a marker is ever returned, however the
  // pieces are cut; bytes that may turn out to be a marker are held until that is known.
  [[nodiscard]] std::string feed(std::string_view piece);
  // What was held back, once the stream has ended without the end marker.
  [[nodiscard]] std::string flush();

  [[nodiscard]] bool begun() const { return place_ != Place::before && place_ != Place::heading; }
  [[nodiscard]] bool done() const { return place_ == Place::after; }
  // What is between the begin marker and its newline; complete once begun().
  [[nodiscard]] const std::string& heading() const { return heading_; }
  // What is between the end marker and its newline; complete once done().
  [[nodiscard]] const std::string& trailer() const { return trailer_; }

 private:
  enum class Place { before, heading, inside, trailer, after };
  bool take_line(std::string& line);
  std::string begin_;
  std::string end_;
  std::string held_;
  std::string heading_;
  std::string trailer_;
  Place place_ = Place::before;
};

// A fresh unguessable number, as 32 hexadecimal digits.
[[nodiscard]] std::string random_nonce();

// A Starter is how one script is run on an exec channel of its own, whatever the login shell there is and prints when
// it starts: a fixed command that says a marker on both output streams, reads one line, and runs it. What follows that
// line on standard input, any bytes, is the script's. Pure.
struct Starter {
  std::string marker;  // standard output: noise, marker, " PID", newline, the script's; standard error the same, no PID
  std::string exec;    // for the exec request; PID is its process group too, since sshd makes it a session's leader
  std::string line;    // the first bytes of standard input
};

// `script` has no NUL byte. `nonce` is random_nonce().
[[nodiscard]] Starter starter(std::string_view script, const std::string& nonce);

// The result of one command that runs on a server: its output between markers, limited in size.
struct Exchange {
  MarkerSplitter out;
  MarkerSplitter err;
  const OutputSink& sink;
  CommandOutput output{};
  KeepOutput keep_output = KeepOutput::all;
  bool too_much = false;  // it printed more than k_max_command_output

  void take(bool is_err, std::string_view piece) { keep(is_err, (is_err ? err : out).feed(piece)); }
  void flush() {
    keep(false, out.flush());
    keep(true, err.flush());
  }

 private:
  void keep(bool is_err, const std::string& text) {
    if (text.empty() || too_much) return;
    std::string& kept = is_err ? output.err : output.out;
    if (keep_output == KeepOutput::beginning) {
      kept += text.substr(0, k_kept_beginning - std::min(k_kept_beginning, kept.size()));
      if (sink) sink(text);
      return;
    }
    if (kept.size() + text.size() > k_max_command_output) {
      too_much = true;
      return;
    }
    kept += text;
    if (sink) sink(text);
  }
};

}  // namespace helper::ssh
