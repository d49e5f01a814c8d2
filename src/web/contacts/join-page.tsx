/** The view of an invitation link: joins the thread once the user says so. */
import { chatViews, replaceRoute } from "../router.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";
import { RequestError } from "../../client/http/request-error.ts";
import { errorText } from "../ui/error-text.ts";
import { useContacts } from "./use-contacts.ts";

export function JoinPage({ code }: { code: string }) {
  const contacts = useContacts();
  const { busy, error, run } = useRequestAction(joinError);
  const join = () =>
    run(async () => {
      const { id } = await contacts.join(code);
      // Not back to here: a second use would be refused.
      replaceRoute(chatViews.href?.(id) ?? "/chat");
    });
  return (
    <main class="centred">
      <h1>You are invited to a chat</h1>
      <p class="note">Its members see that you joined, and you can leave at any time.</p>
      <ErrorMessage text={error} />
      <button type="button" class="button" aria-disabled={busy} onClick={() => void join()}>
        Join chat
      </button>
    </main>
  );
}

/** To a stranger a link that was used up, revoked, or never made is all the same. */
function joinError(failure: unknown): string {
  return failure instanceof RequestError && failure.code === "not_found"
    ? "This link does not work any more. Ask for another one."
    : errorText(failure);
}
