// Slots is how many commands may run in one session at once: the server's MaxSessions (sshd_config(5)) limits that.
// Any thread.
#pragma once

#include "ssh/wait.hpp"

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>

namespace helper::ssh {

class Slots {
 public:
  // sshd's own limit is 10, and what is given up or ended needs some room beside what runs.
  static constexpr std::size_t k_most = 8;
  // A refusal may have been because of what had just ended and was still there: one more is tried after this long.
  static constexpr Milliseconds k_again_after{10'000};

  // One place, until it goes.
  class Place {
   public:
    explicit Place(Slots& places) : places_(&places) {}

   private:
    struct GiveBack {
      void operator()(Slots* places) const { places->give_back(); }
    };
    std::unique_ptr<Slots, GiveBack> places_;
  };

  // Waits for one; nullopt when the limit passed or a stop was requested first.
  [[nodiscard]] std::optional<Place> claim(const Limit& limit);
  // The server had no room for another one: there are only as many as are taken now, without this one. False when this
  // was the only one.
  bool refused(const Place& place);
  // The server had room for as many as are taken now, whatever it refused before.
  void fitted();
  [[nodiscard]] std::size_t taken() const;
  // Whether claim() would give one at once, as things are now.
  [[nodiscard]] bool has_room() const;

 private:
  [[nodiscard]] bool is_free() const;
  void give_back();
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t taken_ = 0;
  std::size_t most_ = k_most;  // as far as is known
  SteadyTime refused_at_{};
};

}  // namespace helper::ssh
