// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap.inside;

import dev.turnout.api.network.NetworkControl;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchListener;
import dev.turnout.api.network.dto.LeakDTO;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.management.ObjectName;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.FrameworkWiring;

/** Does to bundles what a line on a socket says, and answers lines, the last of which is a dot. */
public final class ControlActivator implements BundleActivator {

    private final Queue<SwitchEvent> events = new ConcurrentLinkedQueue<>();
    private BundleContext context;
    private ServerSocket socket;
    private Children children;

    @Override
    public void start(BundleContext started) throws IOException {
        context = started;
        children = new Children(started);
        context.registerService(SwitchListener.class, events::add, null);
        socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        new Thread(this::serve, "swap-control").start();
        System.out.println("swap control at " + socket.getLocalPort());
    }

    @Override
    public void stop(BundleContext stopped) throws IOException {
        socket.close();
    }

    private void serve() {
        try (Socket peer = socket.accept();
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(peer.getInputStream(), StandardCharsets.UTF_8));
                Writer out =
                        new BufferedWriter(new OutputStreamWriter(peer.getOutputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                try {
                    obey(line.split(" ", -1), out);
                } catch (Exception e) {
                    out.append("failed: ").append(e.toString()).append('\n');
                }
                out.append(".\n").flush();
            }
        } catch (IOException e) {
            System.out.println("swap control has ended: " + e);
        }
    }

    private void obey(String[] words, Writer out) throws Exception {
        switch (words[0]) {
            case "install" -> {
                Bundle bundle = context.installBundle(words[1]);
                out.append(Long.toString(bundle.getBundleId())).append('\n');
                bundle.start();
            }
            case "update" -> bundle(words).update(URI.create(words[2]).toURL().openStream());
            case "uninstall" -> bundle(words).uninstall();
            case "start" -> bundle(words).start();
            case "stop" -> bundle(words).stop();
            case "flap" -> flap(bundle(words), Integer.parseInt(words[2]));
            case "refresh" -> context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(bundle(words)));
            case "find" -> find(words[1], out);
            case "events" -> tell(out);
            case "leaks" -> leaks(out);
            case "children" -> {
                switch (words[1]) {
                    case "start" -> children.start(Integer.parseInt(words[2]));
                    case "end" -> children.end();
                    default -> children.tell(out);
                }
            }
            case "threads" -> {
                for (Thread thread : Thread.getAllStackTraces().keySet()) {
                    out.append(thread.getName()).append('\n');
                }
            }
            case "descriptors" ->
                out.append(ManagementFactory.getPlatformMBeanServer()
                                .getAttribute(
                                        new ObjectName("java.lang:type=OperatingSystem"), "OpenFileDescriptorCount")
                                .toString())
                        .append('\n');
            default -> throw new IllegalArgumentException("unknown: " + words[0]);
        }
    }

    private Bundle bundle(String[] words) {
        return context.getBundle(Long.parseLong(words[1]));
    }

    /** Stops and starts a bundle again and again, about a hundred times a second. */
    private static void flap(Bundle bundle, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            bundle.stop();
            LockSupport.parkNanos(5_000_000);
            bundle.start();
            LockSupport.parkNanos(5_000_000);
        }
    }

    private void find(String name, Writer out) throws IOException {
        for (Bundle bundle : context.getBundles()) {
            if (name.equals(bundle.getSymbolicName())) {
                out.append(bundle.getBundleId() + " " + bundle.getVersion() + " " + bundle.getState() + "\n");
            }
        }
    }

    private void tell(Writer out) throws IOException {
        for (SwitchEvent event = events.poll(); event != null; event = events.poll()) {
            out.append(event.kind() + " " + event.timeMillis() + " " + event.nanos() + " " + event.connections() + " "
                    + event.unread() + " " + event.reason().replace('\n', ' ') + "\n");
        }
    }

    private void leaks(Writer out) throws Exception {
        ServiceReference<NetworkControl> reference = context.getServiceReference(NetworkControl.class);
        NetworkControl control = context.getService(reference);
        for (LeakDTO leak : control.leaks().toCompletableFuture().get(30, TimeUnit.SECONDS)) {
            out.append(leak.bundle + " collected=" + leak.collected + " installed=" + leak.installed + " "
                    + String.join(", ", leak.holders) + "\n");
        }
        context.ungetService(reference);
    }
}
