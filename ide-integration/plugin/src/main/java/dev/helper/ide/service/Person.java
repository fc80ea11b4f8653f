package dev.helper.ide.service;

import org.jetbrains.annotations.NotNull;

/** A Person answers questions in their own time: both methods return at once and may be called from any thread. */
public interface Person {
  /** Shows the question; exactly one method of {@code reply} is called later, from any thread, unless it is withdrawn. */
  void ask(@NotNull Question question, @NotNull Reply reply);

  /** The question is over: its window is closed. */
  void withdraw(@NotNull Question question);

  /** Where the answer goes. */
  interface Reply {
    void answer(@NotNull String value);

    /** Nobody will answer: the work that asked is cancelled. */
    void refuse();
  }
}
