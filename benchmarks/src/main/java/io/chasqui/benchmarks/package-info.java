/**
 * What things cost: JMH benchmarks of one question each, whose Javadoc says which answer is a failure. Built with the
 * rest, run by hand, with a JDK 25:
 *
 * <pre>
 *   mvn -q -pl benchmarks -am package -DskipTests
 *   java -jar benchmarks/target/benchmarks.jar MatchBenchmark -prof gc
 *   java -jar benchmarks/target/benchmarks.jar MatchBenchmark -prof io.chasqui.benchmarks.CpuProfiler
 * </pre>
 *
 * Figures that a decision rests on stand in the message of the commit that took it, with the machine.
 */
@NullMarked
package io.chasqui.benchmarks;

import org.jspecify.annotations.NullMarked;
