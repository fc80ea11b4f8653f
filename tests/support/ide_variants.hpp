// Generated settings files of IDEs: well-formed ones of every kind, in the ways in which people, tools and IDEs write
// them, with entries of others whose bytes are known.
#pragma once

#include "ide/files.hpp"

#include <cstddef>
#include <initializer_list>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace helper::test {

struct Variant {
  std::string text;
  std::vector<std::string> foreign;  // in this order in the text
  bool reversible = true;            // the place for our entry is there: it can be taken out without a trace
};

class Variants {
 public:
  explicit Variants(unsigned seed) : random_(seed) {}

  Variant make(ide::FileKind kind) {
    end_ = pick({"\n", "\n", "\r\n"});
    unit_ = pick({"  ", "  ", "    ", "\t"});
    one_line_ = chance(6);
    variant_ = {};
    if (chance(4)) out() += "\xEF\xBB\xBF";
    if (chance(2)) out() += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + end_;
    if (chance(4)) foreign("<!-- kept > -->" + end_);
    body(kind);
    if (chance(2)) out() += end_;
    if (chance(8)) foreign("<!-- at the end -->");
    return variant_;
  }

 private:
  using Kind = ide::FileKind;
  using Attributes = std::vector<std::pair<std::string, std::string>>;
  using Way = std::vector<std::pair<std::string, std::string>>;  // of elements: name, and its attributes' text

  std::string& out() { return variant_.text; }
  bool chance(unsigned of) { return random_() % of == 0; }
  std::size_t below(std::size_t limit) { return random_() % limit; }
  const char* pick(std::initializer_list<const char*> from) { return *(from.begin() + below(from.size())); }

  std::string line(std::size_t depth) {
    if (one_line_) return {};
    std::string text = end_;
    if (chance(12)) text += end_;
    for (; depth > 0; --depth) text += unit_;
    return text;
  }

  void foreign(const std::string& bytes) {
    out() += bytes;
    variant_.foreign.push_back(bytes);
  }

  std::string value() {
    return pick({"", "1", "true", "C:\\Users\\me\\key", "$USER_HOME$/.ssh/id", "p&amp;ss&lt;w&quot;rd&gt;",
                 "&#10;&#x9;", "\xC3\xA4\xE6\x97\xA5", "{&quot;a&quot;:1}", "22"});
  }

  std::string start(const std::string& name, const Attributes& attributes) {
    std::string text = "<" + name;
    for (const auto& [key, content] : attributes) {
      const char* quote = pick({"\"", "\"", "\"", "'"});
      text += pick({" ", " ", " ", "\t", "  "}) + key + pick({"=", "=", "=", " = "}) + quote + content + quote;
    }
    for (std::size_t n = below(3); n > 0; --n) text += " unknown" + std::to_string(n) + "=\"" + value() + "\"";
    return text;
  }

  // With children that have been rendered already.
  std::string element(std::size_t depth, const std::string& name, const Attributes& attributes,
                      const std::vector<std::string>& children = {}) {
    std::string text = start(name, attributes);
    if (children.empty() && chance(5)) return text + "></" + name + ">";
    if (children.empty()) return text + pick({" />", " />", "/>"});
    text += ">";
    for (const std::string& child : children) text += line(depth + 1) + child;
    return text + line(depth) + "</" + name + pick({">", ">", " >"});
  }

  std::string odd() {
    return pick({"<!-- > odd <a> -->", "<?keep me?>", "<odd><![CDATA[ <&> ]]></odd>", "<odd a='\"'/>"});
  }

  std::string unknown_component() {
    const std::string name = "Unknown" + std::to_string(++count_);
    return element(1, "component", {{"name", name}}, {element(2, "option", {{"value", value()}}), odd()});
  }

  void components(std::size_t most) {
    for (std::size_t n = below(most + 1); n > 0; --n) {
      out() += line(1);
      foreign(unknown_component());
    }
  }

  // The elements on the way, as far as they are there, with entries in the last.
  void way(std::size_t depth, const Way& steps, Kind kind) {
    if (steps.empty()) return;
    const auto& [name, attributes] = steps.front();
    const bool last = steps.size() == 1;
    if (!last && chance(8)) {
      variant_.reversible = false;
      out() += line(depth) + "<" + name + attributes + pick({" />", "></"});
      if (out().ends_with("</")) out() += name + ">";
      return;
    }
    const std::size_t entries = last ? below(3) : 0;
    out() += line(depth) + "<" + name + attributes;
    if (last && entries == 0) {
      out() += " />";
      return;
    }
    out() += ">";
    for (std::size_t n = entries; n > 0; --n) {
      if (chance(6)) {
        out() += line(depth + 1);
        foreign(odd());
      }
      out() += line(depth + 1);
      foreign(entry(kind, depth + 1));
      if (chance(10)) foreign(" <!-- of that -->");
    }
    way(depth + 1, {steps.begin() + 1, steps.end()}, kind);
    if (!chance(10)) out() += line(depth);
    out() += "</" + name + ">";
  }

  std::string id() { return "id-" + std::to_string(++count_); }

  std::string entry(Kind kind, std::size_t depth) {
    const auto option = [&](const char* name) {
      return element(depth + 1, "option", {{"name", name}, {"value", value()}});
    };
    switch (kind) {
      case Kind::ssh_configs:
        return element(depth, "sshConfig", {{"host", "h"}, {"id", id()}, {"port", "22"}, {"password", value()}},
                       chance(2) ? std::vector<std::string>{} : std::vector{option("customName")});
      case Kind::web_servers:
        return element(depth, "webServer", {{"id", id()}, {"name", id()}},
                       {element(depth + 1, "fileTransfer", {{"sshConfigId", value()}})});
      case Kind::jdk_table:
        return jdk(depth);
      case Kind::external_tools:
        return element(depth, "tool", {{"name", id()}}, {element(depth + 1, "exec", {}, {option("COMMAND")})});
      case Kind::recent_connections:
        return element(depth, "LocalRecentConnectionState", {},
                       {element(depth + 1, "option", {{"name", "configId"}, {"value", id()}})});
      case Kind::deployment:
        return element(depth, "paths", {{"name", id()}}, {element(depth + 1, "serverdata", {}, {odd()})});
      case Kind::modules:
        return element(depth, "module", {{"filepath", id()}});
      default:
        return element(depth, "option", {{"value", id()}});
    }
  }

  std::string jdk(std::size_t depth) {
    const auto part = [&](const char* name, const std::string& text) {
      return element(depth + 1, name, {{"value", text}});
    };
    const std::string url = element(depth + 4, "root", {{"type", "simple"}, {"url", value()}});
    const std::string composite =
        element(depth + 3, "root", {{"type", "composite"}}, chance(2) ? std::vector{url} : std::vector<std::string>{});
    std::vector<std::string> parts{part("name", id()), part("type", pick({"Python SDK", "JavaSDK"})),
                                   part("homePath", value()),
                                   element(depth + 1, "roots", {}, {element(depth + 2, "classPath", {}, {composite})})};
    if (chance(2)) parts.push_back(element(depth + 1, "additional", {{"SDK_UUID", id()}}, {odd()}));
    return element(depth, "jdk", {{"version", "2"}}, parts);
  }

  void root(const std::string& open, const std::string& name, const Way& steps, Kind kind) {
    out() += "<" + open + ">";
    components(1);
    if (!steps.empty() && !chance(6)) {
      way(1, steps, kind);
    } else {
      variant_.reversible = false;
    }
    components(1);
    if (!chance(10)) out() += line(0);
    out() += "</" + name + ">";
  }

  static Way component(const std::string& name, const Way& inner, const std::string& more = {}) {
    Way steps{{"component", " name=\"" + name + "\"" + more}};
    steps.insert(steps.end(), inner.begin(), inner.end());
    return steps;
  }

  void body(Kind kind) {
    const std::string level = pick({"application", "project"});
    switch (kind) {
      case Kind::ssh_configs:
        return root(level, level, component("SshConfigs", {{"configs", ""}}), kind);
      case Kind::web_servers:
        return root(level, level, component("WebServers", {{"option", " name='servers'"}}), kind);
      case Kind::jdk_table:
        return root("application", "application", component("ProjectJdkTable", {}), kind);
      case Kind::external_tools:
        return tools();
      case Kind::recent_connections:
        return root("application", "application",
                    component("SshLocalRecentConnectionsManager", {{"option", " name=\"connections\""}, {"list", ""}}),
                    kind);
      case Kind::recent_hosts:
        return root("application", "application",
                    component("SshHostStorage", {{"option", " name=\"configIds\""}, {"list", ""}}), kind);
      case Kind::deployment:
        return root("project version=\"4\"", "project",
                    component("PublishConfigData", {{"serverData", ""}},
                              pick({"", " serverName=\"web\"", " autoUpload=\"Always\" serverName='web'"})),
                    kind);
      case Kind::misc:
        return root("project version=\"4\"", "project", component("ProjectRootManager", {}, project_sdk()), kind);
      case Kind::modules:
        root("project version=\"4\"", "project", component("ProjectModuleManager", {{"modules", ""}}), kind);
        variant_.reversible = out().find("<module ") != std::string::npos;  // then none is added
        return;
      case Kind::module:
        return module();
      case Kind::run_configuration:
        return run_configuration();
      case Kind::project_model:
        return root("project version=\"4\"", "project", component("PyProjectModelSettings", {}), kind);
    }
  }

  std::string project_sdk() {
    const std::string type = pick({"", "Python SDK", "JavaSDK"});
    if (type == "Python SDK") variant_.reversible = false;  // it gives way to ours
    return (type.empty() ? "" : " project-jdk-name=\"Python 3.9\" project-jdk-type=\"" + type + "\"") +
           " version=\"2\"";
  }

  void tools() {
    const std::size_t entries = below(3);
    variant_.reversible = entries > 0;
    out() += "<toolSet name=\"External Tools\">";
    for (std::size_t n = entries; n > 0; --n) {
      out() += line(1);
      foreign(entry(Kind::external_tools, 1));
    }
    out() += line(0) + "</toolSet>";
  }

  void module() {
    const std::string entry = pick({"", "jdk", "inheritedJdk"});
    variant_.reversible = entry == "inheritedJdk";
    out() += "<module type=\"PYTHON_MODULE\" version=\"4\">" + line(1) + "<component name=\"NewModuleRootManager\">";
    out() += line(2);
    foreign(element(2, "content", {{"url", "file://$MODULE_DIR$"}}, {odd()}));
    if (!entry.empty()) out() += line(2) + "<orderEntry jdkName='a' type=\"" + entry + "\" />";
    out() += line(2);
    foreign("<orderEntry type=\"sourceFolder\" forTests=\"false\"/>");
    out() += line(1) + "</component>";
    components(2);
    out() += line(0) + "</module>";
  }

  void run_configuration() {
    out() += "<component name=\"ProjectRunConfigurationManager\">" + line(1) + "<configuration name='x'>";
    for (std::size_t n = 1 + below(3); n > 0; --n) {
      out() += line(2);
      foreign(element(2, "option", {{"name", id()}, {"value", value()}}));
    }
    variant_.reversible = !chance(3);
    if (variant_.reversible) way(2, {{"method", " v=\"2\""}}, Kind::run_configuration);
    out() += line(1) + "</configuration>" + line(0) + "</component>";
  }

  Variant variant_;
  std::mt19937 random_;
  std::string end_;
  std::string unit_;
  bool one_line_ = false;
  std::size_t count_ = 0;
};

}  // namespace helper::test
