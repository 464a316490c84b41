// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwitchFlightTest {

    @TempDir
    Path folder;

    /** Sees of the virtual machine what a bundle sees: the packages that it imports, and not those inside. */
    private static final class LikeBundle extends ClassLoader {

        LikeBundle() {
            super(LikeBundle.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("jdk.jfr.internal.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith(SwitchFlight.class.getName())) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream code = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = code.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Test
    @Spec("SWITCH-56")
    void recordsFromABundleThatDoesNotSeeIntoTheVirtualMachine() throws Exception {
        Class<?> type = new LikeBundle().loadClass(SwitchFlight.class.getName());
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        Method record = type.getDeclaredMethod("record", SwitchEvent.class);
        record.setAccessible(true);
        Path file = folder.resolve("bundle.jfr");

        try (Recording recording = new Recording();
                AutoCloseable flights = (AutoCloseable) constructor.newInstance()) {
            recording.enable("dev.turnout.Switch");
            recording.start();
            record.invoke(flights, new SwitchEvent(Kind.SWITCHED, 0, "line", 17, 1, "a", "b", 3, 42_000, ""));
            recording.stop();
            recording.dump(file);
        }

        List<RecordedEvent> recorded = RecordingFile.readAllEvents(file);
        assertEquals(1, recorded.size());
        assertEquals(17, recorded.get(0).getLong("connection"));
    }
}
