package io.chasqui.benchmarks;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import org.jspecify.annotations.Nullable;

/**
 * Question: what do the loops of a broker write that another loop writes, too? An agent that counts, by the method that does it: each
 * store to a field, static variable or array that another thread was the last to write (its object was), and each call of an
 * atomic variable, a variable handle, {@code Unsafe} or a concurrent collection. Sees the classes of the broker and of Netty. It is
 * a failure if anything is counted once for each message. A broker is several times slower with it.
 *
 * <pre>java -javaagent:benchmarks.jar=FILE ...     # writes METHOD,WHAT,COUNT lines when the JVM ends</pre>
 */
public final class SharedWrites implements ClassFileTransformer {
    private static final ClassDesc WATCH =
            SharedWritesWatch.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc WRITTEN =
            MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_Object, ConstantDescs.CD_int);
    private static final MethodTypeDesc CALLED = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);

    private SharedWrites() {}

    /** @param file that is written at the end */
    public static void premain(String file, Instrumentation instrumentation) {
        instrumentation.addTransformer(new SharedWrites());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                Files.write(Path.of(file), SharedWritesWatch.lines());
            } catch (IOException e) {
                System.err.println("SharedWrites: " + e);
            }
        }));
    }

    @Override
    public byte @Nullable [] transform(
            @Nullable ClassLoader loader,
            String name,
            @Nullable Class<?> redefined,
            @Nullable ProtectionDomain domain,
            byte[] bytes) {
        boolean ours = name.startsWith("io/chasqui/broker/") || name.startsWith("io/chasqui/protocol/");
        if (loader == null || !ours && !name.startsWith("io/netty/")) {
            return null;
        }
        ClassFile classFile = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(loader).cached()));
        try {
            return classFile.transformClass(classFile.parse(bytes), (builder, element) -> {
                if (element instanceof MethodModel method
                        && !method.methodName().stringValue().startsWith("<")) {
                    String site = name.replaceAll(".*/", "") + "."
                            + method.methodName().stringValue();
                    builder.transformMethod(
                            method, MethodTransform.transformingCode((code, each) -> watch(code, each, site)));
                } else {
                    builder.with(element); // what a constructor writes is not shared yet
                }
            });
        } catch (RuntimeException e) {
            System.err.println("SharedWrites: " + name + " is not watched: " + e);
            return null;
        }
    }

    private static void watch(CodeBuilder code, CodeElement each, String site) {
        switch (each) {
            case FieldInstruction field
            when field.opcode() == Opcode.PUTFIELD -> {
                if (TypeKind.from(field.typeSymbol()).slotSize() == 2) {
                    code.dup2_x1().pop2().dup_x2();
                } else {
                    code.dup2().pop();
                }
                written(code, site + "," + field.name().stringValue());
            }
            case FieldInstruction field
            when field.opcode() == Opcode.PUTSTATIC -> {
                code.ldc(field.owner().asSymbol());
                written(code, site + "," + field.name().stringValue());
            }
            case ArrayStoreInstruction store -> {
                TypeKind kind = store.typeKind().asLoadable();
                int value = code.allocateLocal(kind);
                code.storeLocal(kind, value).dup2().pop();
                written(code, site + ",array");
                code.loadLocal(kind, value);
            }
            case InvokeInstruction call
            when isConcurrent(call) -> {
                String what = call.owner().asInternalName().replaceAll(".*/", "") + "."
                        + call.name().stringValue();
                code.loadConstant(SharedWritesWatch.site(site + "," + what)).invokestatic(WATCH, "called", CALLED);
            }
            default -> {}
        }
        code.with(each);
    }

    private static void written(CodeBuilder code, String site) {
        code.loadConstant(SharedWritesWatch.site(site)).invokestatic(WATCH, "written", WRITTEN);
    }

    private static boolean isConcurrent(InvokeInstruction call) {
        String owner = call.owner().asInternalName();
        String method = call.name().stringValue();
        boolean writes = !method.startsWith("get") || method.startsWith("getAnd");
        return writes
                && !method.startsWith("<")
                && !method.matches("size|isEmpty|length|peek|contains.*")
                && (owner.startsWith("java/util/concurrent/")
                        || owner.equals("java/lang/invoke/VarHandle")
                        || owner.endsWith("/Unsafe")
                                && method.matches("(compareAnd|getAnd|putOrdered|put.*Volatile).*"));
    }
}
