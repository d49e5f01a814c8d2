/**
 * The seam between objects: every call of the Worker, an object or a test to an object goes through a stub, which is made by
 * `get` of a binding that all of them share. Here a test observes, holds, changes or loses calls on their way, without
 * touching the classes. What an object calls on itself, and what a test runs inside of one, is no such call.
 *
 * A handler runs in the context of the caller: it must not await a promise of the test or of another object (test/support/gate.ts).
 */
import { env } from "cloudflare:workers";
import { expect, onTestFinished } from "vitest";
import type { Stub } from "../../src/rpc/call.ts";
import type { DeletedThreadRpc } from "../../src/rpc/deleted-thread.ts";
import type { HostReportsRpc } from "../../src/rpc/host-reports.ts";
import type { PresenceRpc } from "../../src/rpc/presence.ts";
import type { RelayHostRpc, RelayRpc } from "../../src/rpc/relay.ts";
import type { SocketIoRpc } from "../../src/rpc/socketio.ts";
import type { ThreadRpc } from "../../src/rpc/thread.ts";
import { eventually } from "./eventually.ts";
import type { Gate } from "./gate.ts";

/** What each binding's objects can be called for. */
interface Interfaces {
  CHAT_THREAD: Stub<ThreadRpc & RelayHostRpc & HostReportsRpc & DeletedThreadRpc>;
  PRESENCE: Stub<PresenceRpc>;
  RELAY: Stub<RelayRpc>;
  SOCKET_IO: Stub<SocketIoRpc>;
}
type Binding = keyof Interfaces;
type Method = (...args: never[]) => Promise<unknown>;
type MethodOf<B extends Binding, M extends keyof Interfaces[B]> = Extract<Interfaces[B][M], Method>;

/** A call on its way to an object. */
export interface Outgoing<F extends Method> {
  /** Of the called object. */
  id: DurableObjectId;
  /** Sends the call to the object, once: resolves with its answer. */
  send: () => ReturnType<F>;
}

/** What becomes of a call: what this resolves with, or throws, is what the caller gets. */
export type CallHandler<F extends Method> = (
  call: Outgoing<F>,
  ...args: Parameters<F>
) => Promise<Awaited<ReturnType<F>>>;

export interface InterceptedCall<F extends Method> {
  id: DurableObjectId;
  args: Parameters<F>;
  outcome: "pending" | "answered" | "failed";
}

export interface InterceptedCalls<F extends Method> {
  /** Those made so far, in order. */
  readonly made: readonly InterceptedCall<F>[];
  /** Resolves when there are so many. */
  begun: (count?: number) => Promise<void>;
  /** From here on calls reach their objects untouched. */
  stop: () => void;
}

/** What has a call before its object does. */
interface Interceptor {
  method: string;
  take: (call: Outgoing<Method>, args: never[]) => Promise<unknown>;
}
/** By binding, the earlier ones first; none of a binding that is as the platform made it. */
const interceptors = new Map<Binding, Set<Interceptor>>();

/**
 * Until the end of the test, or until `stop`: what is called so on any object of this binding goes to `handle`. Without one
 * it is sent, and only observed. Of two interceptions of one method the later one has the call first.
 */
export function interceptCalls<B extends Binding, M extends keyof Interfaces[B] & string>(
  binding: B,
  method: M,
  handle?: CallHandler<MethodOf<B, M>>,
): InterceptedCalls<MethodOf<B, M>> {
  type F = MethodOf<B, M>;
  const made: InterceptedCall<F>[] = [];
  const active = interceptors.get(binding) ?? wrap(binding);
  const interceptor: Interceptor = {
    method,
    take: async ({ id, send }, args) => {
      if (!active.has(interceptor) || isOfTestRunner(method, args)) return send();
      const call: InterceptedCall<F> = { id, args: args as Parameters<F>, outcome: "pending" };
      made.push(call);
      try {
        const answer = await (handle
          ? handle({ id, send: send as () => ReturnType<F> }, ...call.args)
          : send());
        call.outcome = "answered";
        return answer;
      } catch (error) {
        call.outcome = "failed";
        throw error;
      }
    },
  };
  active.add(interceptor);
  const stop = () => {
    if (active.delete(interceptor) && active.size === 0) unwrap(binding);
  };
  onTestFinished(stop);
  return {
    made,
    begun: (count = 1) => eventually(() => expect(made.length).toBeGreaterThanOrEqual(count)),
    stop,
  };
}

/** A handler: the object never gets the call. */
export function lost(): Promise<never> {
  return Promise.reject(new Error("expected: lost on its way"));
}

/** A handler: the object gets the call and runs it, but the caller does not learn of it. */
export async function answerLost({ send }: Outgoing<Method>): Promise<never> {
  await send();
  throw new Error("expected: the answer was lost");
}

/** A handler: the object gets the call when the gate is open. */
export function heldAt(held: Gate): <T>(call: { send: () => Promise<T> }) => Promise<T> {
  return async ({ send }) => {
    await held.pass();
    return send();
  };
}

/** A handler: the object runs the call, and the caller gets the answer when the gate is open. */
export function answerHeldAt(held: Gate): <T>(call: { send: () => Promise<T> }) => Promise<T> {
  return async ({ send }) => {
    const answer = await send();
    await held.pass();
    return answer;
  };
}

/** Has new stubs of a binding's objects pass what is intercepted to these interceptors. */
function wrap(binding: Binding): Set<Interceptor> {
  const active = new Set<Interceptor>();
  interceptors.set(binding, active);
  // The binding is one object, shared by everything that has it in its `env`.
  const namespace: DurableObjectNamespace = env[binding];
  const get = namespace.get.bind(namespace);
  namespace.get = (...where) => {
    const stub = get(...where);
    // A stub has whatever method it is asked for; one that is set on it hides that.
    const methods = stub as unknown as Record<string, Method>;
    for (const { method, take } of active) {
      const sendOn = methods[method] as Method;
      methods[method] = (...args) =>
        take({ id: stub.id, send: () => Reflect.apply(sendOn, stub, args) as Promise<unknown> }, args);
    }
    return stub;
  };
  return active;
}

function unwrap(binding: Binding): void {
  interceptors.delete(binding);
  Reflect.deleteProperty(env[binding], "get");
}

/** The test runner reaches into objects by a `fetch` of an address, where a call has a request. */
function isOfTestRunner(method: string, args: readonly unknown[]): boolean {
  return method === "fetch" && !(args[0] instanceof Request);
}
