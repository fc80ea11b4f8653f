// DockerIgnore is a .dockerignore file: which files of a build's context are not sent. Its rules are those of
// https://docs.docker.com/build/concepts/context/#dockerignore-files: the last line that matches decides, a line with
// "!" brings back, and what is in an excluded folder is excluded with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace helper::config {

class DockerIgnore {
 public:
  DockerIgnore() = default;  // excludes nothing
  explicit DockerIgnore(std::string_view text);

  // `path` is relative to the context, its names joined by '/'.
  [[nodiscard]] bool excludes(std::string_view path) const;
  // Some line brings files back: an excluded folder must still be read.
  [[nodiscard]] bool brings_back() const;

 private:
  struct Token {
    enum class Kind : std::uint8_t {
      one,          // `letter`
      any_letter,   // ?
      any_letters,  // *: any number, no '/'
      anything,     // **: at the end
      folders,      // **/: any number of whole folders
      set,          // [a-z]
    };
    Kind kind = Kind::one;
    char letter = 0;
    bool negated = false;     // of a set: [^a-z]
    std::string ranges = {};  // of a set: two letters each, lowest and highest
  };
  struct Rule {
    std::vector<Token> tokens;
    bool brings_back = false;
  };

  static std::vector<Token> parse(std::string_view pattern);
  static bool takes(const Token& token, char c);
  static bool matches(const std::vector<Token>& tokens, std::string_view path);
  static bool matches_it_or_a_folder_above(const std::vector<Token>& tokens, std::string_view path);

  std::vector<Rule> rules_;
};

}  // namespace helper::config
