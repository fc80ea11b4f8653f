package dev.helper.ide.wire;

import com.google.gson.JsonObject;
import com.intellij.openapi.diagnostic.Logger;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jetbrains.annotations.NotNull;

/** HelperProgram is the command `helper` of this machine; the plugin runs it for two things only: to learn its version and to start the daemon. */
public final class HelperProgram {
  private static final Logger LOG = Logger.getInstance(HelperProgram.class);
  /** The interface that this plugin was written for, as `helper version --json` numbers it. */
  public static final int API = 1;
  private static final int LONGEST_OUTPUT = 1 << 20;
  private static final int SLICE_MS = 50;

  /** What `helper version --json` says. */
  public record Facts(@NotNull String version, @NotNull Path endpointFile, @NotNull Path logFile) {}

  private final Path program;
  private final Limits limits;

  public HelperProgram(@NotNull Path program, @NotNull Limits limits) {
    this.program = program;
    this.limits = limits;
  }

  /** Its version, which is one that this plugin can speak to. Starts nothing. */
  public @NotNull Facts facts(@NotNull BooleanSupplier cancelled) throws HelperException {
    JsonObject json = run(List.of("version", "--json"), cancelled);
    String version = Json.text(json, "helper");
    long api = Json.number(json, "api", 0);
    if (version.isEmpty()) throw notHelper("it does not tell its version");
    if (api < API) {
      throw new HelperException("plugin.version", program.toString(),
          "helper " + version + " is too old: this plugin needs interface " + API + ", and it has "
              + (api == 0 ? "none yet" : "interface " + api),
          "install a newer helper, or name another one in Settings > Tools > Helper");
    }
    if (api > API) {
      throw new HelperException("plugin.version", program.toString(),
          "helper " + version + " is too new: it has interface " + api + ", and this plugin knows interface " + API,
          "update this plugin in Settings > Plugins");
    }
    String endpoint = Json.text(json, "endpoint_file");
    if (endpoint.isEmpty()) throw notHelper("it does not tell its endpoint file");
    return new Facts(version, Path.of(endpoint), Path.of(Json.text(json, "log_file")));
  }

  /** When this returns, a daemon of its version has answered. */
  public void startDaemon(@NotNull BooleanSupplier cancelled) throws HelperException {
    run(List.of("rpc", "version", "--json"), cancelled);
  }

  private HelperException notHelper(String why) {
    return new HelperException("plugin.helper", program.toString(), why, "name the helper in Settings > Tools > Helper");
  }

  private JsonObject run(List<String> arguments, BooleanSupplier cancelled) throws HelperException {
    List<String> argv = new ArrayList<>(List.of(program.toString()));
    argv.addAll(arguments);
    File out = null;
    try {
      out = File.createTempFile("helper", ".json");
      // A file and no pipe: what the daemon inherits can keep nobody waiting.
      Process process = new ProcessBuilder(argv)
          .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
          .redirectOutput(out)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
      waitFor(process, cancelled);
      JsonObject json;
      try (InputStream in = Files.newInputStream(out.toPath())) {
        json = Json.object(new String(in.readNBytes(LONGEST_OUTPUT), StandardCharsets.UTF_8));
      }
      if (json == null) throw notHelper("`" + String.join(" ", arguments) + "` printed something that is not JSON");
      if (json.has("error")) {
        JsonObject error = Json.object(json, "error");
        throw new HelperException(
            Json.text(error, "name"), Json.text(error, "thing"), Json.text(error, "cause"), Json.text(error, "fix"));
      }
      return json;
    } catch (IOException e) {
      LOG.info(program.toString(), e);
      throw notHelper("it cannot be run (" + e.getMessage() + ")");
    } finally {
      if (out != null && !out.delete()) out.deleteOnExit();
    }
  }

  private void waitFor(Process process, BooleanSupplier cancelled) throws HelperException {
    long end = System.nanoTime() + limits.program().toNanos();
    try {
      while (!process.waitFor(SLICE_MS, TimeUnit.MILLISECONDS)) {
        if (cancelled.getAsBoolean()) throw HelperException.cancelled("helper");
        if (System.nanoTime() > end) throw notHelper("it did not end within " + limits.program().toSeconds() + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw HelperException.cancelled("helper");
    } finally {
      process.destroyForcibly();
    }
  }
}
