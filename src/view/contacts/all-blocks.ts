/** Whom the user has blocked, all of them: there are a thousand at most. */
import type { Contacts } from "../../client/contacts/contacts.ts";
import type { BlockPage } from "../../protocol/http.ts";

const PAGE = 100;

export async function allBlocks({ blocks }: Pick<Contacts, "blocks">): Promise<BlockPage["blocks"]> {
  const all: BlockPage["blocks"] = [];
  let cursor: string | undefined;
  do {
    const page = await blocks({ limit: PAGE, cursor });
    all.push(...page.blocks);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return all;
}
