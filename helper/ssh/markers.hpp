// MarkerSplitter finds one command's output in the endless stream of a shell that stays open: what stands between a
// begin marker and an end marker, both made of a number nobody can guess. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace helper::ssh {

class MarkerSplitter {
 public:
  // The stream reads: noise, `begin`, a heading, a newline, the output, `end`, a trailer, a newline.
  MarkerSplitter(std::string begin, std::string end) : begin_(std::move(begin)), end_(std::move(end)) {}

  // Takes the next piece of the stream; gives the output in it. No byte of a marker is ever given out, however the
  // pieces are cut; bytes that may turn out to be a marker are held until that is known.
  [[nodiscard]] std::string feed(std::string_view piece);
  // What was held back, once the stream has ended without the end marker.
  [[nodiscard]] std::string flush();

  [[nodiscard]] bool begun() const { return place_ != Place::before && place_ != Place::heading; }
  [[nodiscard]] bool done() const { return place_ == Place::after; }
  // What stands between the begin marker and its newline; whole once begun().
  [[nodiscard]] const std::string& heading() const { return heading_; }
  // What stands between the end marker and its newline; whole once done().
  [[nodiscard]] const std::string& trailer() const { return trailer_; }

 private:
  enum class Place { before, heading, inside, trailer, after };
  bool take_line(std::string& line);
  std::string begin_;
  std::string end_;
  std::string held_;
  std::string heading_;
  std::string trailer_;
  Place place_ = Place::before;
};

// A fresh unguessable number, as 32 hexadecimal digits.
[[nodiscard]] std::string random_nonce();

}  // namespace helper::ssh
