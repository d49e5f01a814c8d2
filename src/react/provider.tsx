/** Gives the components and hooks below it their client. */
import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactElement,
  type ReactNode,
} from "react";
// The one module that both `lilypad/client` and this package's build name: no second copy of the client.
import { createClient, type Client, type ClientOptions } from "../client/client.ts";
import { ENGLISH_LABELS, LabelsContext, type Labels } from "./labels.ts";
import { storesOf, type ClientStores } from "./stores/client-stores.ts";

/** Whose page is rendered on a server without a `url`: nothing is ever connected there. */
const NOWHERE = "http://localhost";

interface SharedProps {
  /** Texts of your own, in place of the English ones. */
  labels?: Partial<Labels> | undefined;
  children?: ReactNode;
}

/** The provider makes a client, and closes it when it is unmounted. Another `url` is another client. */
export interface OwnClientProps extends SharedProps, Omit<ClientOptions, "url"> {
  /** The URL of Lilypad; by default the page's own origin. */
  url?: string | undefined;
  client?: undefined;
}

/** A client that the host has made, and closes itself. */
export interface GivenClientProps extends SharedProps {
  client: Client;
}

export type LilypadProviderProps = OwnClientProps | GivenClientProps;

const StoresContext = createContext<ClientStores | undefined>(undefined);

/** Nothing is connected before a hook or component below it needs it. */
export function LilypadProvider(props: LilypadProviderProps): ReactElement {
  const { labels, children } = props;
  const merged = useMemo(() => ({ ...ENGLISH_LABELS, ...labels }), [labels]);
  const content = <LabelsContext.Provider value={merged}>{children}</LabelsContext.Provider>;
  if (props.client) return <Stores client={props.client}>{content}</Stores>;
  return (
    <OwnClient key={props.url} {...props}>
      {content}
    </OwnClient>
  );
}

function OwnClient(props: OwnClientProps): ReactElement {
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const [client] = useState(() => newClient(props, latest));
  const isMounted = useRef(false);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
      // StrictMode mounts again at once, with the same state.
      queueMicrotask(() => {
        if (isMounted.current) return;
        storesOf(client).answers.carryOut();
        client.close();
      });
    };
  }, [client]);
  return <Stores client={client}>{props.children}</Stores>;
}

/** The functions may be other ones at each render: the latest are called. */
function newClient(options: OwnClientProps, latest: { readonly current: OwnClientProps }): Client {
  const { url, getToken, outboxStorage, rememberedRooms } = options;
  const isOnServer = typeof document === "undefined";
  return createClient({
    ...(url === undefined ? isOnServer && { url: NOWHERE } : { url }),
    ...(getToken && { getToken: () => (latest.current.getToken ?? getToken)() }),
    onSignedOut: (reason) => latest.current.onSignedOut?.(reason),
    ...(outboxStorage !== undefined && { outboxStorage }),
    ...(rememberedRooms !== undefined && { rememberedRooms }),
  });
}

function Stores({ client, children }: { client: Client; children: ReactNode }): ReactElement {
  return <StoresContext.Provider value={storesOf(client)}>{children}</StoresContext.Provider>;
}

export function useStores(): ClientStores {
  const stores = useContext(StoresContext);
  if (!stores) throw new Error("Lilypad's hooks and components need a <LilypadProvider> around them.");
  return stores;
}

/** The provider's client, for requests (`client.api`), events and `client.signedIn()`. */
export function useClient(): Client {
  return useStores().client;
}
