package io.chasqui.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** What {@link SharedWrites} has the watched code call. Remembers who wrote an object last, in a table in which one may push out another. */
public final class SharedWritesWatch {
    private static final int SITES = 1 << 16;
    private static final int OBJECTS = 1 << 20;

    private static final ConcurrentMap<String, Integer> NUMBERS = new ConcurrentHashMap<>();
    private static final AtomicInteger NEXT = new AtomicInteger();
    private static final AtomicLongArray COUNTS = new AtomicLongArray(SITES);
    private static final AtomicReferenceArray<@Nullable Write> LAST = new AtomicReferenceArray<>(OBJECTS);

    private record Write(Object object, Thread by) {}

    private SharedWritesWatch() {}

    /** The number of a place in the code; the same for the same name. */
    static int site(String name) {
        return NUMBERS.computeIfAbsent(name, _ -> NEXT.getAndIncrement() % SITES);
    }

    /** Something in {@code object} is about to be written. */
    public static void written(@Nullable Object object, int site) {
        if (object == null) {
            return; // the watched code will fail by itself
        }
        Thread by = Thread.currentThread();
        int place = System.identityHashCode(object) & OBJECTS - 1;
        Write last = LAST.get(place);
        if (last == null || last.object != object) {
            LAST.set(place, new Write(object, by));
        } else if (last.by != by) {
            LAST.set(place, new Write(object, by));
            COUNTS.incrementAndGet(site);
        }
    }

    /** Something that threads share is about to be called. */
    public static void called(int site) {
        COUNTS.incrementAndGet(site);
    }

    static List<String> lines() {
        List<String> lines = new ArrayList<>();
        NUMBERS.forEach((name, number) -> {
            if (COUNTS.get(number) > 0) {
                lines.add(name + "," + COUNTS.get(number));
            }
        });
        return lines;
    }
}
