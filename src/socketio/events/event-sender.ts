/**
 * Sends events to clients, each with the session's offset as its last argument. What is sent to a session that is being
 * recovered is held until its client is connected.
 */
import type { Engine } from "../engine/engine.ts";
import { messagePacket } from "../engine/packets.ts";
import { encodePacket, MAIN, TYPE } from "../packets/packet.ts";
import type { ClientSession, SessionData } from "../session-data.ts";
import type { OutgoingEvent } from "./room-events.ts";

/** Most that is held for a session, and for all together, in UTF-16 units. */
const HELD_LENGTH = 4 * 1024 * 1024;
const ALL_HELD_LENGTH = 16 * 1024 * 1024;

/** An event as a packet that the offset is still to be added to: made once for however many sessions. */
export type UnfinishedPacket = string & { readonly isOpen: unique symbol };

export function unfinishedPacket(data: OutgoingEvent): UnfinishedPacket {
  const packet = encodePacket({ type: TYPE.event, namespace: MAIN, data });
  return messagePacket(packet.slice(0, -1)) as UnfinishedPacket;
}

interface Held {
  packets: string[];
  length: number;
  /** More was to be held than may be. */
  isOverfull: boolean;
}

export interface EventSenderParts {
  engine: () => Pick<Engine<SessionData>, "sendPacket">;
  /** The offset of what was sent to a session so far; undefined where nobody is connected. */
  offsetOf: (session: ClientSession) => string | undefined;
}

export class EventSender {
  readonly #parts: EventSenderParts;
  readonly #held = new Map<ClientSession, Held>();
  #heldLength = 0;

  constructor(parts: EventSenderParts) {
    this.#parts = parts;
  }

  send(session: ClientSession, packet: UnfinishedPacket): void {
    const offset = this.#parts.offsetOf(session);
    if (offset === undefined) return;
    const whole = `${packet},"${offset}"]`;
    const held = this.#held.get(session);
    if (!held) return this.#parts.engine().sendPacket(session, whole);
    if (held.isOverfull) return;
    held.length += whole.length;
    this.#heldLength += whole.length;
    held.isOverfull = held.length > HELD_LENGTH || this.#heldLength > ALL_HELD_LENGTH;
    held.packets.push(whole);
  }

  /** From now on what is sent to a session is held. */
  hold(session: ClientSession): void {
    this.#held.set(session, { packets: [], length: 0, isOverfull: false });
  }

  /** Whether more was to be held than may be. */
  isOverfull(session: ClientSession): boolean {
    return this.#held.get(session)?.isOverfull ?? false;
  }

  /** Drops what was held, and holds no more. */
  drop(session: ClientSession): void {
    this.#take(session);
  }

  /** Sends what was held. */
  release(session: ClientSession): void {
    for (const packet of this.#take(session)) this.#parts.engine().sendPacket(session, packet);
  }

  #take(session: ClientSession): readonly string[] {
    const held = this.#held.get(session);
    if (!held) return [];
    this.#held.delete(session);
    this.#heldLength -= held.length;
    return held.packets;
  }
}
