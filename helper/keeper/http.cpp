#include "keeper/http.hpp"

#include <algorithm>

namespace helper::keeper {
namespace {

constexpr std::size_t k_chunk_line_limit = 1024;
constexpr std::size_t k_trailer_limit = 8 * 1024;
constexpr std::size_t k_frame_head = 8;

tl::unexpected<Error> wrong(std::string cause) {
  return fail(ErrorCode::server_command, "the engine's answer", std::move(cause));
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_token(char c) {
  constexpr std::string_view k_marks = "!#$%&'*+-.^_`|~";
  const char small = lower(c);
  return (small >= 'a' && small <= 'z') || is_digit(c) || k_marks.find(c) != std::string_view::npos;
}

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}

std::optional<std::size_t> decimal(std::string_view text) {
  if (text.empty() || text.size() > 15 || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::size_t value = 0;
  for (const char c : text) value = value * 10 + static_cast<std::size_t>(c - '0');
  return value;
}

std::optional<std::uint64_t> hexadecimal(std::string_view text) {
  if (text.empty() || text.size() > 8) return std::nullopt;
  std::uint64_t value = 0;
  for (const char given : text) {
    const char c = lower(given);
    if (!is_digit(c) && (c < 'a' || c > 'f')) return std::nullopt;
    value = value * 16 + static_cast<std::uint64_t>(is_digit(c) ? c - '0' : c - 'a' + 10);
  }
  return value;
}

// The lines of a head without their ends, one after another; the blank line is the end.
std::optional<std::string_view> next_line(std::string_view& rest) {
  const auto end = rest.find("\r\n");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return line;
}

Result<int> status_of(std::string_view line) {
  // HTTP/1.1 200 OK
  const bool sound = line.size() >= 12 && line.starts_with("HTTP/1.") && (line[7] == '0' || line[7] == '1') &&
                     line[8] == ' ' && is_digit(line[9]) && is_digit(line[10]) && is_digit(line[11]) &&
                     (line.size() == 12 || line[12] == ' ');
  if (!sound || line[9] == '0') return wrong("its first line is not a status: " + one_line(line, 60));
  return (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
}

}  // namespace

std::string one_line(std::string_view text, std::size_t limit) {
  std::string out;
  for (const char c : text.substr(0, limit)) out += c >= ' ' && c <= '~' ? c : '?';
  if (text.size() > limit) out += "...";
  return out;
}

std::string last_line(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  const auto before = text.find_last_of("\r\n");
  return one_line(before == std::string_view::npos ? text : text.substr(before + 1));
}

bool is_hex(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

std::string request(std::string_view method, std::string_view path, std::string_view body, bool upgrade) {
  std::string out;
  out.append(method).append(" ").append(path).append(" HTTP/1.1\r\nHost: engine\r\nUser-Agent: helper-keeper\r\n");
  out += upgrade ? "Connection: Upgrade\r\nUpgrade: tcp\r\n" : "Connection: close\r\n";
  if (method != "GET") {
    out += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return out.append("\r\n").append(body);
}

Result<std::optional<std::size_t>> head_size(std::string_view bytes) {
  const auto end = bytes.substr(0, k_head_limit).find("\r\n\r\n");
  if (end != std::string_view::npos) return end + 4;
  if (bytes.size() >= k_head_limit) return wrong("its head is too long");
  return std::nullopt;
}

Result<Head> parse_head(std::string_view head) {
  Head found;
  const auto first = next_line(head);
  if (!first) return wrong("it has no first line");
  HELPER_TRY_ASSIGN(found.status, status_of(*first));
  while (const auto line = next_line(head)) {
    const auto colon = line->find(':');
    if (colon == 0 || colon == std::string_view::npos) return wrong("a line of its head has no name");
    const auto name = line->substr(0, colon);
    if (!std::all_of(name.begin(), name.end(), is_token)) return wrong("a name in its head has a wrong character");
    const auto value = trim(line->substr(colon + 1));
    if (lower(name) == "content-length") {
      const auto length = decimal(value);
      if (!length || (found.length && *found.length != *length)) return wrong("its length is not a single number");
      found.length = length;
    } else if (lower(name) == "transfer-encoding") {
      if (lower(value) != "chunked" || found.chunked) return wrong("it comes in an encoding that nobody asked for");
      found.chunked = true;
    }
  }
  if (head != "\r\n") return wrong("its head does not end correctly");
  if (found.chunked && found.length) return wrong("it is chunked and has a length as well");
  return found;
}

Result<void> ChunkReader::take_line() {
  if (part_ == Part::size) {
    const auto size = hexadecimal(trim(std::string_view(line_).substr(0, line_.find(';'))));
    if (!size) return wrong("the size of a chunk is not a number");
    left_ = *size;
    part_ = left_ == 0 ? Part::trailer : Part::data;
  } else if (part_ == Part::after_data) {
    if (!line_.empty()) return wrong("a chunk is longer than it says");
    part_ = Part::size;
  } else if (line_.empty()) {
    part_ = Part::done;
  } else {
    trailer_ += line_.size();
    if (trailer_ > k_trailer_limit) return wrong("what follows its chunks is too long");
  }
  line_.clear();
  return {};
}

Result<void> ChunkReader::feed(std::string_view bytes, std::string& body) {
  while (!bytes.empty()) {
    if (part_ == Part::done) return wrong("it goes on after its last chunk");
    if (part_ == Part::data) {
      const auto taken = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
      body += taken;
      left_ -= taken.size();
      bytes.remove_prefix(taken.size());
      if (left_ == 0) part_ = Part::after_data;
      continue;
    }
    const auto end = bytes.find('\n');
    line_ += bytes.substr(0, end);
    if (line_.size() > k_chunk_line_limit) return wrong("a line between its chunks is too long");
    if (end == std::string_view::npos) return {};
    bytes.remove_prefix(end + 1);
    if (line_.empty() || line_.back() != '\r') return wrong("a line between its chunks does not end correctly");
    line_.pop_back();
    HELPER_TRY(take_line());
  }
  return {};
}

Result<void> FrameReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (left_ > 0) {
      const auto taken = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
      left_ -= taken.size();
      bytes.remove_prefix(taken.size());
      tail_ += taken.substr(taken.size() - std::min(taken.size(), k_tail_limit));
      if (tail_.size() > k_tail_limit) tail_.erase(0, tail_.size() - k_tail_limit);
      continue;
    }
    const auto taken = bytes.substr(0, k_frame_head - head_.size());
    head_ += taken;
    bytes.remove_prefix(taken.size());
    if (head_.size() < k_frame_head) return {};
    // The stream (0 to 3), three zeroes, the length with its highest byte first.
    if (head_[0] < 0 || head_[0] > 3 || head_[1] != 0 || head_[2] != 0 || head_[3] != 0) {
      return wrong("the output of a command does not come in frames");
    }
    for (std::size_t i = 4; i < k_frame_head; ++i) left_ = left_ * 256 + static_cast<unsigned char>(head_[i]);
    head_.clear();
  }
  return {};
}

std::vector<std::string> LineReader::feed(std::string_view bytes) {
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto part = bytes.substr(0, end);
    if (!skipping_ && line_.size() + part.size() <= limit_) {
      line_ += part;
    } else if (!skipping_) {
      skipping_ = lost_ = true;
      line_.clear();
    }
    if (end == std::string_view::npos) break;
    if (!skipping_ && line_.find_first_not_of(" \t\r") != std::string::npos) lines.push_back(std::move(line_));
    line_.clear();
    skipping_ = false;
    bytes.remove_prefix(end + 1);
  }
  return lines;
}

bool LineReader::lost_a_line() { return std::exchange(lost_, false); }

}  // namespace helper::keeper
