#include "rpc/server/head.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace helper::rpc {
namespace {

namespace http = boost::beast::http;

// Two of these in one request, and two programs could understand it in two ways.
constexpr std::array k_singles = {"host",   "content-length", "transfer-encoding", "authorization", "content-type",
                                  "expect", "origin",         "referer",           "upgrade"};

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

// RFC 9110, 5.6.2.
bool is_token_byte(char c) {
  return is_letter_or_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool is_visible(char c) { return c > ' ' && c < 0x7f; }

template <class Text>
std::string text_of(const Text& text) {
  return std::string(text.data(), text.size());
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

// METHOD TARGET HTTP/9.9: right in all but the version that it speaks.
bool speaks_another_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (std::ranges::count(line, ' ') != 2) return false;
  const std::string_view version = line.substr(line.rfind(' ') + 1);
  return version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' &&
         is_digit(version[7]);
}

// Why Beast takes no head that our own look at its bytes let through.
Refusal refusal_of(const boost::system::error_code& error, std::string_view head) {
  if (error == http::error::bad_version) {
    if (speaks_another_version(head)) return {505, "only HTTP/1.0 and HTTP/1.1 are spoken"};
    return {400, "its first line is not METHOD TARGET HTTP/1.1"};
  }
  if (error == http::error::bad_method) return {400, "its method is not a word"};
  if (error == http::error::bad_target) return {400, "its first line has no target"};
  if (error == http::error::bad_field) return {400, "a header line does not begin with a word and a colon"};
  if (error == http::error::bad_content_length) return {400, "its Content-Length is not one number"};
  if (error == http::error::bad_transfer_encoding)
    return {400, "its Transfer-Encoding is wrong, or it also has a Content-Length"};
  return {400, "its head is not one of HTTP/1.1 (" + error.message() + ")"};
}

}  // namespace

std::size_t HeadReader::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !done_ && !refusal_) take(bytes[taken++]);
  return taken;
}

void HeadReader::take(char byte) {
  if (bytes_.size() >= max_bytes_) {
    return refuse(431, "its head is larger than " + std::to_string(max_bytes_) + " bytes");
  }
  bytes_ += byte;
  if (after_cr_) {
    if (byte != '\n') return refuse(400, "a carriage return is alone in its head");
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
  if (bytes_.size() == 1 && !is_token_byte(byte)) return refuse(400, "it does not begin with a method");
  if (line_length_++ == 0 && (byte == ' ' || byte == '\t')) return refuse(400, "a header goes on in a second line");
}

void HeadReader::end_line() {
  if (line_length_ == 0) {
    if (lines_ == 0) return refuse(400, "it does not begin with a method");
    return parse();
  }
  line_length_ = 0;
  if (++lines_ > max_headers_ + 1)
    return refuse(431, "it has more than " + std::to_string(max_headers_) + " header lines");
}

// Beast gets the whole head at once, and only once its bytes are known to be harmless: it is never fed after an error.
void HeadReader::parse() {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(max_bytes_ + 1));
  parser.skip(true);  // the body is read by the connection
  boost::system::error_code error;
  const std::size_t taken = parser.put(boost::asio::buffer(bytes_), error);
  if (error) return refuse(refusal_of(error, bytes_));
  if (!parser.is_header_done() || taken != bytes_.size()) return refuse(400, "its head is not one of HTTP/1.1");
  const auto& request = parser.get();
  head_.method = text_of(request.method_string());
  head_.target = text_of(request.target());
  head_.minor_version = static_cast<int>(request.version() % 10);
  for (const auto& field : request) {
    const std::string name = lower(text_of(field.name_string()));
    const auto [known, is_new] = head_.headers.emplace(name, text_of(field.value()));
    if (is_new) continue;
    if (std::ranges::find(k_singles, name) != k_singles.end()) return refuse(400, "it has two headers " + name);
    known->second.append(", ").append(text_of(field.value()));
  }
  done_ = true;
}

void HeadReader::refuse(unsigned status, std::string cause) { refuse(Refusal{status, std::move(cause)}); }
void HeadReader::refuse(Refusal refusal) { refusal_ = std::move(refusal); }

}  // namespace helper::rpc
