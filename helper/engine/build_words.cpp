#include "engine/build_words.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "engine/read.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

namespace helper::engine {
namespace {

constexpr std::size_t k_max_line = 300;   // bytes
constexpr std::size_t k_max_cause = 400;  // bytes
constexpr std::size_t k_most_lines = 20;

// Without the sequences by which a program colours its words: ESC [ ... and a last byte from @ to ~.
std::string without_colours(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) != "\x1b[") {
      out += text[i];
      continue;
    }
    for (i += 2; i < text.size() && (text[i] < '@' || text[i] > '~');) ++i;
  }
  return out;
}

// What says nothing about a failure.
bool is_noise(std::string_view line) {
  constexpr std::array<std::string_view, 8> k_noise{"Sending build context to ",
                                                    "DEPRECATED: The legacy builder",
                                                    "            Install the buildx component",
                                                    "            https://docs.",
                                                    "View build details:",
                                                    "Removing intermediate container ",
                                                    "Successfully ",
                                                    "------"};
  return line.find_first_not_of(' ') == std::string_view::npos ||
         std::ranges::any_of(k_noise, [&](std::string_view noise) { return line.starts_with(noise); });
}

// What a carriage return wrote over is left out, as a terminal shows it.
std::vector<std::string> lines_in(std::string_view text) {
  std::vector<std::string> lines;
  for (std::string line : split(without_colours(text), '\n')) {
    while (line.ends_with('\r') || line.ends_with(' ')) line.pop_back();
    line.erase(0, line.rfind('\r') + 1);
    if (!is_noise(line)) lines.push_back(std::move(line));
  }
  return lines;
}

struct OfAStep {
  int step = 0;
  std::string text;
};

// "#5 [2/2] RUN make", "#5 0.218 cc: not found", "#5 ERROR: ..." of BuildKit.
std::optional<OfAStep> read_numbered(std::string_view line) {
  OfAStep read;
  if (!line.starts_with('#')) return std::nullopt;
  const auto [end, error] = std::from_chars(line.data() + 1, line.data() + line.size(), read.step);
  if (error != std::errc() || end == line.data() + line.size() || *end != ' ') return std::nullopt;
  read.text = std::string(end + 1, line.data() + line.size());
  return read;
}

// What a step printed comes after the seconds since it began.
std::optional<std::string> printed(const std::string& text) {
  const auto space = text.find(' ');
  const auto seconds = std::string_view(text).substr(0, space);
  if (space == std::string::npos || seconds.find('.') == std::string_view::npos ||
      seconds.find_first_not_of("0123456789.") != std::string_view::npos)
    return std::nullopt;
  return text.substr(space + 1);
}

bool names_a_step(std::string_view text) {
  return text.starts_with('[') || text.starts_with("resolve image config for ");
}

std::string bare(std::string cause) {
  constexpr std::array<std::string_view, 9> k_prefixes{"ERROR: ",
                                                       "Error: ",
                                                       "error: ",
                                                       "Error response from daemon: ",
                                                       "failed to solve with frontend dockerfile.v0: ",
                                                       "failed to solve with frontend gateway.v0: ",
                                                       "failed to solve: ",
                                                       "failed to create LLB definition: ",
                                                       "rpc error: code = Unknown desc = "};
  for (bool cut = true; cut;) {
    cut = false;
    for (const auto prefix : k_prefixes) {
      if (!cause.starts_with(prefix)) continue;
      cause.erase(0, prefix.size());
      cut = true;
    }
  }
  while (cause.ends_with('.') || cause.ends_with(' ')) cause.pop_back();
  return printable(cause, k_max_cause);
}

bool begins_a_cause(std::string_view line) {
  constexpr std::array<std::string_view, 5> k_begins{
      "ERROR: ", "Error: ", "error: ", "Error response from daemon: ", "failed to "};
  return std::ranges::any_of(k_begins, [&](std::string_view begin) { return line.starts_with(begin); });
}

// The last line that says that it is the error, or the last one of all: what a step printed comes before.
std::string cause_among(const std::vector<std::string>& lines) {
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (begins_a_cause(*line)) return *line;
  }
  return lines.empty() ? std::string() : lines.back();
}

void keep_last(std::vector<std::string>& lines) {
  if (lines.size() > k_most_lines) lines.erase(lines.begin() + 1, lines.end() - (k_most_lines - 1));
  for (auto& line : lines) line = printable(line, k_max_line);
}

BuildWords read_buildkit(const std::vector<std::string>& lines) {
  BuildWords words;
  words.by_buildkit = true;
  std::map<int, std::vector<std::string>> steps;  // the name first
  std::optional<OfAStep> failed;
  std::vector<std::string> others;
  for (const auto& line : lines) {
    auto read = read_numbered(line);
    if (!read) {
      if (!line.starts_with(" > ")) others.push_back(line);
    } else if (read->text.starts_with("ERROR: ")) {
      failed = std::move(read);
    } else if (names_a_step(read->text)) {
      if (auto& step = steps[read->step]; step.empty()) step.push_back(read->text);
    } else if (auto text = printed(read->text)) {
      if (auto& step = steps[read->step]; !step.empty()) step.push_back(std::move(*text));
    }
  }
  words.cause = bare(cause_among(others));
  if (words.cause.empty() && failed) words.cause = bare(failed->text);
  if (!failed) return words;
  words.lines = std::move(steps[failed->step]);
  if (words.lines.empty()) return words;
  const std::string& name = words.lines.front();
  const auto end = name.starts_with("[internal]") ? std::string::npos : name.find("] ");
  words.step = end == std::string::npos ? name : name.substr(end + 2);
  return words;
}

// "Step 2/3 : RUN make" of Docker's old builder, "STEP 2/3: RUN make" of Podman.
std::optional<std::string> instruction_of(const std::string& line) {
  if (!line.starts_with("Step ") && !line.starts_with("STEP ")) return std::nullopt;
  const auto colon = line.find(": ");
  return colon == std::string::npos ? std::nullopt : std::optional(line.substr(colon + 2));
}

BuildWords read_steps(const std::vector<std::string>& out, std::vector<std::string> err) {
  BuildWords words;
  const std::string cause = cause_among(err);
  words.cause = bare(cause);
  for (const auto& line : out) {
    if (auto step = instruction_of(line)) {
      words.step = std::move(*step);
      words.lines = {line};
    } else if (!words.lines.empty() && !line.starts_with(" ---> ") && !line.starts_with("--> ")) {
      words.lines.push_back(line);
    }
  }
  std::erase(err, cause);
  if (!words.lines.empty()) words.lines.insert(words.lines.end(), err.begin(), err.end());
  return words;
}

bool has(const std::string& text, std::string_view word) { return text.find(word) != std::string::npos; }

template <std::size_t N>
bool has_one_of(const std::string& text, const std::array<std::string_view, N>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return has(text, word); });
}

std::string first_word_without(std::string_view text, std::string_view flags) {
  for (const auto& word : split(text, ' ')) {
    if (!word.empty() && !word.starts_with(flags)) return word;
  }
  return {};
}

// What the failing step takes from a registry; "" when it takes nothing.
std::string fetched(const std::string& step) {
  for (const std::string_view begin : {"[internal] load metadata for ", "resolve image config for docker-image://",
                                       "resolve image config for ", "FROM "}) {
    if (step.starts_with(begin)) return first_word_without(std::string_view(step).substr(begin.size()), "--");
  }
  constexpr std::string_view k_from = "--from=";
  const auto from = step.find(k_from);
  if (from == std::string::npos || !(step.starts_with("COPY ") || step.starts_with("RUN "))) return {};
  const auto name = step.substr(from + k_from.size());
  return name.substr(0, name.find_first_of(" ,"));
}

bool is_about_a_registry(const std::string& text) {
  constexpr std::array<std::string_view, 17> k_signs{"pull access denied",
                                                     "manifest unknown",
                                                     "manifest for ",
                                                     "repository does not exist",
                                                     "unauthorized",
                                                     "toomanyrequests",
                                                     "network is unreach",
                                                     "no such host",
                                                     "i/o timeout",
                                                     "connection refused",
                                                     "tls handshake",
                                                     "x509: ",
                                                     "failed to do request",
                                                     "failed to resolve",
                                                     "dial tcp",
                                                     "no matching manifest",
                                                     "initializing source docker"};
  return has_one_of(text, k_signs) || text.ends_with(": not found");
}

std::string buildkit_fix(const FailedBuild& failed, const std::string& dockerfile) {
  if (failed.kit == BuildKit::by_variable) return remove_variable("DOCKER_BUILDKIT");
  if (failed.kit == BuildKit::absent) return "update Docker on the server to 18.09 or later, or correct " + dockerfile;
  return "on the server: sudo apt-get install -y docker-buildx-plugin || sudo apt-get install -y docker-buildx";
}

std::string fix_of(const BuildWords& words, const FailedBuild& failed, const config::BuildConfig& build) {
  const std::string dockerfile = (build.context / build.dockerfile).string();
  const std::string text = lower_case(words.cause);
  const std::string on_the_server = "on the server: " + failed.program + " ";
  if (has(text, "no space left") || has(text, "disk quota"))
    return "make room; to see what takes it, " + on_the_server + "system df";
  if (has(text, "requires buildkit") || has(text, "buildx component is missing") ||
      has(text, "buildkit is enabled but"))
    return buildkit_fix(failed, dockerfile);
  const std::string image = fetched(words.step);
  if (!image.empty() && is_about_a_registry(text)) {
    const std::string why = "; to see why the server cannot get it, " + on_the_server + "pull " + shell::quote(image);
    if (words.step.starts_with("resolve image config for "))
      return "remove the line \"# syntax=\" from " + dockerfile + ", or load " + image + " on the server" + why;
    return "name another image than " + image + " in " + dockerfile + ", or load it on the server" + why;
  }
  // A here-document is read by a frontend that is newer than the one in the engine, or by no old builder at all.
  if (has(text, "unknown instruction") && has(failed.dockerfile, "<<")) {
    if (!words.by_buildkit && failed.program == "docker" && failed.kit != BuildKit::absent)
      return buildkit_fix(failed, dockerfile);
    if (words.by_buildkit && !has(failed.dockerfile, "# syntax"))
      return "the lines below << need a newer reader of Dockerfiles: begin " + dockerfile +
             " with the line: # syntax=docker/dockerfile:1";
    return "write the lines below << as one RUN with && between its commands, in " + dockerfile;
  }
  constexpr std::array<std::string_view, 5> k_no_file{"not found in build context", "excluded by .dockerignore",
                                                      "failed to compute cache key", "failed to calculate checksum",
                                                      "forbidden path outside the build context"};
  if (has_one_of(text, k_no_file)) {
    return "put that file into " + build.context.string() + ", where " + build.dockerfile +
           " looks for it; or see whether it is excluded by " + (build.context / ".dockerignore").string();
  }
  return "correct " + build.dockerfile + " in " + build.context.string();
}

// "20.10.24+dfsg1"; none: it is no version.
std::optional<std::pair<int, int>> version_in(std::string_view text) {
  std::pair<int, int> version;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version.first);
  if (error != std::errc() || end == text.data() + text.size() || *end != '.') return std::nullopt;
  if (std::from_chars(end + 1, text.data() + text.size(), version.second).ec != std::errc()) return std::nullopt;
  return version;
}

}  // namespace

BuildKit buildkit_of(std::string_view versions) {
  const auto end = versions.find_last_not_of(" \r\n");
  const auto line = versions.substr(0, end == std::string_view::npos ? 0 : end + 1);
  const auto last = line.substr(line.rfind('\n') + 1);  // npos + 1 is 0
  const auto space = last.find(' ');
  if (space == std::string_view::npos) return BuildKit::of_its_own;
  const auto client = version_in(last.substr(0, space));
  const auto server = version_in(last.substr(space + 1));
  if (!client || !server) return BuildKit::of_its_own;
  constexpr std::pair k_has_it{18, 9};
  constexpr std::pair k_takes_it{23, 0};
  if (*client < k_has_it || *server < k_has_it) return BuildKit::absent;
  return *client < k_takes_it ? BuildKit::by_variable : BuildKit::of_its_own;
}

BuildWords read_build(const CommandOutput& output) {
  const auto out = lines_in(output.out);
  const auto err = lines_in(output.err);
  const bool by_buildkit = std::ranges::any_of(err, [](const auto& line) { return read_numbered(line).has_value(); });
  BuildWords words = by_buildkit ? read_buildkit(err) : read_steps(out, err);
  if (words.cause.empty()) words.cause = "the build failed with exit status " + std::to_string(output.exit_status);
  keep_last(words.lines);
  return words;
}

Error build_error(const BuildWords& words, const FailedBuild& failed, const config::BuildConfig& build) {
  std::string cause = words.cause;
  if (!words.lines.empty()) cause += "; the last lines of the step that failed follow";
  for (const auto& line : words.lines) cause += "\n" + line;
  return {ErrorCode::image_missing, "image " + failed.image, std::move(cause), fix_of(words, failed, build)};
}

}  // namespace helper::engine
