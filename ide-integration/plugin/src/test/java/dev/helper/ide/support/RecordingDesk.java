package dev.helper.ide.support;

import com.intellij.openapi.project.Project;
import dev.helper.ide.service.Person;
import dev.helper.ide.service.Question;
import dev.helper.ide.ui.Desk;
import dev.helper.ide.ui.Message;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** STAND-IN for the person's desk: what would be shown is written down, and the test presses the buttons. */
public final class RecordingDesk implements Desk {
  /** A question with where its answer goes. */
  public static final class Asked {
    public final Project project;
    public final Question question;
    public final Person.Reply reply;

    Asked(Project project, Question question, Person.Reply reply) {
      this.project = project;
      this.question = question;
      this.reply = reply;
    }
  }

  public final List<Message> messages = new CopyOnWriteArrayList<>();
  public final List<String> links = new CopyOnWriteArrayList<>();
  public final List<Path> files = new CopyOnWriteArrayList<>();
  public final List<Asked> asked = new CopyOnWriteArrayList<>();
  public final List<String> withdrawn = new CopyOnWriteArrayList<>();

  @Override
  public void tell(Project project, Message message) {
    messages.add(message);
  }

  @Override
  public void browse(String link) {
    links.add(link);
  }

  @Override
  public void open(Project project, Path file) {
    files.add(file);
  }

  @Override
  public void showSettings(Project project) {
    links.add("settings");
  }

  @Override
  public void ask(Project project, Question question, Person.Reply reply) {
    asked.add(new Asked(project, question, reply));
  }

  @Override
  public void withdraw(Question question) {
    withdrawn.add(question.id());
  }

  /** The message that comes, or came, of which this is true. */
  public Message await(String what, int seconds, Predicate<Message> wanted) throws Exception {
    try {
      Wait.until(what, seconds, () -> messages.stream().anyMatch(wanted));
    } catch (AssertionError late) {
      throw new AssertionError(late.getMessage() + "; told: " + text(), late);
    }
    return messages.stream().filter(wanted).findFirst().get();
  }

  public Asked awaitQuestion(int count, int seconds) throws Exception {
    try {
      Wait.until("question " + count, seconds, () -> asked.size() >= count);
    } catch (AssertionError late) {
      throw new AssertionError(late.getMessage() + "; told: " + text(), late);
    }
    return asked.get(count - 1);
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (Message message : messages) text.append('\n').append(message.title).append(": ").append(message.lines);
    return text.toString();
  }
}
