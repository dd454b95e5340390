package io.chasqui.conformance.suite;

import io.chasqui.conformance.raw.Version;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One test in one version.
 *
 * @param statements of this version alone, as the annotation names them
 */
public record TestCase(Method method, Version version, List<String> statements) {

    /** The tests of these classes, each once for each version that its statements are of, in a fixed order. */
    public static List<TestCase> in(List<Class<?>> holders) {
        List<TestCase> found = new ArrayList<>();
        for (Class<?> holder : holders) {
            List<TestCase> here = new ArrayList<>();
            for (Method method : holder.getDeclaredMethods()) {
                Statement statement = method.getAnnotation(Statement.class);
                if (statement != null) {
                    addVersions(here, method, List.of(statement.value()));
                }
            }
            here.sort(Comparator.comparing(TestCase::name));
            found.addAll(here);
        }
        return List.copyOf(found);
    }

    private static void addVersions(List<TestCase> found, Method method, List<String> statements) {
        for (Version version : Version.values()) {
            List<String> own = statements.stream()
                    .filter(each -> Catalog.version(each) == version)
                    .toList();
            if (!own.isEmpty()) {
                found.add(new TestCase(method, version, own));
            }
        }
    }

    /** Class and method: {@code ConnectTests.reservedConnectFlagIsChecked}. */
    public String name() {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    /** For reports: version, name, statements. */
    @Override
    public String toString() {
        return "[" + version + "] " + name() + " " + String.join(" ", statements);
    }

    public Fixture fixture() {
        Needs own = method.getAnnotation(Needs.class);
        Needs ofClass = method.getDeclaringClass().getAnnotation(Needs.class);
        return own != null ? own.value() : ofClass != null ? ofClass.value() : Fixture.DEFAULT;
    }

    boolean alone() {
        return method.isAnnotationPresent(Alone.class);
    }

    boolean waits() {
        return method.isAnnotationPresent(Waits.class);
    }

    /** Runs on a new instance; returns what went wrong. */
    @Nullable
    Throwable run(Scene scene) {
        try {
            Constructor<?> constructor = method.getDeclaringClass().getDeclaredConstructor();
            constructor.setAccessible(true);
            method.setAccessible(true);
            method.invoke(constructor.newInstance(), scene);
            return null;
        } catch (InvocationTargetException e) {
            return e.getCause();
        } catch (ReflectiveOperationException e) {
            return e;
        }
    }
}
