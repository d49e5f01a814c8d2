/** The headers by which browsers keep an answer to what it is for. What static files have is in src/web/public/_headers. */

/** How long browsers are to come by https alone, in seconds: a year. */
const HSTS_SECONDS = 365 * 24 * 60 * 60;

/** What is no page shows nothing, wherever it is opened. */
const NO_PAGE = "default-src 'none'; frame-ancestors 'none'";

/** Sets them on an answer to this request, with a page's own policy if it is one. */
export function setSecurityHeaders({ headers }: Response, request: Request, policy = NO_PAGE): void {
  headers.set("content-security-policy", policy);
  headers.set("x-content-type-options", "nosniff");
  headers.set("cross-origin-resource-policy", "same-origin");
  // Over plain http the header means nothing (RFC 6797, section 7.2): that is development.
  if (new URL(request.url).protocol === "https:")
    headers.set("strict-transport-security", `max-age=${HSTS_SECONDS}`);
}
