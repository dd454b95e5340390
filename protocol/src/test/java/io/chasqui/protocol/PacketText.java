package io.chasqui.protocol;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A packet as text, down to the last byte: records compare arrays by identity, and two texts show where they differ. */
final class PacketText {
    /** Asking a class for its components copies them each time. */
    private static final ClassValue<RecordComponent[]> COMPONENTS = new ClassValue<>() {
        @Override
        protected RecordComponent[] computeValue(Class<?> type) {
            return type.getRecordComponents();
        }
    };

    private PacketText() {}

    static String of(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case byte[] bytes -> HexFormat.of().formatHex(bytes);
            case int[] numbers -> Arrays.toString(numbers);
            case List<?> list -> list.stream().map(PacketText::of).collect(Collectors.joining(", ", "[", "]"));
            case PublishProperties p ->
                "PublishProperties(" + p.payloadFormat() + ", " + p.contentType() + ", " + p.responseTopic() + ", "
                        + of(p.correlationData()) + ", " + of(p.userProperties()) + ")";
            case Record packet -> ofRecord(packet);
            default -> value.toString();
        };
    }

    private static String ofRecord(Record packet) {
        StringJoiner text = new StringJoiner(", ", packet.getClass().getSimpleName() + "(", ")");
        for (RecordComponent component : COMPONENTS.get(packet.getClass())) {
            try {
                text.add(component.getName() + "=" + of(component.getAccessor().invoke(packet)));
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(e.getMessage(), e);
            }
        }
        return text.toString();
    }
}
