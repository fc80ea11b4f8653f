package dev.helper.ide;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import com.intellij.ide.plugins.IdeaPluginDescriptorImpl;
import com.intellij.ide.plugins.PluginManagerCore;
import com.intellij.openapi.util.BuildNumber;
import java.io.DataInputStream;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.NodeList;

/** What the jar that is shipped holds, and what the platform's own loader makes of it. */
public class JarTest {
  private static final Path JAR = Path.of(System.getProperty("plugin.jar"));
  private static final String GATEWAY = "helper-gateway.xml";
  private static final Set<String> CLASS_ATTRIBUTES =
      Set.of("implementation", "serviceImplementation", "serviceInterface", "instance", "class", "factoryClass");

  private static List<String> entries() throws Exception {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      return jar.stream().filter(e -> !e.isDirectory()).map(JarEntry::getName).sorted().collect(Collectors.toList());
    }
  }

  private static Document descriptor() throws Exception {
    return descriptor("plugin.xml");
  }

  private static Document descriptor(String name) throws Exception {
    try (JarFile jar = new JarFile(JAR.toFile());
         InputStream in = jar.getInputStream(jar.getEntry("META-INF/" + name))) {
      return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
    }
  }

  private static Set<String> namedClasses() throws Exception {
    Set<String> named = new TreeSet<>();
    for (String file : List.of("plugin.xml", GATEWAY)) {
      NodeList all = descriptor(file).getElementsByTagName("*");
      for (int i = 0; i < all.getLength(); ++i) {
        NamedNodeMap attributes = all.item(i).getAttributes();
        for (int j = 0; j < attributes.getLength(); ++j) {
          if (CLASS_ATTRIBUTES.contains(attributes.item(j).getNodeName())) named.add(attributes.item(j).getNodeValue());
        }
      }
    }
    return named;
  }

  @Test
  public void holdsOurOwnClassesAndTheDescriptorAndNothingElse() throws Exception {
    List<String> foreign = entries().stream()
        .filter(name -> !name.startsWith("dev/helper/ide/") && !name.startsWith("META-INF/"))
        .collect(Collectors.toList());
    assertEquals(List.of(), foreign);
    assertEquals(List.of("META-INF/MANIFEST.MF", "META-INF/" + GATEWAY, "META-INF/plugin.xml", "META-INF/pluginIcon.svg", "META-INF/pluginIcon_dark.svg"),
        entries().stream().filter(name -> name.startsWith("META-INF/")).collect(Collectors.toList()));
    Path stubs = Path.of(System.getProperty("plugin.stubs"));
    try (Stream<Path> files = Files.walk(stubs)) {
      List<String> shipped = files.map(file -> stubs.relativize(file).toString()).filter(name -> name.endsWith(".class"))
          .filter(name -> contains(name)).collect(Collectors.toList());
      assertEquals(List.of(), shipped);
    }
  }

  private static boolean contains(String name) {
    try {
      return entries().contains(name);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  public void holdsEveryClassThatTheDescriptorNames() throws Exception {
    Set<String> named = namedClasses();
    assertTrue(named.toString(), named.size() >= 13);
    List<String> entries = entries();
    for (String name : named) {
      assertTrue(name, entries.contains(name.replace('.', '/') + ".class"));
      assertNotNull(Class.forName(name));
    }
  }

  @Test
  public void holdsClassFilesThatEveryIdeOfTodayCanLoad() throws Exception {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      for (String name : entries()) {
        if (!name.endsWith(".class")) continue;
        try (DataInputStream in = new DataInputStream(jar.getInputStream(jar.getEntry(name)))) {
          assertEquals(0xCAFEBABE, in.readInt());
          in.readUnsignedShort();
          assertEquals(name + " is for Java 17", 61, in.readUnsignedShort());
        }
      }
    }
  }

  @Test
  public void isReadByThePlatformsOwnLoader() {
    IdeaPluginDescriptorImpl read = PluginManagerCore.loadDescriptor(JAR.toFile(), "plugin.xml");
    assertNotNull(read);
    assertEquals("dev.helper.ide", read.getPluginId().getIdString());
    assertEquals("Remote GPU Helper", read.getName());
    assertEquals(System.getProperty("plugin.version"), read.getVersion());
    assertEquals(1, read.getOptionalDependentPluginIds().length);
    assertEquals("com.jetbrains.gateway", read.getOptionalDependentPluginIds()[0].getIdString());
    assertEquals(2, read.getDependentPluginIds().length);
    assertEquals("com.intellij.modules.platform", read.getDependentPluginIds()[0].getIdString());
  }

  @Test
  public void speaksToGatewayOnlyInAFileOfItsOwn() throws Exception {
    NodeList depends = descriptor().getElementsByTagName("depends");
    Element last = (Element) depends.item(depends.getLength() - 1);
    assertEquals("com.jetbrains.gateway", last.getTextContent());
    assertEquals(GATEWAY, last.getAttribute("config-file"));
    assertEquals(0, descriptor().getElementsByTagName("gatewayConnectionProvider").getLength());
    assertEquals(1, descriptor(GATEWAY).getElementsByTagName("gatewayConnectionProvider").getLength());
  }

  @Test
  public void tellsAReviewerWhatItIs() throws Exception {
    for (String tag : List.of("vendor", "description", "change-notes")) {
      String text = descriptor().getElementsByTagName(tag).item(0).getTextContent().strip();
      assertTrue(tag, text.length() > 10);
    }
  }

  @Test
  public void isOfferedToEveryBuildFrom243OnAndToNoneBefore() {
    IdeaPluginDescriptorImpl read = PluginManagerCore.loadDescriptor(JAR.toFile(), "plugin.xml");
    assertEquals("243", read.getSinceBuild());
    assertEquals(null, read.getUntilBuild());
    for (String build : List.of("PY-243.1", "PY-251.26927.90", "GW-262.10315.114")) {
      assertFalse(build, PluginManagerCore.isIncompatible(read, BuildNumber.fromString(build)));
    }
    assertTrue(PluginManagerCore.isIncompatible(read, BuildNumber.fromString("PY-242.26775.22")));
  }

  @Test
  public void namesEachActionOnceInAGroupOfTheToolsMenu() throws Exception {
    List<String> ids = new ArrayList<>();
    NodeList actions = descriptor().getElementsByTagName("action");
    for (int i = 0; i < actions.getLength(); ++i) ids.add(((Element) actions.item(i)).getAttribute("id"));
    assertEquals(List.of("dev.helper.Ensure", "dev.helper.Stop", "dev.helper.Status", "dev.helper.Jupyter", "dev.helper.Log"), ids);
    Element group = (Element) descriptor().getElementsByTagName("add-to-group").item(0);
    assertEquals("ToolsMenu", group.getAttribute("group-id"));
  }

  @Test
  public void isPackedWithItsFolderForInstallingFromDisk() {
    assertEquals("lib", JAR.getParent().getFileName().toString());
    assertTrue(new File(JAR.getParent().getParent() + ".zip").isFile());
  }
}
