package dev.helper.ide.wire;

import java.time.Duration;

/** Limits are how long each wait for the service may be. */
public final class Limits {
  /** The service sends something at least every second while a call runs; one that is silent for 30 s is stuck. */
  public static final Limits STANDARD =
      new Limits(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(15));

  final Duration connect;
  final Duration silence;
  final Duration cancel;
  final Duration program;

  public Limits(Duration connect, Duration silence, Duration cancel, Duration program) {
    this.connect = connect;
    this.silence = silence;
    this.cancel = cancel;
    this.program = program;
  }
}
