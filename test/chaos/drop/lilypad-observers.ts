/** What a room of Lilypad's client gives to a page: snapshots, events, and the results of sending. */
import type { Room } from "../../../src/client/room/room.ts";
import type { ReceivedTexts } from "./chat-system.ts";

/** After each change so many of the newest messages are checked for duplicates; at the end, all are. */
const CHECKED_MESSAGES = 100;

/** A page that renders the room's snapshots: the messages, and below them those being sent. */
export function observeSnapshots(room: Room) {
  const shownTwice = new Set<string>();
  room.subscribe(({ messages, outgoing }) => {
    const shown = [...messages.slice(-CHECKED_MESSAGES), ...outgoing].map(({ body }) => body);
    if (new Set(shown).size === shown.length) return;
    for (const [i, text] of shown.entries()) if (shown.indexOf(text) !== i) shownTwice.add(text);
  });
  return {
    /** Whether the whole history is loaded. Loads an older page where it is not. */
    isComplete: (): boolean => {
      const { hasBefore } = room.getSnapshot();
      // Fails on a connection that was just cut; the next call tries again.
      if (hasBefore) void room.loadOlder().catch(() => {});
      return !hasBefore;
    },
    received: (): ReceivedTexts => {
      const texts = room.getSnapshot().messages.map(({ body }) => body);
      // Those that still are there twice are counted in `texts`.
      const noLonger = [...shownTwice].filter((text) => texts.indexOf(text) === texts.lastIndexOf(text));
      return { via: "snapshots", texts, shownTwice: new Set(noLonger) };
    },
  };
}

/** A program that handles the room's events one by one. */
export function observeEvents(room: Room) {
  const texts: string[] = [];
  const skipped: { from: number; to: number }[] = [];
  let newestSeq = 0;
  room.on("chat", ({ message }) => {
    texts.push(message.body);
    newestSeq = message.seq;
  });
  // Too far behind for a replay: by contract, what was missed is in the snapshot alone.
  room.on("history", ({ messages }) => {
    const newest = messages.at(-1)?.seq ?? 0;
    skipped.push({ from: newestSeq + 1, to: newest });
    newestSeq = newest;
  });
  return {
    received: (): ReceivedTexts => {
      const inSnapshot = room
        .getSnapshot()
        .messages.filter(({ seq }) => skipped.some(({ from, to }) => seq >= from && seq <= to));
      return { via: "events", texts, excluded: new Set(inSnapshot.map(({ body }) => body)) };
    },
  };
}

/** The results of `room.send`: each must resolve, with the `seq` at which the message is. */
export function observeSends(room: Room) {
  const pending = new Set<string>();
  const seqs = new Map<string, number>();
  const rejected: string[] = [];
  return {
    add: async (text: string, result: ReturnType<Room["send"]>): Promise<void> => {
      pending.add(text);
      try {
        const { seq } = await result;
        seqs.set(text, seq);
      } catch (error) {
        rejected.push(`sending "${text}" was rejected: ${String(error)}`);
      }
      pending.delete(text);
    },
    violations: (): string[] => {
      const bodies = new Map(room.getSnapshot().messages.map(({ seq, body }) => [seq, body]));
      const misplaced = [...seqs].filter(([text, seq]) => bodies.get(seq) !== text);
      return [
        ...rejected,
        ...[...pending].map((text) => `sending "${text}" never resolved`),
        ...misplaced.map(([text, seq]) => `"${text}" was acknowledged as seq ${seq} and is not there`),
      ];
    },
  };
}
