import { formatNotifications, NOTIFY, notificationClass, parseNotifications } from './notifications.js'
import type { Delivery, Outbox } from './outbox.js'
import type { PubSub } from './pubsub.js'

/** What a listener is told besides the key: the event by the name of Redis's notifications, and the database's index. */
export interface KeyspaceEvent {
  readonly event: string
  readonly db: number
}

/** What it returns is of no account, but the error of an async function is reported as one that is thrown. */
export type KeyspaceListener = (key: string, event: KeyspaceEvent) => unknown

/** One who listens, until it is stopped. */
interface Listening {
  readonly event: string
  readonly listener: KeyspaceListener
  active: boolean
}

/** Stands for every event that notify-keyspace-events calls `A`: all but these two. */
const EVERY_EVENT = '*'
const NEW = 'new'
const MISS = 'keymiss'

/**
 * Keyspace events: who hears of them, and the notifications that are published of them.
 *
 * Invariant: an event reaches every listener that was there when it was announced and is still there when it is handed out, in
 * the order in which the bodies announced them. Nothing is made while nobody listens.
 */
export class KeyspaceEvents {
  /** Whether anybody may hear of a change. */
  listening = false
  /** Whether anybody may hear of a key that is new. */
  hearsNew = false
  /** Whether anybody may hear of a key that is read and missing. */
  hearsMisses = false
  private readonly outbox: Outbox
  private readonly pubsub: PubSub
  private readonly onActivity: () => void
  private flags = 0
  private listeners: readonly Listening[] = []
  /** Who hears of which event, found when it is first announced. */
  private readonly byEvent = new Map<string, readonly Listening[]>()

  /** `onActivity` is called whenever what is heard of may have changed. */
  constructor(outbox: Outbox, pubsub: PubSub, onActivity: () => void) {
    this.outbox = outbox
    this.pubsub = pubsub
    this.onActivity = onActivity
  }

  /** The classes of events that are published, as notify-keyspace-events shows them. */
  get notifications(): string {
    return formatNotifications(this.flags)
  }

  /** Sets the classes of events that are published; returns false, with nothing changed, where a character is none. */
  setNotifications(classes: string): boolean {
    const flags = parseNotifications(classes)
    if (flags === undefined) return false
    this.flags = flags
    this.onActivity()
    return true
  }

  listen(event: string, listener: KeyspaceListener): () => void {
    const own: Listening = { event, listener, active: true }
    this.setListeners([...this.listeners, own])
    return () => {
      if (!own.active) return
      own.active = false
      this.setListeners(this.listeners.filter((other) => other !== own))
    }
  }

  private setListeners(listeners: readonly Listening[]): void {
    this.listeners = listeners
    this.byEvent.clear()
    this.onActivity()
  }

  /** Finds out what is heard of. */
  refresh(): void {
    const publishes = (this.flags & (NOTIFY.keyspace | NOTIFY.keyevent)) !== 0 && this.pubsub.hasSubscribers
    this.listening = publishes || this.listeners.length > 0
    this.hearsNew = (publishes && (this.flags & NOTIFY.new) !== 0) || this.listenersOf(NEW).length > 0
    this.hearsMisses = (publishes && (this.flags & NOTIFY.miss) !== 0) || this.listenersOf(MISS).length > 0
  }

  announce(event: string, key: string, db: number): void {
    if (this.listeners.length > 0) {
      const listeners = this.listenersOf(event)
      if (listeners.length > 0) this.outbox.add(new Announcement(listeners, key, event, db))
    }
    if ((this.flags & notificationClass(event)) !== 0) this.notify(event, key, db)
  }

  announceNew(key: string, db: number): void {
    this.announce(NEW, key, db)
  }

  announceMiss(key: string, db: number): void {
    this.announce(MISS, key, db)
  }

  private notify(event: string, key: string, db: number): void {
    if ((this.flags & NOTIFY.keyspace) !== 0) this.pubsub.publish(`__keyspace@${db}__:${key}`, event)
    if ((this.flags & NOTIFY.keyevent) !== 0) this.pubsub.publish(`__keyevent@${db}__:${event}`, key)
  }

  private listenersOf(event: string): readonly Listening[] {
    let found = this.byEvent.get(event)
    if (found === undefined) {
      const ordinary = event !== NEW && event !== MISS
      found = this.listeners.filter((own) => own.event === event || (ordinary && own.event === EVERY_EVENT))
      this.byEvent.set(event, found)
    }
    return found
  }
}

class Announcement implements Delivery {
  private readonly listeners: readonly Listening[]
  private readonly key: string
  private readonly event: KeyspaceEvent

  constructor(listeners: readonly Listening[], key: string, event: string, db: number) {
    this.listeners = listeners
    this.key = key
    this.event = { event, db }
  }

  deliver(outbox: Outbox): void {
    for (const own of this.listeners) {
      if (!own.active) continue
      try {
        outbox.watch(own.listener(this.key, this.event))
      } catch (error) {
        outbox.report(error)
      }
    }
  }
}
