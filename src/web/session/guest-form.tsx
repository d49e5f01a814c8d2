/** The form in which a guest signs in with a name. */
import { useState } from "preact/hooks";
import { RequestError } from "../../client/http/request-error.ts";
import { DISPLAY_NAME_LENGTH } from "../../protocol/limits.ts";
import { errorText } from "../ui/error-text.ts";
import { useAsyncAction } from "../ui/use-async-action.ts";
import { signInAsGuest } from "./session.ts";

export function GuestForm() {
  const [name, setName] = useState("");
  const { busy, error, run } = useAsyncAction(guestErrorText);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim() !== "") void run(() => signInAsGuest(name.trim()));
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
          maxLength={DISPLAY_NAME_LENGTH}
          value={name}
          aria-describedby={error === undefined ? undefined : "sign-in-error"}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </div>
      {error !== undefined && (
        <p id="sign-in-error" class="error" role="alert">
          {error}
        </p>
      )}
      <button type="submit" class="button" aria-disabled={busy}>
        Sign in
      </button>
    </form>
  );
}

function guestErrorText(failure: unknown): string {
  const isRefused = failure instanceof RequestError && failure.code === "bad_request";
  return isRefused ? "That name cannot be used. Try another one." : errorText(failure);
}
