// What comes from the engine's socket, parsed piece by piece. Pure: bytes in, values out. All of it is hostile
// until it is checked, and nothing here grows without a limit.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::keeper {

inline constexpr std::size_t k_head_limit = 16 * 1024;
inline constexpr std::size_t k_tail_limit = 2 * 1024;

// `text` as one line of plain ASCII: what is no printable character becomes '?', what passes `limit` becomes "...".
[[nodiscard]] std::string one_line(std::string_view text, std::size_t limit = 200);
// The last line that is not blank, as one_line.
[[nodiscard]] std::string last_line(std::string_view text);
[[nodiscard]] bool is_hex(std::string_view text);

// A request, complete. `upgrade` asks for the raw connection of an exec.
[[nodiscard]] std::string request(std::string_view method, std::string_view path, std::string_view body, bool upgrade);

struct Head {
  int status = 0;
  std::optional<std::size_t> length;
  bool chunked = false;
};

// How many bytes the head at the begin of `bytes` has, with its blank line; nothing when more bytes are needed. Error
// server_command: it is above k_head_limit.
[[nodiscard]] Result<std::optional<std::size_t>> head_size(std::string_view bytes);
// Of a whole head. Error server_command: it is no head of an answer, or says two things about the body.
[[nodiscard]] Result<Head> parse_head(std::string_view head);

// Takes a chunked body apart. The bytes may come cut anywhere.
class ChunkReader {
 public:
  // Appends what belongs to the body. Error server_command: it is not chunked as HTTP says.
  [[nodiscard]] Result<void> feed(std::string_view bytes, std::string& body);
  [[nodiscard]] bool is_done() const { return part_ == Part::done; }

 private:
  enum class Part { size, data, after_data, trailer, done };
  [[nodiscard]] Result<void> take_line();

  Part part_ = Part::size;
  std::uint64_t left_ = 0;
  std::string line_;
  std::size_t trailer_ = 0;
};

// Takes the output of an exec apart: frames of the two streams, each after a head of eight bytes. Keeps the end only.
class FrameReader {
 public:
  // Error server_command: these are no frames.
  [[nodiscard]] Result<void> feed(std::string_view bytes);
  // The last bytes of both streams, as they came.
  [[nodiscard]] const std::string& tail() const { return tail_; }

 private:
  std::string head_;
  std::uint64_t left_ = 0;
  std::string tail_;
};

// Cuts a stream into lines. A line above the limit is left out, and counted.
class LineReader {
 public:
  explicit LineReader(std::size_t limit) : limit_(limit) {}
  [[nodiscard]] std::vector<std::string> feed(std::string_view bytes);
  // Whether a line was left out since this was asked the last time.
  [[nodiscard]] bool lost_a_line();

 private:
  std::size_t limit_;
  std::string line_;
  bool skipping_ = false;
  bool lost_ = false;
};

}  // namespace helper::keeper
