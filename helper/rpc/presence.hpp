// Presence is how a daemon can be found: its runtime folder, lock and endpoint file. All of them may be removed under
// it (a logout, a cleaner of old files): then it makes them again, unless another daemon has taken its place.
#pragma once

#include "base/files.hpp"
#include "base/paths.hpp"
#include "rpc/daemon_lock.hpp"
#include "rpc/endpoint_file.hpp"

#include <functional>
#include <string>
#include <thread>

namespace helper::rpc {

class Presence {
 public:
  enum class Found { as_it_was, made_again, cannot_be_made, another_daemon };

  // What else is in the runtime folder: makes it again when it is gone, and says whether it was gone. May be empty.
  using Rest = std::function<Result<bool>()>;

  Presence(const Paths& paths, DaemonLock& lock, FileStore& files, DaemonEndpoint endpoint, Rest rest = {})
      : paths_(paths), lock_(lock), files_(files), endpoint_(std::move(endpoint)), rest_(std::move(rest)) {}

  // Looks, and repairs. One caller at a time.
  [[nodiscard]] Found look();
  // Why the last look could not make something; "" otherwise.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  [[nodiscard]] Found failed(const Error& error);

  const Paths& paths_;
  DaemonLock& lock_;
  FileStore& files_;
  const DaemonEndpoint endpoint_;
  const Rest rest_;
  int times_locked_out_ = 0;
  std::string trouble_;
};

// Looks whenever something in the folder goes, and now and then; `replaced` is called once, when another daemon has
// taken over or the files could not be made for ten minutes, and nothing is looked at after it.
class PresenceWatch {
 public:
  PresenceWatch(Presence& presence, const Paths& paths, std::function<void()> replaced);

 private:
  void run(const std::stop_token& stop);

  Presence& presence_;
  const Paths& paths_;
  const std::function<void()> replaced_;
  std::jthread thread_;  // last: it starts when all else is there
};

}  // namespace helper::rpc
