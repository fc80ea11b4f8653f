package dev.helper.ide.ui;

import com.intellij.openapi.Disposable;
import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.diagnostic.Logger;
import com.intellij.openapi.project.Project;
import dev.helper.ide.service.Backend;
import dev.helper.ide.service.OnOpen;
import dev.helper.ide.service.Progress;
import dev.helper.ide.service.TargetState;
import dev.helper.ide.service.Watcher;
import dev.helper.ide.wire.Limits;
import dev.helper.ide.wire.HelperException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jetbrains.annotations.NotNull;

/** ProjectBackend is the backend of one open project, with the last state that was seen of it. */
public final class ProjectBackend implements Disposable {
  private static final Logger LOG = Logger.getInstance(ProjectBackend.class);
  private final Project project;
  private final String folder;
  private final Backend backend;
  private final Set<String> running = ConcurrentHashMap.newKeySet();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile TargetState state = TargetState.NOTHING;
  private volatile boolean disposed;
  private Watcher watcher;

  public ProjectBackend(@NotNull Project project) {
    this(project, Limits.STANDARD);
  }

  /** With limits of its own: for tests of a service that misbehaves. */
  public ProjectBackend(@NotNull Project project, @NotNull Limits limits) {
    this.project = project;
    folder = project.getBasePath() == null ? "" : project.getBasePath();
    backend = Backends.make(
        project, limits, () -> new Backend.Where(folder, "", HelperSettings.get().target(folder)));
  }

  public static @NotNull ProjectBackend get(@NotNull Project project) {
    return Services.get(project, ProjectBackend.class);
  }

  public @NotNull Backend backend() {
    return backend;
  }

  public @NotNull String folder() {
    return folder;
  }

  public @NotNull TargetState state() {
    return state;
  }

  public boolean isDisposed() {
    return disposed;
  }

  /** {@code listener} is run, on any thread, after each change of the state. */
  public void addListener(@NotNull Runnable listener) {
    listeners.add(listener);
  }

  public void removeListener(@NotNull Runnable listener) {
    listeners.remove(listener);
  }

  /** False when that is under way already. */
  boolean begin(@NotNull String what) {
    return running.add(what);
  }

  void end(@NotNull String what) {
    running.remove(what);
  }

  /** The state is followed from now on. */
  public synchronized void watch() {
    if (watcher != null || disposed) return;
    watcher = new Watcher(project.getName(), backend, this::publish);
    watcher.start();
  }

  /** Does what was chosen for this project, and asks the first time. A project without a config of its own is left alone. */
  public void opened() {
    if (folder.isEmpty()) return;
    OnOpen choice = HelperSettings.get().onOpen(folder);
    ApplicationManager.getApplication().executeOnPooledThread(() -> {
      try {
        Backend.Targets targets = backend.targets(quietly());
        if (targets.own() || disposed) return;
        watch();
        if (choice == OnOpen.NEVER) return;
        String digest = backend.digest(quietly());
        boolean known = choice == OnOpen.ALWAYS && !digest.isEmpty() && digest.equals(HelperSettings.get().digest(folder));
        if (known) Ensure.start(project);
        else ask(targets, digest, choice == OnOpen.ALWAYS);
      } catch (HelperException noConfigOrNoHelper) {
        LOG.info("the config of " + folder, noConfigOrNoHelper);
        if (choice == OnOpen.ALWAYS && !disposed) Tasks.tell(project, noConfigOrNoHelper, () -> Ensure.start(project));
      }
    });
  }

  /** A yes is for what the config does now: it is asked again when that changes. */
  private void ask(Backend.Targets targets, String digest, boolean changed) {
    if (!changed) HelperSettings.get().setOnOpen(folder, OnOpen.NEVER); // it is asked once, also when nobody answers
    Desk.get().tell(project,
        new Message(Message.Kind.ASK,
            changed ? "The config has changed: go on to ensure the backend when this project opens?"
                    : "Ensure the backend when this project opens?",
            List.of(targets.config() + " names " + String.join(", ", targets.texts()) + ".",
                "The person who wrote that file decides what runs there. Settings > Tools > Helper changes your choice."))
            .choice("Always", () -> {
              HelperSettings.get().setOnOpen(folder, OnOpen.ALWAYS);
              HelperSettings.get().setDigest(folder, digest);
              Ensure.start(project);
            })
            .choice("Only now", () -> Ensure.start(project))
            .choice("Never", () -> HelperSettings.get().setOnOpen(folder, OnOpen.NEVER)));
  }

  private Progress quietly() {
    return new Progress() {
      @Override
      public void show(@NotNull String step, @NotNull String detail) {}

      @Override
      public boolean isCancelled() {
        return disposed;
      }
    };
  }

  private void publish(TargetState now) {
    state = now;
    listeners.forEach(Runnable::run);
  }

  @Override
  public synchronized void dispose() {
    disposed = true;
    listeners.clear();
    if (watcher != null) watcher.close();
    watcher = null;
  }
}
