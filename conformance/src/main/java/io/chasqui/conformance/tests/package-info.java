/**
 * The tests, a class for each section of the standard, in the order of {@link io.chasqui.conformance.tests.AllTests}. A
 * test demands no more than the standard does: where a broker may answer or close, both will do; where it has to close,
 * a reason is welcome and checked, not demanded. What must not come is waited for against a later marker.
 */
@NullMarked
package io.chasqui.conformance.tests;

import org.jspecify.annotations.NullMarked;
