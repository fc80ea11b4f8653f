#include "cli/render/progress.hpp"

#include "base/text.hpp"
#include "cli/render/render.hpp"
#include "cli/render/text.hpp"

#include <fmt/format.h>

namespace helper::cli {
namespace {

// ECMA-48: carriage return, then erase to the end of the line.
constexpr std::string_view k_clear_line = "\r\x1b[K";

}  // namespace

std::string Progress::on(const ensure::Event& event, SteadyTime now) {
  // One after the other: both change whether the line is up, and the operands of + have no order.
  std::string text = end();
  text += shown(event, now);
  return text;
}

std::string Progress::end(std::string_view told) {
  if (!failed_) return {};
  const ensure::Event event = std::move(*failed_);
  failed_.reset();
  // The lines below the first are shown with the error.
  const auto cause = std::string_view(event.cause).substr(0, event.cause.find('\n'));
  const bool is_told = !told.empty() && told.starts_with(cause);
  return hide() + prefix_ +
         render_line(style_, Mark::failed, event.text, is_told ? std::string_view() : cause, human(event.elapsed));
}

std::string Progress::shown(const ensure::Event& event, SteadyTime now) {
  using Kind = ensure::Event::Kind;
  switch (event.kind) {
    case Kind::connecting:
      running_ = Running{fmt::format("connect to {}", event.text), "", now};
      return tick(now);
    case Kind::started:
      running_ = Running{event.text, event.cause, now};
      return tick(now);
    case Kind::progress:
      if (running_) {
        running_->detail = event.text;
      } else {
        running_ = Running{event.text, "", now};
      }
      return tick(now);
    case Kind::done:
      running_.reset();
      if (!event.done.empty())
        return hide() + prefix_ + render_line(style_, Mark::done, event.done, "", human(event.elapsed));
      return hide() + prefix_ + render_line(style_, Mark::done, event.text, event.cause, human(event.elapsed));
    case Kind::failed:
      running_.reset();
      failed_ = event;
      return hide();
    case Kind::note: {
      if (!told_notes_.insert(event.text).second) return {};
      // One after the other: both change whether the line is up, and the operands of + have no order.
      std::string text = hide() + prefix_ + render_note(style_, event.text);
      text += tick(now);
      return text;
    }
    case Kind::command: {
      std::string text = hide() + prefix_ + render_command(style_, event);
      text += tick(now);
      return text;
    }
    case Kind::answered:
      return {};
    case Kind::question:
      break;
  }
  return hide();
}

std::string Progress::tick(SteadyTime now) {
  if (!style_.live || !running_) return {};
  const std::string elapsed = human(std::chrono::duration_cast<Milliseconds>(now - running_->since));
  std::string what = safe_line(running_->text, style_.utf8);
  if (!running_->detail.empty()) what += "  " + safe_line(running_->detail, style_.utf8);
  // One column stays free: a character in the last one makes some terminals wrap, and a wrapped line cannot be cleared.
  const int room = style_.width - 1 - 4 - display_width(prefix_) - display_width(elapsed);
  line_is_up_ = true;
  return fmt::format("{}{}{} {}  {}", k_clear_line, prefix_, style_.utf8 ? "…" : ">", fit(what, room, style_.utf8),
                     elapsed);
}

std::string Progress::hide() {
  if (!line_is_up_) return {};
  line_is_up_ = false;
  return std::string(k_clear_line);
}

}  // namespace helper::cli
