package dev.helper.ide.service;

import org.jetbrains.annotations.NotNull;

/** Progress shows what a request does now, and says whether it is still wanted. */
public interface Progress {
  /** {@code detail} may be empty. */
  void show(@NotNull String step, @NotNull String detail);

  boolean isCancelled();
}
