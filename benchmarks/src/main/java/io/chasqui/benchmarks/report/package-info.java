/**
 * Makes the tables of docs/performance.md: {@code benchmarks/run} starts {@link Report}, which measures brokers from outside,
 * section by section, writes what it saw to {@code benchmarks/results}, and renders the document from such files. Uses the JDK
 * alone, so that it runs from its source without a build. Read Report first, then {@link Bench}, then a section such as
 * {@link Speed}.
 */
@NullMarked
package io.chasqui.benchmarks.report;

import org.jspecify.annotations.NullMarked;
