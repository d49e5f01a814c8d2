/** What clients call reactions, where they have other names than the emoji: `REACTION_NAMES`. */
import { z } from "zod";
import { emoji } from "../protocol/fields.ts";
import { parse } from "../protocol/parse.ts";
import { configOf } from "./config.ts";

const reaction = z.object({ emoji });

export class ReactionNames {
  readonly #env: Env;
  #names: Map<string, string> | undefined;

  constructor(env: Env) {
    this.#env = env;
  }

  /** The emoji that a name stands for, or that it is. Throws `bad_request` for what is neither. */
  emojiOf(name: string): string {
    return configOf(this.#env).reactionNames.get(name) ?? parse(reaction, { emoji: name }).emoji;
  }

  /** The first name of an emoji, or itself. */
  nameOf(emojiName: string): string {
    this.#names ??= new Map(
      [...configOf(this.#env).reactionNames].toReversed().map(([name, each]) => [each, name]),
    );
    return this.#names.get(emojiName) ?? emojiName;
  }
}
