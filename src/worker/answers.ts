/** Successful responses. */

export function json(value: unknown, status = 200): Response {
  return Response.json(value, { status });
}

export function noContent(): Response {
  return new Response(null, { status: 204 });
}
