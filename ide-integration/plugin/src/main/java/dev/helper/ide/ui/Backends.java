package dev.helper.ide.ui;

import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.application.PathManager;
import com.intellij.openapi.project.Project;
import dev.helper.ide.service.Backend;
import dev.helper.ide.service.Daemon;
import dev.helper.ide.service.HelperLocator;
import dev.helper.ide.service.Person;
import dev.helper.ide.service.Question;
import dev.helper.ide.wire.Limits;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jetbrains.annotations.NotNull;
import org.jetbrains.annotations.Nullable;

/** Backends makes a backend of what the IDE has: its settings, its threads, its desk. */
final class Backends {
  private Backends() {}

  static @NotNull Backend make(
      @Nullable Project project, @NotNull Limits limits, @NotNull Supplier<Backend.Where> where) {
    Daemon daemon = new Daemon(
        () -> HelperLocator.find(HelperSettings.get().helperPath(), System.getenv("PATH"), pluginFolder()), limits);
    return new Backend(daemon, new AtTheDesk(project),
        work -> ApplicationManager.getApplication().executeOnPooledThread(work), where);
  }

  /** FOLDER of FOLDER/lib/this.jar. */
  private static Path pluginFolder() {
    String jar = PathManager.getJarPathForClass(Backends.class);
    Path lib = jar == null ? null : Path.of(jar).getParent();
    return lib == null ? null : lib.getParent();
  }

  private static final class AtTheDesk implements Person {
    private final Project project;

    AtTheDesk(Project project) {
      this.project = project;
    }

    @Override
    public void ask(@NotNull Question question, @NotNull Reply reply) {
      Desk.get().ask(project, question, reply);
    }

    @Override
    public void withdraw(@NotNull Question question) {
      Desk.get().withdraw(question);
    }
  }
}
