package dev.helper.ide.service;

import com.intellij.openapi.diagnostic.Logger;
import dev.helper.ide.wire.HelperException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jetbrains.annotations.NotNull;
import org.jetbrains.annotations.Nullable;

/** HelperLocator finds the program `helper`: the one that the settings name, else on PATH, else beside the plugin. */
public final class HelperLocator {
  private static final Logger LOG = Logger.getInstance(HelperLocator.class);
  private static final String NAME = "helper";

  private HelperLocator() {}

  /** {@code named} is "" when the settings name none; {@code pluginFolder} is where the plugin was unpacked. */
  public static @NotNull Path find(@NotNull String named, @Nullable String pathVariable, @Nullable Path pluginFolder)
      throws HelperException {
    if (!named.isBlank()) {
      Path program = path(named.strip());
      if (program != null && program.isAbsolute() && isProgram(program)) return program;
      throw new HelperException("plugin.helper", named.strip(), "there is no program of that path",
          "correct it in Settings > Tools > Helper, or empty the field to search PATH");
    }
    for (String folder : (pathVariable == null ? "" : pathVariable).split(File.pathSeparator)) {
      Path place = path(folder);
      if (place != null && place.isAbsolute() && isProgram(place.resolve(NAME))) return place.resolve(NAME);
    }
    if (pluginFolder != null && isProgram(pluginFolder.resolve("bin").resolve(NAME))) {
      return pluginFolder.resolve("bin").resolve(NAME);
    }
    throw new HelperException("plugin.helper", NAME, "it is neither on PATH nor beside the plugin",
        "install helper, or name it in Settings > Tools > Helper");
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      LOG.info("a path of helper", e);
      return null;
    }
  }

  private static boolean isProgram(Path path) {
    return Files.isRegularFile(path) && Files.isExecutable(path);
  }
}
