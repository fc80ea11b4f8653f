// HeadReader gathers the head of an HTTP/1 request (RFC 9112), refuses it at the first byte that no proper client sends
// and at its limits, and lets Boost.Beast understand what is whole. It is stricter than Beast and the RFC: no line goes
// on in a second one, no header that decides something comes twice. Pure.
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

  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }
  // Empty until it is done, or in part where it was refused for what it says.
  [[nodiscard]] const RequestHead& head() const { return head_; }

 private:
  void take(char byte);
  void end_line();
  void parse();
  void refuse(unsigned status, std::string cause);
  void refuse(Refusal refusal);

  std::size_t max_bytes_;
  std::size_t max_headers_;
  std::string bytes_;
  std::size_t lines_ = 0;        // that are whole
  std::size_t line_length_ = 0;  // bytes of the one that is not
  bool after_cr_ = false;
  bool done_ = false;
  std::optional<Refusal> refusal_;
  RequestHead head_;
};

}  // namespace helper::rpc
