package dev.helper.ide.wire;

import com.google.gson.JsonObject;
import com.intellij.openapi.diagnostic.Logger;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jetbrains.annotations.NotNull;

/** An Endpoint is where the daemon listens and the token that opens it, as its endpoint file says. */
public final class Endpoint {
  private static final Logger LOG = Logger.getInstance(Endpoint.class);
  private static final int LONGEST_FILE = 4096;
  private static final Pattern URL = Pattern.compile("http://127\\.0\\.0\\.1:([1-9][0-9]{0,4})/");
  private static final Pattern TOKEN = Pattern.compile("[0-9a-f]{64}");
  /** A file system's clock may be this much coarser than that of processes. */
  private static final Duration CLOCKS = Duration.ofSeconds(2);
  private static final Set<PosixFilePermission> OWNERS =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final int port;
  private final String token;
  private final long pid;
  private final Instant written;

  private Endpoint(int port, String token, long pid, Instant written) {
    this.port = port;
    this.token = token;
    this.pid = pid;
    this.written = written;
  }

  /** Empty when the file is absent, is not a plain file that only its owner can open, or is not wholly an endpoint. */
  public static @NotNull Optional<Endpoint> read(@NotNull Path file) {
    try {
      PosixFileAttributes about = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!about.isRegularFile() || about.size() > LONGEST_FILE || !OWNERS.containsAll(about.permissions())) {
        return Optional.empty();
      }
      byte[] bytes;
      try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
        bytes = in.readNBytes(LONGEST_FILE);
      }
      return parse(new String(bytes, StandardCharsets.UTF_8), about.lastModifiedTime().toInstant());
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("no endpoint file", e);
      return Optional.empty();
    }
  }

  static Optional<Endpoint> parse(String text, Instant written) {
    JsonObject json = Json.object(text);
    if (json == null) return Optional.empty();
    Matcher url = URL.matcher(Json.text(json, "url"));
    String token = Json.text(json, "token");
    long pid = Json.number(json, "pid", 0);
    if (!url.matches() || !TOKEN.matcher(token).matches() || pid <= 0) return Optional.empty();
    int port = Integer.parseInt(url.group(1));
    return port > 65535 ? Optional.empty() : Optional.of(new Endpoint(port, token, pid, written));
  }

  /**
   * Whether the process that wrote the file still runs. The port of a killed daemon may belong to anybody by now:
   * the token, and what a person types, would go to them.
   */
  public boolean isAlive() {
    Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    return process.isPresent()
        && process.get().info().startInstant().map(start -> !start.isAfter(written.plus(CLOCKS))).orElse(true);
  }

  public long pid() {
    return pid;
  }

  int port() {
    return port;
  }

  String token() {
    return token;
  }
}
