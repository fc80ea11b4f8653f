package dev.helper.ide.service;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.helper.ide.support.FakeHelper;
import dev.helper.ide.wire.HelperException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class HelperLocatorTest {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Path helperIn(String name) throws Exception {
    return FakeHelper.script(Files.createDirectories(folder.getRoot().toPath().resolve(name)), "true");
  }

  @Test
  public void takesTheOneOfTheSettingsThenThatOfPathThenTheBundledOne() throws Exception {
    Path named = helperIn("named");
    Path onPath = helperIn("on-path");
    Path bundled = helperIn("plugin/bin");
    Path plugin = folder.getRoot().toPath().resolve("plugin");
    String path = "relative::/nonexistent:" + onPath.getParent();
    assertEquals(named, HelperLocator.find(named.toString(), path, plugin));
    assertEquals(onPath, HelperLocator.find("", path, plugin));
    assertEquals(bundled, HelperLocator.find(" ", "", plugin));
    assertEquals(bundled, HelperLocator.find("", null, plugin));
  }

  @Test
  public void neverFallsBackFromWhatTheSettingsName() throws Exception {
    Path onPath = helperIn("on-path");
    for (String wrong : new String[] {"/nonexistent/helper", folder.getRoot().toString(), "helper", "a\0b"}) {
      HelperException trouble =
          assertThrows(HelperException.class, () -> HelperLocator.find(wrong, onPath.getParent().toString(), null));
      assertEquals("plugin.helper", trouble.name());
      assertTrue(trouble.fix(), trouble.fix().contains("Settings > Tools > Helper"));
    }
  }

  @Test
  public void saysWhatToDoWhenThereIsNone() {
    assertTrue(assertThrows(HelperException.class, () -> HelperLocator.find("", "/nonexistent", null))
                   .fix()
                   .contains("install helper"));
  }
}
