package dev.helper.ide.wire;

import java.time.Duration;
import org.jetbrains.annotations.NotNull;

/** Limits are how long each wait for the service may be. */
public record Limits(
    @NotNull Duration connect, @NotNull Duration silence, @NotNull Duration cancel, @NotNull Duration program) {
  /** The service sends something at least every second while a call runs; one that is silent for 30 s is stuck. */
  public static final Limits STANDARD =
      new Limits(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(15));
}
