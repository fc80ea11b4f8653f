// Seeded mutations of real texts, so that every test run tries some of what a fuzzing compiler would.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace helper::test {

class Mutator {
 public:
  // `words` bring a mutation deeper than single bytes do.
  Mutator(unsigned seed, std::vector<std::string> words) : random_(seed), words_(std::move(words)) {}

  // One of the seeds after up to five changes.
  std::string next(const std::vector<std::string>& seeds) {
    std::string text = seeds[below(seeds.size())];
    for (std::size_t change = below(6); change > 0 && !text.empty(); --change) {
      const std::size_t at = below(text.size());
      switch (below(9)) {
        case 0:
        case 1:
          text[at] = static_cast<char>(random_() & 0xFF);
          break;
        case 2:
        case 3:
          text.erase(at, 1 + below(30));
          break;
        case 4:
          text.resize(at);
          break;
        case 5:
        case 6:
          text.insert(at, words_[below(words_.size())]);
          break;
        default:
          text.insert(at, std::string(text.substr(below(text.size()), below(60))));
          break;
      }
    }
    return text;
  }

 private:
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_()) % limit; }

  std::mt19937 random_;
  std::vector<std::string> words_;
};

}  // namespace helper::test
