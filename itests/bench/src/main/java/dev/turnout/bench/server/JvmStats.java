// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import com.sun.management.ThreadMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.Map;
import java.util.function.LongSupplier;

/** Reads what the virtual machine counts. */
final class JvmStats {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private JvmStats() {}

    static String json(Map<String, LongSupplier> counts) {
        StringBuilder json = new StringBuilder("{\"allocatedBytes\":").append(allocatedBytes());
        long collections = 0;
        long millis = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            collections += collector.getCollectionCount();
            millis += collector.getCollectionTime();
        }
        json.append(",\"gcs\":").append(collections).append(",\"gcMillis\":").append(millis);
        json.append(",\"liveBytes\":").append(liveBytes());
        counts.forEach(
                (name, count) -> json.append(",\"").append(name).append("\":").append(count.getAsLong()));
        return json.append('}').toString();
    }

    static void collect() {
        System.gc();
    }

    /** What all threads have allocated but this one, which only answers. */
    private static long allocatedBytes() {
        long bytes = 0;
        for (long id : THREADS.getAllThreadIds()) {
            if (id != Thread.currentThread().getId()) {
                bytes += Math.max(0, THREADS.getThreadAllocatedBytes(id));
            }
        }
        return bytes;
    }

    /** What the last garbage collection left in the heap, and all direct buffers. */
    private static long liveBytes() {
        long bytes = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage left = pool.getCollectionUsage();
            bytes += left == null ? 0 : left.getUsed();
        }
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            bytes += pool.getMemoryUsed();
        }
        return bytes;
    }
}
