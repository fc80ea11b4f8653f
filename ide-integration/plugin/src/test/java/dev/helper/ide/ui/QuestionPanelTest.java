package dev.helper.ide.ui;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.helper.ide.service.Person;
import dev.helper.ide.service.Question;
import dev.helper.ide.service.Questions;
import java.awt.Component;
import java.awt.Container;
import java.util.ArrayList;
import java.util.List;
import javax.swing.JButton;
import javax.swing.JLabel;
import javax.swing.JPasswordField;
import javax.swing.JTextField;
import org.junit.Test;

public class QuestionPanelTest {
  private final List<String> heard = new ArrayList<>();
  private final Person.Reply reply = new Person.Reply() {
    @Override
    public void answer(String value) {
      heard.add("answer " + value);
    }

    @Override
    public void refuse() {
      heard.add("refused");
    }
  };

  private QuestionPanel panel(String question) {
    JsonObject event = JsonParser.parseString("{\"question_id\":\"q1\",\"question\":" + question + "}").getAsJsonObject();
    Question read = Questions.of(event);
    return new QuestionPanel(read, reply, () -> heard.add("done"));
  }

  private static <T extends Component> List<T> all(Container in, Class<T> type) {
    List<T> found = new ArrayList<>();
    for (Component each : in.getComponents()) {
      if (type.isInstance(each)) found.add(type.cast(each));
      if (each instanceof Container) found.addAll(all((Container) each, type));
    }
    return found;
  }

  private static void press(Container panel, String label) {
    all(panel, JButton.class).stream().filter(button -> button.getText().equals(label)).findFirst().get().doClick();
  }

  @Test
  public void hidesAPassphraseAndTakesOneThatIsTyped() {
    QuestionPanel panel = panel("{\"kind\":\"secret\",\"prompt\":\"Passphrase for /home/u/.ssh/id\"}");
    JPasswordField field = all(panel, JPasswordField.class).get(0);
    assertEquals(field, panel.preferred());
    field.setText("correct horse");
    field.postActionEvent();
    assertEquals(List.of("done", "answer correct horse"), heard);
  }

  @Test
  public void takesAOneTimeCodeInTheOpen() {
    QuestionPanel panel = panel("{\"kind\":\"text\",\"prompt\":\"me@gpu1: code\"}");
    JTextField field = all(panel, JTextField.class).get(0);
    field.setText("123456");
    press(panel, "OK");
    assertEquals(List.of("done", "answer 123456"), heard);
  }

  @Test
  public void offersEachChoiceAndPrefersTheOneThatChangesNothing() {
    QuestionPanel panel = panel("{\"kind\":\"confirm\",\"prompt\":\"Recreate container box?\",\"choices\":[\"yes\",\"snapshot\",\"no\"]}");
    assertEquals("Cancel", ((JButton) panel.preferred()).getText());
    press(panel, "snapshot");
    assertEquals(List.of("done", "answer snapshot"), heard);
  }

  @Test
  public void refusesWhenItIsCancelled() {
    press(panel("{\"kind\":\"confirm\",\"prompt\":\"Trust this key?\",\"details\":[\"SHA256:abc\"]}"), "Cancel");
    assertEquals(List.of("done", "refused"), heard);
  }

  @Test
  public void readsNoTextOfAServersAsHtml() {
    QuestionPanel panel = panel("{\"kind\":\"text\",\"prompt\":\"<html><img src='http://evil.example/'>\"}");
    JLabel label = all(panel, JLabel.class).get(0);
    assertEquals(Boolean.TRUE, label.getClientProperty("html.disable"));
    assertTrue(label.getClientProperty("html") == null);
  }
}
