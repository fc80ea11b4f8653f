package dev.helper.ide.service;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.helper.ide.wire.Json;
import dev.helper.ide.wire.HelperException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jetbrains.annotations.NotNull;

/** A Watcher follows the state of a target on a thread of its own, from start() to close(). It starts no daemon. */
public final class Watcher implements AutoCloseable {
  private static final long PAUSE_MS = 200;
  private static final long PAUSE_AFTER_TROUBLE_MS = 3000;

  private final Backend backend;
  private final Consumer<TargetState> onState;
  private final Thread thread;
  private volatile boolean closed;

  /** {@code onState} is told of each state on the watcher's thread. */
  public Watcher(@NotNull String name, @NotNull Backend backend, @NotNull Consumer<TargetState> onState) {
    this.backend = backend;
    this.onState = onState;
    thread = new Thread(this::run, "helper watch " + name);
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  /** Returns at once; the thread ends within a fraction of a second. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  private void run() {
    long revision = 0;
    while (!closed) {
      try {
        JsonObject params = backend.params();
        params.addProperty("can_answer", false);
        if (revision > 0) params.addProperty("revision", revision);
        Optional<JsonElement> answer = backend.daemon().callIfRunning("watch", params, () -> closed);
        if (answer.isPresent() && answer.get().isJsonObject()) {
          JsonObject report = answer.get().getAsJsonObject();
          revision = Json.number(report, "revision", 0);
          tell(TargetState.of(Json.object(report, "status")));
          pause(PAUSE_MS);
        } else {
          revision = 0;
          tell(TargetState.notRunning());
          pause(PAUSE_AFTER_TROUBLE_MS);
        }
      } catch (HelperException trouble) {
        revision = 0;
        tell(TargetState.of(trouble));
        pause(PAUSE_AFTER_TROUBLE_MS);
      }
    }
  }

  private void tell(TargetState state) {
    if (!closed) onState.accept(state);
  }

  private void pause(long ms) {
    if (closed) return;
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      closed = true;
    }
  }
}
