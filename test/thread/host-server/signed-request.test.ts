/** Signatures as the Standard Webhooks specification wants them. */
import { expect, it } from "vitest";
import { webhookKey } from "../../../src/config/receivers.ts";
import { signatureOf } from "../../../src/thread/host-server/signed-request.ts";

/** The vector that the specification's own libraries are tested with. */
const VECTOR = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};

it("gives the signature of the specification's test vector", async () => {
  const key = webhookKey(VECTOR.secret) ?? new Uint8Array();
  expect(key).toHaveLength(24);
  expect(await signatureOf(key, VECTOR)).toBe(VECTOR.signature);
});
