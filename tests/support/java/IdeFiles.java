// Reads settings files with the IntelliJ Platform's own classes (Debian's jars of it): JDOMUtil parses, XmlSerializer
// fills beans of the shape of the IDE's own, ParametersListUtil splits a tool's parameters. The beans are like classes
// of IDEs that are not public; what they hold is printed, one fact a line after a line "file", for a test to compare.
//
//   java -cp ... IdeFiles KIND FILE [KIND FILE...]

import com.intellij.openapi.util.JDOMUtil;
import com.intellij.openapi.vfs.CharsetToolkit;
import com.intellij.util.execution.ParametersListUtil;
import com.intellij.util.xmlb.XmlSerializer;
import com.intellij.util.xmlb.annotations.AbstractCollection;
import com.intellij.util.xmlb.annotations.Attribute;
import com.intellij.util.xmlb.annotations.Property;
import com.intellij.util.xmlb.annotations.Tag;
import com.intellij.util.xmlb.annotations.XCollection;
import java.io.FileInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jdom.Element;

public final class IdeFiles {
  @Tag("sshConfig")
  public static class SshConfig {
    @Attribute public String id, host, port, username, keyPath, authType, nameFormat, connectionConfig;
    @Attribute public boolean useOpenSSHConfig;
    @Attribute("customName") public String customNameAttribute;
    public String customName;
  }

  public static class SshConfigs {
    @XCollection(propertyElementName = "configs") public List<SshConfig> configs = new ArrayList<>();
  }

  @Tag("fileTransfer")
  public static class FileTransfer {
    @Attribute public String accessType, host, port, sshConfigId, sshConfig;
    @Attribute public boolean keyPair, authAgent;
  }

  @Tag("webServer")
  public static class WebServer {
    @Attribute public String id, name;
    @Property(surroundWithTag = false) public FileTransfer fileTransfer = new FileTransfer();
  }

  public static class WebServers {
    @AbstractCollection(surroundWithTag = false) public List<WebServer> servers = new ArrayList<>();
  }

  public static class RecentProjectState {
    public long date;
    public String productCode, projectPath;
  }

  public static class LocalRecentConnectionState {
    public String configId;
    public List<RecentProjectState> projects = new ArrayList<>();
  }

  public static class RecentConnections {
    public List<LocalRecentConnectionState> connections = new ArrayList<>();
  }

  public static class RecentHosts {
    public List<String> configIds = new ArrayList<>();
  }

  @Tag("mapping")
  public static class Mapping {
    @Attribute public String deploy, local;
  }

  @Tag("serverdata")
  public static class ServerData {
    @XCollection(propertyElementName = "mappings") public List<Mapping> mappings = new ArrayList<>();
  }

  @Tag("paths")
  public static class Paths {
    @Attribute public String name;
    @Property(surroundWithTag = false) public ServerData data = new ServerData();
  }

  public static class PublishConfigData {
    @Attribute public String serverName, autoUpload;
    @XCollection(propertyElementName = "serverData") public List<Paths> serverData = new ArrayList<>();
  }

  public static class TargetConfig {
    public String projectRootOnTarget, webServerConfigId;
  }

  private static void tell(String kind, Object... words) {
    StringBuilder line = new StringBuilder(kind);
    for (Object word : words) line.append('|').append(word);
    System.out.println(line);
  }

  private static Element component(Element root, String name) {
    for (Element each : root.getChildren("component")) {
      if (name.equals(each.getAttributeValue("name"))) return each;
    }
    throw new IllegalStateException("no component " + name);
  }

  // An element that must be there, as the loaders take it for granted.
  private static Element child(Element parent, String name) {
    Element found = parent.getChild(name);
    if (found == null) throw new IllegalStateException(parent.getName() + " has no " + name);
    return found;
  }

  private static String value(Element parent, String name) {
    String value = child(parent, name).getAttributeValue("value");
    if (value == null) throw new IllegalStateException(name + " has no value");
    return value;
  }

  private static void jdk(Element jdk) {
    if (!"2".equals(jdk.getAttributeValue("version"))) throw new IllegalStateException("version is not 2");
    String name = value(jdk, "name");
    for (Element kind : child(jdk, "roots").getChildren()) {
      List<Element> roots = kind.getChildren("root");
      if (roots.size() != 1 || !"composite".equals(roots.get(0).getAttributeValue("type"))) {
        throw new IllegalStateException(kind.getName() + " of " + name + " has not one composite root");
      }
      for (Element root : roots.get(0).getChildren("root")) {
        if (root.getAttributeValue("url") == null) throw new IllegalStateException("a root has no url");
      }
    }
    tell("jdk", name, value(jdk, "type"), value(jdk, "homePath"));
    Element additional = jdk.getChild("additional");
    if (additional == null || additional.getAttributeValue("INTERPRETER_PATH") == null) return;
    String uuid = additional.getAttributeValue("SDK_UUID");
    tell("python", name, additional.getAttributeValue("INTERPRETER_PATH"),
         Boolean.parseBoolean(additional.getAttributeValue("VALID")), uuid == null ? null : UUID.fromString(uuid));
    Element target = additional.getChild("targetEnvironmentConfiguration");
    if (target != null) {
      TargetConfig config = XmlSerializer.deserialize(child(target, "config"), TargetConfig.class);
      tell("target", name, target.getAttributeValue("type"), config.projectRootOnTarget, config.webServerConfigId);
    } else if (additional.getAttributeValue("WEB_SERVER_CONFIG_ID") != null) {
      tell("sftp", name, additional.getAttributeValue("WEB_SERVER_CREDENTIALS_ID"),
           additional.getAttributeValue("WEB_SERVER_CONFIG_ID"));
    }
  }

  private static String option(Element parent, String name) {
    for (Element each : parent.getChildren("option")) {
      if (name.equals(each.getAttributeValue("name"))) return each.getAttributeValue("value");
    }
    return null;
  }

  private static void read(String kind, Element root) {
    switch (kind) {
      case "ssh_configs":
        for (SshConfig c : XmlSerializer.deserialize(component(root, "SshConfigs"), SshConfigs.class).configs) {
          tell("ssh", c.id, c.host, c.port, c.username, c.keyPath, c.authType, c.customNameAttribute, c.customName,
               c.useOpenSSHConfig, c.connectionConfig);
        }
        break;
      case "web_servers":
        WebServers all = XmlSerializer.deserialize(component(root, "WebServers"), WebServers.class);
        if (all.servers == null) break;  // an empty option
        for (WebServer s : all.servers) {
          FileTransfer t = s.fileTransfer;
          tell("server", s.id, s.name, t.accessType, t.host, t.port, t.sshConfigId, t.sshConfig, t.keyPair, t.authAgent);
        }
        break;
      case "jdk_table":
        component(root, "ProjectJdkTable").getChildren("jdk").forEach(IdeFiles::jdk);
        break;
      case "external_tools":
        for (Element tool : root.getChildren("tool")) {
          Element exec = child(tool, "exec");
          String parameters = option(exec, "PARAMETERS");
          tell("tool", "Tool_" + root.getAttributeValue("name") + "_" + tool.getAttributeValue("name"),
               option(exec, "COMMAND"), parameters == null ? null : ParametersListUtil.parse(parameters));
        }
        break;
      case "recent_connections":
        Element manager = component(root, "SshLocalRecentConnectionsManager");
        for (LocalRecentConnectionState c : XmlSerializer.deserialize(manager, RecentConnections.class).connections) {
          for (RecentProjectState p : c.projects) tell("recent", c.configId, p.date, p.productCode, p.projectPath);
        }
        break;
      case "recent_hosts":
        tell("hosts", XmlSerializer.deserialize(component(root, "SshHostStorage"), RecentHosts.class).configIds);
        break;
      case "deployment":
        PublishConfigData data =
            XmlSerializer.deserialize(component(root, "PublishConfigData"), PublishConfigData.class);
        tell("deployment", data.serverName, data.autoUpload);
        for (Paths paths : data.serverData) {
          for (Mapping m : paths.data.mappings) tell("mapping", paths.name, m.local, m.deploy);
        }
        break;
      case "misc":
        Element project = component(root, "ProjectRootManager");
        tell("project", project.getAttributeValue("project-jdk-name"), project.getAttributeValue("project-jdk-type"));
        break;
      case "module":
        for (Element entry : component(root, "NewModuleRootManager").getChildren("orderEntry")) {
          if ("sourceFolder".equals(entry.getAttributeValue("type"))) continue;
          tell("module", entry.getAttributeValue("type"), entry.getAttributeValue("jdkName"));
        }
        break;
      case "run_configuration":
        Element method = child(child(root, "configuration"), "method");
        for (Element task : method.getChildren("option")) {
          tell("before", task.getAttributeValue("name"), task.getAttributeValue("enabled"), task.getAttributeValue("actionId"));
        }
        break;
      default:
        throw new IllegalArgumentException(kind);
    }
  }

  public static void main(String[] arguments) throws Exception {
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      try (InputStream file = CharsetToolkit.inputStreamSkippingBOM(new FileInputStream(arguments[i + 1]))) {
        tell("file", arguments[i + 1]);
        read(arguments[i], JDOMUtil.load(file));
      }
    }
  }
}
