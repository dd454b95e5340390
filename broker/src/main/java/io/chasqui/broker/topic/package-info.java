/**
 * Who wants this Topic Name, and what was last said about it. {@link io.chasqui.broker.topic.SubscriptionTree} leads from a
 * Topic Name to the Topic Filters that match it; {@link io.chasqui.broker.topic.TopicMap} leads the other way, from a Topic
 * Filter to the Topic Names that have a value (retained messages). Both are read by every event loop at once without a
 * lock; neither knows sessions, messages or the {@code $share/ShareName/} prefix.
 *
 * <p>Both are tries of {@link io.chasqui.broker.topic.LevelNode}, one node for each topic level. Read LevelNode and
 * ChildTable first (they hold the rules of publication), then SubscriptionTree with ValueSet and ChangeCounters, then
 * TopicMap.
 */
@NullMarked
package io.chasqui.broker.topic;

import org.jspecify.annotations.NullMarked;
