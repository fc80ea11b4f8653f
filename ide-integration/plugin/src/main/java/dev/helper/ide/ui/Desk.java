package dev.helper.ide.ui;

import com.intellij.openapi.project.Project;
import dev.helper.ide.service.Person;
import dev.helper.ide.service.Question;
import java.nio.file.Path;
import org.jetbrains.annotations.NotNull;
import org.jetbrains.annotations.Nullable;

/** The Desk is all that the plugin shows to a person. Every method returns at once and may be called from any thread. */
public interface Desk {
  void tell(@Nullable Project project, @NotNull Message message);

  /** With the browser, or with what the desktop opens such a link with. */
  void browse(@NotNull String link);

  void open(@NotNull Project project, @NotNull Path file);

  void showSettings(@Nullable Project project);

  void ask(@Nullable Project project, @NotNull Question question, @NotNull Person.Reply reply);

  void withdraw(@NotNull Question question);

  static @NotNull Desk get() {
    return Services.get(Desk.class);
  }
}
