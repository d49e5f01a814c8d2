/** Requests to the Worker with more control than `call` gives: any URL, any body, any settings. */
import { exports } from "cloudflare:workers";
import worker from "../../src/worker/index.ts";
import { envWith } from "../auth/tokens.ts";
import { ORIGIN } from "../support/people.ts";

type Settings = Parameters<typeof envWith>[0];

/** A request as from outside; the path may be a whole URL. */
export function request(path: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(new Request(new URL(path, ORIGIN), init));
}

/** The same to a Worker with other settings. The objects keep theirs. */
export function requestWith(settings: Settings, path: string, init: RequestInit = {}): Promise<Response> {
  const asked = new Request(new URL(path, ORIGIN), init) as Parameters<typeof worker.fetch>[0];
  return worker.fetch(asked, envWith(settings));
}

/** Problem details as the contract has them. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  issues?: { path: string; message: string }[];
}

/** The problem that a response carries; an error of the test where it is none. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  const type = response.headers.get("content-type");
  if (type !== "application/problem+json") throw new Error(`${response.status} ${type}: ${text}`);
  return JSON.parse(text) as Problem;
}

/** A 64-digit id that no object of ours has. */
export const NO_THREAD = "0123456789abcdef".repeat(4);
