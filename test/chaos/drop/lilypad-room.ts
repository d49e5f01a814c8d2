/** What a room of Lilypad's client shows, says and promises: the one place that knows how to ask it. */
import type { Room } from "../../../src/client/room/room.ts";
import type { Sighting } from "./system.ts";

/** So much of the newest is looked at after each change; all of it is in the end. */
const SCREEN = 100;

/** A page that shows the room's snapshots: the messages there are, and below them those on their way. */
export function lookAt(room: Room) {
  const doubled = new Set<string>();
  room.subscribe(({ messages, outgoing }) => {
    const screen = [...messages.slice(-SCREEN), ...outgoing].map(({ body }) => body);
    if (new Set(screen).size === screen.length) return;
    for (const [i, text] of screen.entries()) if (screen.indexOf(text) !== i) doubled.add(text);
  });
  return {
    /** Whether the thread is there from its beginning. Where it is not, the page scrolls up. */
    isWhole: (): boolean => {
      const { hasBefore } = room.getSnapshot();
      // On a line that is cut just now it fails, and is tried again at the next look.
      if (hasBefore) void room.loadOlder().catch(() => {});
      return !hasBefore;
    },
    sighting: (): Sighting => {
      const texts = room.getSnapshot().messages.map(({ body }) => body);
      // Those that are doubled to this moment are counted in the texts themselves.
      return { way: "its page", texts, doubled: new Set([...doubled].filter((text) => isOnce(texts, text))) };
    },
  };
}

/** Whoever acts on the room's events, one by one. */
export function listenTo(room: Room) {
  const texts: string[] = [];
  const skipped: { from: number; to: number }[] = [];
  let heard = 0;
  room.on("chat", ({ message }) => {
    texts.push(message.body);
    heard = message.seq;
  });
  // Too far behind for a replay: what was missed is in the state alone, as the contract says.
  room.on("history", ({ messages }) => {
    const newest = messages.at(-1)?.seq ?? 0;
    skipped.push({ from: heard + 1, to: newest });
    heard = newest;
  });
  return {
    sighting: (): Sighting => {
      const inState = room
        .getSnapshot()
        .messages.filter(({ seq }) => skipped.some(({ from, to }) => seq >= from && seq <= to));
      return { way: "its events", texts, leftOut: new Set(inState.map(({ body }) => body)) };
    },
  };
}

/** What the room promised of each message that was given to it. */
export function promisesOf(room: Room) {
  const open = new Set<string>();
  const seqs = new Map<string, number>();
  const refused: string[] = [];
  return {
    add: async (text: string, stored: ReturnType<Room["send"]>): Promise<void> => {
      open.add(text);
      try {
        const { seq } = await stored;
        seqs.set(text, seq);
      } catch (error) {
        refused.push(`sending "${text}" was refused: ${String(error)}`);
      }
      open.delete(text);
    },
    complaints: (): string[] => {
      const shown = new Map(room.getSnapshot().messages.map(({ seq, body }) => [seq, body]));
      const misplaced = [...seqs].filter(([text, seq]) => shown.get(seq) !== text);
      return [
        ...refused,
        ...[...open].map((text) => `sending "${text}" was never answered`),
        ...misplaced.map(([text, seq]) => `"${text}" was promised as seq ${seq}, and is not there`),
      ];
    },
  };
}

function isOnce(texts: readonly string[], text: string): boolean {
  return texts.indexOf(text) === texts.lastIndexOf(text);
}
