package dev.helper.ide.service;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.intellij.openapi.diagnostic.Logger;
import dev.helper.ide.wire.Json;
import dev.helper.ide.wire.HelperException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jetbrains.annotations.NotNull;

/** A Watcher follows the state of a target on one of the IDE's pooled threads, from start() to close(). It starts no daemon. */
public final class Watcher implements AutoCloseable {
  private static final Logger LOG = Logger.getInstance(Watcher.class);
  private static final long PAUSE_MS = 200;
  private static final long PAUSE_AFTER_TROUBLE_MS = 3000;

  private final String name;
  private final Backend backend;
  private final Consumer<TargetState> onState;
  private Thread thread;
  private volatile boolean closed;

  /** {@code onState} is told of each state on the watcher's thread. */
  public Watcher(@NotNull String name, @NotNull Backend backend, @NotNull Consumer<TargetState> onState) {
    this.name = name;
    this.backend = backend;
    this.onState = onState;
  }

  public void start() {
    backend.executor().execute(this::follow);
  }

  /** Returns at once; the thread is given back within a fraction of a second. */
  @Override
  public synchronized void close() {
    closed = true;
    if (thread != null) thread.interrupt();
  }

  private void follow() {
    Thread pooled = Thread.currentThread();
    String before = pooled.getName();
    pooled.setName("helper watch " + name);
    setThread(pooled);
    try {
      run();
    } finally {
      setThread(null);
      Thread.interrupted(); // the next work of this thread is not the one that was ended
      pooled.setName(before);
    }
  }

  private synchronized void setThread(Thread now) {
    thread = now;
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
        LOG.debug("watch", trouble);
        revision = 0;
        tell(TargetState.of(trouble));
        pause(PAUSE_AFTER_TROUBLE_MS);
      } catch (RuntimeException fault) {
        if (closed) return; // of a project that is being closed
        LOG.warn("watch " + name, fault);
        revision = 0;
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
      LOG.debug("watch " + name + " is ended", e);
      closed = true;
    }
  }
}
