// Arguments are what one command line said, checked against its verb's options; OptionSpec is one row of those.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::cli {

struct OptionSpec {
  enum class Kind { flag, text, number, argument, rest };  // rest: the words after "--", any

  Kind kind = Kind::flag;
  std::string_view name;           // "--lines"; for an argument its place's name: "TARGET"
  std::string_view value;          // how help names its value: "N"
  std::string_view help;           // one phrase, no full stop
  std::string_view fallback = {};  // what holds when it is absent, as text; "" = nothing does
  std::string_view choices = {};   // "text|json": nothing else is accepted
  bool required = false;           // arguments only
  int smallest = 0;                // numbers only, both ends included
  int largest = 0;
};

class Arguments {
 public:
  void set(std::string_view name, std::string value) { values_.insert_or_assign(std::string(name), std::move(value)); }

  [[nodiscard]] bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
  // Absent is "" and 0; parse() has put in the fallbacks and has checked every number.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> given(std::string_view name) const;
  [[nodiscard]] int number(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>& rest() const { return rest_; }
  void set_rest(std::vector<std::string> words) { rest_ = std::move(words); }

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::vector<std::string> rest_;
};

}  // namespace helper::cli
