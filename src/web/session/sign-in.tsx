/** The form in which a guest signs in with a name. */
import { useState } from "preact/hooks";
import { RequestError } from "../../client/http/request-error.ts";
import { DISPLAY_NAME_LENGTH } from "../../protocol/limits.ts";
import { signInAsGuest } from "./session.ts";
import "./sign-in.css";

export function SignIn() {
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim() === "" || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await signInAsGuest(name.trim());
    } catch (failure) {
      setError(errorText(failure));
      setBusy(false);
    }
  };

  return (
    <main class="sign-in">
      <form class="sign-in-card" onSubmit={(event) => void submit(event)}>
        <img src="/favicon.svg" alt="" width="56" height="56" />
        <h1>Lilypad</h1>
        <p class="note">Say who you are, and start talking.</p>
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
    </main>
  );
}

function errorText(failure: unknown): string {
  if (!(failure instanceof RequestError)) return "Something went wrong. Try again.";
  if (failure.code === "forbidden") {
    return "Guests cannot sign in here. Sign in through the site that you came from, then come back.";
  }
  if (failure.code === "bad_request") return "That name cannot be used. Try another one.";
  return failure.message;
}
