/** The Application Message: what a publisher handed over and subscribers are owed, apart from the packets that carry it. */
@NullMarked
package io.chasqui.broker.message;

import org.jspecify.annotations.NullMarked;
