package dev.helper.ide.support;

import static org.junit.Assert.fail;

import java.util.concurrent.Callable;

/** Waits for what other threads do, with a limit. */
public final class Wait {
  private Wait() {}

  public static void until(String what, int seconds, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    while (!condition.call()) {
      if (System.nanoTime() > end) fail("not within " + seconds + " s: " + what);
      Thread.sleep(10);
    }
  }
}
