// SPDX-License-Identifier: Apache-2.0
package dev.turnout.eventadmin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.testkit.Spec;
import java.net.URI;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.felix.eventadmin.impl.Activator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;

class SwitchPublisherTest {

    private static final SwitchEvent EVENT =
            new SwitchEvent(Kind.ROLLED_BACK, 1234, "line", 17, 1, "line 1.0.0", "line 1.1.0", 3, 42_000, "not today");

    @TempDir
    Path cache;

    @Test
    @Spec("SWITCH-56")
    void postsKindAsTopicAndTheRestAsProperties() {
        List<Event> posted = new ArrayList<>();
        SwitchPublisher publisher = new SwitchPublisher(new EventAdmin() {
            @Override
            public void postEvent(Event event) {
                posted.add(event);
            }

            @Override
            public void sendEvent(Event event) {
                throw new AssertionError("it must not wait for handlers");
            }
        });

        publisher.switched(EVENT);

        assertEquals("dev/turnout/switch/ROLLED_BACK", posted.get(0).getTopic());
        assertEquals(
                Map.of(
                        "timestamp",
                        1234L,
                        "server",
                        "line",
                        "connection",
                        17L,
                        "connections",
                        1,
                        "from",
                        "line 1.0.0",
                        "to",
                        "line 1.1.0",
                        "unread",
                        3,
                        "nanos",
                        42_000L,
                        "reason",
                        "not today"),
                properties(posted.get(0)));
    }

    @Test
    void everyKindIsALegalTopic() {
        List<String> topics = new ArrayList<>();
        SwitchPublisher publisher = new SwitchPublisher(new EventAdmin() {
            @Override
            public void postEvent(Event event) {
                topics.add(event.getTopic());
            }

            @Override
            public void sendEvent(Event event) {
                throw new AssertionError("it must not wait for handlers");
            }
        });

        for (Kind kind : Kind.values()) {
            publisher.switched(new SwitchEvent(kind, 0, "", 0, 0, "", "", 0, 0, ""));
        }

        assertEquals(Kind.values().length, topics.size());
    }

    @Test
    @Spec("SWITCH-56")
    void reachesHandlersThroughARealEventAdminInOrder() throws Exception {
        Map<String, String> settings = new HashMap<>();
        settings.put(Constants.FRAMEWORK_STORAGE, cache.toString());
        settings.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        // the test sees the types of the class path, so the bundle has to
        settings.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, "org.osgi.service.event;version=1.4.1");
        Framework framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow()
                .newFramework(settings);
        framework.start();
        try {
            BundleContext context = framework.getBundleContext();
            context.installBundle(jar(Activator.class).toString()).start();
            BlockingQueue<Event> handled = new LinkedBlockingQueue<>();
            context.registerService(
                    EventHandler.class,
                    handled::add,
                    FrameworkUtil.asDictionary(Map.of(EventConstants.EVENT_TOPIC, "dev/turnout/switch/*")));
            EventAdmin eventAdmin = context.getService(context.getServiceReference(EventAdmin.class));
            SwitchPublisher publisher = new SwitchPublisher(eventAdmin);

            publisher.switched(EVENT);
            publisher.switched(new SwitchEvent(Kind.DRAIN_BEGUN, 0, "line", 0, 2, "line", "", 0, 0, ""));

            Event first = handled.poll(30, TimeUnit.SECONDS);
            assertNotNull(first);
            assertEquals("dev/turnout/switch/ROLLED_BACK", first.getTopic());
            assertEquals("not today", first.getProperty("reason"));
            Event second = handled.poll(30, TimeUnit.SECONDS);
            assertNotNull(second);
            assertEquals(2, second.getProperty("connections"));
        } finally {
            framework.stop();
            assertTrue(framework.waitForStop(30_000).getType() == org.osgi.framework.FrameworkEvent.STOPPED);
        }
    }

    private static URI jar(Class<?> of) throws Exception {
        CodeSource source = of.getProtectionDomain().getCodeSource();
        return source.getLocation().toURI();
    }

    private static Map<String, Object> properties(Event event) {
        Map<String, Object> properties = new HashMap<>();
        for (String name : event.getPropertyNames()) {
            if (!name.equals(EventConstants.EVENT_TOPIC)) {
                properties.put(name, event.getProperty(name));
            }
        }
        return properties;
    }
}
