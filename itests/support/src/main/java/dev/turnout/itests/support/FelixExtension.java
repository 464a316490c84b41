// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.support;

import static java.util.Objects.requireNonNull;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.CoreOptions.systemTimeout;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.ops4j.pax.exam.ExamSystem;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.TestAddress;
import org.ops4j.pax.exam.TestContainer;
import org.ops4j.pax.exam.TestProbeBuilder;
import org.ops4j.pax.exam.spi.PaxExamRuntime;

/** Drives Pax Exam from Jupiter: its own drivers know JUnit 4 and TestNG only. */
final class FelixExtension implements BeforeAllCallback, AfterAllCallback, InvocationInterceptor {

    /** What assertions and annotations need inside. */
    private static final List<String> TEST_LIBRARIES = List.of(
            "org.junit.jupiter.api.Assertions",
            "org.junit.platform.commons.JUnitException",
            "org.opentest4j.AssertionFailedError",
            "org.apiguardian.api.API",
            "org.jspecify.annotations.NullMarked",
            FelixExtension.class.getName());

    private final Map<String, TestAddress> addresses = new HashMap<>();
    private @Nullable TestContainer container;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Class<?> tests = context.getRequiredTestClass();
        ExamSystem system = PaxExamRuntime.createTestSystem(options());
        TestProbeBuilder probe = system.createProbe();
        for (Method method : tests.getDeclaredMethods()) {
            if (method.isAnnotationPresent(Test.class)) {
                addresses.put(method.getName(), probe.addTest(tests, method.getName()));
            }
        }
        TestContainer started = PaxExamRuntime.createContainer(system);
        container = started;
        started.start();
        started.install(probe.build().getStream());
    }

    private static Option[] options() throws IOException, ClassNotFoundException {
        List<Option> options = new ArrayList<>();
        for (Path jar : distribution()) {
            int level = Integer.parseInt(String.valueOf(jar.getName(jar.getNameCount() - 2)));
            // Pax Exam stays at level 5, whatever it is told
            options.add(bundle(jar.toUri().toString()).startLevel(Math.max(1, level / 10)));
        }
        for (String library : TEST_LIBRARIES) {
            var source = Class.forName(library).getProtectionDomain().getCodeSource();
            options.add(bundle(source.getLocation().toString()).startLevel(1));
        }
        options.add(frameworkProperty("felix.fileinstall.dir").value(System.getProperty("turnout.load")));
        options.add(systemTimeout(15_000));
        options.add(cleanCaches());
        options.add(frameworkProperty("org.ops4j.pax.logging.DefaultServiceLog.level")
                .value("WARN"));
        options.add(
                systemProperty("org.ops4j.pax.logging.DefaultServiceLog.level").value("WARN"));
        return options.toArray(Option[]::new);
    }

    /** Returns the bundles of the packaged distribution, without Gogo, which would read standard input. */
    private static List<Path> distribution() throws IOException {
        Path folder = Path.of(System.getProperty("turnout.bundles")).normalize();
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file ->
                            file.toString().endsWith(".jar") && !file.toString().contains(".gogo."))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        invocation.skip();
        try {
            requireNonNull(container).call(addresses.get(method.getExecutable().getName()));
        } catch (RuntimeException | Error e) {
            throw rootOf(e);
        }
    }

    /** Returns the assertion that failed inside, without the layers of the call into the container. */
    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (container != null) {
            container.stop();
        }
    }
}
