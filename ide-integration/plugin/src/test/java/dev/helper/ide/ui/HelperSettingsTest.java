package dev.helper.ide.ui;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.intellij.util.xmlb.XmlSerializer;
import dev.helper.ide.service.OnOpen;
import org.jdom.Element;
import org.junit.Test;

public class HelperSettingsTest {
  @Test
  public void surviveTheIdesOwnSerializer() {
    HelperSettings settings = new HelperSettings();
    settings.setHelperPath(" /opt/helper/bin/helper ");
    settings.setTarget("/home/me/p", "centernet");
    settings.setOnOpen("/home/me/p", OnOpen.ALWAYS);
    settings.trust("/home/me/p/helper.json");
    Element xml = XmlSerializer.serialize(settings.getState());
    HelperSettings back = new HelperSettings();
    back.loadState(XmlSerializer.deserialize(xml, HelperSettings.Values.class));
    assertEquals("/opt/helper/bin/helper", back.helperPath());
    assertEquals("centernet", back.target("/home/me/p"));
    assertEquals(OnOpen.ALWAYS, back.onOpen("/home/me/p"));
    assertEquals(OnOpen.UNASKED, back.onOpen("/home/me/q"));
    assertTrue(back.isTrusted("/home/me/p/helper.json"));
    assertFalse(back.isTrusted("/home/me/q/helper.json"));
  }
}
