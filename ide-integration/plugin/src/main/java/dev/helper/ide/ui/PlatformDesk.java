package dev.helper.ide.ui;

import com.intellij.ide.BrowserUtil;
import com.intellij.notification.Notification;
import com.intellij.notification.NotificationAction;
import com.intellij.notification.NotificationGroupManager;
import com.intellij.notification.NotificationType;
import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.fileEditor.OpenFileDescriptor;
import com.intellij.openapi.options.ShowSettingsUtil;
import com.intellij.openapi.project.Project;
import com.intellij.openapi.vfs.VirtualFile;
import com.intellij.openapi.vfs.VirtualFileManager;
import dev.helper.ide.service.Person;
import dev.helper.ide.service.Question;
import java.net.URI;
import java.nio.file.Path;
import org.jetbrains.annotations.NotNull;
import org.jetbrains.annotations.Nullable;

/** PlatformDesk is the desk of a running IDE: balloons, its browser, its editor, its settings, windows for questions. */
public final class PlatformDesk implements Desk {
  // As in plugin.xml.
  private static final String GROUP = "Helper";
  private static final String GROUP_THAT_STAYS = "Helper: needs you";
  private final QuestionDialogs dialogs = new QuestionDialogs();

  @Override
  public void tell(@Nullable Project project, @NotNull Message message) {
    boolean stays = message.kind == Message.Kind.ASK || message.kind == Message.Kind.ERROR;
    Notification notification = NotificationGroupManager.getInstance()
                                    .getNotificationGroup(stays ? GROUP_THAT_STAYS : GROUP)
                                    .createNotification(Html.escape(message.title), Html.lines(message.lines), type(message.kind));
    message.choices.forEach(
        (label, action) -> notification.addAction(NotificationAction.createSimpleExpiring(label, action)));
    notification.notify(project);
  }

  @Override
  public void browse(@NotNull String link) {
    BrowserUtil.browse(URI.create(link));
  }

  @Override
  public void open(@NotNull Project project, @NotNull Path file) {
    ApplicationManager.getApplication().executeOnPooledThread(() -> {
      VirtualFile found = VirtualFileManager.getInstance().refreshAndFindFileByUrl("file://" + file);
      if (found == null) return;
      onUiThread(project, () -> new OpenFileDescriptor(project, found).navigate(true));
    });
  }

  @Override
  public void showSettings(@Nullable Project project) {
    onUiThread(project, () -> ShowSettingsUtil.getInstance().showSettingsDialog(project, HelperConfigurable.class));
  }

  @Override
  public void ask(@Nullable Project project, @NotNull Question question, @NotNull Person.Reply reply) {
    onUiThread(project, () -> dialogs.ask(project, question, reply));
  }

  @Override
  public void withdraw(@NotNull Question question) {
    dialogs.withdraw(question);
  }

  private static void onUiThread(Project project, Runnable work) {
    ApplicationManager.getApplication().invokeLater(() -> {
      if (project == null || !project.isDisposed()) work.run();
    });
  }

  private static NotificationType type(Message.Kind kind) {
    switch (kind) {
      case WARNING:
        return NotificationType.WARNING;
      case ERROR:
        return NotificationType.ERROR;
      default:
        return NotificationType.INFORMATION;
    }
  }
}
