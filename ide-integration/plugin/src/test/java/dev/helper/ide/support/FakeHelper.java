package dev.helper.ide.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** STAND-IN for the command `helper`: a shell script that says what it is told to, for versions that do not exist and programs that hang. */
public final class FakeHelper {
  private FakeHelper() {}

  /** One of this plugin's interface whose daemon is a {@link TestServer}; each start is noted in the file `starts`. */
  public static Path of(Path folder, Path endpointFile) throws IOException {
    return script(folder,
        "case $1 in version) echo '{\"helper\":\"0.1.0\",\"api\":1,\"endpoint_file\":\"" + endpointFile
            + "\",\"log_file\":\"" + folder + "/helperd.log\"}' ;; *) echo started >> '" + folder
            + "/starts'; echo '{}' ;; esac");
  }

  public static Path script(Path folder, String shell) throws IOException {
    Path program = folder.resolve("helper");
    Files.writeString(program, "#!/bin/sh\n" + shell + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program;
  }
}
