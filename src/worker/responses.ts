/** Successful responses. */

export function json(value: unknown, status = 200): Response {
  return Response.json(value, { status });
}

export function noContent(): Response {
  return new Response(null, { status: 204 });
}

/** What was asked for is stored, and done in a while. */
export function accepted(): Response {
  return new Response(null, { status: 202 });
}
