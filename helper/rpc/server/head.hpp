// HeadReader takes the head of an HTTP/1 request (RFC 9112) byte by byte and refuses at the first byte that does not
// belong there. It is stricter than the RFC asks: what a proper client never sends has no second meaning here. Pure.
#pragma once

#include "rpc/server/guard.hpp"
#include "rpc/server/limits.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace helper::rpc {

class HeadReader {
 public:
  explicit HeadReader(const Limits& limits) : max_bytes_(limits.head), max_headers_(limits.header_count) {}

  // Takes bytes up to the end of the head, or to the first wrong one; how many it took. Takes none once it is done or
  // has refused.
  std::size_t feed(std::string_view bytes);

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }
  // What has been understood so far; whole once it is done.
  [[nodiscard]] const RequestHead& head() const { return head_; }

 private:
  void take(char byte);
  void end_line();
  void read_request_line();
  void read_header();
  void refuse(unsigned status, std::string cause);

  std::size_t max_bytes_;
  std::size_t max_headers_;
  std::size_t count_ = 0;  // bytes
  std::size_t headers_ = 0;
  std::string line_;  // without its end
  bool after_cr_ = false;
  bool first_line_ = true;
  bool done_ = false;
  std::optional<Refusal> refusal_;
  RequestHead head_;
};

}  // namespace helper::rpc
