#include "base/diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace helper {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t k_context = 3;
// Beyond this many changed lines the shortest script is not searched: all lines are removed and added.
constexpr int k_most_changes = 1000;

struct Op {
  char sign = ' ';  // ' ', '-' or '+'
  std::string_view line;
};

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986): furthest[d][k] is how far in `a` one gets
// with d changes on diagonal k. Each row holds the diagonals -d..d.
std::vector<std::vector<int>> furthest_points(const Lines& a, const Lines& b) {
  const int n = static_cast<int>(a.size());
  const int m = static_cast<int>(b.size());
  std::vector<std::vector<int>> rows;
  for (int d = 0; d <= std::min(n + m, k_most_changes); ++d) {
    std::vector<int> row(2 * static_cast<std::size_t>(d) + 1);
    const auto before = [&](int k) { return rows.back()[static_cast<std::size_t>(k + d - 1)]; };
    for (int k = -d; k <= d; k += 2) {
      const bool down = k == -d || (k != d && before(k - 1) < before(k + 1));
      int x = d == 0 ? 0 : down ? before(k + 1) : before(k - 1) + 1;
      while (x < n && x - k < m && a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)]) ++x;
      const int at = k + d;
      row[static_cast<std::size_t>(at)] = x;
      if (x >= n && x - k >= m) {
        rows.push_back(std::move(row));
        return rows;
      }
    }
    rows.push_back(std::move(row));
  }
  return {};
}

std::vector<Op> everything_changed(const Lines& a, const Lines& b) {
  std::vector<Op> ops;
  for (const auto line : a) ops.push_back({'-', line});
  for (const auto line : b) ops.push_back({'+', line});
  return ops;
}

std::vector<Op> shortest_script(const Lines& a, const Lines& b) {
  const auto rows = furthest_points(a, b);
  if (rows.empty()) return everything_changed(a, b);
  std::vector<Op> ops;  // from the end to the beginning
  int x = static_cast<int>(a.size());
  int y = static_cast<int>(b.size());
  for (int d = static_cast<int>(rows.size()) - 1; d >= 0; --d) {
    const int k = x - y;
    int from_x = 0;
    int from_y = 0;
    bool down = false;
    if (d > 0) {
      const auto before = [&](int at) {
        return rows[static_cast<std::size_t>(d - 1)][static_cast<std::size_t>(at + d - 1)];
      };
      down = k == -d || (k != d && before(k - 1) < before(k + 1));
      from_x = down ? before(k + 1) : before(k - 1);
      from_y = from_x - (down ? k + 1 : k - 1);
    }
    const int diagonal_x = d == 0 ? 0 : down ? from_x : from_x + 1;
    while (x > diagonal_x) {
      ops.push_back({' ', a[static_cast<std::size_t>(--x)]});
      --y;
    }
    if (d > 0 && down) ops.push_back({'+', b[static_cast<std::size_t>(--y)]});
    if (d > 0 && !down) ops.push_back({'-', a[static_cast<std::size_t>(--x)]});
    if (d > 0) {
      x = from_x;
      y = from_y;
    }
  }
  std::ranges::reverse(ops);
  return ops;
}

std::vector<Op> script(Lines a, Lines b) {
  const auto [a_end, b_end] = std::ranges::mismatch(a, b);
  const auto same = static_cast<std::size_t>(a_end - a.begin());
  std::vector<Op> ops;
  for (std::size_t i = 0; i < same; ++i) ops.push_back({' ', a[i]});
  a.erase(a.begin(), a_end);
  b.erase(b.begin(), b_end);
  Lines tail;
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    tail.push_back(a.back());
    a.pop_back();
    b.pop_back();
  }
  const auto middle = shortest_script(a, b);
  ops.insert(ops.end(), middle.begin(), middle.end());
  for (auto line = tail.rbegin(); line != tail.rend(); ++line) ops.push_back({' ', *line});
  return ops;
}

// "12,3": where a side of a hunk begins, and its length unless that is 1. An empty side names the line before it.
std::string range(std::size_t begin, std::size_t count) {
  const std::size_t first = count == 0 ? begin : begin + 1;
  return count == 1 ? std::to_string(first) : fmt::format("{},{}", first, count);
}

std::string hunk(const std::vector<Op>& ops, std::size_t begin, std::size_t end, std::size_t a, std::size_t b) {
  std::string body;
  std::size_t a_count = 0;
  std::size_t b_count = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const Op& op = ops[i];
    if (op.sign != '+') ++a_count;
    if (op.sign != '-') ++b_count;
    body += op.sign;
    body += op.line;
    if (!op.line.ends_with('\n')) body += "\n\\ No newline at end of file\n";
  }
  return fmt::format("@@ -{} +{} @@\n{}", range(a, a_count), range(b, b_count), body);
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, const DiffNames& names) {
  if (before == after) return {};
  const auto ops = script(lines_of(before), lines_of(after));
  std::string text = fmt::format("--- {}\n+++ {}\n", names.before, names.after);
  std::size_t a = 0;  // lines of each side before `at`
  std::size_t b = 0;
  std::size_t at = 0;
  const auto pass = [&](std::size_t until) {
    for (; at < until; ++at) {
      if (ops[at].sign != '+') ++a;
      if (ops[at].sign != '-') ++b;
    }
  };
  for (std::size_t change = 0; change < ops.size(); ++change) {
    if (ops[change].sign == ' ') continue;
    pass(std::max(at, change - std::min(change, k_context)));
    std::size_t last = change;  // the last change that belongs to this hunk
    for (std::size_t i = change; i < ops.size() && i <= last + 2 * k_context; ++i) {
      if (ops[i].sign != ' ') last = i;
    }
    const std::size_t end = std::min(ops.size(), last + k_context + 1);
    text += hunk(ops, at, end, a, b);
    pass(end);
    change = end - 1;
  }
  return text;
}

}  // namespace helper
