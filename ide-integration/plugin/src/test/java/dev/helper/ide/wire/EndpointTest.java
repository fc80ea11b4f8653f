package dev.helper.ide.wire;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import dev.helper.ide.support.TestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class EndpointTest {
  private static final String GOOD = "{\"url\":\"http://127.0.0.1:4711/\",\"token\":\"" + TestServer.TOKEN
      + "\",\"pid\":1,\"version\":\"0.1.0\"}";

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Path write(String text, String mode) throws Exception {
    Path file = folder.getRoot().toPath().resolve("endpoint.json");
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file;
  }

  @Test
  public void isReadFromAFileThatOnlyItsOwnerCanOpen() throws Exception {
    assertEquals(4711, Endpoint.read(write(GOOD, "rw-------")).get().port());
    assertTrue(Endpoint.read(write(GOOD, "r--------")).isPresent());
    for (String mode : List.of("rw-r-----", "rw----r--", "rwx------")) {
      assertTrue(mode, Endpoint.read(write(GOOD, mode)).isEmpty());
    }
  }

  @Test
  public void isNotReadThroughALinkOrFromNothing() throws Exception {
    Path file = write(GOOD, "rw-------");
    Path link = Files.createSymbolicLink(folder.getRoot().toPath().resolve("link"), file);
    assertTrue(Endpoint.read(link).isEmpty());
    assertTrue(Endpoint.read(folder.getRoot().toPath()).isEmpty());
    assertTrue(Endpoint.read(folder.getRoot().toPath().resolve("absent")).isEmpty());
  }

  @Test
  public void namesThisMachineAndNoOther() {
    for (String bad : List.of("", "{}", "[]", "garbage", GOOD.replace("127.0.0.1", "10.0.0.1"),
             GOOD.replace("4711", "70000"), GOOD.replace("4711/", "4711@evil.example/"), GOOD.replace("http:", "https:"),
             GOOD.replace("0123", "zzzz"), GOOD.replace("\"pid\":1", "\"pid\":0"))) {
      assertTrue(bad, Endpoint.parse(bad, Instant.now()).isEmpty());
    }
  }

  @Test
  public void isAliveWhileTheProcessThatWroteItRuns() throws Exception {
    Process process = new ProcessBuilder("sleep", "60").start();
    try {
      Path file = write(GOOD.replace("\"pid\":1", "\"pid\":" + process.pid()), "rw-------");
      assertTrue(Endpoint.read(file).get().isAlive());
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
      assertFalse("a process of that number which began later is another", Endpoint.read(file).get().isAlive());
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
      process.destroyForcibly().waitFor();
      assertFalse(Endpoint.read(file).get().isAlive());
    } finally {
      process.destroyForcibly();
    }
  }
}
