#include "cli/render/render.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "cli/render/text.hpp"
#include "ide/links.hpp"
#include "ide/ssh_config.hpp"
#include "plan/losses.hpp"
#include "plan/work.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

namespace helper::cli {

namespace {

// So many columns of a problem are shown in any terminal.
constexpr int k_least_room = 20;

struct Sign {
  std::string_view utf8;
  std::string_view ascii;
  Paint colour;
};

Sign sign_of(Mark mark) {
  switch (mark) {
    case Mark::done:
      return {"✓", "+", Paint::green};
    case Mark::failed:
      return {"✗", "x", Paint::red};
    case Mark::planned:
      return {"→", ">", Paint::plain};
    case Mark::note:
      break;
  }
  return {"•", "-", Paint::yellow};
}

Paint state_colour(const std::string& state) { return state == "ready" ? Paint::green : Paint::yellow; }

std::string headline(const Style& style, const std::string& target, const std::string& state) {
  return fmt::format("{}: {}", paint(style, Paint::bold, safe_line(target, style.utf8)),
                     paint(style, state_colour(state), safe_line(state, style.utf8)));
}

// The sentence with the error's name, and below it what a program said, marked so that no line looks like
// ours.
std::string sentence_text(const Style& style, const Error& error, int indent) {
  const std::string all = sentence(error);
  const auto lines = split(all, '\n');
  std::string text = fmt::format("{} {}", safe_line(lines.front(), style.utf8),
                                 paint(style, Paint::dim, fmt::format("[{}]", error_kind(error.code).name)));
  for (std::size_t i = 1; i < lines.size(); ++i)
    text +=
        fmt::format("\n{}| {}", std::string(static_cast<std::size_t>(indent), ' '), safe_line(lines[i], style.utf8));
  return text;
}

std::string problem_text(const Style& style, const Error& error) {
  std::string text = sentence_text(style, error, 16);
  if (!error.fix.empty()) text += fmt::format("\n{}fix: {}", std::string(14, ' '), safe_line(error.fix, style.utf8));
  return text;
}

// The rows under a target's headline; a name is shown once for rows that follow one another with the same.
class Rows {
 public:
  explicit Rows(const Style& style) : style_(style) {}

  void add(std::string_view name, std::string_view safe_value) {
    if (safe_value.empty()) return;
    text_ += fmt::format("  {}  {}\n", pad(name == last_ ? std::string_view() : name, 10), safe_value);
    last_ = name;
  }
  void add_foreign(std::string_view name, const std::string& value) { add(name, safe_line(value, style_.utf8)); }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  const Style& style_;
  std::string text_;
  std::string_view last_;
};

// "GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d...)" without the identifier, which no person reads.
std::string gpu_name(const std::string& line) { return line.substr(0, line.find(" (UUID")); }

std::string container_text(const ensure::TargetStatus& status) {
  std::string text = status.container;
  if (!status.container_state.empty()) text += fmt::format(" ({})", status.container_state);
  if (!status.image.empty()) text += fmt::format(", image {}", status.image);
  return text;
}

std::string python_text(const ensure::TargetStatus& status) {
  return status.python_version.empty() ? status.python : fmt::format("{} ({})", status.python, status.python_version);
}

std::string tunnel_text(const ensure::TunnelReport& tunnel) {
  std::string text = fmt::format("127.0.0.1:{}", tunnel.local_port);
  text += fmt::format(" {}", tunnel.name);
  text += tunnel.leads_to.empty() ? ", not connected yet" : fmt::format(" -> {}", tunnel.leads_to);
  if (!tunnel.up) text += tunnel.trouble.empty() ? ", down" : fmt::format(", down: {}", tunnel.trouble);
  if (tunnel.connections > 0) text += fmt::format(", {} open", counted(tunnel.connections, "connection"));
  return text;
}

std::string step_text(const ensure::StepReport& step) {
  return step.cause.empty() ? step.text : fmt::format("{}: {}", step.text, step.cause);
}

std::string drift_text(const Style& style, const ensure::DriftReport& drift) {
  plan::Drift plain{drift.field, plan::Need::recreate, drift.wanted, drift.applied, drift.actual, drift.cause};
  return safe_line(plan::to_text(plain), style.utf8) + (drift.need == "recreate" ? "; needs --recreate" : "");
}

// "2 kernels are busy: train.ipynb, eval.ipynb; 1 is not"
std::string kernels_text(const plan::JupyterWork& work) {
  if (!work.unknown.empty()) return fmt::format("not known: {}", work.unknown);
  if (work.kernels.empty()) return "none";
  const auto idle = std::ranges::count_if(work.kernels, std::not_fn(plan::is_busy));
  const std::string busy = plan::busy_text(work);
  if (busy.empty()) return fmt::format("{}, none is busy", counted(work.kernels.size(), "kernel"));
  return idle == 0 ? busy : fmt::format("{}; {} not busy", busy, idle);
}

std::string render_target(const Style& style, const ensure::TargetStatus& status) {
  Rows rows(style);
  rows.add_foreign("server", status.server);
  rows.add_foreign("container", container_text(status));
  for (const std::string& gpu : status.gpus) rows.add_foreign("GPU", gpu_name(gpu));
  rows.add_foreign("Python", python_text(status));
  rows.add_foreign("Jupyter", status.jupyter_url);
  if (status.jupyter_work) rows.add_foreign("kernels", kernels_text(*status.jupyter_work));
  for (const auto& tunnel : status.tunnels) rows.add_foreign("tunnels", tunnel_text(tunnel));
  for (const auto& drift : status.drifts) rows.add("drift", drift_text(style, drift));
  for (const auto& step : status.would_do) rows.add_foreign("to do", step_text(step));
  for (const Error& problem : status.problems) rows.add("problem", problem_text(style, problem));
  for (const std::string& note : status.notes) rows.add_foreign("note", note);
  rows.add_foreign("config", status.config_file);
  return headline(style, status.target, status.state) + "\n" + rows.text();
}

std::string port_text(const ensure::TargetStatus& status, std::string_view name) {
  const auto found = std::ranges::find(status.tunnels, name, &ensure::TunnelReport::name);
  return found == status.tunnels.end() ? "-" : std::to_string(found->local_port);
}

// What a person would look at first; "" when nothing is wrong.
std::string wrong_text(const ensure::TargetStatus& status) {
  if (!status.problems.empty()) {
    const std::string all = sentence(status.problems.front());
    return all.substr(0, all.find('\n'));
  }
  if (status.state == "stopped" || status.state == "absent")
    return fmt::format("to {} the container: helper ensure {}", status.state == "absent" ? "create" : "start",
                       status.target);
  if (!status.would_do.empty()) {
    const std::size_t more = status.would_do.size() - 1;
    return "to do: " + status.would_do.front().text + (more == 0 ? "" : fmt::format(" and {} more", more));
  }
  const auto down = std::ranges::find(status.tunnels, false, &ensure::TunnelReport::up);
  if (down != status.tunnels.end())
    return fmt::format("tunnel {} is down{}", down->name, down->trouble.empty() ? "" : ": " + down->trouble);
  return status.drifts.empty() ? "" : "differs from the config: " + status.drifts.front().field;
}

std::string summary(const ensure::Report& report) {
  if (!report.changed) return fmt::format(", nothing to do ({})", human(report.elapsed));
  return fmt::format(" ({}, {})", counted(report.steps.size(), "step"), human(report.elapsed));
}

}  // namespace

std::string render_line(const Style& style, Mark mark, std::string_view what, std::string_view why,
                        std::string_view how_long) {
  const Sign sign = sign_of(mark);
  std::string line = paint(style, sign.colour, style.utf8 ? sign.utf8 : sign.ascii) + " ";
  if (!how_long.empty()) line += fmt::format("{:>7}  ", how_long);
  line += safe_line(what, style.utf8);
  if (!why.empty()) line += paint(style, Paint::dim, ": " + safe_line(why, style.utf8));
  return line + "\n";
}

std::string render_note(const Style& style, std::string_view note) {
  return fmt::format("{} {}\n", paint(style, Paint::yellow, "note:"), safe_line(note, style.utf8));
}

std::string render_command(const Style& style, const ensure::Event& event) {
  const std::string end = event.cause.empty() ? human(event.elapsed) : event.cause + ", " + human(event.elapsed);
  return fmt::format("  {}  {}\n", safe_line(event.text, style.utf8),
                     paint(style, Paint::dim, safe_line(end, style.utf8)));
}

std::string render_report(const Style& style, const ensure::Report& report, const std::set<std::string>& told) {
  std::string text = headline(style, report.target, report.state) + summary(report) + "\n";
  for (const std::string& note : report.notes) {
    if (!told.contains(note)) text += render_note(style, note);
  }
  if (report.changed && report.settings) text += render_ready_block(style, *report.settings);
  return text;
}

std::string render_plan(const Style& style, const ensure::PlanReport& plan) {
  std::string text;
  if (plan.steps.empty() && plan.problems.empty() && plan.drifts.empty())
    text = fmt::format("{}: nothing to do\n", safe_line(plan.target, style.utf8));
  for (const auto& step : plan.steps) text += render_line(style, Mark::planned, step.text, step.cause, "");
  for (const auto& drift : plan.drifts)
    text += fmt::format("{} {}\n", paint(style, Paint::yellow, "drift:"), drift_text(style, drift));
  for (const std::string& loss : plan.losses)
    text += fmt::format("{} {}\n", paint(style, Paint::yellow, "would end:"), safe_line(loss, style.utf8));
  for (const Error& problem : plan.problems) text += render_error(style, problem);
  for (const std::string& note : plan.notes) text += render_note(style, note);
  return text;
}

std::string render_status_lines(const Style& style, const std::vector<ensure::TargetStatus>& targets, int columns) {
  using Row = std::array<std::string, 6>;
  std::vector<Row> rows{{"target", "state", "ssh", "jupyter", "container", "problem"}};
  for (const auto& status : targets) {
    Row row{status.target,    status.state,      port_text(status, "ssh"), port_text(status, "jupyter"),
            status.container, wrong_text(status)};
    if (!status.container_state.empty()) row[4] += " (" + status.container_state + ")";
    for (std::string& cell : row) cell = safe_line(cell, style.utf8);
    rows.push_back(std::move(row));
  }
  const bool all_well =
      std::ranges::all_of(rows.begin() + 1, rows.end(), [](const Row& row) { return row[5].empty(); });
  if (all_well) rows.front()[5].clear();
  std::array<int, 5> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string text;
  for (std::size_t at = 0; at < rows.size() && rows.size() > 1; ++at) {
    const Row& row = rows[at];
    std::string line;
    int used = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const Paint colour = at == 0 ? Paint::dim : i == 0 ? Paint::bold : i == 1 ? state_colour(row[1]) : Paint::plain;
      line += paint(style, colour, row[i]);
      if (i + 1 < widths.size() || !row[5].empty())
        line += std::string(static_cast<std::size_t>(widths[i] - display_width(row[i]) + 2), ' ');
      used += widths[i] + 2;
    }
    const int room = std::max(columns - used, k_least_room);
    line += paint(style, at == 0 ? Paint::dim : Paint::plain, columns == 0 ? row[5] : fit(row[5], room, style.utf8));
    text += line + "\n";
  }
  if (rows.size() > 1 && !all_well) text += paint(style, Paint::dim, "more: helper status --long") + "\n";
  return text;
}

std::string render_status(const Style& style, const std::vector<ensure::TargetStatus>& targets) {
  std::string text;
  for (const auto& target : targets) {
    if (!text.empty()) text += "\n";
    text += render_target(style, target);
  }
  return text;
}

std::string render_snapshot(const Style& style, const ensure::SnapshotReport& report) {
  std::string text =
      fmt::format("{}: kept as image {} ({})\n", paint(style, Paint::bold, safe_line(report.target, style.utf8)),
                  safe_line(report.image, style.utf8), plan::size_text(report.size));
  for (const std::string& note : report.notes) text += render_note(style, note);
  return text;
}

std::string render_lists(const Style& style, const std::vector<ensure::ServerList>& lists) {
  std::string text;
  for (const auto& list : lists) {
    text += paint(style, Paint::bold, safe_line(list.server, style.utf8)) + "\n";
    if (list.error) text += "  " + render_error(style, *list.error);
    if (!list.error && list.containers.empty()) text += "  no container of helper's\n";
    for (const auto& each : list.containers) {
      const std::string name = safe_line(each.container, style.utf8);
      const std::string state = safe_line(each.state, style.utf8);
      const std::string owner = each.owner.empty() ? "no record of an owner" : "owner " + each.owner;
      text += fmt::format("  {}  {}  {}, target {}, image {}, {} written, {}\n", pad(name, 24), pad(state, 8),
                          safe_line(owner, style.utf8), safe_line(each.target, style.utf8),
                          safe_line(each.image, style.utf8), safe_line(each.size, style.utf8),
                          safe_line(each.status, style.utf8));
      if (!each.advice.empty()) text += "    " + safe_line(each.advice, style.utf8) + "\n";
    }
  }
  return text;
}

std::string render_error(const Style& style, const Error& error) {
  std::string text = paint(style, Paint::red, "error:") + " ";
  text += sentence_text(style, error, 4) + "\n";
  if (!error.fix.empty())
    text += fmt::format("  {} {}\n", paint(style, Paint::bold, "fix:"), safe_line(error.fix, style.utf8));
  return text;
}

std::string render_ready_block(const Style& style, const ide::Access& i) {
  std::string text = "\n";
  const auto row = [&](std::string_view name, std::string_view value) {
    text += fmt::format("  {}  {}\n", pad(name, 8), safe_line(value, style.utf8));
  };
  const auto argv = ide::ssh_argv(i);
  row("ssh", argv ? shell::quote(*argv) : argv.error().cause);
  row("Python", fmt::format("{} ({})", i.python, i.python_version));
  if (!i.jupyter_url.empty()) row("Jupyter", i.jupyter_url);
  if (!i.project_remote.empty()) row("project", fmt::format("{} -> {}", i.project_local, i.project_remote));
  row("Gateway", ide::gateway_link(i));
  row("PyCharm",
      fmt::format("Add New Interpreter > On SSH: {}@{}:{}, key pair {}", i.user, i.host, i.port, i.key_file));
  row("apply", fmt::format("helper settings apply {} writes all this for IDEs and ssh", shell::quote(i.target)));
  row("more", fmt::format("helper settings {}", shell::quote(i.target)));
  return text;
}

}  // namespace helper::cli
