/** The query of every list that comes in pages. */
import { pageQuery } from "../../protocol/http.ts";

export const page = {
  cursor: { schema: pageQuery.shape.cursor, description: "`nextCursor` of the page before." },
  limit: { schema: pageQuery.shape.limit, description: "How many at most: 1 to 200, else 50." },
};
