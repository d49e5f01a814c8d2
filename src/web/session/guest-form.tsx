/** The form in which a guest signs in with a name. */
import { useState } from "preact/hooks";
import { RequestError } from "../../client/http/request-error.ts";
import { DISPLAY_NAME_LENGTH } from "../../protocol/limits.ts";
import { errorText } from "../ui/error-text.ts";
import { LengthNote } from "../ui/length-note.tsx";
import { Text } from "../ui/text.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";
import { signInAsGuest } from "./session.ts";

export function GuestForm() {
  const [name, setName] = useState("");
  const { busy, error, run } = useRequestAction(guestErrorText);

  const guestName = name.trim().normalize("NFC");
  const tooLong = guestName.length > DISPLAY_NAME_LENGTH;

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (guestName !== "" && !tooLong) void run(() => signInAsGuest(guestName));
  };

  return (
    <form class="sign-in-part" onSubmit={submit}>
      <div class="field">
        <label for="name">Your name</label>
        <input
          id="name"
          class="input"
          autocomplete="nickname"
          autofocus
          required
          value={name}
          aria-invalid={tooLong}
          aria-describedby="name-length sign-in-error"
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <LengthNote id="name-length" length={guestName.length} max={DISPLAY_NAME_LENGTH} />
      </div>
      {error !== undefined && (
        <p id="sign-in-error" class="error" role="alert">
          <Text>{error}</Text>
        </p>
      )}
      <button type="submit" class="button" disabled={tooLong} aria-disabled={busy}>
        Sign in
      </button>
    </form>
  );
}

function guestErrorText(failure: unknown): string {
  const isRefused = failure instanceof RequestError && failure.code === "bad_request";
  return isRefused ? "That name cannot be used. Try another one." : errorText(failure);
}
