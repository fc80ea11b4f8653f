package dev.helper.ide.ui;

import com.google.gson.JsonParser;
import com.intellij.openapi.project.Project;
import dev.helper.ide.service.OnOpen;
import dev.helper.ide.service.Person;
import dev.helper.ide.service.Questions;
import dev.helper.ide.support.FakeHelper;
import dev.helper.ide.support.Ide;
import dev.helper.ide.support.TestServer;
import dev.helper.ide.support.Wait;
import dev.helper.ide.wire.Limits;
import java.awt.BorderLayout;
import java.awt.Color;
import java.awt.Component;
import java.awt.Container;
import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.swing.BorderFactory;
import javax.swing.JComponent;
import javax.swing.JLabel;
import javax.swing.JPanel;
import javax.swing.SwingUtilities;
import javax.swing.UIManager;

/** Draws docs/plugin.png: the plugin's own panels, painted without a window, filled by a stand-in for the service. */
public final class Picture {
  private static final String STATUS = "{\"target\":\"centernet\",\"state\":\"ready\",\"container\":\"centernet\","
      + "\"server\":\"gpu1\",\"container_state\":\"running\",\"gpus\":[\"0\",\"1\"],\"tunnels\":[{\"up\":true}]}";
  private static final String QUESTION = "{\"question_id\":\"q1\",\"question\":{\"kind\":\"confirm\","
      + "\"prompt\":\"Recreate container centernet?\",\"limit_ms\":300000,\"choices\":[\"yes\",\"snapshot\",\"no\"],\"details\":["
      + "\"helper.json and container centernet differ:\",\"  container.shm_size: config: 8g; container: 1g\","
      + "\"To apply that, helper must recreate it. Its mounts, host keys and name stay; this would be lost:\","
      + "\"  2.1 MB written in it: /root/.cache/pip, /opt/notes.txt\",\"  1 running: python train.py\"]}}";

  private Picture() {}

  public static void main(String[] argv) throws Exception {
    UIManager.setLookAndFeel("javax.swing.plaf.nimbus.NimbusLookAndFeel");
    Path folder = Files.createTempDirectory("picture");
    try (TestServer server = new TestServer((body, out) -> out.result(body, body.contains("\"method\":\"watch\"")
                 ? "{\"revision\":1,\"status\":" + STATUS + "}"
                 : "{\"config_file\":\"/home/me/my_project/helper.json\",\"own\":false,"
                     + "\"targets\":[{\"name\":\"centernet\",\"server\":\"gpu1\"},{\"name\":\"debug\",\"server\":\"gpu2\"}]}"))) {
      Path helper = FakeHelper.of(folder, server.writeEndpoint(folder.resolve("endpoint.json")));
      try (Ide ide = new Ide(helper, Limits.STANDARD)) {
        List<JComponent> parts = parts(ide, folder);
        SwingUtilities.invokeAndWait(() -> draw(parts, new File(argv[0])));
      }
    }
  }

  private static List<JComponent> parts(Ide ide, Path folder) throws Exception {
    Project project = ide.open(folder);
    HelperSettings.get().setTarget(folder.toString(), "centernet");
    HelperSettings.get().setOnOpen(folder.toString(), OnOpen.ALWAYS);
    HelperConfigurable program = new HelperConfigurable();
    ProjectConfigurable here = new ProjectConfigurable(project);
    HelperWidget widget = new HelperWidget(project);
    ProjectBackend.get(project).watch();
    Wait.until("the state is known", 10, () -> widget.getText().startsWith("centernet"));
    List<JComponent> parts = new ArrayList<>();
    SwingUtilities.invokeAndWait(() -> {
      parts.add(titled("Settings > Tools > Helper", program.createComponent()));
      program.reset();
      HelperSettings.get().setHelperPath("/usr/local/bin/helper");
      program.reset();
      HelperSettings.get().setHelperPath(folder.resolve("helper").toString());
      parts.add(titled("Settings > Tools > Helper > This Project", here.createComponent()));
      here.reset();
      parts.add(titled("A question", new QuestionPanel(
          Questions.of(JsonParser.parseString(QUESTION).getAsJsonObject()), nobody(), () -> { })));
      parts.add(titled("In the status bar", new JLabel(widget.getText())));
    });
    Thread.sleep(1500); // what the config names comes from the service
    return parts;
  }

  private static void draw(List<JComponent> parts, File file) {
    JPanel all = new JPanel();
    all.setLayout(new javax.swing.BoxLayout(all, javax.swing.BoxLayout.Y_AXIS));
    parts.forEach(all::add);
    Dimension size = new Dimension(680, all.getPreferredSize().height);
    all.setSize(size);
    layOut(all);
    BufferedImage image = new BufferedImage(size.width, size.height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, size.width, size.height);
    all.print(graphics);
    try {
      ImageIO.write(image, "png", file);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void layOut(Component component) {
    component.doLayout();
    if (!(component instanceof Container)) return;
    for (Component each : ((Container) component).getComponents()) layOut(each);
  }

  private static JComponent titled(String title, JComponent component) {
    JPanel panel = new JPanel(new BorderLayout());
    panel.setBorder(BorderFactory.createTitledBorder(title));
    panel.add(component);
    return panel;
  }

  private static Person.Reply nobody() {
    return new Person.Reply() {
      @Override
      public void answer(String value) {}

      @Override
      public void refuse() {}
    };
  }
}
