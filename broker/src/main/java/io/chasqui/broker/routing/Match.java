package io.chasqui.broker.routing;

import io.chasqui.broker.topic.SubscriptionTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All who want one Topic Name, sorted by the loop they are at home on. Immutable but for the turn of each share; kept by one
 * loop for as long as no subscription changed that could match the topic.
 */
final class Match {
    private static final Route[] NONE = {};
    private static final Share[] NO_SHARES = {};

    /** Routes by home loop; empty arrays where nobody is. */
    final Route[][] byLoop;

    /** The shared subscriptions that match. */
    final Share[] shares;

    final boolean isEmpty;

    /** Routes and members, what this costs to keep. */
    final int weight;

    // How the tree was when this was made; see SubscriptionTree.version.
    final int slotA;
    final int slotB;
    final long version;

    private Match(Route[][] byLoop, Share[] shares, int weight, int slotA, int slotB, long version) {
        this.byLoop = byLoop;
        this.shares = shares;
        this.isEmpty = weight == 0;
        this.weight = weight;
        this.slotA = slotA;
        this.slotB = slotB;
        this.version = version;
    }

    /** One shared subscription: its members take turns. */
    static final class Share {
        private static final int PROBES = 16; // members looked at for one that is idle
        private final Route[][] members; // each alone in an array, as a batch wants it
        private int turn;

        private Share(List<Route> members, int turn) {
            this.members = members.stream().map(route -> new Route[] {route}).toArray(Route[][]::new);
            this.turn = turn;
        }

        boolean isOf(Route route) {
            return Objects.equals(members[0][0].share(), route.share());
        }

        /**
         * The next member: one that is idle, else one that is connected, else one whose subscription allows it to wait, above
         * QoS 0, else any. The choice is free (section 4.8.2).
         *
         * @param except not this one, unless it is null
         */
        Route @Nullable [] next(@Nullable Subscriber except) {
            int connected = -1;
            int keeper = -1;
            int any = -1;
            int at = turn;
            for (int i = 0; i < members.length && (i < PROBES || connected < 0); i++) {
                at = at + 1 < members.length ? at + 1 : 0;
                Subscriber subscriber = members[at][0].subscriber();
                if (subscriber == except) {
                    continue;
                }
                if (subscriber.isIdle()) {
                    turn = at;
                    return members[at];
                }
                if (connected < 0 && subscriber.isConnected()) {
                    connected = at;
                }
                if (keeper < 0 && members[at][0].mayWait()) {
                    keeper = at;
                }
                any = any < 0 ? at : any;
            }
            int chosen = connected >= 0 ? connected : keeper >= 0 ? keeper : any;
            if (chosen < 0) {
                return null;
            }
            turn = chosen; // not where the search ended, or busy members would not take turns
            return members[chosen];
        }
    }

    /** Makes matches for one loop. */
    static final class Finder {
        private final SubscriptionTree<Subscription> tree;
        private final int loops;
        private final List<Subscription> found = new ArrayList<>();
        private final Consumer<Subscription> collect = found::add;
        private final Route[][] nobody; // the routes of most topics that are published once

        Finder(SubscriptionTree<Subscription> tree, int loops) {
            this.tree = tree;
            this.loops = loops;
            this.nobody = new Route[loops][];
            Arrays.fill(nobody, NONE);
        }

        /** @param seed where shares begin their turns */
        Match find(String[] levels, int seed) {
            int slotA = tree.firstSlot(levels);
            int slotB = tree.secondSlot(levels);
            long version = tree.version(slotA, slotB); // before the match: a change meanwhile makes it stale
            tree.match(levels, collect);
            Match match = new Match(routes(), shares(seed), found.size(), slotA, slotB, version);
            found.clear();
            return match;
        }

        /** The plain subscriptions, one route a subscriber, in the order of the tree. */
        private Route[][] routes() {
            if (found.isEmpty()) {
                return nobody;
            }
            if (found.size() == 1 && !found.getFirst().filter().isShared()) {
                Route route = found.getFirst().route();
                Route[][] routes = nobody.clone();
                routes[route.subscriber().home()] = new Route[] {route};
                return routes;
            }
            Map<Subscriber, List<Subscription>> bySubscriber = new LinkedHashMap<>();
            for (Subscription subscription : found) {
                if (!subscription.filter().isShared()) {
                    bySubscriber
                            .computeIfAbsent(subscription.subscriber(), _ -> new ArrayList<>(1))
                            .add(subscription);
                }
            }
            List<List<Route>> lists = new ArrayList<>(loops);
            for (int i = 0; i < loops; i++) {
                lists.add(new ArrayList<>());
            }
            bySubscriber.forEach((subscriber, subscriptions) -> lists.get(subscriber.home())
                    .add(subscriptions.size() == 1 ? subscriptions.getFirst().route() : Route.merged(subscriptions)));
            return lists.stream()
                    .map(list -> list.isEmpty() ? NONE : list.toArray(Route[]::new))
                    .toArray(Route[][]::new);
        }

        private boolean anyShared() {
            for (Subscription subscription : found) {
                if (subscription.filter().isShared()) {
                    return true;
                }
            }
            return false;
        }

        private Share[] shares(int seed) {
            if (!anyShared()) {
                return NO_SHARES;
            }
            Map<String, List<Route>> byFilter = new TreeMap<>();
            for (Subscription subscription : found) {
                if (subscription.filter().isShared()) {
                    byFilter.computeIfAbsent(subscription.filter().text(), _ -> new ArrayList<>())
                            .add(subscription.route());
                }
            }
            return byFilter.values().stream()
                    .map(members -> new Share(members, Math.floorMod(seed, members.size())))
                    .toArray(Share[]::new);
        }
    }
}
