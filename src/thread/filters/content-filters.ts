/**
 * The filters that are switched on: beside the check before sending (host-server/before-send.ts), and after it. They are asked
 * about what would be stored now, after rights, repeats and rates; what the host itself sends they are not.
 */
import type { Config } from "../../config/config.ts";
import type { User } from "../../protocol/model.ts";
import type { WriteCommand } from "../../rpc/thread.ts";
import { askedBefore, isAskedAbout } from "../commands.ts";
import type { StoredThread } from "../stored-thread.ts";
import type { ContentFilter } from "./content-filter.ts";
import { linkPolicy } from "./link-policy.ts";
import { wordFilter } from "./word-filter.ts";
import { WORDS } from "./word-list.ts";

/** Those of this deployment; undefined where all are off. */
export function contentFilters({ words, newMemberLinksMs }: Config["filters"]): ContentFilters | undefined {
  const filters = [
    ...(newMemberLinksMs > 0 ? [linkPolicy(newMemberLinksMs)] : []),
    ...(words === "off" ? [] : [wordFilter(WORDS, words)]),
  ];
  return filters.length > 0 ? new ContentFilters(filters) : undefined;
}

export class ContentFilters {
  readonly #filters: readonly ContentFilter[];

  constructor(filters: readonly ContentFilter[]) {
    this.#filters = filters;
  }

  /** The command to run instead. Throws `forbidden` where a filter refuses it. */
  apply(thread: StoredThread, user: User, command: WriteCommand, now: number): WriteCommand {
    const member = thread.membership.get(user.id);
    if (!member || !isAskedAbout(command)) return command;
    const asked = askedBefore(thread, user, command);
    if (!asked) return command;
    const { role, joinedAt } = member;
    const body = this.#filters.reduce(
      (text, filter) => filter({ body: text, kind: thread.kind, role, joinedAt }, now),
      asked.body,
    );
    // A command that is asked about has a body.
    return body === asked.body ? command : ({ ...command, body } as WriteCommand);
  }
}
