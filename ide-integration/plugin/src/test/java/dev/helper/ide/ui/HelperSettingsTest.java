package dev.helper.ide.ui;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.intellij.openapi.components.RoamingType;
import com.intellij.openapi.components.State;
import com.intellij.openapi.components.Storage;
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
    settings.setDigest("/home/me/p", "d1");
    settings.link("/home/me/p/helper.json", "d1");
    Element xml = XmlSerializer.serialize(settings.getState());
    HelperSettings back = new HelperSettings();
    back.loadState(XmlSerializer.deserialize(xml, HelperSettings.Values.class));
    assertEquals("/opt/helper/bin/helper", back.helperPath());
    assertEquals("centernet", back.target("/home/me/p"));
    assertEquals(OnOpen.ALWAYS, back.onOpen("/home/me/p"));
    assertEquals(OnOpen.UNASKED, back.onOpen("/home/me/q"));
    assertEquals("d1", back.digest("/home/me/p"));
    assertTrue(back.isLinked("/home/me/p/helper.json", "d1"));
    assertFalse("it does something else by now", back.isLinked("/home/me/p/helper.json", "d2"));
    assertFalse(back.isLinked("/home/me/q/helper.json", "d1"));
    assertFalse("what names nothing is no yes", back.isLinked("/home/me/q/helper.json", ""));
  }

  @Test
  public void areHandedOutAndTakenAsACopy() {
    HelperSettings settings = new HelperSettings();
    settings.setTarget("/home/me/p", "centernet");
    HelperSettings.Values state = settings.getState();
    settings.setTarget("/home/me/p", "other");
    settings.link("/home/me/p/helper.json", "d1");
    assertEquals("centernet", state.projects.get("/home/me/p").target);
    assertEquals(0, state.linkedConfigs.size());
    settings.loadState(state);
    state.projects.get("/home/me/p").target = "third";
    assertEquals("centernet", settings.target("/home/me/p"));
  }

  @Test
  public void areNotCarriedToOtherMachines() {
    for (Storage storage : HelperSettings.class.getAnnotation(State.class).storages()) {
      assertEquals(RoamingType.DISABLED, storage.roamingType());
    }
  }
}
