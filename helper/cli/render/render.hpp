// The results and errors as text for people: pure functions from structs to text, each ending its lines.
#pragma once

#include "base/error.hpp"
#include "cli/render/style.hpp"
#include "ensure/report.hpp"
#include "ide/access.hpp"

#include <set>
#include <string>
#include <vector>

namespace helper::cli {

enum class Mark { done, failed, planned, note };

// "✓   0.7 s  start container centernet: it exited (code 137)"; `why` and `how_long` may be "". The time comes first,
// since it is what lines up whatever the length of the rest.
[[nodiscard]] std::string render_line(const Style& style, Mark mark, std::string_view what, std::string_view why,
                                      std::string_view how_long);

// "note: ..." lines.
[[nodiscard]] std::string render_note(const Style& style, std::string_view note);

// "  gpu1: docker start centernet  0.3 s": a command that the server was sent.
[[nodiscard]] std::string render_command(const Style& style, const ensure::Event& event);

// The result of ensure, stop, restart or remove; notes in `told` were shown while the work went on.
[[nodiscard]] std::string render_report(const Style& style, const ensure::Report& report,
                                        const std::set<std::string>& told);

[[nodiscard]] std::string render_plan(const Style& style, const ensure::PlanReport& plan);

[[nodiscard]] std::string render_snapshot(const Style& style, const ensure::SnapshotReport& report);
// A line for each container, under its server's name.
[[nodiscard]] std::string render_lists(const Style& style, const std::vector<ensure::ServerList>& lists);
// A line for each target under a header: its state, local ports, container, and what is wrong in short, cut to
// `columns` (0: not cut). A last line names the way to more where something is wrong.
[[nodiscard]] std::string render_status_lines(const Style& style, const std::vector<ensure::TargetStatus>& targets,
                                              int columns);
// Everything that is known of each.
[[nodiscard]] std::string render_status(const Style& style, const std::vector<ensure::TargetStatus>& targets);

// "error: thing: cause [name]" and, when there is one, "  fix: ...".
[[nodiscard]] std::string render_error(const Style& style, const Error& error);

// The block under "ready": what to type, click or open next, in short.

[[nodiscard]] std::string render_ready_block(const Style& style, const ide::Access& access);

}  // namespace helper::cli
