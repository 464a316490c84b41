// SPDX-License-Identifier: Apache-2.0
package dev.turnout.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;

/** Is the OSGi framework with the bundles of {@code bundle/LEVEL/}, where LEVEL is the start level. */
final class Container {

    private static final int CONFIGURATION_LEVEL = 10;
    private static final int PROTOCOL_LEVEL = 50;
    private static final int RUNNING_LEVEL = 55;
    private static final int SHELL_LEVEL = 60;

    private final Framework framework;
    private final CommandLine line;

    Container(Path home, CommandLine line) {
        this.line = line;
        framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no OSGi framework in " + home.resolve("lib")))
                .newFramework(properties(line));
    }

    private static Map<String, String> properties(CommandLine line) {
        Map<String, String> properties = new HashMap<>(line.properties());
        properties.put("turnout.data", line.data().toString());
        properties.put(Constants.FRAMEWORK_STORAGE, line.data().resolve("cache").toString());
        // everything is read anew from bundle/, load/ and etc/, so what was there the last time cannot linger
        properties.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        properties.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(CONFIGURATION_LEVEL));
        properties.put("felix.fileinstall.dir", line.etc() + "," + line.load());
        properties.put("felix.fileinstall.filter", ".*\\.(cfg|jar)");
        properties.put(
                "felix.fileinstall.tmpdir", line.data().resolve("installing").toString());
        // looked at again and again, as the system's events of a folder are lost when many come at once
        properties.put("felix.fileinstall.disableNio2", "true");
        properties.put("felix.fileinstall.poll", "250");
        properties.put("felix.fileinstall.noInitialDelay", "true");
        properties.put("felix.fileinstall.start.level", Integer.toString(PROTOCOL_LEVEL));
        properties.put("felix.fileinstall.enableConfigSave", "false");
        // by its own default it does not say why a bundle of load/ cannot be resolved or started
        properties.put("felix.fileinstall.log.level", "2");
        // a jar in load/ may be the same version of a bundle that the container has
        properties.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
        // no bundle is refreshed because another one came that it could do without
        properties.put("felix.fileinstall.optionalImportRefreshScope", "none");
        properties.put("felix.fileinstall.fragmentRefreshScope", "none");
        return properties;
    }

    /** Returns the variables that configurations can name. */
    static Map<String, String> variables(CommandLine line) {
        return properties(line);
    }

    /** Installs all bundles and starts those below the shell. */
    void start(Path bundles) throws BundleException, IOException, InterruptedException {
        framework.init();
        List<Bundle> all = new ArrayList<>();
        for (Path folder : children(bundles)) {
            List<Bundle> together = install(folder);
            // wired before the next ones come, so that no update of a higher level reaches a lower one
            framework.adapt(FrameworkWiring.class).resolveBundles(together);
            all.addAll(together);
        }
        for (Bundle bundle : all) {
            bundle.start();
        }
        framework.start();
        LoopsFile.hand(line.etc(), variables(line), framework.getBundleContext());
        CountDownLatch running = new CountDownLatch(1);
        framework.adapt(FrameworkStartLevel.class).setStartLevel(RUNNING_LEVEL, event -> running.countDown());
        running.await();
    }

    private List<Bundle> install(Path folder) throws BundleException, IOException {
        int level = Integer.parseInt(String.valueOf(folder.getFileName()));
        List<Bundle> bundles = new ArrayList<>();
        for (Path jar : children(folder)) {
            Bundle bundle =
                    framework.getBundleContext().installBundle(jar.toUri().toString());
            bundle.adapt(BundleStartLevel.class).setStartLevel(level);
            bundles.add(bundle);
        }
        return bundles;
    }

    private static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    /** Starts the shell, which reads standard input from now on and stops the framework when it ends. */
    void startShell() {
        framework.adapt(FrameworkStartLevel.class).setStartLevel(SHELL_LEVEL);
    }

    /** Returns whether the framework stopped within this time; 0 waits for as long as it takes. */
    boolean waitForStop(long millis) throws InterruptedException {
        return framework.waitForStop(millis).getType() != FrameworkEvent.WAIT_TIMEDOUT;
    }

    /** Stops all bundles, those that started last first; answers whether that ended in time. */
    boolean stop() throws BundleException, InterruptedException {
        framework.stop();
        return waitForStop(TimeUnit.SECONDS.toMillis(30));
    }
}
