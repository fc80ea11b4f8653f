package dev.helper.ide.service;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.intellij.openapi.diagnostic.Logger;
import dev.helper.ide.wire.Endpoint;
import dev.helper.ide.wire.HelperProgram;
import dev.helper.ide.wire.Limits;
import dev.helper.ide.wire.RpcClient;
import dev.helper.ide.wire.HelperException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jetbrains.annotations.NotNull;

/** Daemon is the running helperd, found again for each call and started through `helper` when there is none. Every method blocks: none is for the UI thread. */
public final class Daemon {
  private static final Logger LOG = Logger.getInstance(Daemon.class);
  /** Where `helper` is, asked again each time, since the settings may change. */
  public interface Locator {
    @NotNull Path find() throws HelperException;
  }

  private final Locator locator;
  private final Limits limits;
  private volatile Known known;

  /** Version and places of a program are asked for once; another path, or a newer file, is another program. */
  private record Known(Path program, FileTime written, HelperProgram.Facts facts) {}

  public Daemon(@NotNull Locator locator, @NotNull Limits limits) {
    this.locator = locator;
    this.limits = limits;
  }

  /** Calls a method; a daemon that does not run, or does not answer, is started first. */
  public @NotNull JsonElement call(@NotNull String method, @NotNull JsonObject params,
      @NotNull Consumer<JsonObject> onEvent, @NotNull BooleanSupplier cancelled) throws HelperException {
    Path file = facts(cancelled).endpointFile();
    Optional<Endpoint> endpoint = Endpoint.read(file).filter(Endpoint::isAlive);
    if (endpoint.isEmpty()) {
      new HelperProgram(locator.find(), limits).startDaemon(cancelled);
      endpoint = Endpoint.read(file).filter(Endpoint::isAlive);
    }
    if (endpoint.isEmpty()) throw HelperException.unreachable("it was started and has left no endpoint file");
    return new RpcClient(endpoint.get(), limits).call(method, params, onEvent, cancelled);
  }

  /** The same, if one runs; empty when none does. It starts none: somebody may have ended it on purpose. */
  public @NotNull Optional<JsonElement> callIfRunning(
      @NotNull String method, @NotNull JsonObject params, @NotNull BooleanSupplier cancelled) throws HelperException {
    Optional<Endpoint> endpoint = Endpoint.read(facts(cancelled).endpointFile()).filter(Endpoint::isAlive);
    if (endpoint.isEmpty()) return Optional.empty();
    return Optional.of(new RpcClient(endpoint.get(), limits).call(method, params, event -> {}, cancelled));
  }

  /** Where the daemon writes its log. */
  public @NotNull Path logFile(@NotNull BooleanSupplier cancelled) throws HelperException {
    return facts(cancelled).logFile();
  }

  private HelperProgram.Facts facts(BooleanSupplier cancelled) throws HelperException {
    Path program = locator.find();
    FileTime written = written(program);
    Known now = known;
    if (now == null || !program.equals(now.program()) || !written.equals(now.written())) {
      now = new Known(program, written, new HelperProgram(program, limits).facts(cancelled));
      known = now;
    }
    return now.facts();
  }

  private static FileTime written(Path program) {
    try {
      return Files.getLastModifiedTime(program);
    } catch (IOException e) {
      LOG.info("the time of " + program, e);
      return FileTime.fromMillis(0); // to run it will tell what is wrong
    }
  }
}
