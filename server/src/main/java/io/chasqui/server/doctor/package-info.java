/**
 * What {@code chasqui doctor} looks at: {@link io.chasqui.server.doctor.ConfigurationCheck} at what is configured,
 * {@link io.chasqui.server.doctor.CertificateCheck} at the certificates in it, {@link io.chasqui.server.doctor.MachineCheck} at the machine
 * that a broker is to run on, {@link io.chasqui.server.doctor.BrokerCheck} at one that runs, from outside. Each makes
 * {@link io.chasqui.server.doctor.Finding}s, and changes nothing. One thread.
 */
@NullMarked
package io.chasqui.server.doctor;

import org.jspecify.annotations.NullMarked;
