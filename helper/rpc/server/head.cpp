#include "rpc/server/head.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace helper::rpc {
namespace {

// Two of these in one request, and two programs could understand it in two ways.
constexpr std::array k_singles = {"host",   "content-length", "transfer-encoding", "authorization", "content-type",
                                  "expect", "origin",         "referer",           "upgrade",       "accept"};

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

// RFC 9110, 5.6.2.
bool is_token_byte(char c) {
  return is_letter_or_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool is_token_text(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_token_byte); }
bool is_visible(char c) { return c > ' ' && c < 0x7f; }

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

std::size_t HeadReader::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !done_ && !refusal_) take(bytes[taken++]);
  return taken;
}

void HeadReader::take(char byte) {
  if (++count_ > max_bytes_) {
    return refuse(431, "its head is larger than " + std::to_string(max_bytes_) + " bytes");
  }
  if (after_cr_) {
    if (byte != '\n') return refuse(400, "a carriage return stands alone in its head");
    after_cr_ = false;
    return end_line();
  }
  if (byte == '\r') {
    after_cr_ = true;
    return;
  }
  if (byte == '\n') return refuse(400, "a line of its head ends without a carriage return");
  if (byte != '\t' && !is_visible(byte) && byte != ' ')
    return refuse(400, "its head holds a byte that is not printable ASCII");
  if (count_ == 1 && !is_token_byte(byte)) return refuse(400, "it does not begin with a method");
  line_ += byte;
}

void HeadReader::end_line() {
  if (first_line_) {
    read_request_line();
    first_line_ = false;
  } else if (line_.empty()) {
    done_ = true;
  } else {
    read_header();
  }
  line_.clear();
}

void HeadReader::read_request_line() {
  const std::string_view line = line_;
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return refuse(400, "its first line is not METHOD TARGET VERSION");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token_text(method)) return refuse(400, "its method is not a word");
  if (target.empty() || !std::ranges::all_of(target, is_visible)) return refuse(400, "its target holds a space");
  constexpr std::string_view k_name = "HTTP/";
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() != k_name.size() + 3 || !version.starts_with(k_name) || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7]))
    return refuse(400, "its version is not HTTP/1.1");
  if (version[5] != '1' || version[7] > '1') return refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken");
  head_.method = method;
  head_.target = target;
  head_.minor_version = version[7] - '0';
}

void HeadReader::read_header() {
  if (++headers_ > max_headers_)
    return refuse(431, "it has more than " + std::to_string(max_headers_) + " header lines");
  const std::string_view line = line_;
  if (line.front() == ' ' || line.front() == '\t') return refuse(400, "a header goes on in a second line");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return refuse(400, "a header line has no colon");
  if (!is_token_text(line.substr(0, colon))) return refuse(400, "a header's name is not a word");
  std::string name = lower(line.substr(0, colon));
  const std::string_view value = trimmed(line.substr(colon + 1));
  const auto known = head_.headers.find(name);
  if (known == head_.headers.end()) {
    head_.headers.emplace(std::move(name), value);
    return;
  }
  if (std::ranges::find(k_singles, name) != k_singles.end()) return refuse(400, "it has two headers " + name);
  known->second.append(", ").append(value);
}

void HeadReader::refuse(unsigned status, std::string cause) { refusal_ = Refusal{status, std::move(cause)}; }

}  // namespace helper::rpc
