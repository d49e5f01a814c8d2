/** The view of who is not signed in: leads to the host's sign-in page, lets guests in, or says what is missing for both. */
import { useState } from "preact/hooks";
import type { SignInOptions } from "../../protocol/http.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { GuestForm } from "./guest-form.tsx";
import { leaveForSignIn } from "./host-sign-in.ts";
import "./sign-in.css";

export interface SignInProps {
  options: SignInOptions;
  /** Why signing in did not work. */
  problem: string | undefined;
}

export function SignIn({ options: { guests, signInUrl }, problem }: SignInProps) {
  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <img src="/favicon.svg" alt="" width="56" height="56" />
        <h1>Lilypad</h1>
        {guests && <p class="note">Say who you are, and start talking.</p>}
        {!guests && signInUrl !== undefined && <p class="note">Sign in to open your chats.</p>}
        <ErrorMessage text={problem} />
        {guests && <GuestForm />}
        {signInUrl !== undefined && (
          <HostSignIn signInUrl={signInUrl} label={guests ? "Sign in with an account" : "Sign in"} />
        )}
        {!guests && signInUrl === undefined && <NotSetUp />}
      </div>
    </main>
  );
}

function HostSignIn({ signInUrl, label }: { signInUrl: string; label: string }) {
  const [failed, setFailed] = useState(false);
  return (
    <>
      {failed && (
        <ErrorMessage text="Signing in takes this site’s data, which your browser blocks. Allow it, then try again." />
      )}
      <button type="button" class="button" onClick={() => setFailed(!leaveForSignIn(signInUrl, "assign"))}>
        {label}
      </button>
    </>
  );
}

function NotSetUp() {
  return (
    <>
      <p>Nobody can sign in on this page yet.</p>
      <p class="note">
        If you run this server, set <code>SIGN_IN_URL</code> to the page of your site that signs its users in.
        See docs/signing-in.md.
      </p>
    </>
  );
}
