package io.chasqui.server.config;

import java.util.regex.Pattern;

/** Hides what should not have been written where others read it. */
public final class Secrets {
    private static final String HIDDEN = "***";
    private static final Pattern OF_USER = Pattern.compile("(://[^/?#@:\\s]*):[^/?#@\\s]*@");
    private static final Pattern PARAMETER = Pattern.compile(
            "([?&;][^?&;=\\s]*(?:password|passwd|pwd|secret|token|key|passphrase)[^?&;=\\s]*)=[^&;#\\s]*",
            Pattern.CASE_INSENSITIVE);

    private Secrets() {}

    /** {@code text} without the passwords that URLs in it have: those of {@code //USER:PASSWORD@} and {@code ?password=}. */
    public static String hidden(String text) {
        String withoutUsers = OF_USER.matcher(text).replaceAll("$1:" + HIDDEN + "@");
        return PARAMETER.matcher(withoutUsers).replaceAll("$1=" + HIDDEN);
    }
}
