package dev.helper.ide.support;

import com.intellij.core.CoreApplicationEnvironment;
import com.intellij.core.CoreProjectEnvironment;
import com.intellij.mock.MockApplication;
import com.intellij.mock.MockApplicationEx;
import com.intellij.mock.MockProject;
import com.intellij.openapi.Disposable;
import com.intellij.openapi.actionSystem.AnAction;
import com.intellij.openapi.actionSystem.AnActionEvent;
import com.intellij.openapi.actionSystem.CommonDataKeys;
import com.intellij.openapi.actionSystem.Presentation;
import com.intellij.openapi.application.ModalityState;
import com.intellij.openapi.progress.ProgressIndicator;
import com.intellij.openapi.progress.ProgressManager;
import com.intellij.openapi.progress.Task;
import com.intellij.openapi.progress.impl.CoreProgressManager;
import com.intellij.openapi.progress.util.AbstractProgressIndicatorBase;
import com.intellij.openapi.project.Project;
import com.intellij.openapi.util.Disposer;
import dev.helper.ide.ui.Desk;
import dev.helper.ide.ui.HelperSettings;
import dev.helper.ide.ui.ProjectBackend;
import dev.helper.ide.wire.Limits;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import javax.swing.SwingUtilities;
import org.picocontainer.PicoContainer;

/**
 * The platform of 2018.3 as far as Debian has it, without windows: its application, its projects, its progress, its
 * pooled threads, and Swing's own UI thread.
 */
public final class Ide implements AutoCloseable {
  /** A project's progress as the status bar would show it. */
  public static final class Shown extends AbstractProgressIndicatorBase {
    public final String title;
    public final List<String> texts = new CopyOnWriteArrayList<>();
    public volatile Future<?> task;

    Shown(String title) {
      this.title = title;
    }

    @Override
    public void setText(String text) {
      texts.add(text);
    }

    @Override
    public void setText2(String text) {
      if (!text.isEmpty()) texts.add(text);
    }
  }

  public final RecordingDesk desk = new RecordingDesk();
  public final List<Shown> progress = new CopyOnWriteArrayList<>();
  private final Disposable root = Disposer.newDisposable();
  private final CoreApplicationEnvironment environment;
  private final Limits limits;

  public Ide(Path helper, Limits limits) {
    this.limits = limits;
    environment = new CoreApplicationEnvironment(root) {
      @Override
      protected MockApplication createApplication(Disposable parent) {
        return new Application(parent);
      }

      @Override
      protected ProgressManager createProgressIndicatorProvider() {
        return new Progress();
      }
    };
    environment.registerApplicationService(HelperSettings.class, new HelperSettings());
    environment.registerApplicationService(Desk.class, desk);
    HelperSettings.get().setHelperPath(helper.toString());
  }

  public Project open(Path folder) {
    Disposable parent = Disposer.newDisposable();
    Disposer.register(root, parent);
    MockProject project = new CoreProjectEnvironment(parent, environment) {
      @Override
      protected MockProject createProject(PicoContainer container, Disposable disposable) {
        return new OpenProject(container, disposable, folder, parent);
      }
    }.getProject();
    ProjectBackend backend = new ProjectBackend(project, limits);
    Disposer.register(parent, backend);
    project.registerService(ProjectBackend.class, backend);
    return project;
  }

  public void close(Project project) {
    Disposer.dispose(((OpenProject) project).all);
  }

  /** As if it was chosen from the menu: on the UI thread, which gets the time it took, in ms. */
  public long choose(AnAction action, Project project) throws Exception {
    long[] took = new long[1];
    SwingUtilities.invokeAndWait(() -> {
      long begin = System.nanoTime();
      action.actionPerformed(event(project));
      took[0] = (System.nanoTime() - begin) / 1_000_000;
    });
    return took[0];
  }

  public static AnActionEvent event(Project project) {
    return new AnActionEvent(null, id -> CommonDataKeys.PROJECT.is(id) ? project : null, "test", new Presentation(), null, 0);
  }

  /** The task that was begun last. */
  public Shown last() throws Exception {
    Wait.until("a task begins", 10, () -> !progress.isEmpty() && progress.get(progress.size() - 1).task != null);
    return progress.get(progress.size() - 1);
  }

  @Override
  public void close() {
    Disposer.dispose(root);
  }

  private static final class OpenProject extends MockProject {
    private final Path folder;
    private final Disposable all;

    OpenProject(PicoContainer container, Disposable parent, Path folder, Disposable all) {
      super(container, parent);
      this.folder = folder;
      this.all = all;
    }

    @Override
    public String getBasePath() {
      return folder.toString();
    }

    @Override
    public String getName() {
      return folder.getFileName().toString();
    }
  }

  private static final class Application extends MockApplicationEx {
    Application(Disposable parent) {
      super(parent);
    }

    @Override
    public boolean isDispatchThread() {
      return SwingUtilities.isEventDispatchThread();
    }

    @Override
    public boolean isUnitTestMode() {
      return false; // tasks would run in place
    }

    @Override
    public boolean isHeadlessEnvironment() {
      return false;
    }

    @Override
    public void invokeLater(Runnable runnable) {
      SwingUtilities.invokeLater(runnable);
    }

    @Override
    public void invokeLater(Runnable runnable, ModalityState state) {
      SwingUtilities.invokeLater(runnable);
    }
  }

  private final class Progress extends CoreProgressManager {
    @Override
    public Future<?> runProcessWithProgressAsynchronously(Task.Backgroundable task) {
      Shown shown = new Shown(task.getTitle());
      progress.add(shown);
      shown.task = runProcessWithProgressAsynchronously(task, (ProgressIndicator) shown, null);
      return shown.task;
    }

    @Override
    public void run(Task task) {
      // The real one's way for a task that begins off the UI thread is a no-op of its mock.
      runProcessWithProgressAsynchronously((Task.Backgroundable) task);
    }
  }
}
