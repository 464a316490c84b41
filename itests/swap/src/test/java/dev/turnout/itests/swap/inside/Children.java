// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap.inside;

import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Network;
import dev.turnout.api.network.NetworkControl;
import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.SubprocessTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Starts child processes, gives them to the protocol that is replaced, and takes them back in the end. Thread: the control's. */
final class Children {

    private static final long DEADLINE_SECONDS = 30;

    private final BundleContext context;
    private final Build own = new Build(0, 1, 2, 0, new AtomicInteger());
    private final List<SubprocessTransport> children = new ArrayList<>();
    private final List<SwapChild> last = new ArrayList<>();

    Children(BundleContext context) {
        this.context = context;
    }

    private <S> S service(Class<S> type) {
        ServiceReference<S> reference = context.getServiceReference(type);
        return context.getService(reference); // for good: what a network has opened ends with its user
    }

    /** Starts some that send back what they get. */
    void start(int count) throws Exception {
        children.clear();
        last.clear();
        Network network = service(Network.class);
        NetworkControl control = service(NetworkControl.class);
        for (int i = 0; i < count; i++) {
            Connection<SubprocessTransport> child = network.subprocessExec(
                            () -> new SwapChild(own, false), List.of("/bin/cat"), ProcessOptions.DEFAULTS)
                    .toCompletableFuture()
                    .get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            SubprocessTransport transport = child.transport();
            children.add(transport);
            long id = on(transport, () -> transport.getExtraInfo(ExtraInfo.CONNECTION_ID))
                    .orElseThrow();
            control.switchProtocol(id, "swap-child").toCompletableFuture().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Tells of each child what its protocol says of it. */
    void tell(Appendable out) throws Exception {
        for (int i = 0; i < children.size(); i++) {
            SubprocessTransport child = children.get(i);
            SwapChild taken = i < last.size() ? last.get(i) : null;
            out.append(on(child, () -> String.valueOf(taken == null ? child.getProtocol() : taken)))
                    .append('\n');
        }
    }

    /** Takes all of them back and lets them end when they have answered. */
    void end() throws Exception {
        for (SubprocessTransport child : children) {
            SwapChild ending = new SwapChild(own, true);
            last.add(ending);
            on(child, () -> {
                child.setProtocol(ending);
                return true;
            });
        }
    }

    private static <T> T on(SubprocessTransport child, Callable<T> question) throws Exception {
        CompletableFuture<T> answer = new CompletableFuture<>();
        child.loop().execute(() -> {
            try {
                answer.complete(question.call());
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        return answer.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }
}
