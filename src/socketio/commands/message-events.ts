/**
 * What clients emit about a message, each a durable command on it: its fields, besides those that name the message, and the
 * command that they make.
 */
import { z } from "zod";
import type { ReactionNames } from "../../config/reaction-names.ts";
import type { DurableCommand } from "../../protocol/commands.ts";
import { characters, messageBody } from "../../protocol/fields.ts";
import { REACTION_NAME_LENGTH } from "../../protocol/limits.ts";
import { parse } from "../../protocol/parse.ts";
import { ofMessage, required, type MessageInput } from "./event-targets.ts";

/** A command without its id and its message. */
type CommandOnMessage = DurableCommand extends infer Command
  ? Command extends { type: "chat" }
    ? never
    : Omit<Command, "id" | "seq">
  : never;

/** Reads an event's input: the message that it is about, and what is to be done to it. Throws `bad_request`. */
type MessageEvent = (
  input: unknown,
  reactionNames: ReactionNames,
) => { about: MessageInput; command: CommandOnMessage };

function messageEvent<Input extends MessageInput>(
  schema: z.ZodType<Input>,
  commandOf: (input: Input, reactionNames: ReactionNames) => CommandOnMessage,
): MessageEvent {
  return (input, reactionNames) => {
    const about = parse(schema, input);
    return { about, command: commandOf(about, reactionNames) };
  };
}

/** An emoji, or a name of `REACTION_NAMES`. */
const reactionName = characters(1, REACTION_NAME_LENGTH).optional();

const reaction = (type: "react" | "unreact") =>
  messageEvent(
    z.object({ ...ofMessage, emoji: reactionName, reactionType: reactionName }),
    ({ emoji, reactionType }, names) => ({
      type,
      emoji: names.emojiOf(required(emoji ?? reactionType, "emoji")),
    }),
  );

export const MESSAGE_EVENTS = {
  edit: messageEvent(
    z.object({ ...ofMessage, body: messageBody.optional(), content: messageBody.optional() }),
    ({ body, content }) => ({ type: "edit", body: required(body ?? content, "body") }),
  ),
  delete: messageEvent(z.object(ofMessage), () => ({ type: "delete" })),
  add_reaction: reaction("react"),
  remove_reaction: reaction("unreact"),
} as const;

/** Whether it is one about a message. */
export function isMessageEventName(name: string | number): name is keyof typeof MESSAGE_EVENTS {
  return Object.hasOwn(MESSAGE_EVENTS, name);
}
