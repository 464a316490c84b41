// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A helper thread keeps nothing of who made it. */
class HelperThreadsTest {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final CountDownLatch end = new CountDownLatch(1);

    /** Stands for a protocol in whose callback a thread is made. */
    public static final class Callback implements Supplier<Thread> {

        private final Supplier<Thread> maker;

        public Callback(Supplier<Thread> maker) {
            this.maker = maker;
        }

        @Override
        public Thread get() {
            Thread thread = maker.get();
            thread.start();
            return thread;
        }
    }

    /** Stands for the class loader of a protocol's bundle. */
    private static final class BundleLoader extends ClassLoader {

        BundleLoader() {
            super(HelperThreadsTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(Callback.class.getName())) {
                return super.loadClass(name, resolve);
            }
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    private record Started(Thread thread, WeakReference<ClassLoader> maker) {}

    /** Has a class of another loader start the thread; nothing of that loader is on the stack afterwards. */
    private Started startFromAnotherLoader() throws ReflectiveOperationException {
        ClassLoader loader = new BundleLoader();
        Class<?> type = loader.loadClass(Callback.class.getName());
        assertNotSame(Callback.class, type);
        Supplier<Thread> maker = () -> HelperThreads.daemon("helper", this::awaitEnd);
        Thread current = Thread.currentThread();
        ClassLoader before = current.getContextClassLoader();
        current.setContextClassLoader(loader);
        try {
            Supplier<?> callback =
                    (Supplier<?>) type.getConstructor(Supplier.class).newInstance(maker);
            return new Started((Thread) callback.get(), new WeakReference<>(loader));
        } finally {
            current.setContextClassLoader(before);
        }
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void itsMakersClassLoaderIsCollectedWhileItLives() throws Exception {
        Started started = startFromAnotherLoader();

        long until = System.nanoTime() + PATIENCE_NANOS;
        while (started.maker().get() != null && System.nanoTime() - until < 0) {
            System.gc();
        }

        assertTrue(started.thread().isAlive());
        assertNull(started.maker().get(), "the class loader is held");
        assertTrue(started.thread().isDaemon());
        assertSame(ClassLoader.getSystemClassLoader(), started.thread().getContextClassLoader());
        end.countDown();
        started.thread().join();
    }
}
