// Exchange is what has come of one command that runs on a server: its output between markers, bounded.
#pragma once

#include "base/command.hpp"
#include "base/process.hpp"
#include "ssh/markers.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace helper::ssh {

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
