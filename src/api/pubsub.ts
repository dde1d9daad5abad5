import { type Data, type Key, toText, toValue } from '../commands/argv.js'
import * as bodies from '../commands/pubsub.js'
import { Handle, RUN, UNIT } from './handle.js'
import { MessageStream, type MessagesOptions } from './message-stream.js'
import { type MessageListener, Subscription } from './subscription.js'
import { keyTexts, outTexts } from './words.js'

/** Messages between sessions, and between parts of a program. */
export abstract class PubSubCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Sends a message to those who are subscribed to a channel, or to a pattern that matches it, and returns how many there
   * are; who gets it twice counts twice. Listeners are called before this returns, unless it is called inside a transaction
   * or by a listener: then they are called after it. O(subscribers + patterns).
   *
   * @see https://redis.io/docs/latest/commands/publish/
   */
  publish(channel: Key, message: Data): number {
    // Not by RUN, which costs a fifth of it.
    const unit = this[UNIT]
    try {
      return bodies.publish(unit, toText(channel), toValue(message))
    } finally {
      unit.end()
    }
  }

  /**
   * Sends a message to those who are subscribed to a shard channel and returns how many there are. No pattern reaches these
   * channels; in this process they are channels of another name space. O(subscribers).
   *
   * @see https://redis.io/docs/latest/commands/spublish/
   */
  spublish(channel: Key, message: Data): number {
    return this[RUN](bodies.spublish, toText(channel), toValue(message))
  }

  /**
   * Calls a listener with each message of a channel, or of several. The session stays what it is: it is not in subscriber
   * mode. Returns the subscription, to be ended by `unsubscribe()`, by `using`, or with the session. O(channels).
   *
   * A listener that throws, or whose promise is rejected, harms nobody else: the error goes to those who listen to
   * `db.on('error', …)`; if there are none, it comes up by itself.
   *
   * @example
   * const subscription = db.subscribe('news', (message, channel) => console.log(channel, message))
   * db.publish('news', 'hello') // 1
   * subscription.unsubscribe()
   *
   * @throws TypeError when the listener is no function
   * @see https://redis.io/docs/latest/commands/subscribe/
   */
  subscribe(channels: Key | readonly Key[], listener: MessageListener<T>): Subscription<T> {
    return new Subscription(this, 'channel', keyTexts(channels, 'subscribe'), listener)
  }

  /**
   * As `subscribe`, for every channel that a pattern matches, or one of several patterns: who matches twice is called twice.
   * The listener is told the pattern behind the channel. O(patterns).
   *
   * @example
   * db.psubscribe('user:*', (message, channel, pattern) => …)
   *
   * @throws TypeError when the listener is no function
   * @see https://redis.io/docs/latest/commands/psubscribe/
   */
  psubscribe(patterns: Key | readonly Key[], listener: MessageListener<T>): Subscription<T> {
    return new Subscription(this, 'pattern', keyTexts(patterns, 'psubscribe'), listener)
  }

  /**
   * As `subscribe`, for shard channels: the messages of `spublish`. O(channels).
   *
   * @throws TypeError when the listener is no function
   * @see https://redis.io/docs/latest/commands/ssubscribe/
   */
  ssubscribe(channels: Key | readonly Key[], listener: MessageListener<T>): Subscription<T> {
    return new Subscription(this, 'shard', keyTexts(channels, 'ssubscribe'), listener)
  }

  /**
   * The messages of a channel, or of several, from now on, to be read by `for await`. A reader that is slower than the
   * publishers holds nobody up: `limit` messages wait for it, then `overflow` says what is dropped, and `dropped` of the
   * stream how many have been. Leaving the loop unsubscribes; the end of the session ends the loop.
   *
   * @example
   * for await (const { channel, payload } of db.messages('news', { signal, limit: 100 })) …
   *
   * @throws RangeError or TypeError for an option that makes no sense
   * @see https://redis.io/docs/latest/commands/subscribe/
   */
  messages(channels: Key | readonly Key[], options?: MessagesOptions): MessageStream<T> {
    return new MessageStream(this, 'channel', keyTexts(channels, 'subscribe'), options)
  }

  /**
   * As `messages`, for every channel that a pattern matches; `pattern` of a message says which.
   *
   * @throws RangeError or TypeError for an option that makes no sense
   * @see https://redis.io/docs/latest/commands/psubscribe/
   */
  pmessages(patterns: Key | readonly Key[], options?: MessagesOptions): MessageStream<T> {
    return new MessageStream(this, 'pattern', keyTexts(patterns, 'psubscribe'), options)
  }

  /**
   * As `messages`, for shard channels.
   *
   * @throws RangeError or TypeError for an option that makes no sense
   * @see https://redis.io/docs/latest/commands/ssubscribe/
   */
  smessages(channels: Key | readonly Key[], options?: MessagesOptions): MessageStream<T> {
    return new MessageStream(this, 'shard', keyTexts(channels, 'ssubscribe'), options)
  }

  /**
   * Returns the channels that somebody is subscribed to, all or those that a pattern matches; patterns that are subscribed
   * to do not count. O(channels).
   *
   * @see https://redis.io/docs/latest/commands/pubsub-channels/
   */
  pubsubChannels(pattern?: Key): T[] {
    return outTexts(this, this[RUN](bodies.activeChannels, 'channel', optionalText(pattern)))
  }

  /**
   * Returns how many are subscribed to each of some channels, in the order of the channels; subscriptions by pattern do not
   * count. O(channels).
   *
   * @see https://redis.io/docs/latest/commands/pubsub-numsub/
   */
  pubsubNumsub(...channels: readonly Key[]): number[] {
    return this[RUN](bodies.subscriberCounts, 'channel', channels.map(toText))
  }

  /**
   * Returns how many patterns somebody is subscribed to. O(1).
   *
   * @see https://redis.io/docs/latest/commands/pubsub-numpat/
   */
  pubsubNumpat(): number {
    return this[RUN](bodies.patternCount)
  }

  /**
   * As `pubsubChannels`, for shard channels. O(channels).
   *
   * @see https://redis.io/docs/latest/commands/pubsub-shardchannels/
   */
  pubsubShardchannels(pattern?: Key): T[] {
    return outTexts(this, this[RUN](bodies.activeChannels, 'shard', optionalText(pattern)))
  }

  /**
   * As `pubsubNumsub`, for shard channels. O(channels).
   *
   * @see https://redis.io/docs/latest/commands/pubsub-shardnumsub/
   */
  pubsubShardnumsub(...channels: readonly Key[]): number[] {
    return this[RUN](bodies.subscriberCounts, 'shard', channels.map(toText))
  }
}

function optionalText(pattern: Key | undefined): string | undefined {
  return pattern === undefined ? undefined : toText(pattern)
}
