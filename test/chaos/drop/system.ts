/** What the trial asks of a chat system, be it Lilypad or another: one room, whose participants talk and listen. */

export interface System {
  /** As the table names it. */
  name: string;
  /** Where its server listens, for the lines to lead to. */
  port: number;
  /**
   * Whether it promises that everything arrives, once and in order; else it is only measured. One that does is cut in
   * every way, the others only suddenly, which is the easiest.
   */
  promises: boolean;
  /** Takes somebody into the room, over the line at `url`; resolves once they are in it. */
  join(name: string, url: string): Promise<Participant>;
  stop(): Promise<void>;
}

export interface Participant {
  /** Says a text to the room, now or when its client can. No text is ever said twice. */
  say(text: string): void;
  readonly isConnected: boolean;
  /** Whether the client is connected and has nothing left to send: what has not arrived by then hardly will. */
  readonly atRest: boolean;
  /** What arrived so far, by each way in which a page could have learnt it. */
  sightings(): Sighting[];
  /** Broken promises that no counting of texts would show. */
  complaints(): string[];
  close(): void;
}

/** What one participant saw of the room in one way. */
export interface Sighting {
  /** Which way this is, where a system has several. */
  way?: string;
  /** The texts in the order in which they came, each as often as it came. */
  texts: readonly string[];
  /** Texts that were shown twice at some moment, and are not any more. */
  doubled?: ReadonlySet<string>;
  /** Texts that this way leaves to another by contract. */
  leftOut?: ReadonlySet<string>;
}
