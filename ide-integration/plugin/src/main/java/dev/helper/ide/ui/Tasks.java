package dev.helper.ide.ui;

import com.intellij.openapi.diagnostic.Logger;
import com.intellij.openapi.progress.ProcessCanceledException;
import com.intellij.openapi.progress.ProgressIndicator;
import com.intellij.openapi.progress.ProgressManager;
import com.intellij.openapi.progress.Task;
import com.intellij.openapi.project.Project;
import dev.helper.ide.service.Progress;
import dev.helper.ide.wire.HelperException;
import java.awt.HeadlessException;
import java.awt.Toolkit;
import java.awt.datatransfer.StringSelection;
import java.util.function.BooleanSupplier;
import org.jetbrains.annotations.NotNull;
import org.jetbrains.annotations.Nullable;

/** Tasks runs what takes time under the IDE's own progress, where it can be cancelled, and shows its errors. */
final class Tasks {
  private static final Logger LOG = Logger.getInstance(Tasks.class);
  /** What takes time. */
  interface Work {
    void run(@NotNull Progress progress) throws HelperException;
  }

  private Tasks() {}

  /** Returns at once. The same work of a project is not begun twice at a time; {@code again} repeats it. */
  static void start(@NotNull Project project, @NotNull String title, @NotNull Runnable again, @NotNull Work work) {
    ProjectBackend backend = ProjectBackend.get(project);
    if (backend.isDisposed() || !backend.begin(title)) return;
    run(project, title, backend::isDisposed, again, progress -> {
      try {
        work.run(progress);
      } finally {
        backend.end(title);
      }
    });
  }

  static void run(@Nullable Project project, @NotNull String title, @NotNull BooleanSupplier over,
      @NotNull Runnable again, @NotNull Work work) {
    ProgressManager.getInstance().run(new Task.Backgroundable(project, title, true) {
      @Override
      public void run(@NotNull ProgressIndicator indicator) {
        indicator.setIndeterminate(true);
        try {
          work.run(new Shown(indicator, over));
        } catch (HelperException trouble) {
          if (over.getAsBoolean()) return;
          if (trouble.isCancelled()) throw new ProcessCanceledException();
          LOG.info(title, trouble);
          tell(project, trouble, again);
        }
      }
    });
  }

  static void tell(@Nullable Project project, @NotNull HelperException trouble, @NotNull Runnable again) {
    Message message = Message.of(trouble).choice("Try again", again);
    if (!trouble.fix().isEmpty()) message.choice("Copy the fix", () -> copy(trouble.fix()));
    if (trouble.name().startsWith("plugin.") || trouble.name().equals("config.target")) {
      message.choice("Settings", () -> Desk.get().showSettings(project));
    }
    Desk.get().tell(project, message);
  }

  private static void copy(String text) {
    try {
      Toolkit.getDefaultToolkit().getSystemClipboard().setContents(new StringSelection(text), null);
    } catch (HeadlessException | IllegalStateException noClipboard) {
      LOG.info("the fix is not copied, and is in the message too", noClipboard);
    }
  }

  private static final class Shown implements Progress {
    private final ProgressIndicator indicator;
    private final BooleanSupplier over;

    Shown(ProgressIndicator indicator, BooleanSupplier over) {
      this.indicator = indicator;
      this.over = over;
    }

    @Override
    public void show(@NotNull String step, @NotNull String detail) {
      if (!step.isEmpty()) indicator.setText(step);
      indicator.setText2(detail);
    }

    @Override
    public boolean isCancelled() {
      return over.getAsBoolean() || indicator.isCanceled();
    }
  }
}
