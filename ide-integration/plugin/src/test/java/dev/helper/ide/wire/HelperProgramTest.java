package dev.helper.ide.wire;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.helper.ide.support.FakeHelper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class HelperProgramTest {
  private static final Limits SHORT =
      new Limits(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1));

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private HelperProgram program(String shell) throws Exception {
    return new HelperProgram(FakeHelper.script(folder.getRoot().toPath(), shell), SHORT);
  }

  private HelperException trouble(String shell) throws Exception {
    HelperProgram program = program(shell);
    return assertThrows(HelperException.class, () -> program.facts(() -> false));
  }

  @Test
  public void tellsItsVersionAndItsPlaces() throws Exception {
    HelperProgram.Facts facts = program(
        "echo '{\"helper\":\"0.1.0\",\"api\":1,\"endpoint_file\":\"/run/e.json\",\"log_file\":\"/var/l\"}'")
                                    .facts(() -> false);
    assertEquals("0.1.0", facts.version());
    assertEquals(Path.of("/run/e.json"), facts.endpointFile());
    assertEquals(Path.of("/var/l"), facts.logFile());
  }

  @Test
  public void ofAnotherInterfaceIsRefusedByItsNumber() throws Exception {
    HelperException old = trouble("echo '{\"helper\":\"0.0.9\",\"daemon\":null}'");
    assertEquals("plugin.version", old.name());
    assertTrue(old.why(), old.why().contains("helper 0.0.9 is too old"));
    HelperException young = trouble("echo '{\"helper\":\"9.0.0\",\"api\":2,\"endpoint_file\":\"/e\"}'");
    assertEquals("plugin.version", young.name());
    assertTrue(young.fix(), young.fix().contains("update this plugin"));
  }

  @Test
  public void thatIsNoHelperIsSaidToBeNone() throws Exception {
    for (String shell : new String[] {"echo usage", "exit 1", "echo '[1]'", "echo '{\"helper\":7}'", "kill -9 $$"}) {
      assertEquals(shell, "plugin.helper", trouble(shell).name());
    }
    HelperProgram absent = new HelperProgram(folder.getRoot().toPath().resolve("absent"), SHORT);
    assertEquals("plugin.helper", assertThrows(HelperException.class, () -> absent.facts(() -> false)).name());
  }

  @Test
  public void givesItsOwnErrorOn() throws Exception {
    HelperException trouble = trouble(
        "echo '{\"error\":{\"name\":\"file.failed\",\"thing\":\"HOME\",\"cause\":\"is not set\",\"fix\":\"set it\"}}'; exit 10");
    assertEquals("file.failed", trouble.name());
    assertEquals("set it", trouble.fix());
  }

  @Test
  public void thatHangsIsNotWaitedFor() throws Exception {
    long begin = System.nanoTime();
    HelperException trouble = trouble("exec sleep 60");
    assertTrue(trouble.why(), trouble.why().contains("did not end within 1 s"));
    HelperProgram hanging = program("exec sleep 60");
    assertTrue(assertThrows(HelperException.class, () -> hanging.facts(() -> true)).isCancelled());
    assertTrue(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(5));
  }
}
