/** What must outlive the process: the storage SPI and the store in memory. */
@NullMarked
package io.chasqui.broker.storage;

import org.jspecify.annotations.NullMarked;
