#include "base/process/pipe_outcome.hpp"

#include "base/text.hpp"

namespace helper {

namespace {

// The largest 128 + n that a shell gives: Linux has 64 signals. sshd -i ends with 255 after any connection.
constexpr int k_last_signal_status = 128 + 64;

}  // namespace

PipeOutcome pipe_outcome(const std::string& name, std::optional<int> exit_status, bool spoke,
                         const std::string& last_line) {
  if (exit_status == 0) return {};
  const bool killed = !exit_status || (*exit_status > 128 && *exit_status <= k_last_signal_status);
  if (spoke && !killed) return {};
  std::string why = name + ": ";
  if (!last_line.empty()) {
    why += last_line;
  } else if (!exit_status) {
    why += "the command ended, and its exit status is not known";
  } else if (killed) {
    why += "the command was ended by signal " + std::to_string(*exit_status - 128);
  } else {
    why += "the command failed with exit status " + std::to_string(*exit_status);
  }
  return {spoke ? PipeOutcome::Kind::broken : PipeOutcome::Kind::refused, std::move(why)};
}

namespace {

constexpr std::size_t k_kept = 2048;
constexpr std::size_t k_shown = 300;

}  // namespace

void LastWords::take(std::string_view piece) {
  text_ += piece;
  if (text_.size() > k_kept) text_.erase(0, text_.size() - k_kept);
}

std::string LastWords::line() const {
  constexpr std::string_view k_blank = " \t\r\n";
  std::string_view text = text_;
  const auto end = text.find_last_not_of(k_blank);
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  const auto newline = text.find_last_of("\r\n");
  if (newline != std::string_view::npos) text.remove_prefix(newline + 1);
  return printable(text.substr(text.find_first_not_of(k_blank)), k_shown);
}

}  // namespace helper
