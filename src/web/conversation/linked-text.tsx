/**
 * A user's text whose addresses are links. It is rendered as text nodes only, so nothing in it can become markup. A link
 * reads as where it leads: from left to right, whatever the text around it does.
 */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { withoutOverrides } from "../../view/text/bidi.ts";
import { linkify, type LinkTarget } from "../../view/text/linkify.ts";

/** Whether addresses are links: not in a message request, until it is accepted. */
export const LiveLinks = createContext(true);

export function LinkedText({ text }: { text: string }) {
  const areLive = useContext(LiveLinks);
  const drawn = withoutOverrides(text);
  const linked = () =>
    linkify(drawn).map((segment) => (segment.link ? <AddressLink {...segment.link} /> : segment.text));
  return (
    <span key={drawn} class="isolated">
      {areLive ? linked() : drawn}
    </span>
  );
}

function AddressLink({ href, shown, userInfo }: LinkTarget) {
  return (
    <a href={href} dir="ltr" target="_blank" rel="noopener noreferrer nofollow">
      {shown}
      {userInfo !== undefined && ` (user name: ${userInfo})`}
    </a>
  );
}
