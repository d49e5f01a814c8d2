/** New members of groups and public threads may not post links: most who come for that alone do so at once. */
import { LilypadError } from "../../protocol/errors.ts";
import type { ContentFilter } from "./content-filter.ts";

/** What a client makes a link of, or a reader might: an address with a scheme, one that begins with www, or a domain with a path or a usual ending. */
const LINK =
  /\w+:\/\/\S|\bwww\.\S|(?<![@\p{L}\p{N}])[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.(?:[a-z]{2,24}\/\S|(?:com|net|org|info|biz|io|co|me|ru|cn|xyz|top|site|shop|online|link|click)(?![\p{L}\p{N}]))/iu;

/** `forMs`: for how long one is new. */
export function linkPolicy(forMs: number): ContentFilter {
  return ({ body, kind, role, joinedAt }, now) => {
    const retryAfterMs = joinedAt + forMs - now;
    if (kind !== "direct" && role === "member" && retryAfterMs > 0 && LINK.test(body))
      throw new LilypadError("forbidden", "New members may not post links here yet.", { retryAfterMs });
    return body;
  };
}
