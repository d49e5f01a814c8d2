/** Every command and event of the sockets. Their descriptions stand with their schemas. */
import { presenceCommand, threadCommand } from "../protocol/commands.ts";
import { presenceEvent, threadEvent } from "../protocol/events.ts";
import { taggedSchemas } from "./tagged-schemas.ts";

export const threadCommands = taggedSchemas(threadCommand, (words) => `Thread${words}Command`);
export const threadEvents = taggedSchemas(threadEvent, (words) => `Thread${words}Event`);
export const presenceCommands = taggedSchemas(presenceCommand, (words) => `Presence${words}Command`);
export const presenceEvents = taggedSchemas(presenceEvent, (words) => `Presence${words}Event`);
