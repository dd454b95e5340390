/**
 * The rules of the house as tests: how files are laid out, who may import whom, how long a file or method may grow, which
 * names we do not use, and that a statement cited anywhere exists in the standard. They read the sources of every module,
 * not its classes, and know nothing of the broker. A rule that gets in the way is changed here, with the reason in the commit.
 */
@NullMarked
package io.chasqui.house;

import org.jspecify.annotations.NullMarked;
